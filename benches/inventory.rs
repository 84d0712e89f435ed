//! What the inventory costs beside what can't be avoided, as ratios of one run: the pass over an image's layers with all
//! catalogers and without any, and the Java archives' catalogers beside inflating the entries that they need and
//! hashing the archives.
//!
//! `PLIMSOLL_LAB=FOLDER cargo bench -p plimsoll --bench inventory` measures every image of a folder, each in a folder of
//! its own with an `oci/` layout. `THREADS` sets the threads (2), `ROUNDS` how often each is measured (5), in turns, of
//! which the fastest counts; an image that takes long is measured less often, but twice at least. `ONLY` names images.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use flate2::{Decompress, FlushDecompress};
use plimsoll::{Catalogers, Image, OpenOptions, Silent};
use plimsoll_core::{Content, Entry, EntryKind, LayerVisitor, Take};
use plimsoll_inventory::{Cataloger, File, Sink, catalogers};
use sha1::{Digest, Sha1};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Wants nothing of any layer.
struct Nothing;

impl LayerVisitor for Nothing {
    fn entry(&mut self, _: &Entry<'_>) -> Take {
        Take::Skip
    }
    fn peeked(&mut self, _: &Entry<'_>, _: &[u8]) -> Take {
        Take::Skip
    }
    fn content(&mut self, _: &Entry<'_>, _: Content<'_>) {}
}

/// Collects Java archives.
struct Jars<'a>(&'a Mutex<Vec<(Vec<u8>, Vec<u8>)>>);

impl LayerVisitor for Jars<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        let named = [&b".jar"[..], b".war", b".ear"].iter().any(|suffix| entry.path.ends_with(suffix));
        let wanted = entry.kind == EntryKind::File && named;
        if wanted { Take::Whole { max: 1 << 30 } } else { Take::Skip }
    }
    fn peeked(&mut self, _: &Entry<'_>, _: &[u8]) -> Take {
        Take::Skip
    }
    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        if let Content::Whole(bytes) = content {
            self.0.lock().expect("no thread panics").push((entry.path.to_vec(), bytes.to_vec()));
        }
    }
}

/// An entry that the catalogers need: its stored bytes, and how many it inflates to.
struct Needed {
    stored: Vec<u8>,
    size: usize,
    deflated: bool,
}

/// The needed entries of an archive and of those within it, and the archives' bytes.
fn needed(bytes: &[u8], out: &mut Vec<Needed>, archives: &mut Vec<Vec<u8>>) {
    archives.push(bytes.to_vec());
    let u16 = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let u32 = |at: usize| u16(at) | u16(at + 2) << 16;
    let Some(end) = memchr::memmem::rfind(bytes, b"PK\x05\x06") else { return };
    let (mut at, count) = (u32(end + 16), u16(end + 10));
    for _ in 0..count {
        if bytes.get(at..at + 4) != Some(b"PK\x01\x02") {
            return;
        }
        let (method, packed, size) = (u16(at + 10), u32(at + 20), u32(at + 24));
        let (name, extra, comment, local) = (u16(at + 28), u16(at + 30), u16(at + 32), u32(at + 42));
        let text = &bytes[at + 46..at + 46 + name];
        at += 46 + name + extra + comment;
        let archive = [&b".jar"[..], b".war", b".par", b".rar"].iter().any(|suffix| text.ends_with(suffix));
        let file = text.ends_with(b"pom.properties")
            || text.eq_ignore_ascii_case(b"META-INF/MANIFEST.MF")
            || text.starts_with(b"META-INF/maven/") && text.ends_with(b"/pom.xml");
        if !archive && !file {
            continue;
        }
        let start = local + 30 + u16(local + 26) + u16(local + 28);
        let entry = Needed { stored: bytes[start..start + packed].to_vec(), size, deflated: method == 8 };
        if archive {
            let mut inner = Vec::new();
            inflate(&entry, &mut Decompress::new(false), &mut inner);
            needed(&inner, out, archives);
        }
        out.push(entry);
    }
}

