//! `plimsoll explain`: why, and why not.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// An image of Debian 12: openssl, and jinja2 twice, once by python3-jinja2 and once by pip.
fn image(root: &Path) {
    let write = |path: &str, content: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let debian = |name: &str, source: &str, version: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nSource: {source}\nVersion: {version}\n\
             Maintainer: x\nDescription: x\n\n"
        )
    };
    write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    let status =
        debian("libssl3", "openssl", "3.0.9-1") + &debian("python3-jinja2", "jinja2", "3.1.2-1+deb12u2");
    write("var/lib/dpkg/status", &status);
    let metadata = "usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA";
    write("var/lib/dpkg/info/python3-jinja2.list", &format!("/{metadata}\n"));
    write(metadata, "Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.1.2\n\n");
    write(
        "usr/local/lib/python3.11/dist-packages/requests-2.31.0.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n\n",
    );
}

fn record(id: &str, cve: &str, ecosystem: &str, name: &str, fixed: Option<&str>) -> Value {
    let mut events = vec![json!({"introduced": "0"})];
    events.extend(fixed.map(|fixed| json!({"fixed": fixed})));
    json!({
        "id": id, "modified": "2026-02-03T00:00:00Z", "summary": format!("The summary of {id}"),
        "aliases": match id {
            "PYSEC-2026-2" => vec![cve, "GHSA-aaaa-bbbb-cccc"],
            _ if id.starts_with("PYSEC") => vec![cve],
            _ => vec![],
        },
        "upstream": if id.starts_with("PYSEC") { vec![] } else { vec![cve] },
        "affected": [{"package": {"ecosystem": ecosystem, "name": name},
            "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    })
}

fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    image(&folder.path().join("root"));
    let mut withdrawn = record("PYSEC-2026-5", "CVE-2026-5", "PyPI", "requests", None);
    withdrawn["withdrawn"] = json!("2026-02-04T00:00:00Z");
    let records = json!([
        record("DEBIAN-CVE-2026-1", "CVE-2026-1", "Debian:12", "openssl", Some("3.0.8-1")),
        record("DEBIAN-CVE-2026-2", "CVE-2026-2", "Debian:12", "jinja2", Some("3.1.2-1+deb12u1")),
        record("PYSEC-2026-2", "CVE-2026-2", "PyPI", "jinja2", Some("3.1.5")),
        record("PYSEC-2026-3", "CVE-2026-3", "PyPI", "django", Some("5")),
        record("DEBIAN-CVE-2026-4", "CVE-2026-4", "Debian:11", "openssl", None),
        withdrawn,
    ]);
    fs::write(folder.path().join("records.json"), records.to_string()).unwrap();
    let db = folder.path().join("a.db");
    run(folder.path(), &["db", "import", "records.json", "--db", db.to_str().unwrap()]);
    folder
}

fn run(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(args)
        .current_dir(folder)
        .env("PLIMSOLL_DB", "a.db")
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn ask(folder: &Path, subject: &str, id: &str) -> Value {
    serde_json::from_str(&run(folder, &["explain", subject, id, "--format", "json"])).unwrap()
}

#[test]
fn what_is_fixed_names_the_fix_and_what_is_installed() {
    let place = place();
    for id in ["CVE-2026-1", "cve-2026-1", "DEBIAN-CVE-2026-1"] {
        let answer = ask(place.path(), "dir:root", id);
        assert_eq!(answer["verdict"], "fixed", "{id}");
        let reason = answer["reason"].as_str().unwrap();
        assert!(reason.ends_with("DEBIAN-CVE-2026-1: Fixed in 3.0.8-1; 3.0.9-1 is installed."), "{reason}");
        assert_eq!(answer["packages"][0]["package"]["name"], "libssl3");
        assert_eq!(answer["packages"][0]["evidence"][0]["scheme"], "dpkg");
    }
    let text = run(place.path(), &["explain", "dir:root", "CVE-2026-1"]);
    assert!(
        text.starts_with(
            "FIXED  CVE-2026-1 (DEBIAN-CVE-2026-1)\n  dir:root · Debian GNU/Linux 12 (bookworm)\n"
        ),
        "{text}"
    );
    assert!(
        text.contains("    source package openssl of Debian:12, version 3.0.9-1, by the order of dpkg\n"),
        "{text}"
    );
}

#[test]
fn the_owner_of_a_language_package_has_decided() {
    let place = place();
    let answer = ask(place.path(), "dir:root", "GHSA-aaaa-bbbb-cccc");
    assert_eq!(answer["verdict"], "fixed");
    let packages = answer["packages"].as_array().unwrap();
    let owned = packages.iter().find(|said| said["package"]["type"] == "pypi").unwrap();
    assert_eq!((&owned["verdict"], &owned["evidence"][0]["verdict"]), (&json!("fixed"), &json!("affected")));
    assert_eq!(owned["owner"]["package"], "python3-jinja2");
    let text = run(place.path(), &["explain", "dir:root", "CVE-2026-2"]);
    let owner = "Owned by python3-jinja2, of which DEBIAN-CVE-2026-2 says: Fixed in 3.1.2-1+deb12u1; \
                 3.1.2-1+deb12u2 is installed.";
    assert!(text.contains(owner), "{text}");
    // By itself it is affected: nobody knows who installed it.
    assert_eq!(ask(place.path(), "pkg:pypi/jinja2@3.1.2", "CVE-2026-2")["verdict"], "affected");
}

#[test]
fn silence_has_a_reason() {
    let place = place();
    let silent = |subject: &str, id: &str, reason: &str| {
        let answer = ask(place.path(), subject, id);
        assert_eq!(answer["verdict"], Value::Null);
        assert_eq!(answer["reason"], reason);
        let text = run(place.path(), &["explain", subject, id]);
        assert!(text.starts_with("NOTHING SAID  ") && text.contains(reason), "{text}");
    };
    silent(
        "dir:root",
        "CVE-2026-3",
        "No such package in this image: it has nothing of what CVE-2026-3 is in.",
    );
    silent(
        "dir:root",
        "CVE-2026-9",
        "No record that is imported knows CVE-2026-9; the newest is of 2026-02-03.",
    );
    let libssl = "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl";
    let reason = format!("{libssl}: no record speaks of it in Debian:12; records speak of Debian:11.");
    silent("dir:root", "CVE-2026-4", &reason);
    let trixie = "pkg:deb/debian/openssl@3.5-1?distro=debian-13";
    let reason = format!("{trixie}: no feed for Debian:13 is imported; records speak of Debian:12.");
    silent(trixie, "CVE-2026-1", &reason);
    silent("pkg:pypi/flask@3", "CVE-2026-3", "What knows CVE-2026-3 speaks of other packages than this.");
    let text = run(place.path(), &["explain", "dir:root", "CVE-2026-3"]);
    assert!(text.contains("\nWhich speak of\n  PyPI                      django\n"), "{text}");
}

#[test]
fn a_withdrawal_is_a_reason() {
    let place = place();
    let answer = ask(place.path(), "dir:root", "CVE-2026-5");
    assert_eq!(answer["verdict"], "not-affected");
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.ends_with("PYSEC-2026-5: The record was withdrawn on 2026-02-04."), "{reason}");
    let elsewhere = ask(place.path(), "pkg:pypi/flask@3", "PYSEC-2026-5");
    let reason = "What knows PYSEC-2026-5 speaks of other packages than this. What knew it was withdrawn on 2026-02-04.";
    assert_eq!(elsewhere["reason"], reason);
}

#[test]
fn a_first_look_needs_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["explain", "demo:", "CVE-2023-38545", "--format", "json"])
        .env_remove("PLIMSOLL_DB")
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdict"], "affected");
    assert_eq!(answer["packages"][0]["package"]["name"], "curl");
}
