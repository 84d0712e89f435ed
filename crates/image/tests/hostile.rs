//! Input that is made to hurt: every limit stops it, nothing panics, and the result says what is missing.

mod seen;

use plimsoll_core::{DiagnosticKind, Limits, MergedView, Silent, Take};
use plimsoll_image::{Error, Image, OpenOptions};
use plimsoll_testkit::hostile::{self, Outcome};
use plimsoll_testkit::{Compression, ImageBuilder, LayerBuilder, Random, TarBuilder, compression, synthetic};
use seen::{Everything, Scanned, lay_out, scan, scan_by, shared, write};

fn limited(change: impl FnOnce(&mut Limits)) -> OpenOptions {
    let mut limits = Limits::default();
    change(&mut limits);
    OpenOptions { limits, ..Default::default() }
}

fn layer(layer: impl Into<LayerBuilder>, options: &OpenOptions) -> Scanned {
    let (_folder, path) = write(&ImageBuilder::new().layer(layer).docker_archive());
    scan(&path, options).expect("a partial result, no error")
}

fn bytes(tar: Vec<u8>) -> Scanned {
    layer(LayerBuilder::from_tar(tar), &OpenOptions::default())
}

/// The result is partial, because of one limit, which is named.
fn passed(scanned: &Scanned, limit: &str) {
    assert!(scanned.kinds().contains(&DiagnosticKind::LimitPassed), "{}", scanned.said());
    assert!(scanned.said().contains(limit), "{} does not name {limit}", scanned.said());
    assert!(scanned.reads.iter().flatten().any(|read| !read.complete), "{limit}");
}

#[test]
fn every_broken_image_is_refused_or_partial() {
    for image in hostile::broken_images() {
        let mut places = Vec::new();
        let (folder, path) = write(&image.archive);
        places.push(path);
        let tree = lay_out(&image.files);
        if image.files.get("index.json").is_some() && image.files.get("manifest.json").is_none() {
            places.push(tree.path().to_owned());
        }
        for path in places {
            let result = scan(&path, &OpenOptions::default());
            match (image.outcome, result) {
                (Outcome::Refused, Err(error)) => assert!(!error.to_string().contains('\n'), "{error}"),
                (Outcome::Partial, Ok(scanned)) => {
                    assert!(scanned.is_partial(), "{}", image.name);
                    // The circles replace the folder that it is in.
                    let there = scanned.tree.resolve(b"var/lib/dpkg/status").is_some();
                    assert!(there || image.name == "symbolic-links-in-circles", "{}", image.name);
                }
                (outcome, result) => {
                    panic!("{}: {outcome:?}, {:?}", image.name, result.map(|scanned| scanned.said()))
                }
            }
        }
        drop(folder);
    }
}

#[test]
fn sizes_that_are_none() {
    for tar in [hostile::negative_size(), hostile::large_size(), hostile::bad_checksum()] {
        let scanned = bytes(tar);
        assert_eq!(scanned.kinds(), [DiagnosticKind::Malformed], "{}", scanned.said());
        assert_eq!(scanned.listing().len(), 1, "what stood before is there");
        assert!(scanned.said().contains("(at 1024)"), "{}", scanned.said());
    }
    for size in [1 << 30, 1 << 62, (1 << 63) - 1] {
        let scanned = bytes(hostile::header_claim(size));
        assert!(scanned.kinds().contains(&DiagnosticKind::Truncated), "{}", scanned.said());
    }
}

#[test]
fn headers_that_claim_much() {
    for tar in [hostile::pax_claim(1 << 30), hostile::long_name_claim(1 << 40)] {
        passed(&bytes(tar), "Limits::tar_header");
    }
    // A long name within the limit on headers is still too long for a path.
    let long = TarBuilder::new().gnu_long_name("n/".repeat(100_000)).file("short", "").file("after", "");
    let scanned = layer(long, &OpenOptions::default());
    passed(&scanned, "Limits::path");
    assert_eq!(scanned.listing().len(), 1);
    let deep = layer(hostile::deep_directories(300), &OpenOptions::default());
    passed(&deep, "Limits::path_depth");
    let link = TarBuilder::new().symlink("link", "t".repeat(5000));
    passed(&layer(link, &OpenOptions::default()), "Limits::path");
    let component = TarBuilder::new().file("c".repeat(256), "");
    passed(&layer(component, &OpenOptions::default()), "no file system stores more");
}

