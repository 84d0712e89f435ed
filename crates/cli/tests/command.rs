//! What the command promises in docs/cli.md.

mod run;

use std::path::Path;
use std::process::Output;

use serde_json::Value;

fn plimsoll(args: &[&str], input: &str) -> Output {
    run::plimsoll(Path::new("."), args, input.as_bytes())
}

fn out(args: &[&str], input: &str) -> String {
    let output = plimsoll(args, input);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&out(args, "")).unwrap()
}

#[test]
fn the_demonstration_needs_nothing_and_finds_what_is_there() {
    let report = json(&["scan", "demo:", "--format", "json"]);
    assert_eq!(report["assessment"], "unhealthy");
    assert_eq!(report["advisories"]["starter"], true);
    let has = |id: &str, package: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().any(|f| f["id"] == id && f["package"]["name"] == package)
    };
    assert!(has("CVE-2023-38545", "curl"), "Debian");
    assert!(has("CVE-2020-28493", "Jinja2"), "PyPI");
    assert!(has("CVE-2021-23337", "lodash"), "npm");
    assert!(has("CVE-2023-39325", "golang.org/x/net"), "Go");
    // CVE-2022-37434 was fixed before the zlib that Debian 12 has.
    assert!(!has("CVE-2022-37434", "zlib1g"));
    let table = out(&["scan", "demo:"], "");
    assert!(table.starts_with("UNHEALTHY  "), "{table}");
    assert!(table.lines().next().unwrap().contains("starter advisories only"));
    assert!(!table.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn the_same_scan_gives_the_same_bytes() {
    let scan = || out(&["scan", "demo:", "--format", "json", "--now", "2026-11-24"], "");
    assert_eq!(scan(), scan());
}

#[test]
fn exit_codes_say_whether_a_level_was_reached() {
    for (level, code) in [("critical", 1), ("low", 1)] {
        assert_eq!(plimsoll(&["scan", "demo:", "--fail-on", level], "").status.code(), Some(code), "{level}");
    }
    let fixed = "pkg:pypi/jinja2@3.1.6";
    assert_eq!(plimsoll(&["match", fixed, "--fail-on", "low"], "").status.code(), Some(0));
    assert_eq!(
        plimsoll(&["match", "pkg:pypi/jinja2@2.11.2", "--fail-on", "critical"], "").status.code(),
        Some(0)
    );
    assert_eq!(plimsoll(&["scan"], "").status.code(), Some(2));
    assert_eq!(plimsoll(&["scan", "demo:", "--no-such-option"], "").status.code(), Some(2));
}

#[test]
fn rules_disable_and_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    let text = r#"
        [[rule]]
        id = "urlize-not-used"
        reason = "the filter is not used"
        expires = 2027-01-31
        cve = ["CVE-2020-28493"]
        [[rule]]
        id = "old"
        reason = "was accepted for a year"
        expires = 2026-01-01
        cve = ["CVE-2021-23337"]
    "#;
    std::fs::write(&rules, text).unwrap();
    let rules = rules.to_str().unwrap();
    let report = json(&["scan", "demo:", "--rules", rules, "--now", "2026-11-24", "--format", "json"]);
    let of = |id: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|f| f["id"] == id).unwrap()["disabled"].clone()
    };
    assert_eq!(of("CVE-2020-28493")["rule"], "urlize-not-used");
    assert_eq!(of("CVE-2020-28493")["until"], "2027-01-31");
    assert_eq!(of("CVE-2021-23337"), Value::Null, "an expired rule does not hold");
    assert_eq!(report["rules"]["disabled"], 1);
    assert!(report["rules"]["notes"][0].as_str().unwrap().contains("expired"));
    let later = json(&["scan", "demo:", "--rules", rules, "--now", "2027-02-01", "--format", "json"]);
    assert_eq!(later["rules"]["disabled"], 0);
}

#[test]
fn an_inventory_comes_in_three_forms() {
    let inventory = json(&["inventory", "demo:", "--format", "json"]);
    let packages = inventory["packages"].as_array().unwrap();
    let libssl = packages.iter().find(|p| p["name"] == "libssl3").unwrap();
    assert_eq!(libssl["type"], "deb");
    assert_eq!(libssl["source"]["name"], "openssl");
    assert_eq!(libssl["locations"][0]["path"], "/var/lib/dpkg/status");
    let curl = packages.iter().find(|p| p["name"] == "curl").unwrap();
    assert_eq!(curl["source"]["name"], "curl", "every binary package names its source");
    let bom = json(&["inventory", "demo:", "--format", "cyclonedx"]);
    let components = bom["components"].as_array().unwrap();
    let libraries: Vec<_> = components.iter().filter(|c| c["type"] == "library").collect();
    assert_eq!(libraries.len(), packages.len());
    assert!(libraries.iter().all(|c| c["purl"].as_str().is_some_and(|purl| purl.starts_with("pkg:"))));
    let table = out(&["inventory", "demo:"], "");
    assert!(table.starts_with("Debian GNU/Linux 12 (bookworm): "), "{table}");
}

#[test]
fn package_urls_are_matched_from_arguments_and_standard_input() {
    let ids = |report: &str| -> Vec<String> {
        let report: Value = serde_json::from_str(report).unwrap();
        report["findings"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect()
    };
    let given = out(&["match", "pkg:npm/lodash@4.17.20", "--format", "json"], "");
    assert_eq!(ids(&given), ["CVE-2021-23337", "CVE-2020-28500"]);
    let read = out(&["match", "-", "--format", "json"], "pkg:npm/lodash@4.17.20\n\npkg:npm/lodash@4.17.21\n");
    assert_eq!(ids(&read), ids(&given));
}

#[test]
fn versions_and_vectors_are_compared_and_scored_line_by_line() {
    assert_eq!(out(&["compare", "dpkg", "1.0~rc1", "1.0"], ""), "<\n");
    assert_eq!(out(&["compare", "Debian:12", "1:1", "2"], ""), ">\n");
    let lines = "1.0\t1.0.0\n1.0.dev1\t1.0\nnonsense\n";
    assert_eq!(out(&["compare", "pep440", "-"], lines), "=\n<\n?\n");
    assert_eq!(out(&["cvss", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"], ""), "9.8\tcritical\n");
    let scored = out(&["cvss", "-"], "AV:N/AC:L/Au:N/C:N/I:N/A:C\nCVSS:3.1/AV:N\n");
    assert!(scored.starts_with("7.8\thigh\n-\t"), "{scored}");
    let one = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["cvss", "CVSS:3.1/AV:N"])
        .output()
        .unwrap();
    assert_eq!((one.status.code(), one.stdout.len()), (Some(2), 0), "one vector that is none is a failure");
}

#[test]
fn a_second_scan_reads_no_layer() {
    use plimsoll_testkit::{Fault, demo};
    let folder = tempfile::tempdir().unwrap();
    let (image, cache) = (folder.path().join("app.tar"), folder.path().join("cache"));
    std::fs::write(&image, demo::image().docker_archive()).unwrap();
    let args =
        ["scan", image.to_str().unwrap(), "--layer-cache", cache.to_str().unwrap(), "--format", "json"];
    let first = json(&args);
    // The same image with a layer that could not be read: it is not missed.
    std::fs::write(&image, demo::image().fault(Fault::LayerChanged(1)).docker_archive()).unwrap();
    let second = json(&args);
    assert_eq!(first, second);
    assert_eq!(plimsoll(&args[..2], "").status.code(), Some(2));
}
