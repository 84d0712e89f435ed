//! Every document that ../shared/feeds/MANIFEST.tsv names, as `db import FILE` reads it: by itself, told by its
//! content, into a store of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plimsoll_advisory::{ImportOptions, ImportReport, Store};
use plimsoll_core::Silent;

/// Folders whose documents are no advisories, or none that is read; docs/feeds.md says of each why.
const UNREAD: &[&str] = &[
    "chainguard-libraries",
    "debian-release",
    "redhat-csaf-index/vuls-index/archive_latest.txt",
    "redhat-csaf-index/vuls-index/changes.csv",
    "redhat-repository-to-cpe",
    "eol/release-data",
];

/// Documents beside those that are read: lists of files, module metadata, pages without records, and such as are
/// meant to be refused.
const BESIDE: &[&str] = &[
    "modules.yaml.gz",
    // Takes back what is not there.
    "deletions.csv",
    // The list of the pages.
    "_rss.xml",
    "repomd.xml",
    "repomd_valid.xml",
    "changes.csv",
    "feed.meta",
    "/Sources",
    "distributions.json",
    "00boilerplate",
    // A page after the last record.
    "nvd-api-2/vuls/empty-0-1.json",
    // Advisories of the guide, which name neither builds nor severities.
    "msrc/vuls/advisory-0.json",
    // Its comment has no day.
    "epss/vunnel/missing-date.csv",
    // As published: two commas and a brace too many.
    "csaf-openeuler-cve-2024-50187.json",
];

/// Records that are broken as they were published: one each of these documents.
const BROKEN: &[(&str, &str)] = &[
    ("debian-tracker/vunnel-input/debian.json", "CVE-2022-0358 of chromium-browser"),
    ("debian-tracker-git/vlu-happy/data/DLA/list", "MALFORMED HEADER"),
];

/// Records of whole documents, counted by other means: jq, grep.
const COUNTS: &[(&str, u64)] = &[
    ("feeds/kev/kev-data/known_exploited_vulnerabilities.json", 1404),
    ("feeds/debian-dsa-dla/DSA-list-1.txt", 300),
    ("feeds/debian-dsa-dla/DLA-list-1.txt", 300),
    ("feeds/epss/vunnel/example-1.csv", 5),
    ("feeds/nvd-api-2/vuls/3_pages-3-3.json", 3),
    ("feeds/oracle-oval/vlu/all-positive-data.xml.bz2", 14),
    ("feeds/suse-oval/vunnel/suse_truncated.xml", 4),
    ("feeds/glad/vlu/GMS-2022-20.yml", 1),
    ("feeds/bottlerocket/vlu/updateinfo.xml.gz", 2),
    ("feeds/redhat-oval-v2/claircore/cve-2021-3762.xml", 4),
    ("feeds/amazon-alas-html/vunnel-alas/2_html/ALAS-2018-939", 1),
];

fn import(home: &Path, file: &Path) -> Result<ImportReport, String> {
    let mut store = Store::create_or_open(home.join("store.db")).unwrap();
    store.import(&[file], &ImportOptions::default(), &Silent).map_err(|e| e.to_string())
}

#[test]
fn every_document_is_imported_by_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let Ok(manifest) = std::fs::read_to_string(root.join("feeds/MANIFEST.tsv")) else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/feeds.md")).unwrap();
    let mut wrong: Vec<String> = Vec::new();
    let mut folders: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut unread = BTreeSet::new();
    for line in manifest.lines().skip(1) {
        let file = line.split('\t').next().unwrap();
        let Some(inner) = file.strip_prefix("feeds/") else { continue };
        let folder = inner.split('/').next().unwrap();
        let home = tempfile::tempdir().unwrap();
        let read = import(home.path(), &root.join(file));
        if let Some(name) = UNREAD.iter().find(|name| inner.starts_with(*name)) {
            unread.insert(*name);
            // What is not read is refused, and never taken for something else.
            if let Ok(report) = read {
                wrong.push(format!("{file}: {} records of what is not read", report.records));
            }
            continue;
        }
        if BESIDE.iter().any(|name| inner.contains(name)) {
            let empty = |report: ImportReport| report.records + report.scores + report.lives == 0;
            if read.is_ok_and(|report| !empty(report)) {
                wrong.push(format!("{file}: it holds no advisory, and one was found"));
            }
            continue;
        }
        let report = match read {
            Ok(report) => report,
            Err(e) => {
                wrong.push(format!("{file}: {e}"));
                continue;
            }
        };
        let records = report.records + report.scores + report.lives;
        let sum = folders.entry(folder.to_owned()).or_default();
        *sum = (sum.0 + 1, sum.1 + records);
        let known = BROKEN.iter().filter(|(name, _)| inner == *name).map(|(_, what)| *what);
        let known: Vec<&str> = known.collect();
        let other = |text: &String| !known.iter().any(|what| text.contains(what));
        let skipped: Vec<String> = report.skipped.iter().map(ToString::to_string).filter(other).collect();
        if !skipped.is_empty() || report.skipped.len() != known.len() {
            wrong.push(format!("{file}: {} skipped: {skipped:?}", report.skipped_count));
        }
        if let Some((_, count)) = COUNTS.iter().find(|(name, _)| *name == file)
            && *count != records
        {
            wrong.push(format!("{file}: {records} records, not {count}"));
        }
    }
    for (folder, (files, records)) in &folders {
        eprintln!("{folder}: {records} records in {files} documents");
        if !page.contains(&format!("`{folder}`")) {
            wrong.push(format!("docs/feeds.md does not name `{folder}`"));
        }
    }
    for folder in unread {
        let folder = folder.strip_suffix("/vuls-index/archive_latest.txt").unwrap_or(folder);
        let folder = folder.strip_suffix("/vuls-index/changes.csv").unwrap_or(folder);
        if !page.contains(&format!("`{folder}`")) {
            wrong.push(format!("docs/feeds.md does not say why `{folder}` is not read"));
        }
    }
    assert!(wrong.is_empty(), "{} documents:\n{}", wrong.len(), wrong.join("\n"));
}
