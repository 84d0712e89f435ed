//! The same image in every form gives the same files.

mod seen;

use std::collections::HashMap;
use std::io::{self, Cursor};

use plimsoll_core::{Digest, Silent, Take};
use plimsoll_image::{Blob, BlobSource, Error, Image, ImageStatus, OpenOptions, SourceKind};
use plimsoll_testkit::{Compression, ImageBuilder, LayerBuilder, TarBuilder, compression, sha256};
use seen::{Everything, Scanned, expected, lay_out, scan, scan_by, write};

fn layers() -> [TarBuilder; 4] {
    let large: Vec<u8> = (0..700_000_u32).map(|i| (i / 7) as u8).collect();
    [
        TarBuilder::new()
            .dir("usr/")
            .dir("usr/lib")
            .symlink("lib", "usr/lib")
            .file("usr/lib/libc.so.6", &large)
            .file("etc/passwd", "root:x:0:0")
            .executable("usr/bin/sh", "#!")
            .file("var/empty", "")
            .fifo("run/pipe"),
        TarBuilder::new()
            .file("lib/libm.so.6", "m")
            .whiteout("etc/passwd")
            .hardlink("usr/bin/bash", "usr/bin/sh"),
        TarBuilder::new().file("a/1", "1").file("a/2", "2"),
        TarBuilder::new().opaque("a").file("a/3", "3"),
    ]
}

fn image() -> ImageBuilder {
    ImageBuilder::new().tag("example.org/app:1").layers(layers())
}

#[test]
fn every_form_gives_the_same_files() {
    let image = image();
    let expected = expected(&image.merged());
    let options = OpenOptions::default();
    let archives = [
        ("docker", SourceKind::DockerArchive, image.docker_archive()),
        ("docker, legacy", SourceKind::DockerArchive, image.docker_archive_legacy()),
        ("docker, compressed layers", SourceKind::DockerArchive, image.docker_archive_compressed()),
        ("docker, gzip", SourceKind::DockerArchive, compression::gzip(&image.docker_archive())),
        (
            "docker, legacy, gzip",
            SourceKind::DockerArchive,
            compression::gzip(&image.docker_archive_legacy()),
        ),
        ("docker, zstd", SourceKind::DockerArchive, compression::zstd(&image.docker_archive())),
        ("docker, both", SourceKind::DockerArchive, compression::gzip(&image.docker_archive_compressed())),
        ("oci", SourceKind::OciArchive, image.oci_archive()),
        ("oci, gzip", SourceKind::OciArchive, compression::gzip(&image.oci_archive())),
    ];
    for (name, kind, archive) in archives {
        let (_folder, path) = write(&archive);
        for take in [Take::Whole { max: u64::MAX }, Take::Stream, Take::Peek(4)] {
            for verify in [true, false] {
                for threads in [1, 2, 5] {
                    let options = OpenOptions { verify, threads, ..options.clone() };
                    let scanned =
                        scan_by(&path, &options, take).unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(scanned.listing(), expected, "{name}, {take:?}, {verify}, {threads}");
                    assert_eq!(scanned.image.info().source, kind, "{name}");
                    assert_eq!(scanned.said(), "", "{name}");
                    assert!(scanned.reads.iter().flatten().all(|read| read.complete), "{name}");
                }
            }
        }
    }
    let layout = lay_out(&image.oci_tree());
    let scanned = scan(layout.path(), &options).expect("a layout");
    assert_eq!(scanned.listing(), expected);
    assert_eq!(scanned.image.info().source, SourceKind::OciLayout);
    assert_eq!(scanned.image.info().status, ImageStatus::Linux);
    assert_eq!(scanned.image.info().tags, ["example.org/app:1"]);
    let with_docker_types = lay_out(&image.clone().docker_media_types().oci_tree());
    assert_eq!(scan(with_docker_types.path(), &options).expect("a layout").listing(), expected);
}

