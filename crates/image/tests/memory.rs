//! Memory depends on what is kept, not on what passes by.

mod seen;

use std::io::Write;

use plimsoll_core::{Content, Entry, LayerVisitor, Silent, Take};
use plimsoll_image::{Image, OpenOptions, Tree};
use plimsoll_testkit::{Header, header};

struct NamesOnly;

impl LayerVisitor for NamesOnly {
    fn entry(&mut self, _: &Entry<'_>) -> Take {
        Take::Skip
    }

    fn content(&mut self, _: &Entry<'_>, _: Content<'_>) {}
}

/// Writes a docker archive of one gzipped layer of empty files, without holding it.
fn many_files(path: &std::path::Path, count: usize) {
    let layer = path.with_extension("layer");
    let mut gzip =
        flate2::write::GzEncoder::new(std::fs::File::create(&layer).unwrap(), flate2::Compression::fast());
    for at in 0..count {
        if at % 1000 == 0 {
            gzip.write_all(&Header::new(b'5', format!("data/{}/", at / 1000)).to_bytes()).unwrap();
        }
        gzip.write_all(&Header::new(b'0', format!("data/{}/{at}.txt", at / 1000)).to_bytes()).unwrap();
    }
    gzip.write_all(&[0; 1024]).unwrap();
    gzip.finish().unwrap();
    let diff_id = format!("sha256:{}", "0".repeat(64));
    let config = format!(r#"{{"os":"linux","architecture":"amd64","rootfs":{{"diff_ids":["{diff_id}"]}}}}"#);
    let manifest = r#"[{"Config":"config.json","RepoTags":null,"Layers":["layer.tar.gz"]}]"#;
    let mut archive = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for (name, content) in [("config.json", config.as_str()), ("manifest.json", manifest)] {
        archive
            .write_all(&plimsoll_testkit::TarBuilder::new().file(name, content).finish_without_end())
            .unwrap();
    }
    let mut header = Header::new(b'0', "layer.tar.gz");
    let size = std::fs::metadata(&layer).unwrap().len();
    header.size = header::Size::Number(size);
    archive.write_all(&header.to_bytes()).unwrap();
    std::io::copy(&mut std::fs::File::open(&layer).unwrap(), &mut archive).unwrap();
    let padding = usize::try_from(size.next_multiple_of(512) - size).unwrap();
    archive.write_all(&vec![0; padding + 1024]).unwrap();
    archive.flush().unwrap();
}

/// The process's largest memory so far in KiB (Linux, proc(5), "VmHWM").
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .trim()
        .strip_suffix(" kB")?
        .trim()
        .parse()
        .ok()
}

/// Not a test of its own: what the next one runs as a process of its own.
#[test]
fn scan_alone() {
    let Some(path) = std::env::var_os("PLIMSOLL_TEST_IMAGE") else { return };
    // The archive's diff id is made up, and its compressed layer is inflated all the same.
    let options = OpenOptions { verify: false, ..Default::default() };
    let image = Image::open(path.as_ref(), &options).expect("an archive");
    let reads = image.read(&|_| true, &|_| NamesOnly, &Silent).expect("a layer");
    let entries = &reads[0].as_ref().expect("one layer").entries;
    let (tree, diagnostics) = Tree::merge(&[entries], &options.limits);
    assert_eq!(diagnostics, []);
    let bytes = entries.heap_size() + tree.heap_size();
    println!("entries {} bytes {bytes} peak {}", entries.len(), peak().unwrap_or(0));
}

#[test]
fn millions_of_empty_files_take_little() {
    let count = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 3_000_000 } else { 100_000 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    many_files(&path, count);
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "scan_alone", "--nocapture"])
        .env("PLIMSOLL_TEST_IMAGE", &path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let line = text.lines().find_map(|line| line.split_once("entries ")).expect("a line").1;
    let numbers: Vec<u64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    eprintln!("{line} KiB");
    let (entries, bytes, peak) = (numbers[0], numbers[1], numbers[2]);
    assert_eq!(entries, (count + count / 1000) as u64);
    assert!(bytes / entries < 100, "{} bytes an entry", bytes / entries);
    assert!(peak < 200 << 10, "{peak} KiB");
}
