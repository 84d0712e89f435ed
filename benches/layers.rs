//! How close a scan's first half, from an image to its inventory, comes to what can't be avoided: inflating the same
//! layers with the same library on the same number of threads, and hashing the compressed blobs. All of it is
//! measured in the same run, in turns, and the fastest of each counts.
//!
//! `PLIMSOLL_LAB=FOLDER cargo bench -p plimsoll --bench layers` measures every image of a folder, each in a folder of
//! its own with an `oci/` layout and a `docker.tar`. `THREADS` sets the threads (2), `ROUNDS` how often each is
//! measured (5), `ONLY` names images. Without a folder it measures an image that it makes.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use plimsoll::{Catalogers, FolderCache, Image, LayerCache, OpenOptions, Silent, take_inventory_with};
use sha2::{Digest, Sha256};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// How long something took, and how much of the processors' time, where the system says.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn cpu() -> Duration {
    // Linux, proc_pid_stat(5): utime and stime are the 14th and 15th field, in hundredths of a second.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10)
}

fn timed(work: impl FnOnce()) -> Cost {
    let (start, before) = (Instant::now(), cpu());
    work();
    Cost { wall: start.elapsed(), cpu: cpu().saturating_sub(before) }
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".into(), |text| text.trim().to_owned())
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

fn scan(path: &Path, options: &OpenOptions, cache: Option<&dyn LayerCache>) {
    let image = Image::open(path, options).expect("an image");
    let catalogers = Catalogers::all();
    let taken =
        take_inventory_with(&image, &catalogers, &options.limits, cache, &Silent).expect("an inventory");
    std::hint::black_box(taken);
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
    let none = Cost { wall: Duration::ZERO, cpu: Duration::ZERO };
    let mut best = [Cost { wall: Duration::MAX, cpu: Duration::MAX }; 6];
    let place = tempfile::tempdir().expect("a folder");
    let cache = FolderCache::open(place.path()).expect("a cache");
    let kept: Option<&dyn LayerCache> = Some(&cache);
    scan(&layout, &verified, kept);
    for _ in 0..rounds {
        let runs = [
            timed(|| spread(&files, threads, &inflate)),
            timed(|| spread(&files, threads, &hash)),
            timed(|| scan(&layout, &verified, None)),
            if archive.exists() { timed(|| scan(&archive, &verified, None)) } else { none },
            if archive.exists() { timed(|| scan(&archive, &unverified, None)) } else { none },
            timed(|| scan(&layout, &verified, kept)),
        ];
        for (best, run) in best.iter_mut().zip(runs) {
            *best = Cost { wall: run.wall.min(best.wall), cpu: run.cpu.min(best.cpu) };
        }
    }
    let wall = |at: usize| best[at].wall.as_secs_f64() * 1000.0;
    let cpu = |at: usize| best[at].cpu.as_secs_f64() * 1000.0;
    println!(
        "{name:16} {:8.1} {:8.1} | {:8.1}  {:.2}  {:.2} | {:8.1} {:8.1} | {:6.1}",
        wall(0),
        wall(1),
        wall(2),
        wall(2) / (wall(0) + wall(1)),
        cpu(2) / (cpu(0) + cpu(1)),
        wall(3),
        wall(4),
        wall(5),
    );
}

/// An image of the usual parts, in both forms.
fn made(folder: &Path) {
    let mix = plimsoll_testkit::synthetic::Mix { debian: 400, python: 200, node: 3000, ..Default::default() };
    let base = plimsoll_testkit::synthetic::random_files(300, 100_000, 1);
    let image = plimsoll_testkit::synthetic::mixed(mix).layer(plimsoll_testkit::LayerBuilder::from_tar(base));
    image.write_oci_layout(&folder.join("oci")).expect("a layout");
    std::fs::write(folder.join("docker.tar"), image.docker_archive()).expect("an archive");
}

fn main() {
    // `cargo test --benches` runs this as well; then it only has to build.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    println!("milliseconds:        floor       |      OCI layout      |  docker archive   |  warm");
    println!(
        "{:16} {:>8} {:>8} | {:>8}  wall   cpu | {:>8} {:>8} | {:>6}",
        "image", "inflate", "sha256", "", "", "unverif.", "cache"
    );
    let Some(images) = std::env::var_os("PLIMSOLL_LAB").map(PathBuf::from) else {
        let folder = tempfile::tempdir().expect("a folder");
        made(folder.path());
        measure("made", folder.path());
        return;
    };
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut folders: Vec<_> = std::fs::read_dir(images).expect("a folder of images").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::file_name);
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        let asked = only.is_empty() || only.split(',').any(|only| only == name);
        if asked && folder.path().join("oci/index.json").exists() {
            measure(&name, &folder.path());
        }
    }
    println!("peak memory of all of it: {}", peak());
}
