//! `plimsoll db update`, against a server that has the publishers' paths and fails as servers fail.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use plimsoll_testkit::Random;
use plimsoll_testkit::http::{Fault, Server};
use plimsoll_testkit::zip::ZipBuilder;
use serde_json::{Value, json};

const OSV: &str = "/PyPI/all.zip";
const KEV: &str = "/sites/default/files/feeds/known_exploited_vulnerabilities.json";
const EPSS: &str = "/epss_scores-current.csv.gz";

/// As many records as asked for, of which all are fixed in the version `state`.
fn osv(state: u32, records: u32) -> Vec<u8> {
    let record = |id: u32| {
        json!({
            "id": format!("PYSEC-2026-{id}"), "aliases": [format!("CVE-2026-{id}")],
            "modified": format!("2026-01-01T00:00:{state:02}Z"),
            "affected": [{"package": {"ecosystem": "PyPI", "name": format!("p{id}")},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": format!("{state}.0")}]}]}],
        })
    };
    let file = |zip: ZipBuilder, id| zip.file(format!("PYSEC-2026-{id}.json"), record(id).to_string());
    (0..records).fold(ZipBuilder::new(), file).finish()
}

fn kev() -> Vec<u8> {
    json!({"catalogVersion": "1", "vulnerabilities": [
        {"cveID": "CVE-2026-1", "vulnerabilityName": "n", "dateAdded": "2026-01-02"},
    ]})
    .to_string()
    .into_bytes()
}

struct Place {
    folder: tempfile::TempDir,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), server: Server::start() };
        place.server.put(OSV, osv(1, 50), "osv-1");
        place.server.put(KEV, kev(), "kev-1");
        let epss =
            b"#model_version:v1,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2026-1,0.5,0.9\n";
        place.server.put(EPSS, plimsoll_testkit::compression::gzip(epss), "epss-1");
        place
    }

    fn db(&self) -> PathBuf {
        self.folder.path().join("a.db")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(args).arg("--db").arg(self.db()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn update(&self, args: &[&str]) -> Output {
        let feeds =
            ["db", "update", "--feed", "osv:PyPI,kev", "--feed", "epss", "--base-url", self.server.url()];
        self.command(&[&feeds[..], args].concat()).output().unwrap()
    }

    fn spawn(&self) -> Child {
        let feeds = ["db", "update", "--feed", "osv:PyPI,kev,epss", "--base-url", self.server.url()];
        self.command(&feeds).spawn().unwrap()
    }

    fn status(&self) -> Value {
        let output = self.command(&["db", "status", "--format", "json"]).output().unwrap();
        assert!(output.status.success(), "{}", error(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The state that the store is in, which has to be one.
    fn state(&self) -> String {
        let args = ["match", "pkg:pypi/p1@0", "pkg:pypi/p49@0", "--format", "json"];
        let output = self.command(&args).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[0]["fixed_versions"], findings[1]["fixed_versions"]);
        findings[0]["fixed_versions"][0].as_str().unwrap().to_owned()
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn ok(output: Output) -> String {
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(error(&output), "", "silent where nobody looks");
    String::from_utf8(output.stdout).unwrap()
}

/// It failed with one line that says `what`.
fn failed(output: &Output, what: &str) {
    assert_eq!(output.status.code(), Some(2), "{}", error(output));
    let error = error(output);
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.contains(what), "{error}");
}

fn left(place: &Place) -> Vec<String> {
    let names = std::fs::read_dir(place.folder.path()).unwrap();
    let mut names: Vec<String> = names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn only_what_is_new_is_fetched_and_imported() {
    let place = Place::new();
    let said = ok(place.update(&[]));
    assert!(said.starts_with("51 records: 51 new, 0 changed"), "{said}");
    assert!(said.ends_with("3 documents fetched, 0 as before\n"), "{said}");
    assert_eq!(place.state(), "1.0");
    assert_eq!(left(&place), ["a.db", "a.db.lock"]);
    let status = place.status();
    assert_eq!(status["generation"]["id"], 1);
    assert_eq!(status["scores"], "2026-01-01");
    assert_eq!(status["downloads"][0]["etag"], "\"epss-1\"");
    let ours = status["downloads"].as_array().unwrap().iter();
    assert!(ours.clone().all(|download| download["address"].as_str().unwrap().starts_with("https://")));

    place.server.requests();
    assert_eq!(ok(place.update(&[])), "nothing new: 3 documents as before\n");
    assert!(place.server.requests().iter().all(|request| request.status == 304));
    assert_eq!(place.status()["generation"]["id"], 1, "nothing new is no generation");

    place.server.put(OSV, osv(2, 50), "osv-2");
    let said = ok(place.update(&[]));
    assert!(said.contains("50 records: 0 new, 50 changed"), "{said}");
    assert!(said.ends_with("1 document fetched, 2 as before\n"), "{said}");
    assert_eq!(place.state(), "2.0");

    // A store that is gone is made anew, whatever servers would say of what it had.
    std::fs::remove_file(place.db()).unwrap();
    assert!(ok(place.update(&[])).contains("51 new"));
}

#[test]
fn an_update_that_fails_leaves_the_old_store_and_the_next_goes_on() {
    let place = Place::new();
    ok(place.update(&[]));
    let before = std::fs::read(place.db()).unwrap();
    let newer = osv(2, 50);
    place.server.put(OSV, newer.clone(), "osv-2");

    // Cut off as if it were whole: the archive says so.
    place.server.fail(OSV, [Fault::Truncate(newer.len() / 2)]);
    failed(&place.update(&[]), "all.zip");
    assert_eq!(std::fs::read(place.db()).unwrap(), before);
    assert_eq!(place.state(), "1.0");

    place.server.put(OSV, newer, "osv-3");
    place.server.put(KEV, "<html>please log in</html>", "kev-2");
    failed(&place.update(&[]), "known_exploited_vulnerabilities.json");
    assert_eq!(std::fs::read(place.db()).unwrap(), before);

    // What was fetched is not fetched again.
    place.server.put(KEV, kev(), "kev-3");
    place.server.requests();
    ok(place.update(&[]));
    let again = place.server.requests().into_iter().find(|request| request.path == OSV).unwrap();
    assert_eq!(again.status, 304);
    assert_eq!(place.state(), "2.0");
}

#[test]
fn servers_that_stumble_are_tried_again() {
    let place = Place::new();
    place.server.fail(OSV, [Fault::BreakOff(1000), Fault::Status(500, vec![])]);
    place.server.fail(KEV, [Fault::Status(429, vec![("Retry-After", "1".to_owned())])]);
    let to = format!("{}/elsewhere", place.server.url());
    place.server.put("/elsewhere", b"cve,epss\n".to_vec(), "x");
    place.server.fail(EPSS, [Fault::Status(301, vec![("Location", to)])]);
    // It follows to a document that does not say of which day it is, and that is refused.
    failed(&place.update(&[]), "epss_scores-current.csv");
    assert!(!place.db().exists() || place.status()["generation"].is_null());
    std::fs::remove_dir_all(place.folder.path().join("a.db.downloads/epss.cyentia.com")).unwrap();
    ok(place.update(&[]));
    assert_eq!(place.state(), "1.0");
}

#[test]
fn what_can_not_be_had_is_named() {
    let place = Place::new();
    ok(place.update(&[]));
    place.server.put(OSV, osv(2, 50), "osv-2");
    place.server.remove(KEV);
    failed(&place.update(&[]), "the server says 404");
    assert_eq!(place.state(), "1.0");
    let output = place.update(&["--keep-going"]);
    assert_eq!(output.status.code(), Some(2));
    let said = error(&output);
    assert!(said.starts_with("missing: kev: https://www.cisa.gov/"), "{said}");
    assert!(said.ends_with("plimsoll: 1 document could not be had; what could is imported\n"), "{said}");
    assert_eq!(place.state(), "2.0");

    failed(
        &place.command(&["db", "update", "--feed", "nothing"]).output().unwrap(),
        "\"nothing\" is no feed",
    );
    let nowhere =
        place.command(&["db", "update", "--feed", "kev", "--base-url", "nowhere"]).output().unwrap();
    failed(&nowhere, "expected https://host/path");
    let junk = place.folder.path().join("junk.pem");
    std::fs::write(&junk, "junk").unwrap();
    failed(
        &place.update(&["--ca-file", junk.to_str().unwrap()]),
        "there is no certificate in it; expected PEM",
    );
}

#[test]
fn downloads_are_carried_to_where_there_is_no_network() {
    let place = Place::new();
    let downloads = place.folder.path().join("carried");
    let downloads = ["--downloads", downloads.to_str().unwrap()];
    ok(place.update(&downloads));
    std::fs::remove_file(place.db()).unwrap();
    place.server.requests();
    let offline = [&downloads[..], &["--offline"]].concat();
    assert!(ok(place.update(&offline)).contains("51 new"));
    assert_eq!(ok(place.update(&offline)), "nothing new: 3 documents as before\n");
    assert_eq!(place.server.requests(), []);
    failed(&place.command(&["db", "update", "--feed", "arch", "--offline"]).output().unwrap(), "--offline");
}

#[test]
fn a_store_that_can_not_be_used_is_said_before_anything_is_fetched() {
    let place = Place::new();
    std::fs::write(place.db(), "not a store").unwrap();
    failed(&place.update(&[]), "is not an advisory store");
    assert_eq!(place.server.requests(), []);
    assert_eq!(std::fs::read(place.db()).unwrap(), b"not a store");
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_generation() {
    let place = Place::new();
    ok(place.update(&[]));
    place.server.pace(KEV, 20, Duration::from_millis(1));
    let mut random = Random::new(6);
    let kills = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 200 } else { 12 };
    for round in 0..kills {
        let state = 2 + round % 50;
        place.server.put(OSV, osv(state, 50), &format!("osv-{state}"));
        place.server.pace(OSV, 700, Duration::from_millis(1));
        let before = place.state();
        let mut child = place.spawn();
        std::thread::sleep(Duration::from_millis(u64::try_from(random.below(120)).unwrap()));
        // SIGKILL, on Unix.
        child.kill().unwrap();
        child.wait().unwrap();
        let after = place.state();
        assert!(after == before || after == format!("{state}.0"), "{before} to {state}.0 left {after}");
    }
    place.server.put(OSV, osv(59, 50), "osv-59");
    ok(place.update(&[]));
    assert_eq!(place.state(), "59.0");
    assert_eq!(left(&place), ["a.db", "a.db.lock"], "nothing is left of those that were killed");
    let verified = place.command(&["db", "verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", error(&verified));
}

#[test]
fn two_updates_at_once_do_not_mix() {
    let place = Place::new();
    place.server.pace(OSV, 200, Duration::from_millis(20));
    let first = place.spawn();
    let folder = place.folder.path().join("a.db.downloads");
    wait_for(&folder.join(".lock"));
    wait_for(&folder.join("osv-vulnerabilities.storage.googleapis.com"));
    failed(&place.update(&[]), "another update");
    ok(first.wait_with_output().unwrap());
    assert_eq!(place.state(), "1.0");
}

fn wait_for(path: &Path) {
    while !path.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A document of Red Hat's about a CVE.
fn vex(id: &str, at: &str) -> Value {
    let product = json!({"product_id": "r8", "name": "RHEL 8",
        "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8"}});
    json!({
        "document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t",
            "publisher": {"name": "Red Hat Product Security"},
            "tracking": {"id": id, "current_release_date": at, "initial_release_date": at}},
        "product_tree": {"branches": [{"product": product}]},
        "vulnerabilities": [{"cve": id, "product_status": {"known_affected": ["r8:a"]}}],
    })
}

#[test]
fn what_a_publisher_takes_back_is_gone() {
    let place = Place::new();
    let root = "/data/csaf/v2/vex";
    let put =
        |name: &str, body: Vec<u8>, state: &str| place.server.put(&format!("{root}/{name}"), body, state);
    let documents =
        [("CVE-2024-1", "2024-08-01"), ("CVE-2024-2", "2024-08-02"), ("CVE-2024-3", "2024-08-20")];
    let archive = documents.iter().fold(plimsoll_testkit::TarBuilder::new(), |tar, (id, day)| {
        let text = vex(id, &format!("{day}T10:00:00+00:00")).to_string();
        tar.file(format!("2024/{}.json", id.to_lowercase()), text)
    });
    let archive = plimsoll_testkit::compression::gzip(&archive.finish());
    let name = "csaf_vex_2024-08-11.tar.gz";
    put("archive_latest.txt", name.as_bytes().to_vec(), "a");
    put(&format!("{name}.sha256"), plimsoll_testkit::sha256(&archive).hex().as_bytes().to_vec(), "a");
    put(name, archive, "a");
    put("changes.csv", b"\"2024/cve-2024-1.json\",\"2024-08-01T10:00:00+00:00\"\n".to_vec(), "a");
    put("deletions.csv", Vec::new(), "a");
    let update = || {
        let args = ["db", "update", "--feed", "redhat-vex", "--base-url", place.server.url()];
        ok(place.command(&args).output().unwrap())
    };
    let affected = || {
        let args = ["match", "pkg:rpm/redhat/a@1-1.el8?distro=redhat-8", "--format", "json"];
        let report: Value = serde_json::from_slice(&place.command(&args).output().unwrap().stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let mut ids: Vec<String> =
            findings.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert!(update().starts_with("3 records: 3 new"));
    assert_eq!(affected(), ["CVE-2024-1", "CVE-2024-2", "CVE-2024-3"]);
    // The last has come again since.
    let gone = "\"2024/cve-2024-2.json\",\"2024-08-15T10:00:00+00:00\"\n\
                \"2024/cve-2024-3.json\",\"2024-08-15T10:00:00+00:00\"\n\"2020/cve-2020-9.json\",\"2024-08-15T10:00:00+00:00\"\n";
    put("deletions.csv", gone.as_bytes().to_vec(), "b");
    let said = update();
    assert!(said.contains("taken back") && said.contains("1 document fetched"), "{said}");
    assert_eq!(affected(), ["CVE-2024-1", "CVE-2024-3"]);
    let delta = place.command(&["db", "delta", "1", "--format", "json"]).output().unwrap();
    let delta: Value = serde_json::from_slice(&delta.stdout).unwrap();
    assert!(delta.to_string().contains("CVE-2024-2"), "{delta}");
    // Nor does it come back with the same archive.
    assert!(update().starts_with("nothing new"));
    assert_eq!(affected(), ["CVE-2024-1", "CVE-2024-3"]);
}

#[test]
fn feeds_in_pages_and_in_folders_are_fetched_whole() {
    let place = Place::new();
    let page = |number: u32| format!("/updates/?type=security&status=stable&rows_per_page=100&page={number}");
    for number in 1..=3 {
        let update = json!({"alias": format!("FEDORA-2026-{number}"), "title": format!("a-{number}-1.fc41"), "status": "stable",
            "type": "security", "release": {"version": "41", "id_prefix": "FEDORA"},
            "bugs": [{"title": format!("CVE-2026-000{number} a: x")}], "builds": [{"nvr": format!("a-{number}-1.fc41")}]});
        let body = json!({"updates": [update], "page": number, "pages": 3}).to_string();
        place.server.put(&page(number), body, "1");
    }
    // As servers fail.
    place.server.fail(&page(2), [Fault::BreakOff(40), Fault::Status(500, vec![])]);
    place.server.fail(&page(3), [Fault::Status(429, vec![("Retry-After", "1".to_owned())])]);
    let records = |start: u32, count: u32| {
        let one = |n: u32| json!({"cve": {"id": format!("CVE-2026-1{n:04}"), "vulnStatus": "Analyzed", "descriptions": [], "metrics": {}}});
        json!({"format": "NVD_CVE", "version": "2.0", "resultsPerPage": 2000, "startIndex": start, "totalResults": 2001,
            "vulnerabilities": (start..start + count).map(one).collect::<Vec<_>>()})
        .to_string()
    };
    for (start, count) in [(0, 2000), (2000, 1)] {
        let path = format!("/rest/json/cves/2.0?resultsPerPage=2000&startIndex={start}");
        place.server.put(&path, records(start, count), "1");
    }
    place.server.put(
        "/oval/",
        "<a href=\"com.ubuntu.jammy.cve.oval.xml.bz2\">x</a><a href=\"com.ubuntu.noble.cve.oval.xml.bz2\">x</a>",
        "1",
    );
    let oval = "<oval_definitions><generator><product_name>Canonical CVE OVAL Generator</product_name></generator><definitions></definitions></oval_definitions>";
    for release in ["jammy", "noble"] {
        place.server.put(&format!("/oval/com.ubuntu.{release}.cve.oval.xml.bz2"), oval, "1");
    }
    // A list of folders, and in each a list of files.
    place.server.put("/", "<a href=\"v3.19/\">x</a><a href=\"notes/\">x</a>", "1");
    place.server.put("/v3.19/", "<a href=\"../\">x</a><a href=\"main.json\">x</a>", "1");
    let secdb = json!({"urlprefix": "https://dl-cdn.alpinelinux.org/alpine", "distroversion": "v3.19", "reponame": "main",
        "packages": [{"pkg": {"name": "a", "secfixes": {"1-r0": ["CVE-2024-1"]}}}]});
    place.server.put("/v3.19/main.json", secdb.to_string(), "1");
    let update = |feeds: &str| {
        place.command(&["db", "update", "--feed", feeds, "--base-url", place.server.url()]).output().unwrap()
    };
    let said = ok(update("bodhi,nvd-api,ubuntu-oval,alpine"));
    assert!(said.starts_with("2005 records: 2005 new"), "{said}");
    assert!(said.ends_with("8 documents fetched, 0 as before\n"), "{said}");
    assert_eq!(ok(update("bodhi,nvd-api,ubuntu-oval,alpine")), "nothing new: 8 documents as before\n");
    // A page that is not there is no end of the pages.
    place.server.remove(&page(2));
    failed(&update("bodhi"), "the server says 404");
    assert_eq!(place.status()["generation"]["id"], 1);
}

#[test]
fn feeds_are_listed() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["db", "feeds", "--format", "json"]).output();
    let listed: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let feeds = listed["feeds"].as_array().unwrap();
    let osv = feeds.iter().find(|feed| feed["id"] == "osv").unwrap();
    assert_eq!((&osv["default"], &osv["parts"]), (&json!(true), &json!("an ecosystem")));
    assert!(feeds.iter().all(|feed| feed["address"].as_str().unwrap().starts_with("https://")));
}
