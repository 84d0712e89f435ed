//! Which image of several is meant, what is no image, and what is known without reading layers.

mod seen;

use plimsoll_core::{DiagnosticKind, Limits};
use plimsoll_image::{Error, Image, ImageStatus, OpenOptions, Platform};
use plimsoll_testkit::{FileTree, ImageBuilder, IndexBuilder, LayerBuilder, TarBuilder, sha256};
use seen::{lay_out, scan, write};

fn image(architecture: &str) -> ImageBuilder {
    ImageBuilder::new().platform("linux", architecture).layer(TarBuilder::new().file("arch", architecture))
}

fn wanted(platform: &str) -> OpenOptions {
    OpenOptions { platform: Some(platform.parse().expect("a platform")), ..Default::default() }
}

fn named(reference: &str) -> OpenOptions {
    OpenOptions { reference: Some(reference.into()), ..Default::default() }
}

fn open(tree: &FileTree, options: &OpenOptions) -> Result<Image, Error> {
    Image::open(lay_out(tree).path(), options)
}

fn opened(tree: &FileTree, options: &OpenOptions) -> Image {
    open(tree, options).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_platform_that_was_asked_for() {
    let other = if Platform::host().architecture == "s390x" { "ppc64le" } else { "s390x" };
    let host = Platform::host().architecture;
    let index = IndexBuilder::new()
        .image(image(other))
        .image(image(&host))
        .image(image("arm").variant("v6"))
        .image(image("arm").variant("v7"))
        .attestation(0)
        .attestation(1);
    for tree in [index.oci_tree(), IndexBuilder::new().index(index.clone(), Some("app:1")).oci_tree()] {
        let own = opened(&tree, &OpenOptions::default());
        assert_eq!(own.info().platform.architecture, host);
        assert_eq!(own.info().choices.len(), 4);
        assert_eq!(own.info().choices.iter().filter(|choice| choice.chosen).count(), 1);
        assert_eq!(own.info().skipped.len(), 2);
        assert!(own.info().skipped[0].reason.contains("attestation"), "{:?}", own.info().skipped);
        assert_eq!(opened(&tree, &wanted(&format!("linux/{other}"))).info().platform.architecture, other);
        assert_eq!(opened(&tree, &wanted("linux/arm/v7")).info().platform.variant.as_deref(), Some("v7"));
        let ambiguous = opened(&tree, &wanted("linux/arm"));
        assert_eq!(ambiguous.info().platform.variant.as_deref(), Some("v6"), "the first");
        assert_eq!(ambiguous.info().diagnostics[0].kind, DiagnosticKind::Note);
        let error = open(&tree, &wanted("linux/riscv64")).unwrap_err().to_string();
        for part in ["linux/riscv64", other, &host, "linux/arm/v6"] {
            assert!(error.contains(part), "{error}");
        }
    }
}

#[test]
fn a_lone_image_is_taken_whatever_it_runs_on_unless_another_was_asked_for() {
    let tree = image("mips64le").oci_tree();
    assert_eq!(opened(&tree, &OpenOptions::default()).info().platform.architecture, "mips64le");
    let error = open(&tree, &wanted("linux/amd64")).unwrap_err().to_string();
    assert!(error.contains("linux/amd64") && error.contains("linux/mips64le"), "{error}");
    let (_folder, path) = write(&image("mips64le").docker_archive());
    assert!(Image::open(&path, &OpenOptions::default()).is_ok());
    assert!(matches!(Image::open(&path, &wanted("linux/amd64")), Err(Error::NoPlatform { .. })));
}

#[test]
fn the_image_that_was_named() {
    let index = IndexBuilder::new()
        .flat(image("amd64").tag("example.org/one:1"))
        .flat(ImageBuilder::new().tag("example.org/two:2").layer(TarBuilder::new().file("two", "")));
    let tree = index.oci_tree();
    for name in ["example.org/two:2", "two:2"] {
        let image = opened(&tree, &named(name));
        assert_eq!(image.info().tags, ["example.org/two:2"]);
        let digest = image.info().manifest.clone().unwrap().to_string();
        assert_eq!(opened(&tree, &named(&digest)).info().tags, ["example.org/two:2"]);
    }
    let error = open(&tree, &named("three")).unwrap_err().to_string();
    assert!(error.contains("example.org/one:1, example.org/two:2"), "{error}");
    // Without a name the first is taken, and that is said.
    let first =
        opened(&tree, &OpenOptions { platform: Some("linux/amd64".parse().unwrap()), ..Default::default() });
    assert_eq!(first.info().tags, ["example.org/one:1"]);
    assert!(first.info().diagnostics[0].message.contains("2 images"), "{:?}", first.info().diagnostics);
    let (_folder, path) = write(&image("amd64").tag("app:1").tag("app:latest").docker_archive());
    assert!(Image::open(&path, &named("app:latest")).is_ok());
    assert!(matches!(Image::open(&path, &named("app:2")), Err(Error::NoReference { .. })));
}

#[test]
fn several_images_in_a_docker_archive() {
    let host = Platform::host().architecture;
    let (one, two) = (image(&host).tag("one:1"), image("mips").tag("two:1"));
    let mut tree = one.docker_tree();
    let other = two.docker_tree();
    for path in other.paths().filter(|path| path.starts_with("blobs/")) {
        tree.insert(path, other.get(path).unwrap());
    }
    let items = |tree: &FileTree| {
        serde_json::from_slice::<Vec<serde_json::Value>>(tree.get("manifest.json").unwrap()).unwrap()
    };
    let all = [items(&tree), items(&other)].concat();
    tree.insert("manifest.json", serde_json::to_vec(&all).unwrap());
    let (_folder, path) = write(&tree.to_tar());
    let first = Image::open(&path, &OpenOptions::default()).expect("an archive");
    assert_eq!(first.info().tags, ["one:1"]);
    assert_eq!(first.info().choices.len(), 2);
    assert_eq!(Image::open(&path, &named("two:1")).expect("by name").info().platform.architecture, "mips");
    let by_platform = Image::open(&path, &wanted("linux/mips")).expect("by platform");
    assert_eq!(by_platform.info().tags, ["two:1"]);
}

#[test]
fn windows_is_a_status() {
    let tree = ImageBuilder::new()
        .platform("windows", "amd64")
        .os_version("10.0.20348.2402")
        .layer(TarBuilder::new().file("Files/Windows/System32/cmd.exe", "MZ"))
        .oci_tree();
    let image = opened(&tree, &OpenOptions::default());
    assert_eq!(image.info().status, ImageStatus::Windows);
    assert_eq!(image.info().platform.to_string(), "windows/amd64:10.0.20348.2402");
    assert!(image.info().platform.satisfies(&"windows/amd64:10.0.20348".parse().unwrap()));
    assert!(!image.info().platform.satisfies(&"windows/amd64:10.0.2034".parse().unwrap()));
}

#[test]
fn what_is_no_image_is_a_status_or_an_error() {
    let chart = IndexBuilder::new().artifact("application/vnd.cncf.helm.config.v1+json").oci_tree();
    let image = opened(&chart, &OpenOptions::default());
    let ImageStatus::Artifact(kind) = &image.info().status else { panic!("{:?}", image.info().status) };
    assert!(kind.contains("helm"), "{kind}");
    assert_eq!(image.info().layers.len(), 0);
    let empty = IndexBuilder::new().oci_tree();
    let error = open(&empty, &OpenOptions::default()).unwrap_err().to_string();
    assert!(error.contains("lists no manifest"), "{error}");
    let both = IndexBuilder::new().artifact("application/spdx+json").image(self::image("amd64")).oci_tree();
    let image = opened(&both, &OpenOptions::default());
    assert_eq!(image.info().status, ImageStatus::Linux);
    assert!(image.info().skipped[0].reason.contains("spdx"), "{:?}", image.info().skipped);
}

/// A layout whose one manifest is this document.
fn layout_of(manifest: &str, media_type: &str) -> FileTree {
    let mut tree = image("amd64").oci_tree();
    let digest = sha256(manifest.as_bytes());
    tree.insert(format!("blobs/sha256/{}", digest.hex()), manifest);
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": [
        { "mediaType": media_type, "digest": digest.to_string(), "size": manifest.len() }
    ]});
    tree.insert("index.json", index.to_string());
    tree
}

