//! Layers with a table of contents: how much of them is fetched, and what becomes of lies.

use std::io;
use std::sync::{Arc, Mutex};

use crate::server::{Blobs, Server};
use plimsoll_core::{Content, Entry, LayerVisitor, Silent, Take};
use plimsoll_image::{Image, OpenOptions};
use plimsoll_registry::{Client, ClientOptions, Proxy};
use plimsoll_testkit::toc::{TocEntry, estargz, zstd_chunked};
use plimsoll_testkit::{ImageBuilder, LayerBuilder};

const MIB: usize = 1 << 20;

fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn entries() -> Vec<TocEntry> {
    let mut entries = vec![TocEntry::file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")];
    entries
        .extend((0..40).map(|at| TocEntry::executable(format!("usr/bin/program{at}"), noise(at, MIB / 2))));
    entries.push(TocEntry::file(
        "var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2\n",
    ));
    entries.push(TocEntry::file("usr/share/large", noise(99, 3 * MIB)));
    entries.push(TocEntry::hardlink("usr/share/link", "usr/share/large"));
    entries.push(TocEntry::file(format!("usr/{}/deep", "long/".repeat(60)), "deep"));
    entries.push(TocEntry::file("empty", ""));
    entries
}

type Taken = Vec<(String, Vec<u8>)>;

/// Takes what has one of the names, and notes all names.
struct Pick {
    names: &'static [&'static str],
    seen: Arc<Mutex<Vec<String>>>,
    taken: Arc<Mutex<Taken>>,
}

impl LayerVisitor for Pick {
    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        let path = String::from_utf8_lossy(entry.path).into_owned();
        self.seen.lock().unwrap().push(path.clone());
        if self.names.contains(&path.as_str()) { Take::Stream } else { Take::Skip }
    }
    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        let mut bytes = Vec::new();
        match content {
            Content::Whole(whole) => bytes.extend_from_slice(whole),
            Content::Stream(reader) => {
                reader.read_to_end(&mut bytes).unwrap();
            }
        }
        self.taken.lock().unwrap().push((String::from_utf8_lossy(entry.path).into_owned(), bytes));
    }
}

struct Read_ {
    seen: Vec<String>,
    taken: Taken,
    complete: bool,
    moved: u64,
    size: u64,
}

fn read(layer: LayerBuilder, names: &'static [&'static str], tables: bool) -> Result<Read_, String> {
    let blobs = Blobs::of(&ImageBuilder::new().layer(layer).oci_tree());
    let size = blobs.blobs.values().map(|bytes| bytes.len() as u64).sum();
    let server = Server::new(move |request| blobs.answer(request));
    let client = Arc::new(Client::new(ClientOptions { proxy: Proxy::Direct, ..ClientOptions::default() }));
    let remote = client.open(&format!("{}/ship", server.host()).parse().unwrap()).unwrap();
    let digest = remote.digest().clone();
    let options = OpenOptions { tables, ..OpenOptions::default() };
    let image = Image::from_blobs(Box::new(remote), &digest, &options).unwrap();
    let (seen, taken) = (Arc::default(), Arc::default());
    let visitor =
        |_: &plimsoll_image::Layer| Pick { names, seen: Arc::clone(&seen), taken: Arc::clone(&taken) };
    let reads = image.read(&|_| true, &visitor, &Silent).map_err(|error| error.to_string())?;
    let complete = reads[0].as_ref().unwrap().complete;
    let (seen, taken) = (seen.lock().unwrap().clone(), taken.lock().unwrap().clone());
    Ok(Read_ { seen, taken, complete, moved: client.bytes_read(), size })
}

const WANTED: &[&str] = &["etc/os-release", "var/lib/dpkg/status"];

