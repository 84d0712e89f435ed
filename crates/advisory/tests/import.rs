//! Importing: what is read, what is named as unreadable, and what a failure leaves.

use std::io::Write;
use std::path::{Path, PathBuf};

use plimsoll_advisory::{Error, ImportOptions, ImportReport, Index, Store};
use plimsoll_core::{Limits, Package, Silent, Verdict};
use plimsoll_matcher::{Candidates, Options, match_packages};
use zip::write::SimpleFileOptions;

fn record(id: &str, name: &str, fixed: &str, modified: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"{modified}","affected":[{{"package":{{"ecosystem":"PyPI","name":"{name}"}},
        "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
    )
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

fn archive(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    write(folder, name, zip.finish().unwrap().into_inner())
}

fn import(store: &mut Store, path: &Path) -> Result<ImportReport, Error> {
    let options = ImportOptions { at: Some("2026-01-02T03:04:05Z".into()), ..ImportOptions::default() };
    store.import(&[path], &options, &Silent)
}

fn ids(store: &Store, purl: &str) -> Vec<String> {
    let package = Package::from_purl(purl.parse().unwrap()).unwrap();
    let matched = match_packages(&[package], store, Options::default()).unwrap();
    matched.findings.into_iter().map(|finding| finding.id).collect()
}

const OLD: &str = "2024-01-01T00:00:00Z";
const NEW: &str = "2025-01-01T00:00:00Z";

#[test]
fn a_file_a_folder_and_an_archive_are_read() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("a/b/store.db")).unwrap();
    assert_eq!(store.status().unwrap().generation, None);
    let file = write(home.path(), "one.json", record("PYSEC-1", "a", "1.0", OLD));
    write(home.path(), "folder/x/two.json", record("PYSEC-2", "b", "1.0", OLD));
    write(home.path(), "folder/.hidden.json", "not read");
    write(home.path(), "folder/three.json", record("PYSEC-3", "c", "1.0", NEW));
    let zip = archive(
        home.path(),
        "four.zip",
        &[("d/four.json", record("PYSEC-4", "d", "1.0", NEW).as_bytes()), ("d/", b"")],
    );
    let paths = [file, home.path().join("folder"), zip];
    let report = store.import(&paths, &ImportOptions::default(), &Silent).unwrap();
    assert_eq!((report.records, report.added, report.generation), (4, 4, 1));
    let status = store.status().unwrap();
    assert_eq!(status.ecosystems.len(), 1);
    let pypi = &status.ecosystems[0];
    assert_eq!((pypi.name.as_str(), pypi.records), ("PyPI", 4));
    assert_eq!((pypi.oldest.as_deref(), pypi.newest.as_deref()), (Some(OLD), Some(NEW)));
    for name in ["a", "b", "c", "d"] {
        assert_eq!(ids(&store, &format!("pkg:pypi/{name}@0.9")).len(), 1, "{name}");
        assert!(ids(&store, &format!("pkg:pypi/{name}@1.0")).is_empty(), "{name}");
    }
    store.verify().unwrap();
}

#[test]
fn a_record_is_replaced_unless_the_known_one_is_newer() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    import(&mut store, &write(home.path(), "1.json", record("PYSEC-1", "a", "1.0", OLD))).unwrap();
    let again =
        import(&mut store, &write(home.path(), "1.json", record("PYSEC-1", "a", "1.0", OLD))).unwrap();
    assert_eq!((again.generation, again.unchanged), (2, 1));
    let newer =
        import(&mut store, &write(home.path(), "2.json", record("PYSEC-1", "a", "2.0", NEW))).unwrap();
    assert_eq!((newer.changed, newer.added), (1, 0));
    assert_eq!(ids(&store, "pkg:pypi/a@1.5"), ["PYSEC-1"]);
    let older =
        import(&mut store, &write(home.path(), "1.json", record("PYSEC-1", "a", "1.0", OLD))).unwrap();
    assert_eq!(older.older, 1);
    assert_eq!(ids(&store, "pkg:pypi/a@1.5"), ["PYSEC-1"]);
    let renamed =
        import(&mut store, &write(home.path(), "3.json", record("PYSEC-1", "b", "2.0", NEW))).unwrap();
    assert_eq!(renamed.changed, 1);
    assert!(ids(&store, "pkg:pypi/a@1.5").is_empty());
    assert_eq!(ids(&store, "pkg:pypi/b@1.5"), ["PYSEC-1"]);
    let status = store.status().unwrap();
    assert_eq!(status.ecosystems[0].records, 1);
    let generation = status.generation.unwrap();
    assert_eq!((generation.id, generation.records), (5, 1));
    assert_eq!(generation.at.as_deref(), Some("2026-01-02T03:04:05Z"));
    store.verify().unwrap();
}

