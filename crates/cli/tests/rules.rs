//! `plimsoll rules …`, `plimsoll vex`, and scans with other tools' ignore files and VEX documents.

mod run;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

fn plimsoll(folder: &Path, args: &[&str]) -> Output {
    run::plimsoll(folder, args, b"")
}

fn out(folder: &Path, args: &[&str]) -> String {
    let output = plimsoll(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&out(folder, args)).unwrap()
}

const RULES: &str = r#"
[[rule]]
id = "urlize-not-used"
reason = "the filter is not used"
owner = "web"
created = 2026-01-15
expires = 2027-01-31
cve = "CVE-2020-28493"
justification = "vulnerable_code_not_in_execute_path"

[[rule]]
id = "lodash"
reason = "accepted for a year"
expires = 2026-01-01
package = "lodash"

[[rule]]
id = "near"
reason = "only old ones"
cve = "CVE-2020-28493"
version = "< 1.0"

[[test]]
name = "counts again"
now = 2027-02-01
cve = "CVE-2020-28493"
purl = "pkg:pypi/jinja2@2.10.1"

[[test]]
name = "disabled"
now = 2026-02-01
cve = "CVE-2020-28493"
purl = "pkg:pypi/jinja2@2.10.1"
disabled_by = "urlize-not-used"
"#;

/// A folder with rules and the report of the demonstration.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    std::fs::write(path.join("rules.toml"), RULES).unwrap();
    out(&path, &["scan", "demo:", "--format", "json", "--output", "report.json"]);
    (folder, path)
}

#[test]
fn check_explains_every_rule() {
    let (_keep, folder) = folder();
    let args = ["rules", "check", "rules.toml", "--report", "report.json", "--now", "2026-11-24"];
    let text = out(&folder, &args);
    let line =
        |start: &str| text.lines().find(|line| line.contains(start)).unwrap_or_else(|| panic!("{text}"));
    assert!(line("\"urlize-not-used\"").ends_with("decides 1"));
    assert!(line("\"lodash\"").contains("expired after 2026-01-01; it would match 2 findings"));
    assert!(line("\"near\"").contains("not < 1.0"), "{text}");
    assert!(text.contains("rule \"near\" never expires"));
    let checked = json(&folder, &[&args[..], &["--format", "json"]].concat());
    assert_eq!(checked["disabled"], 1);
    assert_eq!(checked["rules"][0]["matches"][0]["id"], "CVE-2020-28493");
    assert_eq!(checked["rules"][1]["state"], "expired");
    assert_eq!(checked["rules"][2]["near_misses"][0]["differs"][0]["field"], "version");
    let other = plimsoll(&folder, &["rules", "check", "rules.toml", "--report", "rules.toml"]);
    assert_eq!(other.status.code(), Some(2));
}

#[test]
fn examples_that_fail_are_an_exit_code() {
    let (_keep, folder) = folder();
    assert!(out(&folder, &["rules", "test", "rules.toml"]).ends_with("2 examples, 0 failed\n"));
    let wrong = format!(
        "{RULES}\n[[test]]\nname = \"wrong\"\nnow = 2026-02-01\ncve = \"CVE-2020-28493\"\npurl = \"pkg:pypi/jinja2@2\"\n"
    );
    std::fs::write(folder.join("wrong.toml"), wrong).unwrap();
    let failed = plimsoll(&folder, &["rules", "test", "wrong.toml"]);
    assert_eq!(failed.status.code(), Some(1));
    let text = String::from_utf8(failed.stdout).unwrap();
    assert!(text.contains("wrong: it is disabled by \"urlize-not-used\"; expected that it counts"), "{text}");
}

