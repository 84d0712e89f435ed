//! Bad input gives one clear line that says what, where and what to do.

mod seen;

use plimsoll_core::DiagnosticKind;
use plimsoll_image::{Error, OpenOptions};
use plimsoll_testkit::{Fault, ImageBuilder, LayerBuilder, TarBuilder, hostile};
use seen::{lay_out, scan, write};

fn image() -> ImageBuilder {
    ImageBuilder::new()
        .tag("app:1")
        .layer(TarBuilder::new().file("etc/os-release", "ID=debian\n"))
        .layer(TarBuilder::new().file("srv/data", "d".repeat(4000)))
}

fn refusal(archive: &[u8]) -> String {
    let (_folder, path) = write(archive);
    let error = scan(&path, &OpenOptions::default()).map(|_| ()).expect_err("must be refused").to_string();
    assert!(!error.contains('\n'), "one line: {error}");
    error
}

fn refusal_of_layout(image: &ImageBuilder) -> String {
    let folder = lay_out(&image.oci_tree());
    let error =
        scan(folder.path(), &OpenOptions::default()).map(|_| ()).expect_err("must be refused").to_string();
    assert!(!error.contains('\n'), "one line: {error}");
    error
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{text:?} does not say {part:?}");
    }
}

#[test]
fn a_truncated_archive() {
    for archive in [image().docker_archive(), image().oci_archive()] {
        for keep in [archive.len() / 2, archive.len() / 3, 1000] {
            has(
                &refusal(&archive[..keep]),
                &["the archive", "image.tar", "is cut off", "copy or save the image again"],
            );
        }
        let gzipped = plimsoll_testkit::compression::gzip(&archive);
        has(
            &refusal(&gzipped[..gzipped.len() / 2]),
            &["image.tar", "is cut off", "copy or save the image again"],
        );
    }
}

#[test]
fn an_archive_that_is_cut_between_two_members() {
    let archive = image().docker_archive_legacy();
    // The manifest stands at the end, so what is cut is an archive of something else.
    let end = archive.len() / 512 * 512 - 4096;
    let error = refusal(&archive[..end.min(512 * 3)]);
    assert!(error.contains("image.tar"), "{error}");
}

#[test]
fn a_layer_whose_digest_differs() {
    let image = image().fault(Fault::LayerChanged(1));
    let digest = image.layer_builders().nth(1).map(LayerBuilder::diff_id).unwrap().to_string();
    has(
        &refusal(&image.docker_archive()),
        &["layer 1", "its digest is sha256:", "says sha256:", "fetch the image again"],
    );
    has(&refusal_of_layout(&image), &["layer 1", "was changed or damaged", "fetch the image again"]);
    has(&refusal(&image.docker_archive_legacy()), &["layer 1", &digest, "the configuration says"]);
    // Without verification the caller gets what is there.
    let (_folder, path) = write(&image.docker_archive_legacy());
    assert!(scan(&path, &OpenOptions { verify: false, ..Default::default() }).is_ok());
}

#[test]
fn a_configuration_that_differs_from_its_name() {
    let image = image().fault(Fault::ConfigChanged);
    has(&refusal_of_layout(&image), &["the configuration", "its descriptor says", "save the image again"]);
    has(&refusal(&image.docker_archive()), &["the configuration", "its digest is"]);
}

#[test]
fn a_manifest_that_names_a_missing_layer() {
    let image = image().fault(Fault::LayerMissing(1));
    has(&refusal_of_layout(&image), &["layer 1", "is missing", "sha256:", "was not saved or copied whole"]);
    has(&refusal(&image.docker_archive_legacy()), &["layer 1", "is missing", "layer.tar"]);
    let gzipped = plimsoll_testkit::compression::gzip(&image.docker_archive_legacy());
    has(&refusal(&gzipped), &["layer 1", "is missing", "layer.tar"]);
}

#[test]
fn blobs_shorter_and_longer_than_their_descriptor() {
    for fault in
        [Fault::LayerShort(1, 30), Fault::LayerLong(1, 512), Fault::SizeWrong(1, 7), Fault::SizeWrong(1, -7)]
    {
        has(&refusal_of_layout(&image().fault(fault)), &["layer 1", "bytes, its descriptor says"]);
    }
}

#[test]
fn manifests_that_are_none() {
    has(&refusal_of_layout(&image().fault(Fault::ManifestMissing)), &["the manifest", "is missing"]);
    has(
        &refusal_of_layout(&image().fault(Fault::ManifestMalformed)),
        &["the manifest", "is not valid", "line 1"],
    );
    has(&refusal_of_layout(&image().fault(Fault::DigestMalformed(1))), &["the manifest", "digest"]);
    has(&refusal_of_layout(&image().fault(Fault::ConfigMissing)), &["the configuration is missing"]);
    has(&refusal_of_layout(&image().fault(Fault::DiffIdMissing)), &["2 layers", "1 diff ids"]);
    has(&refusal(&image().fault(Fault::ManifestMalformed).docker_archive()), &["manifest.json is not valid"]);
}

#[test]
fn a_pax_header_that_claims_a_gibibyte() {
    let layer = LayerBuilder::from_tar(hostile::pax_claim(1 << 30));
    let (_folder, path) = write(&ImageBuilder::new().layer(layer).docker_archive());
    let scanned = scan(&path, &OpenOptions::default()).expect("a partial result");
    assert_eq!(scanned.listing().len(), 1, "the file before it is there");
    has(&scanned.said(), &["layer 0", "1073741824 bytes", "Limits::tar_header", "(at 1024)"]);
    assert!(scanned.kinds().contains(&DiagnosticKind::LimitPassed));
    assert!(!scanned.reads[0].as_ref().unwrap().complete);
    let strict = scan(&path, &OpenOptions { strict: true, ..Default::default() }).map(|_| ());
    assert!(matches!(strict, Err(Error::Strict(_))), "{strict:?}");
}

#[test]
fn a_path_with_parent_components() {
    let (_folder, path) = write(&ImageBuilder::new().layer(hostile::parent_names()).docker_archive());
    let scanned = scan(&path, &OpenOptions::default()).expect("a partial result");
    let names: Vec<_> = scanned.listing();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[1].starts_with("etc/inside "), "{names:?}");
    assert_eq!(scanned.kinds(), [DiagnosticKind::BadPath; 5]);
    has(&scanned.said(), &["layer 0: /../outside: a name leads out of the image with '..'"]);
}

#[test]
fn what_is_no_image() {
    has(&refusal(b""), &["image.tar is no image", "an empty file", "expected a docker archive"]);
    has(&refusal(b"hello"), &["is no image"]);
    has(&refusal(&[0; 2048]), &["is no image", "an empty archive"]);
    has(
        &refusal(&TarBuilder::new().file("etc/passwd", "x").finish()),
        &["neither manifest.json nor index.json"],
    );
    has(&refusal(&plimsoll_testkit::compression::gzip(b"hello")), &["image.tar"]);
    let missing =
        scan("no/such/image".as_ref(), &OpenOptions::default()).map(|_| ()).unwrap_err().to_string();
    has(&missing, &["cannot open no/such/image"]);
}