/// GHSA-6c3j-c64m-qhgq: a RubyGems database and an npm one, each with the id of the other's record.
#[test]
fn one_id_of_two_publishers_is_two_records() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let npm = record("GHSA-1", "jquery", "3.4.0", OLD).replace("PyPI", "npm");
    let python = record("GHSA-1", "xstatic-jquery", "3.4.0", NEW);
    let zip = archive(home.path(), "a.zip", &[("1.json", npm.as_bytes()), ("2.json", python.as_bytes())]);
    assert_eq!(import(&mut store, &zip).unwrap().added, 2);
    assert_eq!(ids(&store, "pkg:npm/jquery@3.0.0"), ["GHSA-1"]);
    assert_eq!(ids(&store, "pkg:pypi/xstatic-jquery@3.0.0"), ["GHSA-1"]);
    let withdrawn = r#"{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","withdrawn":"2026-01-01T00:00:00Z"}"#;
    let report = import(&mut store, &write(home.path(), "w.json", withdrawn)).unwrap();
    assert_eq!(report.changed, 1);
    assert!(ids(&store, "pkg:npm/jquery@3.0.0").is_empty());
    assert_eq!(store.status().unwrap().generation.unwrap().records, 1);
    store.verify().unwrap();
}

#[test]
fn the_same_records_make_the_same_digest() {
    let home = tempfile::tempdir().unwrap();
    let one = write(home.path(), "1.json", record("PYSEC-1", "a", "1.0", OLD));
    let two = write(home.path(), "2.json", record("PYSEC-2", "b", "1.0", OLD));
    let other = write(home.path(), "3.json", record("PYSEC-2", "b", "0.5", OLD));
    let digest = |name: &str, paths: &[&PathBuf]| {
        let mut store = Store::create_or_open(home.path().join(name)).unwrap();
        for path in paths {
            import(&mut store, path).unwrap();
        }
        store.verify().unwrap();
        store.status().unwrap().generation.unwrap().digest
    };
    let first = digest("a.db", &[&one, &two]);
    assert_eq!(first, digest("b.db", &[&two, &one]));
    assert_eq!(first, digest("c.db", &[&one, &other, &two]));
    assert_ne!(first, digest("d.db", &[&one, &other]));
}