#[test]
fn documents_of_two_minds_and_of_old_times_are_refused() {
    let digest = sha256(b"x");
    let two = format!(
        r#"{{"schemaVersion":2,"config":{{"digest":"{digest}"}},"layers":[],"manifests":[{{"digest":"{digest}"}}]}}"#
    );
    let error = open(&layout_of(&two, ""), &OpenOptions::default()).unwrap_err().to_string();
    assert!(error.contains("an index and a manifest at once"), "{error}");
    let old = r#"{"schemaVersion":1,"name":"library/debian","fsLayers":[]}"#;
    let media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    let error = open(&layout_of(old, media_type), &OpenOptions::default()).unwrap_err().to_string();
    assert!(error.contains("schema 1"), "{error}");
    let short = r#"{"schemaVersion":2,"config":{"digest":"sha256:abc"},"layers":[]}"#;
    let error = open(&layout_of(short, ""), &OpenOptions::default()).unwrap_err().to_string();
    assert!(error.contains("64 lower-case hexadecimal digits"), "{error}");
}

#[test]
fn indexes_nested_too_deep_or_in_a_ring_are_left() {
    let mut index = IndexBuilder::new().image(image("amd64"));
    for _ in 0..10 {
        index = IndexBuilder::new().index(index, None);
    }
    let tree = index.oci_tree();
    let shallow = open(&tree, &OpenOptions::default());
    assert!(
        matches!(&shallow, Ok(image) if image.info().skipped[0].reason.contains("Limits::nesting")),
        "{shallow:?}"
    );
    let limits = Limits { nesting: 20, ..Default::default() };
    assert_eq!(opened(&tree, &OpenOptions { limits, ..Default::default() }).info().layers.len(), 1);
}