#[test]
fn absolute_names_count_from_the_root() {
    let scanned = layer(hostile::absolute_names(), &OpenOptions::default());
    assert!(scanned.tree.resolve(b"etc/inside").is_some());
    assert!(scanned.tree.resolve(b"usr/bin/tool").is_some());
    assert_eq!(scanned.said(), "");
}

#[test]
fn sparse_maps_that_claim_terabytes() {
    for take in [Take::Stream, Take::Peek(64), Take::Whole { max: u64::MAX }] {
        let (_folder, path) = write(
            &ImageBuilder::new()
                .layer(LayerBuilder::from_tar(hostile::sparse_claim(4 << 40)))
                .docker_archive(),
        );
        let scanned = scan_by(&path, &OpenOptions::default(), take).expect("a partial result");
        assert!(scanned.is_partial());
        let held: usize = scanned.reads[0].as_ref().unwrap().visitor.content.values().map(Vec::len).sum();
        assert!(held < 1 << 20, "{held}");
    }
}

#[test]
fn bombs_are_stopped() {
    let blobs = [
        (
            hostile::gzip_bomb(64 << 20),
            Compression::Gzip,
            "Limits::layer",
            limited(|limits| limits.layer = 32 << 20),
        ),
        (hostile::zstd_bomb(64 << 20), Compression::Zstd, "Limits::ratio", OpenOptions::default()),
        (
            hostile::gzip_bomb(64 << 20),
            Compression::Gzip,
            "Limits::ratio",
            limited(|limits| limits.ratio = 100),
        ),
        (
            compression::zstd_with_window(&TarBuilder::new().file("a", "1").finish(), 27),
            Compression::Zstd,
            "Limits::zstd_window_log",
            limited(|limits| limits.zstd_window_log = 20),
        ),
    ];
    for (blob, compression, limit, options) in blobs {
        let layer = LayerBuilder::from_tar("").blob(blob).compression(compression);
        let layout = lay_out(&ImageBuilder::new().layer(layer).oci_tree());
        let scanned = scan_by(layout.path(), &options, Take::Skip).expect("a partial result");
        passed(&scanned, limit);
        let strict = OpenOptions { strict: true, ..options };
        let error = scan_by(layout.path(), &strict, Take::Skip).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("layer 0"), "{error}");
    }
    // A whole archive that is a bomb.
    let (_folder, path) = write(&hostile::zstd_bomb(64 << 20));
    let error = scan(&path, &OpenOptions::default()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("Limits::ratio"), "{error}");
}

