//! The compact index: its answers are the store's, and damaged bytes are refused or harmless.

#[path = "../fuzz/src/targets.rs"]
#[allow(dead_code)]
mod targets;

use std::path::Path;

use plimsoll_advisory::{Error, ImportOptions, Index, Store};
use plimsoll_core::{Package, Silent};
use plimsoll_matcher::{Matches, Options, match_packages};
use serde_json::{Value, json};

fn entry(ecosystem: &str, name: &str, fixed: &str, versions: &[&str]) -> Value {
    json!({
        "package": {"ecosystem": ecosystem, "name": name}, "versions": versions,
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
    })
}

/// A store of a few records, and its index.
fn set(home: &Path) -> (Store, Vec<u8>) {
    let records = [
        json!({
            "id": "PYSEC-1", "modified": "2024-01-01T00:00:00Z", "aliases": ["CVE-2024-1"],
            "affected": [entry("PyPI", "a", "0.7", &["0.8", "0.9"])],
        }),
        json!({
            "id": "GHSA-aaaa-bbbb-cccc", "modified": "2024-01-01T00:00:00Z", "aliases": ["CVE-2024-1"],
            "summary": "a summary", "affected": [entry("PyPI", "A", "1.1", &[])],
            "references": [{"type": "WEB", "url": "https://example.org"}],
        }),
        json!({
            "id": "DEBIAN-CVE-2024-1", "modified": "2024-01-01T00:00:00Z", "upstream": ["CVE-2024-1"],
            "affected": [entry("Debian:12", "s", "1.0-2", &[]), entry("Debian:13", "s", "1.0-1", &[])],
        }),
        json!({
            "id": "DEBIAN-CVE-2024-2", "modified": "2024-01-01T00:00:00Z", "upstream": ["CVE-2024-2"],
            "affected": [entry("Debian:12", "s", "1.0-1", &[])],
        }),
    ];
    let folder = home.join("records");
    std::fs::create_dir(&folder).unwrap();
    for (at, record) in records.iter().enumerate() {
        std::fs::write(folder.join(format!("{at}.json")), record.to_string()).unwrap();
    }
    let mut store = Store::create_or_open(home.join("store.db")).unwrap();
    let options = ImportOptions { at: Some("2026-01-02T03:04:05Z".into()), ..ImportOptions::default() };
    let report = store.import(&[&folder], &options, &Silent).unwrap();
    assert_eq!((report.records, report.skipped.len()), (4, 0));
    let path = home.join("index");
    Index::build(&store, &path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    (store, bytes)
}

fn packages() -> Vec<Package> {
    let debian = |name: &str| format!("pkg:deb/debian/{name}@1.0-1?distro=debian-12&upstream=s%401.0-1");
    let purls = ["pkg:pypi/a@0.9".to_owned(), debian("b"), debian("c"), "pkg:pypi/a@1.2".to_owned()];
    purls.iter().map(|purl| Package::from_purl(purl.parse().unwrap()).unwrap()).collect()
}

#[test]
fn the_answers_are_the_stores() {
    let home = tempfile::tempdir().unwrap();
    let (store, _) = set(home.path());
    let index = Index::open(home.path().join("index")).unwrap();
    let packages = packages();
    for dismissed in [false, true] {
        let options = Options { dismissed, ..Options::default() };
        let matched = match_packages(&packages, &index, options).unwrap();
        assert_eq!(matched, match_packages(&packages, &store, options).unwrap());
        let found: Vec<_> =
            matched.findings.iter().map(|f| (f.package.name.as_str(), f.id.as_str())).collect();
        assert_eq!(found, [("a", "CVE-2024-1"), ("b", "CVE-2024-1"), ("c", "CVE-2024-1")]);
        // PyPI's two records are one finding; the version is listed by the one and in the range of the other.
        let mut ranges: Vec<_> = matched.findings[0].evidence.iter().map(|at| at.range.as_str()).collect();
        ranges.sort_unstable();
        assert_eq!(ranges, ["< 1.1", "= 0.9"]);
        assert_eq!(matched.findings[1].evidence, matched.findings[2].evidence);
        assert_eq!(matched.findings[1].fixed_versions, ["1.0-2"]);
    }
    let matches = Matches::of(&packages, &index, Options::default()).unwrap();
    let mut answers: Vec<_> = matches.iter().map(|at| (at.package, at.record.id.as_str())).collect();
    answers.sort_unstable();
    let debian = "DEBIAN-CVE-2024-1";
    assert_eq!(answers, [(0, "GHSA-aaaa-bbbb-cccc"), (0, "PYSEC-1"), (1, debian), (2, debian)]);
}

#[test]
fn damaged_bytes_are_refused_or_harmless() {
    let home = tempfile::tempdir().unwrap();
    let (_, whole) = set(home.path());
    let exhaustive = std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some();
    let others = [0xff, 0x80, 1, 0, 0x7f];
    for at in 0..whole.len() {
        if exhaustive || at % 4 == 0 {
            targets::index(&whole[..at]);
        }
        let chosen = if exhaustive { &others[..] } else { &others[at % 3..][..1] };
        for other in chosen {
            let mut bytes = whole.clone();
            bytes[at] = *other;
            targets::index(&bytes);
        }
    }
}

#[test]
fn an_index_of_another_layout_is_refused_by_its_number() {
    let home = tempfile::tempdir().unwrap();
    let (_, mut bytes) = set(home.path());
    bytes[8] = 99;
    let path = home.path().join("other");
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(Index::open(&path), Err(Error::Schema { found: 99, .. })));
    std::fs::write(&path, b"SQLite format 3").unwrap();
    assert!(matches!(Index::open(&path), Err(Error::NotAStore { .. })));
}