#[test]
fn the_history_is_aligned_with_the_layers() {
    let image = ImageBuilder::new()
        .layer(LayerBuilder::new(TarBuilder::new().file("a", "")).created_by("ADD base"))
        .empty_layer("ENV A=1")
        .empty_layer("CMD sh")
        .layer(LayerBuilder::new(TarBuilder::new().file("b", "")).created_by("RUN make"))
        .empty_layer("USER nobody");
    for tree in [image.oci_tree(), image.docker_tree()] {
        let (_folder, path) = write(&tree.to_tar());
        let opened = Image::open(&path, &OpenOptions::default()).expect("an image");
        let made: Vec<_> = opened.info().layers.iter().map(|layer| layer.created_by.as_deref()).collect();
        assert_eq!(made, [Some("ADD base"), Some("RUN make")]);
        let own: Vec<_> = image.layer_builders().map(LayerBuilder::diff_id).collect();
        let said: Vec<_> = opened.info().layers.iter().map(|layer| layer.diff_id.clone().unwrap()).collect();
        assert_eq!(said, own);
        assert_eq!(opened.info().layers[1].reference().index, 1);
    }
}

#[test]
fn layers_that_are_not_there_or_not_readable_are_gaps() {
    let base = LayerBuilder::new(TarBuilder::new().file("base", ""));
    for (media_type, missing, word) in [
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", true, "not distributed"),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", true, "not distributed"),
        ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", false, "encrypted"),
        ("application/vnd.example.model.weights", false, "no file system"),
    ] {
        let special = LayerBuilder::new(TarBuilder::new().file("special", "")).media_type(media_type);
        let mut image = ImageBuilder::new().layer(base.clone()).layer(special);
        if missing {
            image = image.fault(plimsoll_testkit::Fault::LayerMissing(1));
        }
        let layout = lay_out(&image.oci_tree());
        let scanned = scan(layout.path(), &OpenOptions::default())
            .unwrap_or_else(|error| panic!("{media_type}: {error}"));
        assert_eq!(scanned.kinds(), [DiagnosticKind::Unsupported]);
        assert!(scanned.said().contains(word), "{}", scanned.said());
        assert_eq!(scanned.listing().len(), 1);
        assert!(!scanned.reads[1].as_ref().unwrap().complete);
    }
    // One that is there after all is read.
    let there = LayerBuilder::new(TarBuilder::new().file("special", ""))
        .media_type("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
    let layout = lay_out(&ImageBuilder::new().layer(base).layer(there).oci_tree());
    assert_eq!(scan(layout.path(), &OpenOptions::default()).expect("an image").listing().len(), 2);
    let all =
        LayerBuilder::new(TarBuilder::new()).media_type("application/vnd.oci.image.layer.v1.tar+encrypted");
    let image = opened(&ImageBuilder::new().layer(all).oci_tree(), &OpenOptions::default());
    assert_eq!(image.info().status, ImageStatus::Encrypted);
}