#[test]
fn counts_are_limited() {
    let many = || TarBuilder::new().files((0..200).map(|i| (format!("f{i}"), "x")));
    let scanned = layer(many(), &limited(|limits| limits.entries = 50));
    passed(&scanned, "Limits::entries");
    assert_eq!(scanned.listing().len(), 50);
    let scanned = layer(many(), &limited(|limits| limits.names = 100));
    passed(&scanned, "Limits::names");
    assert!(scanned.listing().len() < 30);
    let two = ImageBuilder::new()
        .layer(many())
        .layer(TarBuilder::new().files((0..200).map(|i| (format!("g{i}"), "y"))));
    let (_folder, path) = write(&two.docker_archive());
    let scanned = scan(&path, &limited(|limits| limits.entries = 300)).expect("a partial result");
    assert_eq!(scanned.listing().len(), 300);
    assert!(scanned.said().contains("Limits::entries"));
    // Diagnostics are counted where they are too many to keep.
    let bad = TarBuilder::new().files((0..200).map(|i| (format!("../{i}"), "x")));
    let scanned = layer(bad, &limited(|limits| limits.diagnostics = 5));
    assert_eq!(scanned.diagnostics.len(), 6);
    assert!(scanned.said().contains("195 further diagnostics"), "{}", scanned.said());
    let layers = ImageBuilder::new().layers((0..5).map(|i| TarBuilder::new().file(format!("f{i}"), "")));
    let (_folder, path) = write(&layers.docker_archive());
    let error = scan(&path, &limited(|limits| limits.layers = 4)).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn large_files_are_not_held() {
    let tar = TarBuilder::new().file("large", vec![1; 3 << 20]).file("small", "x");
    for change in
        [|limits: &mut Limits| limits.file = 1 << 20, |limits: &mut Limits| limits.buffered = 1 << 20]
    {
        let scanned = layer(tar.clone(), &limited(change));
        assert_eq!(scanned.kinds(), [DiagnosticKind::LimitPassed], "{}", scanned.said());
        assert!(scanned.said().contains("/large"));
        assert_eq!(scanned.listing()[1].split(' ').nth(2), Some("1"), "the small one is there");
    }
}

#[test]
fn manifests_that_are_too_much() {
    let small = || limited(|limits| limits.manifest = 1000);
    let long = ImageBuilder::new().label("l", "x".repeat(2000)).layer(TarBuilder::new());
    for error in [
        scan(lay_out(&long.oci_tree()).path(), &small()).map(|_| ()).unwrap_err(),
        scan(&write(&long.docker_archive()).1, &small()).map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error, Error::TooLarge { .. } | Error::Open { .. }), "{error}");
    }
    // A gibibyte that is nearly all holes.
    let layout = lay_out(&ImageBuilder::new().oci_tree());
    std::fs::OpenOptions::new()
        .write(true)
        .open(layout.path().join("index.json"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    let error = scan(layout.path(), &OpenOptions::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    for document in ["index.json", "manifest.json"] {
        let archive = TarBuilder::new().file(document, hostile::deep_json(10_000)).finish();
        let error = scan(&write(&archive).1, &OpenOptions::default()).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Json { .. }), "{error}");
        let nested = format!("{{\"a\":{}}}", hostile::deep_json(10_000));
        let archive = TarBuilder::new().file(document, nested).finish();
        assert!(scan(&write(&archive).1, &OpenOptions::default()).is_err());
    }
}

#[test]
fn a_layer_that_is_listed_a_thousand_times_is_read_once() {
    let one = TarBuilder::new().file("a", "1");
    let image = ImageBuilder::new().layers((0..1000).map(|_| one.clone()));
    let layout = lay_out(&image.oci_tree());
    let scanned = scan(layout.path(), &OpenOptions::default()).expect("layers");
    assert_eq!(scanned.reads.iter().flatten().count(), 1);
    assert_eq!(scanned.listing().len(), 1);
}

#[test]
fn compression_that_no_specification_names_is_named() {
    for (magic, name) in [(&b"\xfd7zXZ\0"[..], "xz"), (b"BZh9", "bzip2"), (b"\x04\x22\x4d\x18", "lz4")] {
        let layer = LayerBuilder::from_tar("").blob([magic, &[1; 600]].concat());
        let layout = lay_out(&ImageBuilder::new().layer(layer).oci_tree());
        let scanned = scan(layout.path(), &OpenOptions::default()).expect("a partial result");
        assert!(scanned.kinds().contains(&DiagnosticKind::Unsupported));
        assert!(scanned.said().contains(name), "{}", scanned.said());
        assert!(!scanned.reads[0].as_ref().unwrap().complete);
    }
}

#[test]
fn damaged_streams_are_errors_that_name_the_layer() {
    let tar = TarBuilder::new().file("a", vec![5; 100_000]).file("b", "x").finish();
    let mut random = Random::new(1);
    for compression in [Compression::Gzip, Compression::Zstd] {
        let blob = compression.apply(&tar);
        for _ in 0..40 {
            let mut damaged = blob.clone();
            match random.below(3) {
                0 => damaged.truncate(random.below(blob.len())),
                1 => {
                    let at = random.below(blob.len());
                    damaged[at] ^= 1 << random.below(8);
                }
                _ => {
                    let at = random.below(blob.len());
                    let junk = random.bytes(10);
                    damaged.splice(at..at, junk);
                }
            }
            let layer = LayerBuilder::from_tar(tar.clone()).compression(compression).blob(damaged);
            let layout = lay_out(&ImageBuilder::new().layer(layer).oci_tree());
            match scan(layout.path(), &OpenOptions::default()) {
                // A header field that means nothing, a checksum that the digest stands in for, or a window that is
                // too large.
                Ok(scanned) => {
                    let limited = scanned.kinds() == [DiagnosticKind::LimitPassed];
                    assert!(limited || scanned.listing().len() == 2, "{}", scanned.said());
                }
                Err(error) => assert!(error.to_string().contains("layer 0"), "{error}"),
            }
            let unverified = OpenOptions { verify: false, ..Default::default() };
            let _ = scan(layout.path(), &unverified).expect("without verification a partial result");
        }
    }
}