#[test]
fn every_compression_gives_the_same_files() {
    let [first, ..] = layers();
    let tar = first.clone().finish();
    let (half, rest) = tar.split_at(tar.len() / 2);
    let blobs = [
        ("plain", Compression::None, tar.clone()),
        ("gzip", Compression::Gzip, compression::gzip(&tar)),
        ("gzip, members", Compression::Gzip, compression::gzip_members([half, &[], rest])),
        ("gzip, with padding", Compression::Gzip, [compression::gzip(&tar), vec![0; 1000]].concat()),
        ("zstd", Compression::Zstd, compression::zstd(&tar)),
        ("zstd, frames", Compression::Zstd, compression::zstd_frames([half, &[], rest])),
        (
            "zstd, skippable frames on all sides",
            Compression::Zstd,
            [
                compression::zstd_skippable(b"before"),
                compression::zstd(half),
                compression::zstd_skippable(&[7; 100_000]),
                compression::zstd(rest),
                compression::zstd_skippable(b"table of contents"),
            ]
            .concat(),
        ),
    ];
    let model = expected(&ImageBuilder::new().layer(first).merged());
    for (name, compression, blob) in blobs {
        let layer = LayerBuilder::from_tar(tar.clone()).compression(compression).blob(blob);
        let layout = lay_out(&ImageBuilder::new().layer(layer).oci_tree());
        for verify in [true, false] {
            let scanned = scan(layout.path(), &OpenOptions { verify, ..Default::default() })
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(scanned.listing(), model, "{name}");
            assert!(!scanned.is_partial(), "{name}: {}", scanned.said());
        }
    }
}

#[test]
fn a_gzip_header_may_have_every_field() {
    let tar = TarBuilder::new().file("a", "1").finish();
    let plain = compression::gzip(&tar);
    // RFC 1952: flags for a header checksum, an extra field, a name and a comment.
    let mut full = vec![0x1f, 0x8b, 8, 0b1_1110, 0, 0, 0, 0, 0, 255];
    full.extend([5, 0]);
    full.extend(b"extra");
    full.extend(b"name\0comment\0");
    full.extend([0xab, 0xcd]);
    full.extend(&plain[10..]);
    let layer = LayerBuilder::from_tar(tar).blob([full, plain].concat());
    let layout = lay_out(&ImageBuilder::new().layer(layer).oci_tree());
    let unverified = OpenOptions { verify: false, ..Default::default() };
    assert_eq!(scan(layout.path(), &unverified).expect("a layer").listing().len(), 1);
}

#[test]
fn a_wrong_label_is_reported_and_the_bytes_are_believed() {
    let [first, ..] = layers();
    let model = expected(&ImageBuilder::new().layer(first.clone()).merged());
    for (media_type, compression) in [
        ("application/vnd.oci.image.layer.v1.tar", Compression::Gzip),
        ("application/vnd.oci.image.layer.v1.tar+gzip", Compression::Zstd),
        ("application/vnd.oci.image.layer.v1.tar+zstd", Compression::None),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip", Compression::Zstd),
    ] {
        let layer = LayerBuilder::new(first.clone()).compression(compression).media_type(media_type);
        let layout = lay_out(&ImageBuilder::new().layer(layer).oci_tree());
        let scanned = scan(layout.path(), &OpenOptions::default()).expect("a layout");
        assert_eq!(scanned.listing(), model);
        assert_eq!(scanned.kinds(), [plimsoll_core::DiagnosticKind::Mislabelled], "{media_type}");
        assert!(scanned.said().contains(media_type), "{}", scanned.said());
    }
}

#[test]
fn a_folder_is_a_root_file_system() {
    let image = image();
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    image.write_root(&root).expect("a root");
    let scanned = scan(&root, &OpenOptions::default()).expect("a folder");
    let mut expected = expected(&image.merged());
    expected.retain(|line| !line.ends_with(" other"));
    let own = scanned.listing();
    // The pipe's folder is there, the pipe itself was not written.
    assert_eq!(own, expected);
    assert_eq!(scanned.image.info().source, SourceKind::Directory);
    assert_eq!(scanned.said(), "");
}

#[test]
#[cfg(unix)]
fn a_folder_is_never_left() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("etc")).expect("a folder");
    std::fs::write(folder.path().join("secret"), "secret").expect("a file");
    symlink("../../secret", root.join("etc/passwd")).expect("a link");
    symlink("..", root.join("up")).expect("a link");
    symlink("/", root.join("top")).expect("a link");
    std::fs::write(root.join(".wh.etc"), "a plain name here").expect("a file");
    let scanned = scan(&root, &OpenOptions::default()).expect("a folder");
    let names: Vec<String> =
        scanned.listing().iter().map(|line| line.split(' ').next().unwrap().into()).collect();
    assert_eq!(names, [".wh.etc", "etc/", "etc/passwd", "top", "up"]);
    assert!(
        !scanned.reads.iter().flatten().any(|read| read.visitor.content.values().any(|c| c == b"secret"))
    );
    use plimsoll_core::MergedView;
    assert_eq!(scanned.tree.resolve(b"etc/passwd"), None);
    assert_eq!(scanned.tree.resolve(b"top/.wh.etc").map(|file| file.size), Some(17));
}