#[test]
fn other_tools_files_are_converted_and_read() {
    let (_keep, folder) = folder();
    std::fs::write(folder.join(".trivyignore"), "CVE-2020-28493 exp:2027-01-01\nAVD-DS-0002\n").unwrap();
    let converted = plimsoll(&folder, &["rules", "convert", ".trivyignore", "--output", "converted.toml"]);
    assert!(converted.status.success());
    let said = String::from_utf8(converted.stderr).unwrap();
    assert!(said.contains("AVD-DS-0002 was not carried over"), "{said}");
    let text = std::fs::read_to_string(folder.join("converted.toml")).unwrap();
    assert!(text.starts_with("# .trivyignore:2: AVD-DS-0002"), "{text}");
    let scan = |more: &[&str]| {
        json(&folder, &[&["scan", "demo:", "--format", "json", "--now", "2026-11-24"], more].concat())
    };
    for more in [&["--rules", "converted.toml"][..], &["--rules", ".trivyignore"], &["--find-rules"]] {
        let report = scan(more);
        assert_eq!(report["rules"]["disabled"], 1, "{more:?}");
        assert_eq!(report["rules"]["raw_assessment"], "unhealthy");
        let count = |of: &Value| of.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
        assert_eq!(count(&report["rules"]["raw_counts"]), count(&report["counts"]) + 1);
    }
    assert_eq!(scan(&[])["rules"]["disabled"], 0, "what is in the folder is read only when asked for");
}

#[test]
fn findings_grow_old_from_one_scan_to_the_next() {
    let (_keep, folder) = folder();
    let rules = "[[rule]]\nid = \"grace\"\nreason = \"a week to repair it\"\nage_days_below = 8\n";
    std::fs::write(folder.join("grace.toml"), rules).unwrap();
    let scan = |day: &str, more: &[&str]| {
        json(&folder, &[&["scan", "demo:", "--format", "json", "--now", day], more].concat())
    };
    let first = scan("2026-11-01", &["--rules", "grace.toml"]);
    assert_eq!(first["rules"]["disabled"], 0, "an age that is not known meets no criterion");
    assert_eq!(first["findings"][0].get("first_seen"), None);
    let mut earlier = first.clone();
    let new = earlier["findings"].as_array_mut().unwrap().remove(0);
    std::fs::write(folder.join("earlier.json"), earlier.to_string()).unwrap();
    let with = ["--rules", "grace.toml", "--baseline", "earlier.json"];
    let second = scan("2026-11-08", &with);
    let disabled = second["rules"]["disabled"].as_u64().unwrap();
    assert_eq!(disabled, second["findings"].as_array().unwrap().len() as u64, "seven days are below eight");
    std::fs::write(folder.join("second.json"), second.to_string()).unwrap();
    let third = scan("2026-11-09", &["--rules", "grace.toml", "--baseline", "second.json"]);
    for finding in third["findings"].as_array().unwrap() {
        let is_new = finding["id"] == new["id"] && finding["package"]["name"] == new["package"]["name"];
        assert_eq!(finding["first_seen"], if is_new { "2026-11-08" } else { "2026-11-01" });
        assert_eq!(finding.get("disabled").is_some(), is_new, "{finding}");
    }
    assert_eq!(third["day"], "2026-11-09");
    std::fs::write(folder.join("third.json"), third.to_string()).unwrap();
    let check =
        ["rules", "check", "grace.toml", "--report", "third.json", "--now", "2026-11-09", "--format", "json"];
    assert_eq!(
        json(&folder, &check)["disabled"],
        third["rules"]["disabled"],
        "a stored report knows its findings' age"
    );
    let gone = plimsoll(&folder, &["scan", "demo:", "--baseline", "nothing.json"]);
    assert_eq!(gone.status.code(), Some(2));
}