#[test]
fn archives_damaged_anywhere_never_panic() {
    let rounds = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 20_000 } else { 300 };
    let mut random = Random::new(7);
    let seeds: Vec<Vec<u8>> = (0..8).map(|seed| synthetic::stack(seed).docker_archive()).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    for _ in 0..rounds {
        let mut archive = random.pick(&seeds).clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(archive.len());
            match random.below(3) {
                0 => archive[at] = u8::try_from(random.below(256)).unwrap(),
                1 => archive.truncate(at.max(1)),
                _ => {
                    let count = random.below(600).min(archive.len() - at);
                    archive.drain(at..at + count);
                    archive.push(0);
                }
            }
        }
        std::fs::write(&path, &archive).unwrap();
        for verify in [true, false] {
            let _ = scan(&path, &OpenOptions { verify, threads: 1, ..Default::default() });
        }
    }
}

#[test]
fn work_stops_when_asked() {
    struct Stop;
    impl plimsoll_core::Observer for Stop {
        fn cancelled(&self) -> bool {
            true
        }
    }
    let image =
        ImageBuilder::new().layers((0..4).map(|i| TarBuilder::new().file(format!("f{i}"), vec![i; 500_000])));
    for tree in [image.oci_tree(), image.docker_tree()] {
        let (_folder, path) = write(&tree.to_tar());
        let opened = Image::open(&path, &OpenOptions::default()).expect("an image");
        let result = opened.read(&|_| true, &|_| Everything::whole(), &Stop).map(|_| ());
        assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
    }
    let (_folder, path) = write(&compression::gzip(&image.docker_archive()));
    let result = Image::open_observed(&path, &OpenOptions::default(), &Stop).map(|_| ());
    assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
    let _ = Silent;
}

#[test]
fn a_visitor_that_panics_takes_the_caller_with_it_and_nobody_waits() {
    struct Panics;
    impl plimsoll_core::LayerVisitor for Panics {
        fn entry(&mut self, _: &plimsoll_core::Entry<'_>) -> Take {
            panic!("as a test")
        }
        fn content(&mut self, _: &plimsoll_core::Entry<'_>, _: plimsoll_core::Content<'_>) {}
    }
    let image = ImageBuilder::new()
        .layers((0..3).map(|i| TarBuilder::new().file(format!("f{i}"), Random::new(i).bytes(3_000_000))));
    let layout = lay_out(&image.oci_tree());
    let opened =
        Image::open(layout.path(), &OpenOptions { threads: 4, ..Default::default() }).expect("an image");
    let read = std::panic::AssertUnwindSafe(|| opened.read(&|_| true, &|_| Panics, &Silent).map(|_| ()));
    assert!(std::panic::catch_unwind(read).is_err());
}

#[test]
fn whatever_is_shared_is_survived() {
    let Some(folder) = shared("conformance/hostile/files") else { return };
    let mut seen = 0;
    for case in std::fs::read_dir(folder).expect("cases").flatten() {
        for file in std::fs::read_dir(case.path()).expect("a case").flatten() {
            let content = std::fs::read(file.path()).expect("a file");
            let as_image = scan(&file.path(), &OpenOptions::default());
            let name = file.path().display().to_string();
            eprintln!(
                "{name}: {}",
                as_image.map_or_else(|error| error.to_string(), |scanned| scanned.said())
            );
            let as_layer = LayerBuilder::from_tar(content);
            let (_folder, path) = write(&ImageBuilder::new().layer(as_layer).docker_archive());
            let scanned = scan(&path, &OpenOptions::default()).expect("a result");
            scanned
                .tree
                .visit(&mut |node| assert!(!node.path.split(|&b| b == b'/').any(|part| part == b"..")));
            seen += 1;
        }
    }
    assert!(seen > 10);
}
