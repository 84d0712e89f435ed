//! `plimsoll db import`, `export`, `delta`, `status` and `verify`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        self.fed(args, b"")
    }

    fn fed(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(args)
            .current_dir(self.0.path())
            .env("PLIMSOLL_DB", "a.db")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that needs no input does not wait for it.
        let _ = stdin.write_all(input);
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["--format", "json"]].concat())).unwrap()
    }

    /// It fails with one line that says `what`.
    fn failed(&self, args: &[&str], what: &str) {
        let output = self.run(args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains(what), "{args:?}: {error}");
    }

    fn import(&self, records: &[Value]) {
        let path = self.path("records.json");
        fs::write(&path, Value::from(records).to_string()).unwrap();
        self.ok(&["db", "import", "records.json"]);
    }
}

fn record(id: &str, day: u32, fixed: &str, severity: &str, summary: &str) -> Value {
    json!({
        "id": id, "modified": format!("2026-01-{day:02}T00:00:00Z"), "summary": summary,
        "severity": [{"type": "CVSS_V3", "score": severity}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": "shop"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
    })
}

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
const LOW: &str = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";

/// Three generations: the second changes what one record affects, how bad another is, and the words of a third.
fn three_generations() -> Place {
    let place = Place::new();
    place.import(&[
        record("PYSEC-1", 1, "1.0", HIGH, "a"),
        record("PYSEC-2", 1, "1.0", HIGH, "a"),
        record("PYSEC-3", 1, "1.0", HIGH, "a"),
    ]);
    place.import(&[
        record("PYSEC-1", 2, "2.0", HIGH, "a"),
        record("PYSEC-2", 2, "1.0", LOW, "a"),
        record("PYSEC-3", 2, "1.0", HIGH, "b"),
    ]);
    let mut withdrawn = record("PYSEC-1", 3, "2.0", HIGH, "a");
    withdrawn["withdrawn"] = json!("2026-01-03T00:00:00Z");
    place.import(&[withdrawn]);
    place
}

#[test]
fn a_delta_says_what_follows() {
    let place = three_generations();
    let effects = |args: &[&str]| -> Vec<String> {
        let delta = place.json(&[&["db", "delta"], args].concat());
        let changes = delta["changes"].as_array().unwrap().iter();
        changes.map(|c| format!("{} {}", c["id"], c["effect"]).replace('"', "")).collect()
    };
    assert_eq!(effects(&["0", "1"]), ["PYSEC-1 match", "PYSEC-2 match", "PYSEC-3 match"]);
    assert_eq!(effects(&["1", "2"]), ["PYSEC-1 match", "PYSEC-2 rating", "PYSEC-3 text"]);
    assert_eq!(effects(&["2"]), ["PYSEC-1 match"]);
    assert_eq!(effects(&["3"]), [""; 0]);
    let delta = place.json(&["db", "delta", "2", "3"]);
    let change = &delta["changes"][0];
    assert_eq!(change["withdrawn"], "2026-01-03T00:00:00Z");
    assert_eq!(change["names"], json!([{"ecosystem": "PyPI", "kind": "binary", "name": "shop"}]));
    let table = place.ok(&["db", "delta", "1", "2"]);
    assert!(
        table.starts_with("generation 1 to 2: 1 record to match anew, 1 to rate anew, 1 in other words\n"),
        "{table}"
    );
    assert!(table.contains("match   PYSEC-1               osv               PyPI shop\n"), "{table}");
    place.failed(&["db", "delta", "2", "1"], "2 is after 1");
    place.failed(&["db", "delta", "4"], "there is no generation 4: the newest is 3");
}

#[test]
fn the_status_says_what_and_from_when() {
    let place = three_generations();
    let status = place.json(&["db", "status"]);
    assert_eq!(status["format"], "plimsoll-status");
    assert_eq!((&status["generation"]["id"], &status["generation"]["records"]), (&json!(3), &json!(3)));
    assert_eq!(status["generation"]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(status["generations"].as_array().unwrap().len(), 3);
    assert_eq!(status["age_days"], 0);
    let ecosystem = &status["ecosystems"][0];
    assert_eq!((&ecosystem["name"], &ecosystem["records"]), (&json!("PyPI"), &json!(3)));
    assert_eq!(ecosystem["newest"], "2026-01-03T00:00:00Z");
    let feed = &status["feeds"][0];
    assert_eq!((&feed["name"], &feed["records"], &feed["generation"]), (&json!("osv"), &json!(3), &json!(3)));
    let table = place.ok(&["db", "status"]);
    assert!(table.contains(": 3 records, generation 3, imported 20"), "{table}");
    assert!(table.contains("\nosv                                  3  2026-01-03  20"), "{table}");
    assert!(table.contains("\nPyPI                                 3  2026-01-02  2026-01-03\n"), "{table}");
}

#[test]
fn a_bundle_carries_a_store() {
    let place = three_generations();
    let said = place.ok(&["db", "export", "carried.bundle"]);
    assert!(said.starts_with("3 records, generation 3: carried.bundle\nsha256 "), "{said}");
    let digest = said.lines().last().unwrap().split(' ').nth(1).unwrap().to_owned();
    let first = fs::read(place.path("carried.bundle")).unwrap();
    place.ok(&["db", "export", "carried.bundle"]);
    assert_eq!(
        fs::read(place.path("carried.bundle")).unwrap(),
        first,
        "the same store gives the same bundle"
    );

    let said = place.ok(&["db", "import", "carried.bundle", "--db", "b.db", "--sha256", &digest]);
    assert_eq!(said, "3 records of the bundle; generation 3 of b.db\n");
    assert_eq!(fs::read(place.path("a.db")).unwrap(), fs::read(place.path("b.db")).unwrap());
    place.ok(&["db", "verify", "--db", "b.db"]);

    // It continues what it is imported over, however often.
    place.import(&[record("PYSEC-4", 4, "1.0", HIGH, "a")]);
    place.ok(&["db", "export", "newer.bundle"]);
    place.ok(&["db", "import", "newer.bundle", "--db", "b.db"]);
    assert_eq!(place.json(&["db", "delta", "3", "--db", "b.db"])["changes"][0]["id"], "PYSEC-4");
    place.failed(
        &["db", "import", "carried.bundle", "--db", "b.db"],
        "generation 4 of b.db is none of its generations",
    );
    place.ok(&["db", "import", "carried.bundle", "--db", "b.db", "--replace"]);
    place.failed(&["db", "import", "carried.bundle", "records.json", "--db", "b.db"], "import it alone");
    place.failed(&["db", "import", "records.json", "--replace"], "for bundles");
}

#[test]
fn a_bundle_that_was_touched_is_refused() {
    let place = three_generations();
    place.ok(&["db", "export", "carried.bundle"]);
    let whole = fs::read(place.path("carried.bundle")).unwrap();
    place.ok(&["db", "import", "carried.bundle", "--db", "b.db"]);
    let before = fs::read(place.path("b.db")).unwrap();
    let refused = |name: &str, bytes: &[u8]| {
        fs::write(place.path(name), bytes).unwrap();
        let output = place.run(&["db", "import", name, "--db", "b.db"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), error.lines().count()), (Some(2), 1), "{error}");
        assert!(error.contains(name), "{error}");
        assert_eq!(fs::read(place.path("b.db")).unwrap(), before, "{error}");
    };
    for at in (0..whole.len()).step_by(997) {
        let mut touched = whole.clone();
        touched[at] ^= 1;
        fs::write(place.path("touched.bundle"), &touched).unwrap();
        // A byte that says nothing (a time, an attribute) may differ; what is imported is the store all the same.
        let output = place.run(&["db", "import", "touched.bundle", "--db", "b.db"]);
        assert_eq!(fs::read(place.path("b.db")).unwrap(), before, "byte {at}");
        assert!(matches!(output.status.code(), Some(0 | 2)));
    }
    refused("short.bundle", &whole[..whole.len() / 2]);
    let text = String::from_utf8_lossy(&whole[..2000]).into_owned();
    let at = text.find("\"sha256\": \"").unwrap() + 11;
    let mut other = whole.clone();
    other[at..at + 64].fill(b'0');
    refused("other.bundle", &other);
    place.failed(&["db", "import", "carried.bundle", "--db", "b.db", "--sha256", "00"], "its SHA-256 is");
    let files: Vec<_> = fs::read_dir(place.0.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().ends_with(".draft")), "{files:?}");
}