#[test]
fn one_bad_record_of_an_archive_is_named_and_the_others_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let zip = archive(
        home.path(),
        "a.zip",
        &[
            ("good.json", record("PYSEC-1", "a", "1.0", OLD).as_bytes()),
            ("bad.json", br#"{"id":"PYSEC-2","affected":"#),
            ("other.json", br#"{"id": 7}"#),
            ("README.md", b"# Not an advisory"),
            ("last.json", record("PYSEC-3", "c", "1.0", OLD).as_bytes()),
        ],
    );
    let report = import(&mut store, &zip).unwrap();
    assert_eq!((report.records, report.skipped_count), (2, 2));
    let named: Vec<&str> = report.skipped.iter().filter_map(|skipped| skipped.path.as_deref()).collect();
    let expected: Vec<String> =
        ["bad.json", "other.json"].map(|name| format!("{}: {name}", zip.display())).to_vec();
    assert_eq!(named, expected);
    assert_eq!(ids(&store, "pkg:pypi/c@0.1"), ["PYSEC-3"]);
}

#[test]
fn a_file_that_is_no_advisory_is_named_and_the_store_stays() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    import(&mut store, &write(home.path(), "1.json", record("PYSEC-1", "a", "1.0", OLD))).unwrap();
    let before = std::fs::read(store.path()).unwrap();
    let good = write(home.path(), "2.json", record("PYSEC-2", "b", "1.0", OLD));
    for (name, content, expected) in [
        (
            "text.json",
            "hello",
            "text.json is not an advisory document: it is not JSON, nor of any feed that is known",
        ),
        ("empty.json", "", "empty.json is not an advisory document: it is empty"),
        ("broken.json", "{\"id\": \"X\"", "broken.json is not an advisory document: not an OSV record: EOF"),
        (
            "nothing.json",
            "{}",
            "nothing.json is not an advisory document: not an OSV record: missing field `id`",
        ),
    ] {
        let bad = write(home.path(), name, content);
        let error = store.import(&[good.clone(), bad], &ImportOptions::default(), &Silent).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(std::fs::read(store.path()).unwrap(), before, "{name}");
    }
    let missing = import(&mut store, &home.path().join("missing.json")).unwrap_err();
    assert!(missing.to_string().contains("missing.json"), "{missing}");
    let empty = home.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let nothing = import(&mut store, &empty).unwrap_err();
    assert!(matches!(nothing, Error::Nothing { .. }), "{nothing}");
    let zip = archive(home.path(), "bad.zip", &[("a.json", b"{")]);
    let nothing = import(&mut store, &zip).unwrap_err();
    assert!(nothing.to_string().contains("a.json"), "{nothing}");
    let truncated = std::fs::read(archive(home.path(), "t.zip", &[("a.json", b"{}")])).unwrap();
    let truncated = write(home.path(), "t.zip", &truncated[..truncated.len() - 30]);
    let error = import(&mut store, &truncated).unwrap_err();
    assert!(matches!(error, Error::Archive { .. }), "{error}");
    assert_eq!(std::fs::read(store.path()).unwrap(), before);
    let beside: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().ends_with(".draft")), "{beside:?}");
}

#[test]
fn limits_bound_documents_and_archives() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let large = format!("{}{}", record("PYSEC-1", "a", "1.0", OLD), " ".repeat(10_000));
    let small = record("PYSEC-2", "b", "1.0", OLD);
    let zip = archive(home.path(), "a.zip", &[("l.json", large.as_bytes()), ("s.json", small.as_bytes())]);
    let mut import = |limits: Limits, path: &Path| {
        store.import(&[path], &ImportOptions { limits, ..ImportOptions::default() }, &Silent)
    };
    let report = import(Limits { advisory: 5_000, ..Limits::default() }, &zip).unwrap();
    assert_eq!((report.records, report.skipped_count), (1, 1));
    assert!(report.skipped[0].to_string().contains("l.json: it is larger than the limit of 5000 bytes"));
    let error = import(Limits { advisories: 9_000, ..Limits::default() }, &zip).unwrap_err();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
    let file = write(home.path(), "large.json", &large);
    let error = import(Limits { advisory: 5_000, ..Limits::default() }, &file).unwrap_err();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
}

#[test]
fn what_is_no_store_is_said() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("store.db");
    assert!(matches!(Store::open(&path), Err(Error::NoStore { .. })));
    std::fs::write(&path, "not a database, only a text that is long enough to be looked at").unwrap();
    assert!(matches!(Store::open(&path), Err(Error::NotAStore { .. })));
    assert!(matches!(Store::create_or_open(&path), Err(Error::NotAStore { .. })));
    let other = rusqlite::Connection::open(home.path().join("other.db")).unwrap();
    other.execute_batch("CREATE TABLE a (b)").unwrap();
    assert!(matches!(Store::open(home.path().join("other.db")), Err(Error::NotAStore { .. })));
    assert!(matches!(Store::open(home.path()), Err(Error::NotAStore { .. })));
    let newer = home.path().join("newer.db");
    drop(Store::create_or_open(&newer).unwrap());
    rusqlite::Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let error = Store::open(&newer).unwrap_err();
    assert!(error.to_string().contains("schema 99"), "{error}");
}

