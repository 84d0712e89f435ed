//! What each fuzz target does with its bytes. The corpus is replayed by `tests/replay.rs` on a stable compiler.
#![allow(dead_code, reason = "each target is a program of its own")]

use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::sync::Mutex;

use plimsoll_core::{Content, Digest, Entry, LayerVisitor, Limits, MergedView, Silent, Take};
use plimsoll_image::{Blob, BlobSource, Image, LayerEntries, OpenOptions, Tree};
use plimsoll_testkit::{TarBuilder, sha256};

/// Tight limits, so that every one of them is met and no input takes long.
fn options(verify: bool) -> OpenOptions {
    let limits = Limits {
        file: 1 << 20,
        buffered: 2 << 20,
        entries: 5000,
        path: 1024,
        path_depth: 40,
        names: 1 << 20,
        tar_header: 64 << 10,
        symlinks: 10,
        layers: 20,
        manifest: 64 << 10,
        layer: 32 << 20,
        zstd_window_log: 20,
        diagnostics: 100,
        ..Limits::default()
    };
    OpenOptions { limits, verify, threads: 1, ..OpenOptions::default() }
}

/// Asks for content in every way in turn.
struct Mixed(u32);

impl LayerVisitor for Mixed {
    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        assert!(entry.path.split(|&byte| byte == b'/').all(|part| part != b".." && part != b"."));
        self.0 += 1;
        match self.0 % 4 {
            0 => Take::Skip,
            1 => Take::Whole { max: 1 << 20 },
            2 => Take::Stream,
            _ => Take::Peek(100),
        }
    }

    fn peeked(&mut self, entry: &Entry<'_>, head: &[u8]) -> Take {
        assert!(head.len() as u64 <= entry.size.min(100));
        if self.0 % 8 == 3 { Take::Stream } else { Take::Whole { max: 1 << 20 } }
    }

    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        match content {
            Content::Whole(bytes) => assert_eq!(bytes.len() as u64, entry.size),
            Content::Stream(reader) => {
                // Now and then only a part.
                let most = if self.0.is_multiple_of(3) { 10 } else { u64::MAX };
                let read = io::copy(&mut reader.take(most), &mut io::sink()).unwrap_or(0);
                assert!(read <= entry.size);
            }
        }
    }
}

fn look_at(image: &Image, options: &OpenOptions) {
    let Ok(reads) = image.read(&|_| true, &|_| Mixed(0), &Silent) else { return };
    let layers = &image.info().layers;
    let entries: Vec<&LayerEntries> = layers
        .iter()
        .filter_map(|layer| reads.get(layer.same_as.unwrap_or(layer.index) as usize)?.as_ref())
        .map(|read| &read.entries)
        .collect();
    merge(&entries, &options.limits);
}

/// Merges, and checks what must hold of every tree.
fn merge(entries: &[&LayerEntries], limits: &Limits) {
    for entries in entries {
        assert_eq!(LayerEntries::from_bytes(&entries.to_bytes()).as_ref(), Some(*entries));
    }
    let (tree, diagnostics) = Tree::merge(entries, limits);
    assert!(diagnostics.len() <= limits.diagnostics + 2);
    let mut last: Option<Vec<u8>> = None;
    tree.visit_files(&mut |path, file| {
        assert!(last.as_deref().is_none_or(|last| last < path), "in order, each once");
        assert!(path.split(|&byte| byte == b'/').all(|part| !matches!(part, b"" | b"." | b"..")));
        assert!((file.layer as usize) < entries.len());
        assert_eq!(tree.resolve(path), Some(file));
        last = Some(path.to_vec());
    });
    for path in [&b"a/b"[..], b"etc/os-release", b"../a", b""] {
        let _ = tree.resolve(path);
        let _ = tree.lookup(path);
    }
}

/// Gives one document after the other, whatever is asked for.
struct InTurn(Mutex<std::vec::IntoIter<Vec<u8>>>);