fn inflate(entry: &Needed, decoder: &mut Decompress, into: &mut Vec<u8>) {
    into.clear();
    if !entry.deflated {
        into.extend_from_slice(&entry.stored);
        return;
    }
    into.reserve(entry.size + 1);
    decoder.reset(false);
    decoder.decompress_vec(&entry.stored, into, FlushDecompress::Finish).expect("a good archive");
}

fn catalog(cataloger: &dyn Cataloger, jars: &[(Vec<u8>, Vec<u8>)]) {
    for (path, bytes) in jars {
        let size = bytes.len() as u64;
        let mut sink = Sink::default();
        let take = cataloger.peeked(path, size, &bytes[..bytes.len().min(64)]);
        let mut reader = &bytes[..];
        let content = if take == Take::Stream { Content::Stream(&mut reader) } else { Content::Whole(bytes) };
        cataloger.parse(File { path, size, content }, &mut sink);
        std::hint::black_box(sink);
    }
}

/// The longest that one measurement goes on after its second round.
const PATIENCE: Duration = Duration::from_secs(12);

fn best<const N: usize>(rounds: usize, mut run: impl FnMut() -> [Duration; N]) -> [f64; N] {
    let mut best = [Duration::MAX; N];
    let start = Instant::now();
    for round in 0..rounds {
        if round >= 2 && start.elapsed() > PATIENCE {
            break;
        }
        for (best, run) in best.iter_mut().zip(run()) {
            *best = run.min(*best);
        }
    }
    best.map(|time| time.as_secs_f64() * 1000.0)
}

fn measure(name: &str, layout: &Path) {
    let (threads, rounds) = (number("THREADS", 2), number("ROUNDS", 5));
    let options = OpenOptions { threads, ..Default::default() };
    let image = Image::open(layout, &options).expect("an image");
    let all = Catalogers::all();
    let pass = || timed(|| drop(image.read(&|_| true, &|_| Nothing, &Silent).expect("good layers")));
    let whole = || {
        timed(|| {
            let taken = plimsoll::take_inventory(&image, &all, &options.limits, &Silent);
            std::hint::black_box(taken.expect("an inventory"));
        })
    };
    let [pass, whole] = best(rounds, || [pass(), whole()]);
    print!("{name:16} layers {pass:8.1} ms, with inventory {whole:8.1} ms: {:.3}", whole / pass);

    let jars = Mutex::new(Vec::new());
    image.read(&|_| true, &|_| Jars(&jars), &Silent).expect("good layers");
    let jars = jars.into_inner().expect("no thread panics");
    let (mut entries, mut archives) = (Vec::new(), Vec::new());
    for (_, bytes) in &jars {
        needed(bytes, &mut entries, &mut archives);
    }
    if archives.len() < 10 {
        println!();
        return;
    }
    let list = catalogers::all();
    let java = list.iter().find(|cataloger| cataloger.id() == "java-archive").expect("it is registered");
    let [inflating, hashing, cataloging] = best(rounds, || {
        [
            timed(|| {
                let (mut decoder, mut buffer) = (Decompress::new(false), Vec::new());
                entries.iter().for_each(|entry| inflate(entry, &mut decoder, &mut buffer));
            }),
            timed(|| {
                archives.iter().for_each(|bytes| {
                    std::hint::black_box(Sha1::digest(bytes));
                });
            }),
            timed(|| catalog(java.as_ref(), &jars)),
        ]
    });
    println!(
        " | {} archives: inflating {inflating:.1} ms, SHA-1 {hashing:.1} ms, catalogers {cataloging:.1} ms: {:.2}",
        archives.len(),
        cataloging / (inflating + hashing),
    );
}

fn main() {
    // `cargo test --benches` runs this as well; then it only has to build.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(images) = std::env::var_os("PLIMSOLL_LAB").map(PathBuf::from) else {
        println!("PLIMSOLL_LAB names no folder of images");
        return;
    };
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut folders: Vec<_> = std::fs::read_dir(images).expect("a folder of images").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::file_name);
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        let asked = only.is_empty() || only.split(',').any(|only| only == name);
        if asked && folder.path().join("oci/index.json").exists() {
            measure(&name, &folder.path().join("oci"));
        }
    }
}