struct Blobs(HashMap<Digest, Vec<u8>>);

impl BlobSource for Blobs {
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        match self.0.get(digest) {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn blobs(image: &ImageBuilder) -> (Blobs, Digest) {
    let tree = image.oci_tree();
    let blobs: HashMap<Digest, Vec<u8>> = tree
        .paths()
        .filter(|path| path.starts_with("blobs/"))
        .filter_map(|path| tree.get(path))
        .map(|bytes| (sha256(bytes), bytes.to_vec()))
        .collect();
    let index: serde_json::Value = serde_json::from_slice(tree.get("index.json").unwrap()).unwrap();
    let root = index["manifests"][0]["digest"].as_str().unwrap().parse().unwrap();
    (Blobs(blobs), root)
}

#[test]
fn a_callers_own_store_is_a_source() {
    let image = image();
    let (blobs, root) = blobs(&image);
    let options = OpenOptions::default();
    let opened = Image::from_blobs(Box::new(blobs), &root, &options).expect("blobs");
    assert_eq!(opened.info().manifest.as_ref(), Some(&root));
    let scanned = Scanned::of(opened, &options, Take::Stream).expect("layers");
    assert_eq!(scanned.listing(), expected(&image.merged()));
}

#[test]
fn a_store_that_lies_is_found_out() {
    let (mut blobs, root) = blobs(&image());
    let layer =
        blobs.0.iter().max_by_key(|(_, bytes)| bytes.len()).map(|(digest, _)| digest.clone()).unwrap();
    blobs.0.get_mut(&layer).unwrap().extend(b"more");
    let options = OpenOptions::default();
    let opened = Image::from_blobs(Box::new(blobs), &root, &options).expect("blobs");
    let result = opened.read(&|_| true, &|_| Everything::whole(), &Silent);
    assert!(matches!(result, Err(Error::SizeMismatch { .. })), "{:?}", result.map(|_| ()));
}

#[test]
fn only_wanted_layers_are_read() {
    let layout = lay_out(&image().oci_tree());
    let options = OpenOptions::default();
    let image = Image::open(layout.path(), &options).expect("a layout");
    let reads = image.read(&|index| index == 2, &|_| Everything::whole(), &Silent).expect("layers");
    assert_eq!(reads.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true, false]);
}

#[test]
fn a_layer_that_is_there_twice_is_read_once() {
    let [first, second, third, _] = layers();
    let image = ImageBuilder::new().layers([first, third.clone(), second, third]);
    for archive in [image.docker_archive(), image.docker_archive_legacy(), image.oci_archive()] {
        let (_folder, path) = write(&archive);
        let scanned = scan(&path, &OpenOptions::default()).expect("an archive");
        let same: Vec<_> = scanned.image.info().layers.iter().map(|layer| layer.same_as).collect();
        assert_eq!(same, [None, None, None, Some(1)]);
        assert!(scanned.reads[3].is_none());
        assert_eq!(scanned.listing(), expected(&image.merged()));
    }
}

#[test]
fn single_entries_can_be_looked_at_again() {
    let tar = TarBuilder::new()
        .file("store/1", "one")
        .file("store/2", "two")
        .hardlink("app/package.json", "store/2");
    let image = ImageBuilder::new().layer(tar);
    for archive in [image.docker_archive(), image.oci_archive(), compression::gzip(&image.docker_archive())] {
        let (_folder, path) = write(&archive);
        let image = Image::open(&path, &OpenOptions::default()).expect("an archive");
        let mut visitor = Everything::whole();
        let wanted: [(u32, &[u8]); 1] = [(1, b"app/package.json")];
        let diagnostics = image.reread(0, &wanted, &mut visitor, &Silent).expect("a layer");
        assert_eq!(diagnostics, []);
        assert_eq!(visitor.names, ["app/package.json"]);
        assert_eq!(visitor.content.into_iter().collect::<Vec<_>>(), [(1, b"two".to_vec())]);
        assert!(image.reread(1, &wanted, &mut Everything::whole(), &Silent).is_err());
    }
}
