//! The whole of OSV.dev, simulated: 600,000 records, which are the corpus fifteen times under other names and ids. Says
//! how long an import takes, in seconds of processor time, and how much memory it needs at its peak.
//!
//!     PLIMSOLL_SCALE=600000 cargo bench -p plimsoll-advisory --bench scale

#[path = "../tests/corpus_files/mod.rs"]
mod corpus_files;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use plimsoll_advisory::{ImportOptions, Index, Store};
use plimsoll_core::Silent;

const CHILD: &str = "PLIMSOLL_SCALE_HOME";

fn main() {
    if let Some(home) = std::env::var_os(CHILD) {
        import(Path::new(&home));
        return;
    }
    let Some(records) = std::env::var("PLIMSOLL_SCALE").ok().and_then(|text| text.parse::<usize>().ok())
    else {
        eprintln!("skipped: PLIMSOLL_SCALE says how many records, such as 600000");
        return;
    };
    let zips = corpus_files::zips();
    if zips.is_empty() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let written = write(&zips, home.path(), records);
    println!("{written} records in {} MB of zips", size(home.path()) >> 20);
    // A process of its own: its peak is the import's.
    let status =
        std::process::Command::new(std::env::current_exe().unwrap()).env(CHILD, home.path()).status();
    assert!(status.unwrap().success());
}

fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// Copies of the corpus, each with ids, CVEs and package names of its own.
fn write(zips: &[PathBuf], home: &Path, records: usize) -> usize {
    let mut written = 0;
    for copy in 0.. {
        let file = std::fs::File::create(home.join(format!("{copy:02}.zip"))).unwrap();
        let mut out = zip::ZipWriter::new(std::io::BufWriter::new(file));
        let options = zip::write::SimpleFileOptions::default().compression_level(Some(1));
        for zip in zips {
            let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
            for index in 0..archive.len() {
                if written == records {
                    out.finish().unwrap();
                    return written;
                }
                let mut text = String::new();
                archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
                if copy > 0 {
                    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
                    rename(&mut value, copy);
                    text = value.to_string();
                }
                out.start_file(format!("{written}.json"), options).unwrap();
                out.write_all(text.as_bytes()).unwrap();
                written += 1;
            }
        }
        out.finish().unwrap();
    }
    written
}

fn rename(record: &mut serde_json::Value, copy: usize) {
    let other = |text: &str| match text.strip_prefix("CVE-") {
        Some(rest) => format!("CVE-{copy}{rest}"),
        None => format!("{text}-{copy}"),
    };
    record["id"] = other(record["id"].as_str().unwrap()).into();
    for list in ["aliases", "related", "upstream"] {
        for id in record[list].as_array_mut().into_iter().flatten() {
            *id = other(id.as_str().unwrap_or_default()).into();
        }
    }
    for entry in record["affected"].as_array_mut().into_iter().flatten() {
        if let Some(name) = entry["package"]["name"].as_str().map(str::to_owned) {
            entry["package"]["name"] = format!("{name}-{copy}").into();
        }
    }
}

fn import(home: &Path) {
    let mut zips: Vec<PathBuf> = std::fs::read_dir(home).unwrap().map(|file| file.unwrap().path()).collect();
    zips.sort();
    let zipped = size(home);
    let mut store = Store::create_or_open(home.join("store.db")).unwrap();
    let before = processor();
    let report = store.import(&zips, &ImportOptions::default(), &Silent).unwrap();
    let spent = processor() - before;
    #[expect(clippy::cast_precision_loss, reason = "it is for reading")]
    let rate = report.records as f64 / spent;
    println!(
        "import: {} records, {spent:.1} s of processor time, {rate:.0} records/s, peak {} MB",
        report.records,
        peak()
    );
    let size = std::fs::metadata(home.join("store.db")).unwrap().len();
    println!("store: {} MB for {} MB of zips", size >> 20, zipped >> 20);
    let before = processor();
    Index::build(&store, home.join("index")).unwrap();
    let index = std::fs::metadata(home.join("index")).unwrap().len();
    println!(
        "index: {} MB in {:.1} s of processor time, peak {} MB",
        index >> 20,
        processor() - before,
        peak()
    );
}

/// Seconds that this process has had of the processors, user time (proc(5), fields 14 of stat, in hundredths).
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields.split_whitespace().nth(11).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default() / 100.0
}

/// The most memory that this process has held, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() >> 10
}