#[test]
fn only_what_is_wanted_is_fetched() {
    for (name, layer) in
        [("eStargz", estargz(&entries(), MIB)), ("zstd:chunked", zstd_chunked(&entries(), MIB))]
    {
        let whole = read(layer.clone(), WANTED, false).unwrap();
        let parts = read(layer, WANTED, true).unwrap();
        assert!(whole.complete && !parts.complete, "{name}");
        let mut taken = parts.taken.clone();
        taken.sort();
        let mut expected = whole.taken.clone();
        expected.sort();
        assert_eq!(taken, expected, "{name}");
        let mut names = parts.seen.clone();
        names.sort();
        // The table does not list itself.
        let mut all: Vec<_> =
            whole.seen.iter().filter(|name| *name != "stargz.index.json").cloned().collect();
        all.sort();
        assert_eq!(names, all, "{name}");
        println!(
            "{name}: {} of {} bytes moved, one in {}",
            parts.moved,
            parts.size,
            parts.size / parts.moved
        );
        assert!(
            whole.moved * 10 > whole.size * 9 && parts.moved * 100 < parts.size,
            "{name}: {} of {}",
            parts.moved,
            parts.size
        );
    }
}

#[test]
fn files_of_several_pieces_come_whole() {
    let names: &[&str] = &["usr/share/large", "usr/bin/program7"];
    for layer in [estargz(&entries(), MIB / 3), zstd_chunked(&entries(), 100_000)] {
        let mut taken = read(layer, names, true).unwrap().taken;
        taken.sort();
        assert!(taken[0].1 == noise(7, MIB / 2) && taken[1].1 == noise(99, 3 * MIB));
    }
}

#[test]
fn a_table_that_lies_is_not_believed() {
    // A table that is not the one that the manifest names is not used; the layer is then read whole.
    let layer = estargz(&entries(), MIB).annotation(
        "containerd.io/snapshot/stargz/toc.digest",
        plimsoll_testkit::sha256(b"other").to_string(),
    );
    assert!(read(layer, WANTED, true).unwrap().complete);
    let other = plimsoll_testkit::sha256(b"other").to_string();
    let layer = zstd_chunked(&entries(), MIB)
        .annotation("io.github.containers.zstd-chunked.manifest-checksum", other);
    assert!(read(layer, WANTED, true).unwrap().complete);
    // Nor is one that stands nowhere.
    for position in ["0:0:0:1", "1:99999999999:5:1", "18446744073709551615:2:5:1", "x", "1:2:3:2"] {
        let layer = zstd_chunked(&entries(), MIB)
            .annotation("io.github.containers.zstd-chunked.manifest-position", position);
        assert!(read(layer, WANTED, true).unwrap().complete, "{position}");
    }
}

#[test]
fn a_piece_that_lies_is_found() {
    // The registry changes the bytes of the parts that it gives.
    let blobs = Blobs::of(&ImageBuilder::new().layer(zstd_chunked(&entries(), MIB)).oci_tree());
    let server = Server::new(move |request| {
        let mut answer = blobs.answer(request);
        let small = answer.status == 206 && answer.body.len() < 300;
        if let Some(byte) = answer.body.last_mut().filter(|_| small) {
            *byte ^= 1;
        }
        answer
    });
    let client = Arc::new(Client::new(ClientOptions { proxy: Proxy::Direct, ..ClientOptions::default() }));
    let remote = client.open(&format!("{}/ship", server.host()).parse().unwrap()).unwrap();
    let digest = remote.digest().clone();
    let image = Image::from_blobs(Box::new(remote), &digest, &OpenOptions::default()).unwrap();
    struct All;
    impl LayerVisitor for All {
        fn entry(&mut self, _: &Entry<'_>) -> Take {
            Take::Whole { max: 1 << 30 }
        }
        fn content(&mut self, _: &Entry<'_>, content: Content<'_>) {
            if let Content::Stream(reader) = content {
                let _ = io::copy(reader, &mut io::sink());
            }
        }
    }
    let error = image.read(&|_| true, &|_| All, &Silent).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("table of contents names"), "{error}");
}