/// minisign itself signs; the tests of the library know one of its signatures by heart.
#[test]
fn a_bundle_is_signed_with_minisign() {
    let place = three_generations();
    let minisign = |args: &[&str]| {
        let run = Command::new("minisign").args(args).current_dir(place.0.path()).output();
        run.is_ok_and(|output| output.status.success())
    };
    if !minisign(&["-G", "-W", "-p", "key.pub", "-s", "key.sec"]) {
        eprintln!("skipped: minisign is not here");
        return;
    }
    place.ok(&["db", "export", "carried.bundle"]);
    let import = ["db", "import", "carried.bundle", "--db", "b.db", "--public-key", "key.pub"];
    place.failed(&import, "carried.bundle.minisig");
    assert!(minisign(&["-S", "-s", "key.sec", "-m", "carried.bundle"]));
    place.ok(&import);
    let key = fs::read_to_string(place.path("key.pub")).unwrap();
    place.ok(&[
        "db",
        "import",
        "carried.bundle",
        "--db",
        "c.db",
        "--public-key",
        key.lines().nth(1).unwrap(),
    ]);
    assert!(minisign(&["-G", "-W", "-p", "other.pub", "-s", "other.sec"]));
    let other = ["db", "import", "carried.bundle", "--db", "d.db", "--public-key", "other.pub"];
    place.failed(&other, "is not the key's signature");
    let mut touched = fs::read(place.path("carried.bundle")).unwrap();
    let middle = touched.len() / 2;
    touched[middle] ^= 1;
    fs::write(place.path("carried.bundle"), touched).unwrap();
    place.failed(&import, "is not the key's signature");
    assert!(!place.path("d.db").exists());
}