#[test]
fn a_reader_keeps_its_generation_while_the_store_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    import(&mut store, &write(home.path(), "1.json", record("PYSEC-1", "a", "1.0", OLD))).unwrap();
    let reader = Store::open(store.path()).unwrap();
    import(&mut store, &write(home.path(), "2.json", record("PYSEC-2", "a", "1.0", OLD))).unwrap();
    assert_eq!(ids(&reader, "pkg:pypi/a@0.1"), ["PYSEC-1"]);
    assert_eq!(ids(&store, "pkg:pypi/a@0.1"), ["PYSEC-1", "PYSEC-2"]);
}

#[test]
fn everything_of_a_record_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let json = r#"{"id":"GHSA-a","modified":"2024-01-01T00:00:00Z","published":"2023-01-01T00:00:00Z",
      "aliases":["CVE-2024-1"],"related":["GHSA-b"],"summary":"A summary","details":"not kept",
      "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
      "database_specific":{"severity":"CRITICAL","cwe_ids":["CWE-79"]},
      "references":[{"type":"WEB","url":"https://github.com/a/b"},{"type":"ODD","url":"ftp://c"}],
      "affected":[{"package":{"ecosystem":"npm","name":"@a/b"},"versions":["1.0.0"],
        "ranges":[{"type":"SEMVER","events":[{"introduced":"2.0.0"},{"last_affected":"2.1.0"}]}]}]}"#;
    import(&mut store, &write(home.path(), "1.json", json)).unwrap();
    let package = Package::from_purl("pkg:npm/%40a/b@1.0.0".parse().unwrap()).unwrap();
    let options = Options { dismissed: true, ..Options::default() };
    let matched = match_packages(std::slice::from_ref(&package), &store, options).unwrap();
    let finding = &matched.findings[0];
    let (parsed, _) = plimsoll_advisory::feeds::osv::record(json.as_bytes()).unwrap();
    assert_eq!(finding.id, "CVE-2024-1");
    assert_eq!(finding.summary, "A summary");
    assert_eq!(finding.ratings, parsed.ratings);
    assert_eq!(finding.ratings.len(), 2);
    assert_eq!(finding.references, parsed.references);
    assert_eq!(finding.evidence[0].verdict, Verdict::Affected);
    assert_eq!(finding.evidence[0].range, "= 1.0.0");
    assert_eq!(parsed.cwes, ["CWE-79"]);
}