#[test]
fn decisions_go_out_as_openvex_and_come_in_again() {
    let (_keep, folder) = folder();
    let write = ["vex", "--report", "report.json", "--rules", "rules.toml", "--now", "2026-11-24"];
    let document = json(&folder, &[&write[..], &["--author", "security@example.com"]].concat());
    let statement = &document["statements"][0];
    assert_eq!(document["statements"].as_array().unwrap().len(), 1);
    assert_eq!(statement["vulnerability"]["name"], "CVE-2020-28493");
    assert_eq!(statement["status"], "not_affected");
    assert_eq!(statement["justification"], "vulnerable_code_not_in_execute_path");
    assert_eq!(statement["impact_statement"], "the filter is not used");
    assert_eq!(document["timestamp"], "2026-11-24T00:00:00Z");
    out(&folder, &[&write[..], &["--output", "app.vex.json"]].concat());
    let scan = ["scan", "demo:", "--vex", "app.vex.json", "--format", "json"];
    let report = json(&folder, &scan);
    let disabled: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().filter(|f| !f["disabled"].is_null()).collect();
    assert_eq!(disabled.len(), 1);
    assert_eq!(disabled[0]["disabled"]["vex"], "not_affected");
    assert_eq!(disabled[0]["disabled"]["justification"], "vulnerable_code_not_in_execute_path");
    assert!(disabled[0]["disabled"]["reason"].as_str().unwrap().contains("the filter is not used"));
    // What a scan has decided goes out without its rules.
    out(&folder, &[&scan[..], &["--output", "with.json"]].concat());
    let again = json(&folder, &["vex", "--report", "with.json", "--now", "2026-11-24"]);
    assert_eq!(again["statements"][0]["status"], "not_affected");
}

#[test]
fn a_vex_statement_that_matches_nothing_names_what_differs() {
    let (_keep, folder) = folder();
    let document = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a",
        "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [{
        "vulnerability": {"name": "CVE-2023-38545"}, "status": "not_affected",
        "justification": "component_not_present",
        "products": [{"@id": "pkg:deb/debian/curl?distro=debian-11"}]}]}"#;
    std::fs::write(folder.join("v.json"), document).unwrap();
    let text = out(&folder, &["rules", "check", "--vex", "v.json", "--report", "report.json"]);
    assert!(text.contains("nearest: CVE-2023-38545 in pkg:deb/debian/curl@"), "{text}");
    assert!(text.contains("not pkg:deb/debian/curl?distro=debian-11"), "{text}");
}

#[test]
fn the_score_is_shown_with_and_without_exemptions() {
    let (_keep, folder) = folder();
    let mut report: Value =
        serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap();
    let mut named = Vec::new();
    for (name, assessment) in
        [("a", "healthy"), ("b", "healthy-by-exemption"), ("c", "unhealthy"), ("d", "stale")]
    {
        report["assessment"] = assessment.into();
        std::fs::write(folder.join(name), report.to_string()).unwrap();
        named.push(name);
    }
    let text = out(&folder, &[&["rules", "score"], &named[..]].concat());
    // 6 / 2 × 1 and 6 / 3 × 1.
    let expected = "1 healthy, 1 unhealthy, 1 healthy by exemption, 1 not assessed\n\
                    effective  3.00 of 6\nraw        2.00 of 6\n";
    assert_eq!(text, expected);
}

#[test]
fn every_finding_says_what_to_do_and_the_image_has_a_plan() {
    let (_keep, folder) = folder();
    let report: Value = serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        let actions = finding["actions"].as_array().unwrap();
        assert!(!actions.is_empty(), "{}", finding["id"]);
        assert!(
            actions.iter().all(|a| a["action"].is_string() && a["text"].as_str().unwrap().ends_with('.'))
        );
    }
    let plan = &report["plan"];
    assert_eq!(plan["findings"], report["findings"].as_array().unwrap().len());
    let steps = plan["steps"].as_array().unwrap();
    let fixes: u64 = steps.iter().map(|step| step["fixes"].as_u64().unwrap()).sum();
    assert_eq!(plan["fixed"], fixes);
    assert!(steps.iter().map(|step| step["risk"].as_u64().unwrap()).is_sorted_by(|a, b| a >= b));
    assert!(out(&folder, &["scan", "demo:"]).contains("\nWhat to do first\n  1. "));
}

#[test]
fn old_advisories_call_nothing_healthy() {
    let (_keep, folder) = folder();
    let healthy = ["match", "pkg:npm/no-such-package@1.0.0", "--format", "json"];
    let stale = json(&folder, &[&healthy[..], &["--max-age", "1", "--now", "2030-01-01"]].concat());
    let reasons = stale["assessment_reasons"].to_string();
    assert!(reasons.contains("days ago: import newer ones"), "{reasons}");
}