#[test]
fn damage_is_named() {
    let place = three_generations();
    assert!(place.ok(&["db", "verify"]).ends_with("whole: 3 records, generation 3\n"));
    let whole = fs::read(place.path("a.db")).unwrap();
    let page = usize::from(u16::from_be_bytes([whole[16], whole[17]]));
    let mut named = 0;
    for at in 1..whole.len() / page {
        let mut damaged = whole.clone();
        damaged[at * page..(at + 1) * page].fill(0xff);
        fs::write(place.path("damaged.db"), &damaged).unwrap();
        let output = place.run(&["db", "verify", "--db", "damaged.db"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        // A page of nothing that is in use is no loss.
        if output.status.code() == Some(2) {
            assert_eq!(error.lines().count(), 1, "{error}");
            assert!(error.contains("damaged.db") && error.contains("damaged ("), "{error}");
            named += usize::from(error.contains("page"));
        }
    }
    assert!(named * 4 >= whole.len() / page * 3, "{named} of {} pages are named", whole.len() / page);
    fs::write(place.path("short.db"), &whole[..whole.len() / 2]).unwrap();
    place.failed(&["db", "verify", "--db", "short.db"], "short.db");
}

#[test]
fn stores_that_can_not_be_used_are_said_so() {
    let place = three_generations();
    for what in [&["db", "status"][..], &["db", "verify"], &["db", "delta", "0"], &["db", "export", "x"]] {
        place.failed(&[what, &["--db", "absent.db"]].concat(), "there is no advisory store at absent.db");
    }
    // SQLite's user_version, the schema, is at byte 60.
    let mut newer = fs::read(place.path("a.db")).unwrap();
    newer[63] = 99;
    fs::write(place.path("newer.db"), &newer).unwrap();
    for what in [&["db", "status"][..], &["db", "import", "records.json"], &["db", "update", "--feed", "kev"]]
    {
        place.failed(&[what, &["--db", "newer.db"]].concat(), "has schema 99, this program knows 1");
    }
    assert_eq!(fs::read(place.path("newer.db")).unwrap(), newer);
    place.ok(&["db", "status"]);
}

#[test]
fn standard_input_is_a_document_or_an_archive() {
    use plimsoll_testkit::compression::{gzip, zstd};
    use plimsoll_testkit::zip::ZipBuilder;
    let text = record("PYSEC-1", 1, "1.0", HIGH, "a").to_string();
    let zip = ZipBuilder::new().file("PYSEC-1.json", &text).file("LICENSE", "x").finish();
    // The same record as bzip2 and xz write it.
    let bz2 = b"BZh91AY&SY(\xc3#\xcf\x00\x00=\x1f\x80\x10\x06q\x10\x0a L:/\xeb\xdd* \x00t\x22\x99<I\xa3@\x194\x01\x93 \xd4\xc5\x0d\x1a44\xd1\xa0\x06\x80\xb2Zme\xe3XE\x0e@\xb6z\x08\x12\x1cjW\xce]\xd0\x9c8=\xea:\x0c\x11!\x80a\x14h\xe7LA\xec\x15V\x05u\xe9\xf6\x1c\xb6\x88\x22;\xc2\xa8\x1c\x82t\xacQ\xd9\x8ft\xfc\xc30c\x17%\x09*\xe4\xcd\xe4v\x13\x92\xd6\xc4\xa6\x1f\x8b\xb9\x22\x9c(H\x14a\x91\xe7\x80";
    let xz = b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\xe0\x00~\x00o]\x00=\x88\x89&\x81\x93S\x85\x96\xf6\xff\x12y\xa31+QY\x5c\xd7\xbe\xfc\x12F\x9a\xc5\xa3{\xf1\xa5UdE\x14\xabE\xd7\xf5E\x8f\xdbt\xbe9\xa4!\xe0lz\xad\xa0\xa0\x8d\x8d]'\xf9\x85 \xbb\xd5\xae\xf4\xa0($D,\x94\x95\x05\xe2\xd4wO\x9c\xaf\xfd\xf7\x17\x90\xdd\xd8\xde!\xbb\xa4\xce\xea\xfd6\xe2\xc1\xbb.\x1d\xac\x83\xb7F\xcd4\xc1\x07\xf4\x0f\x11\xb5\xd8V\x80\x00\x00\xd5\xc0u\x91\xa0\xcf\xd6+\x00\x01\x8b\x01\x7f\x00\x00\x00\xbc\xa9\x1e\xb9\xb1\xc4g\xfb\x02\x00\x00\x00\x00\x04YZ";
    let inputs = [text.as_bytes(), &gzip(text.as_bytes()), &zstd(text.as_bytes()), bz2, xz, &zip];
    for input in inputs {
        let place = Place::new();
        let output = place.fed(&["db", "import", "-"], input);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.starts_with("1 records: 1 new"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let place = Place::new();
    let output = place.fed(&["db", "import", "-"], b"nothing of the sort");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && error.contains("standard input"), "{error}");
}

/// A score file that does not say of which day it is can't be read; what stands beside it can.
#[test]
fn a_document_that_can_not_be_read_leaves_the_others() {
    let place = Place::new();
    fs::create_dir(place.path("feeds")).unwrap();
    fs::write(place.path("feeds/a.csv"), "cve,epss,percentile\nCVE-2026-1,0.1,0.1\n").unwrap();
    fs::write(place.path("feeds/b.json"), record("PYSEC-1", 1, "1.0", HIGH, "a").to_string()).unwrap();
    let output = place.run(&["db", "import", "feeds"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    assert!(error.starts_with("skipped: feeds/a.csv: the epss document can't be read"), "{error}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 records: 1 new"));
    place.failed(&["db", "import", "feeds/a.csv"], "the epss document feeds/a.csv can't be read");
}

#[cfg(unix)]
#[test]
fn folders_that_can_not_be_written_are_said_so() {
    use std::os::unix::fs::PermissionsExt;
    let place = three_generations();
    let folder = place.path("closed");
    fs::create_dir(&folder).unwrap();
    fs::copy(place.path("a.db"), folder.join("a.db")).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        println!("skipped: whoever runs this may write everywhere");
        return;
    }
    place.failed(&["db", "import", "records.json", "--db", "closed/a.db"], "closed/a.db");
    place.failed(&["db", "update", "--feed", "kev", "--db", "closed/a.db"], "closed/a.db");
    place.failed(&["db", "export", "closed/x.bundle"], "closed/x.bundle");
    place.ok(&["db", "status", "--db", "closed/a.db"]);
}

/// A file system of 2 MiB, where the machine lets one be made.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_harms_nothing() {
    let place = three_generations();
    let mount = place.path("small");
    fs::create_dir(&mount).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=300k tmpfs '{0}' && cp '{1}' '{0}/a.db' && PLIMSOLL_DB='{0}/a.db' '{2}' db import '{3}'; \
         echo $?; cmp '{0}/a.db' '{1}' && echo same; ls '{0}'",
        mount.display(),
        place.path("a.db").display(),
        env!("CARGO_BIN_EXE_plimsoll"),
        many(&place).display(),
    );
    let output = Command::new("unshare").args(["-rm", "sh", "-c", &script]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        println!("skipped: no file system can be made here");
        return;
    };
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.starts_with("2\nsame\n"), "{said}{error}");
    assert!(!said.contains("draft"), "{said}");
    assert!(error.contains("no space left"), "{error}");
}

#[cfg(target_os = "linux")]
fn many(place: &Place) -> PathBuf {
    let records: Vec<Value> =
        (0..5000).map(|id| record(&format!("PYSEC-{id}"), 9, "1.0", HIGH, "a")).collect();
    let path = place.path("many.json");
    fs::write(&path, Value::from(records).to_string()).unwrap();
    path
}

#[test]
fn an_index_agrees_with_its_store() {
    use plimsoll::stages::advisory::{Index, Store};
    let place = three_generations();
    let build = |store: &str, index: &str| {
        Index::build(&Store::open(place.path(store)).unwrap(), place.path(index)).unwrap();
    };
    build("a.db", "a.idx");
    place.ok(&["db", "verify", "--index", "a.idx"]);
    place.import(&[record("PYSEC-4", 4, "1.0", HIGH, "a")]);
    place.failed(&["db", "verify", "--index", "a.idx"], "is of generation 3, the store a.db of 4");
}