/// secdb, EPSS, lifetimes: documents that hold everything, so that what is no longer in them is gone.
#[test]
fn a_whole_document_takes_the_place_of_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let secdb = |fixes: &str| {
        format!(
            r#"{{"urlprefix":"https://dl-cdn.alpinelinux.org/alpine","distroversion":"v3.19","reponame":"main",
            "packages":[{{"pkg":{{"name":"zlib","secfixes":{fixes}}}}}]}}"#
        )
    };
    let first = write(home.path(), "1.json", secdb(r#"{"1.3-r0":["CVE-2024-1"],"1.4-r0":["CVE-2024-2"]}"#));
    import(&mut store, &first).unwrap();
    // Another repository of the release has the same CVE for its own package.
    let other = secdb(r#"{"9-r0":["CVE-2024-1"]}"#).replace("main", "community").replace("zlib", "other");
    import(&mut store, &write(home.path(), "2.json", other)).unwrap();
    let purl = "pkg:apk/alpine/zlib@1.2-r0?distro=alpine-3.19.1";
    assert_eq!(ids(&store, purl), ["CVE-2024-1", "CVE-2024-2"]);
    let second = write(home.path(), "1.json", secdb(r#"{"1.3-r0":["CVE-2024-1"]}"#));
    import(&mut store, &second).unwrap();
    assert_eq!(ids(&store, purl), ["CVE-2024-1"]);
    assert_eq!(ids(&store, "pkg:apk/alpine/other@1-r0?distro=alpine-3.19.1"), ["CVE-2024-1"]);
    let generations = store.generations().unwrap();
    let removed: Vec<u64> = generations.iter().map(|generation| generation.removed).collect();
    assert_eq!(removed, [0, 0, 1]);
    store.verify().unwrap();
}

#[test]
fn scores_and_catalogues_rate_what_other_records_know() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let mut python = record("PYSEC-1", "a", "1.0", OLD);
    python.insert_str(1, r#""aliases":["CVE-2024-1"],"#);
    import(&mut store, &write(home.path(), "1.json", python)).unwrap();
    let kev = r#"{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-1","dateAdded":"2024-01-02"}]}"#;
    import(&mut store, &write(home.path(), "kev.json", kev)).unwrap();
    let scores = |date: &str, score: &str| {
        format!(
            "#model_version:v1,score_date:{date}T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1,{score},0.9\n"
        )
    };
    let report = import(&mut store, &write(home.path(), "e.csv", scores("2024-02-02", "0.25"))).unwrap();
    assert_eq!((report.scores, report.records), (1, 0));
    let rated = |store: &Store| {
        let package = Package::from_purl("pkg:pypi/a@0.9".parse().unwrap()).unwrap();
        let matched = match_packages(&[package], store, Options::default()).unwrap();
        let ratings = matched.findings[0].ratings.iter();
        ratings
            .map(|rating| format!("{} {} {}", rating.source, rating.scheme, rating.value))
            .collect::<Vec<_>>()
    };
    assert_eq!(rated(&store), ["CISA KEV 2024-01-02", "FIRST EPSS 0.250000"]);
    // Scores of an earlier day come too late.
    import(&mut store, &write(home.path(), "e.csv", scores("2024-02-01", "0.99"))).unwrap();
    assert_eq!(rated(&store)[1], "FIRST EPSS 0.250000");
    let path = home.path().join("index");
    Index::build(&store, &path).unwrap();
    let package = Package::from_purl("pkg:pypi/a@0.9".parse().unwrap()).unwrap();
    let from = |source: &dyn Candidates| {
        match_packages(std::slice::from_ref(&package), source, Options::default()).unwrap()
    };
    assert_eq!(from(&Index::open(&path).unwrap()), from(&store));
    let life = r#"{"schema_version":"1","result":{"name":"debian","releases":[{"name":"12","eolFrom":"2026-06-10"}]}}"#;
    assert_eq!(import(&mut store, &write(home.path(), "life.json", life)).unwrap().lives, 1);
    assert_eq!(store.life("debian", "12").unwrap().unwrap().until.as_deref(), Some("2026-06-10"));
    assert_eq!(store.life("debian", "11").unwrap(), None);
}

/// An erratum in the metadata of two repositories, in each with that repository's packages.
#[test]
fn the_parts_of_an_erratum_come_together() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let update = |name: &str| {
        format!(
            r#"<updates><update type="security"><id>RLSA-2024:1</id><issued date="2024-01-01 00:00:00"/>
            <references><reference id="CVE-2024-1" href="x"/></references><pkglist><collection short="RL9">
            <name>Rocky Linux 9</name><package name="{name}" epoch="0" version="2" release="1" arch="x86_64"/>
            </collection></pkglist></update></updates>"#
        )
    };
    write(home.path(), "folder/base.xml", update("a"));
    write(home.path(), "folder/app.xml", update("b"));
    write(home.path(), "folder/app.yaml", "not: advisories\n");
    import(&mut store, &home.path().join("folder")).unwrap();
    for name in ["a", "b"] {
        let purl = format!("pkg:rpm/rocky/{name}@1-1?distro=rocky-9.3");
        assert_eq!(ids(&store, &purl), ["CVE-2024-1"], "{name}");
    }
    assert_eq!(store.status().unwrap().generation.unwrap().records, 1);
}