impl BlobSource for InTurn {
    fn open(&self, _: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        match self.0.lock().ok().and_then(|mut documents| documents.next()) {
            Some(document) => Ok(Box::new(Cursor::new(document))),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Documents, one after the other with a NUL between: an index or manifest, and whatever it names.
pub(crate) fn manifest(data: &[u8]) {
    let documents: Vec<Vec<u8>> = data.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect();
    for verify in [false, true] {
        let options = options(verify);
        let source = InTurn(Mutex::new(documents.clone().into_iter()));
        if let Ok(image) = Image::from_blobs(Box::new(source), &sha256(b"root"), &options) {
            look_at(&image, &options);
        }
    }
    // The same bytes as docker's own document.
    let config = documents.get(1).cloned().unwrap_or_default();
    let archive = TarBuilder::new().file("manifest.json", documents.first().cloned().unwrap_or_default());
    let archive = archive.file("config.json", config).finish();
    as_file(&archive, &options(false));
}

struct Known(HashMap<Digest, Vec<u8>>);

impl BlobSource for Known {
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        match self.0.get(digest) {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// An image of one layer.
fn layer(blob: &[u8], diff_id: &Digest, verify: bool) {
    let mut blobs = HashMap::new();
    let mut put = |bytes: &[u8]| {
        let digest = sha256(bytes);
        blobs.insert(digest.clone(), bytes.to_vec());
        digest
    };
    let config = serde_json::json!({ "os": "linux", "architecture": "amd64",
        "rootfs": { "type": "layers", "diff_ids": [diff_id] } });
    let config = put(config.to_string().as_bytes());
    let manifest = serde_json::json!({ "schemaVersion": 2,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config },
        "layers": [{ "digest": put(blob) }] });
    let manifest = put(manifest.to_string().as_bytes());
    let options = options(verify);
    if let Ok(image) = Image::from_blobs(Box::new(Known(blobs)), &manifest, &options) {
        look_at(&image, &options);
    }
}

/// The archive of a layer.
pub(crate) fn tar(data: &[u8]) {
    layer(data, &sha256(data), true);
    layer(data, &sha256(b"unknown"), false);
    as_file(data, &options(false));
}

/// A compressed layer: what the first byte says, and then the stream without its magic bytes.
pub(crate) fn decoder(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    let magic: &[u8] = match kind % 4 {
        0 => &[0x1f, 0x8b],
        1 => &[0x28, 0xb5, 0x2f, 0xfd],
        2 => &[0x50, 0x2a, 0x4d, 0x18],
        _ => &[],
    };
    let blob = [magic, rest].concat();
    layer(&blob, &sha256(b"unknown"), true);
    layer(&blob, &sha256(b"unknown"), false);
    as_file(&blob, &options(false));
}

fn as_file(bytes: &[u8], options: &OpenOptions) {
    thread_local!(static PLACE: std::path::PathBuf = {
        let name = format!("plimsoll-fuzz-{}-{:?}", std::process::id(), std::thread::current().id());
        std::env::temp_dir().join(name.replace(['(', ')'], ""))
    });
    PLACE.with(|path| {
        if std::fs::write(path, bytes).is_ok() {
            if let Ok(image) = Image::open(path, options) {
                look_at(&image, options);
            }
            let _ = std::fs::remove_file(path);
        }
    });
}

/// A stack of layers, three bytes an entry: what, under which name, and to where.
pub(crate) fn overlay(data: &[u8]) {
    // Names that meet often: `a`, `a/b`, `a/b/c`.
    let path = |byte: u8| {
        let parts = ["a", "b", "c", "d"];
        let depth = 1 + usize::from(byte >> 6) % 3;
        let names = (0..depth).map(|at| parts[usize::from(byte >> (at * 2)) % 4]);
        names.collect::<Vec<_>>().join("/")
    };
    let mut layers: Vec<Vec<u8>> = Vec::new();
    let mut tar = TarBuilder::new();
    for entry in data.chunks_exact(3).take(300) {
        let (name, other) = (path(entry[1]), path(entry[2]));
        tar = match entry[0] % 12 {
            0 => tar.file(name, [entry[2]]),
            1 => tar.dir(name),
            2 => tar.symlink(name, other),
            3 => tar.symlink(name, format!("/{other}")),
            4 => tar.symlink(name, format!("../{other}/../x")),
            5 => tar.hardlink(name, other),
            6 => tar.whiteout(name),
            7 => tar.opaque(name),
            8 => tar.file(format!("{name}/{other}"), ""),
            9 => tar.fifo(name),
            10 => tar.file(format!("{name}/../{other}"), "up"),
            _ => {
                layers.push(std::mem::take(&mut tar).finish());
                TarBuilder::new()
            }
        };
    }
    layers.push(tar.finish());
    let options = options(false);
    let mut entries = Vec::new();
    for layer in layers.iter().take(options.limits.layers) {
        let mut blobs = HashMap::new();
        let mut put = |bytes: &[u8]| {
            let digest = sha256(bytes);
            blobs.insert(digest.clone(), bytes.to_vec());
            digest
        };
        let config = serde_json::json!({ "os": "linux", "rootfs": { "diff_ids": [sha256(layer)] } });
        let config = put(config.to_string().as_bytes());
        let manifest = serde_json::json!({ "schemaVersion": 2, "config": { "digest": config },
            "layers": [{ "digest": put(layer) }] });
        let manifest = put(manifest.to_string().as_bytes());
        let image = Image::from_blobs(Box::new(Known(blobs)), &manifest, &options).expect("an image");
        let reads = image.read(&|_| true, &|_| Mixed(0), &Silent).expect("a layer");
        entries.extend(reads.into_iter().flatten().map(|read| read.entries));
    }
    merge(&entries.iter().collect::<Vec<_>>(), &options.limits);
    // And names that nobody wrote.
    if let Some(entries) = LayerEntries::from_bytes(data) {
        let (tree, _) = Tree::merge(&[&entries, &entries], &options.limits);
        tree.visit(&mut |node| {
            let _ = tree.lookup(node.path);
        });
    }
}
