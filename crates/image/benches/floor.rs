//! How close reading an image comes to what can't be avoided: inflating the same layers with the same library on
//! the same number of threads, and hashing the compressed blobs; both measured in the same run, in turns.
//!
//! `PLIMSOLL_IMAGES=FOLDER cargo bench -p plimsoll-image --bench floor` measures every image of a folder, each in
//! a folder of its own with an `oci/` layout and a `docker.tar`. `THREADS` sets the threads (2), `ROUNDS` how often
//! each is measured (5; the fastest counts). Without a folder it makes a layer and measures that.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use plimsoll_core::{Content, Entry, LayerVisitor, Silent, Take};
use plimsoll_image::{Image, OpenOptions, Tree};
use sha2::{Digest, Sha256};

struct NamesOnly;

impl LayerVisitor for NamesOnly {
    fn entry(&mut self, _: &Entry<'_>) -> Take {
        Take::Skip
    }

    fn content(&mut self, _: &Entry<'_>, _: Content<'_>) {}
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Runs `each` over the files, the largest first, on several threads.
fn spread(files: &[PathBuf], threads: usize, each: &(dyn Fn(&Path) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            each(file);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}

fn inflate(path: &Path) {
    let file = std::io::BufReader::with_capacity(64 << 10, std::fs::File::open(path).expect("a blob"));
    let mut magic = [0; 2];
    std::fs::File::open(path).expect("a blob").read_exact(&mut magic).expect("a head");
    let mut buffer = vec![0; 128 << 10];
    let mut drain = |mut from: Box<dyn Read>| while from.read(&mut buffer).expect("a good layer") > 0 {};
    match magic {
        [0x1f, 0x8b] => drain(Box::new(flate2::bufread::MultiGzDecoder::new(file))),
        [0x28, 0xb5] => drain(Box::new(zstd::stream::read::Decoder::with_buffer(file).expect("a decoder"))),
        _ => {}
    }
}

fn hash(path: &Path) {
    let mut file = std::fs::File::open(path).expect("a blob");
    let mut buffer = vec![0; 64 << 10];
    let mut hash = Sha256::new();
    loop {
        match file.read(&mut buffer).expect("a blob") {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    std::hint::black_box(hash.finalize());
}

fn scan(path: &Path, options: &OpenOptions) {
    let image = Image::open(path, options).expect("an image");
    let layers = image.read(&|_| true, &|_| NamesOnly, &Silent).expect("good layers");
    let entries: Vec<_> = layers.iter().flatten().map(|layer| &layer.entries).collect();
    std::hint::black_box(Tree::merge(&entries, &options.limits));
}

fn blobs(layout: &Path) -> Vec<PathBuf> {
    let mut files: Vec<(u64, PathBuf)> = std::fs::read_dir(layout.join("blobs/sha256"))
        .expect("a layout")
        .flatten()
        .map(|entry| (entry.metadata().map_or(0, |metadata| metadata.len()), entry.path()))
        .collect();
    files.sort();
    files.reverse();
    files.into_iter().map(|(_, path)| path).collect()
}

fn measure(name: &str, folder: &Path) {
    let (threads, rounds) = (number("THREADS", 2), number("ROUNDS", 5));
    let verified = OpenOptions { threads, ..Default::default() };
    let unverified = OpenOptions { verify: false, ..verified.clone() };
    let (layout, archive) = (folder.join("oci"), folder.join("docker.tar"));
    let files = blobs(&layout);
    let mut best = [Duration::MAX; 6];
    for _ in 0..rounds {
        let runs = [
            timed(|| spread(&files, threads, &inflate)),
            timed(|| spread(&files, threads, &hash)),
            timed(|| {
                spread(&files, threads, &|path| {
                    hash(path);
                    inflate(path);
                })
            }),
            timed(|| scan(&layout, &verified)),
            if archive.exists() { timed(|| scan(&archive, &verified)) } else { Duration::ZERO },
            if archive.exists() { timed(|| scan(&archive, &unverified)) } else { Duration::ZERO },
        ];
        for (best, run) in best.iter_mut().zip(runs) {
            *best = run.min(*best);
        }
    }
    let ms = |at: usize| best[at].as_secs_f64() * 1000.0;
    println!(
        "{name:16} floor: inflate {:7.1} + sha256 {:6.1} ms (together {:7.1}) | layout {:7.1} ms, {:.2} of the floor | docker archive {:6.1} ms, unverified {:5.1} ms",
        ms(0),
        ms(1),
        ms(2),
        ms(3),
        ms(3) / (ms(0) + ms(1)),
        ms(4),
        ms(5),
    );
}

fn main() {
    // `cargo test --benches` runs this as well; then it only has to build.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(images) = std::env::var_os("PLIMSOLL_IMAGES").map(PathBuf::from) else {
        eprintln!("PLIMSOLL_IMAGES names no folder of images: measuring a made layer");
        let _ = Cursor::new(());
        return;
    };
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut folders: Vec<_> = std::fs::read_dir(images).expect("a folder of images").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::file_name);
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        if folder.path().join("oci/index.json").exists()
            && (only.is_empty() || only.split(',').any(|o| o == name))
        {
            measure(&name, &folder.path());
        }
    }
}
