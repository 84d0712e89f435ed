//! Reports in every form, differences, and where defaults come from.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn plimsoll(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    for name in ["PLIMSOLL_DB", "PLIMSOLL_FORMAT", "PLIMSOLL_FAIL_ON", "GITHUB_SHA", "AWS_ACCOUNT_ID"] {
        command.env_remove(name);
    }
    command
        .args(args)
        .current_dir(folder)
        .env("XDG_DATA_HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .envs(variables.iter().copied())
        .output()
        .expect("plimsoll runs")
}

fn out(folder: &Path, args: &[&str]) -> String {
    let output = plimsoll(folder, args, &[]);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn formats(folder: &Path, of: &str) -> Vec<String> {
    let all = out(folder, &["formats"]);
    let of = all.lines().filter(|line| line.contains(of));
    of.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn a_stored_report_converts_to_what_a_scan_gives() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    out(folder, &["scan", "demo:", "--now", "2026-11-24", "-f", "json", "-o", "report.json"]);
    let all = formats(folder, "scan");
    assert!(all.len() >= 25, "{all:?}");
    for format in &all {
        let scanned = out(folder, &["scan", "demo:", "--now", "2026-11-24", "-f", format]);
        let converted = out(folder, &["convert", "report.json", "--now", "2026-11-24", "-f", format]);
        assert!(!scanned.is_empty());
        assert_eq!(scanned, converted, "{format}");
    }
    let output = plimsoll(folder, &["convert", "missing.json"], &[]);
    assert_eq!(output.status.code(), Some(2));
    std::fs::write(folder.join("other.json"), "{}").unwrap();
    let output = plimsoll(folder, &["convert", "other.json"], &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("other.json: not a plimsoll-report"));
}

#[test]
fn an_inventory_has_the_forms_that_hold_packages() {
    let folder = tempfile::tempdir().unwrap();
    for format in formats(folder.path(), "inventory") {
        let text = out(folder.path(), &["inventory", "demo:", "-f", &format]);
        assert!(text.contains("libssl3"), "{format}");
        assert!(!text.contains("CVE-"), "{format}: an inventory knows of no vulnerability");
    }
    assert_eq!(plimsoll(folder.path(), &["inventory", "demo:", "-f", "sarif"], &[]).status.code(), Some(2));
}

#[test]
fn what_is_left_out_is_said_and_does_not_fail() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["scan", "demo:", "--min-severity", "critical", "-f", "json"];
    let report: Value = serde_json::from_str(&out(folder.path(), &args)).unwrap();
    let levels = report["findings"].as_array().unwrap().iter().map(|finding| &finding["severity"]);
    assert!(levels.clone().count() > 0 && levels.clone().all(|level| level == "critical"));
    assert_eq!(report["counts"].as_object().unwrap().len(), 1);
    let reasons = report["assessment_reasons"].to_string();
    assert!(reasons.contains("below critical"), "{reasons}");
    assert_eq!(report["assessment"], "unhealthy");
    let fixable = out(folder.path(), &["scan", "demo:", "--only-fixable", "--layers"]);
    assert!(!fixable.contains("no fix yet") && fixable.contains("layer 1 "), "{fixable}");
}

#[test]
fn only_new_findings_fail_where_there_is_a_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let code = |args: &[&str]| plimsoll(folder, args, &[]).status.code();
    out(folder, &["match", "pkg:pypi/jinja2@2.11.2", "-f", "json", "-o", "old.json"]);
    let same = ["match", "pkg:pypi/jinja2@2.11.2", "--fail-on-new", "old.json"];
    assert_eq!(code(&same), Some(0));
    let more = ["match", "pkg:pypi/jinja2@2.11.2", "pkg:pypi/django@3.2", "--fail-on-new", "old.json"];
    assert_eq!(code(&more), Some(1));
    let more = [&more[..], &["--fail-on", "critical"]].concat();
    assert_eq!(code(&more), Some(1));
    let low = ["match", "pkg:pypi/jinja2@2.11.2", "--fail-on", "low"];
    assert_eq!(code(&low), Some(1));
    assert_eq!(code(&[&same[..], &["--fail-on", "low"]].concat()), Some(0), "nothing of it is new");
}

#[test]
fn differences_have_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let stored = |name: &str, purls: &[&str]| {
        out(folder, &[&["match", "-f", "json", "-o", name], purls].concat());
    };
    stored("old.json", &["pkg:pypi/django@3.2", "pkg:npm/lodash@4.17.20"]);
    stored("new.json", &["pkg:pypi/django@3.2.20", "pkg:npm/minimist@1.2.5"]);
    let table = out(folder, &["diff", "old.json", "new.json"]);
    assert!(table.contains("django was 3.2, and is 3.2.20"), "{table}");
    assert!(table.contains("lodash is no longer installed"), "{table}");
    assert!(table.contains("minimist 1.2.5 was not installed"), "{table}");
    let json: Value =
        serde_json::from_str(&out(folder, &["diff", "old.json", "new.json", "-f", "json"])).unwrap();
    assert_eq!((&json["format"], &json["worst_new"]), (&"plimsoll-difference".into(), &"critical".into()));
    let fails = ["diff", "old.json", "new.json", "--fail-on", "high"];
    assert_eq!(plimsoll(folder, &fails, &[]).status.code(), Some(1));
    assert_eq!(
        plimsoll(folder, &["diff", "new.json", "new.json", "--fail-on", "high"], &[]).status.code(),
        Some(0)
    );
}

#[test]
fn what_is_usual_elsewhere_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let usual = out(folder, &["scan", "demo:", "--only-fixable", "--now", "2026-11-24"]);
    assert_eq!(out(folder, &["demo:", "--ignore-unfixed", "--now", "2026-11-24"]), usual);
    assert_eq!(out(folder, &["image", "demo:", "--only-fixed", "--now", "2026-11-24"]), usual);
    // A misspelt command is none of it.
    assert_eq!(plimsoll(folder, &["scam", "demo:"], &[]).status.code(), Some(2));
    // The environment may ask for a form that lines are not in.
    let lines =
        plimsoll(folder, &["match", "pkg:npm/lodash@4.17.20", "--lines"], &[("PLIMSOLL_FORMAT", "sarif")]);
    assert!(lines.status.success() && lines.stdout.starts_with(b"{\"purl\":"));
}

#[test]
fn another_store_shows_what_the_advisories_changed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let record = |id: &str| {
        serde_json::json!({
            "id": id, "modified": "2026-01-01T00:00:00Z", "summary": "s",
            "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9"}]}]}],
        })
        .to_string()
    };
    std::fs::write(folder.join("PYSEC-2026-1.json"), record("PYSEC-2026-1")).unwrap();
    out(folder, &["db", "import", "--db", "old.db", "PYSEC-2026-1.json"]);
    std::fs::write(folder.join("PYSEC-2026-2.json"), record("PYSEC-2026-2")).unwrap();
    out(folder, &["db", "import", "--db", "new.db", "PYSEC-2026-1.json", "PYSEC-2026-2.json"]);
    let sbom = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "jinja2", "version": "3.0", "purl": "pkg:pypi/jinja2@3.0"}]}"#;
    std::fs::write(folder.join("app.cdx"), sbom).unwrap();
    let diff = ["diff", "sbom:app.cdx", "sbom:app.cdx", "--old-db", "old.db", "--db", "new.db"];
    let json: Value = serde_json::from_str(&out(folder, &[&diff[..], &["-f", "json"]].concat())).unwrap();
    assert_eq!((&json["kept"], json["added"].as_array().unwrap().len()), (&1.into(), 1), "{json}");
    assert_eq!(json["added"][0]["finding"]["id"], "PYSEC-2026-2");
    let reason = "jinja2 is the same; the advisory is new or reaches further: PYSEC-2026-2";
    assert_eq!(json["added"][0]["reason"], reason);
}

#[test]
fn defaults_come_from_the_file_then_the_environment_then_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let purl = "pkg:pypi/jinja2@2.11.2";
    std::fs::write(
        folder.join("plimsoll.toml"),
        "format = \"csv\"\nfail-on = \"low\"\nonly-fixable = true\n",
    )
    .unwrap();
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let output = plimsoll(folder, &[&["match", purl], args].concat(), variables);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).chars().take(8).collect::<String>())
    };
    assert_eq!(run(&[], &[]), (Some(1), "severity".to_owned()));
    assert_eq!(run(&[], &[("PLIMSOLL_FORMAT", "markdown")]), (Some(1), "## `pack".to_owned()));
    assert_eq!(
        run(&["--format", "table", "--fail-on", "critical"], &[("PLIMSOLL_FORMAT", "markdown")]).0,
        Some(0)
    );
    assert_eq!(run(&[], &[("PLIMSOLL_CONFIG", "")]).0, Some(0), "no file, no level");
    // What one command does not have is no error for it, and what none has is.
    assert!(plimsoll(folder, &["cvss", "AV:N/AC:L/Au:N/C:N/I:N/A:C"], &[]).status.success());
    std::fs::write(folder.join("plimsoll.toml"), "fial-on = \"low\"\n").unwrap();
    let output = plimsoll(folder, &["match", purl], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fial-on"));
    std::fs::write(folder.join("plimsoll.toml"), "output = \"/etc/passwd\"\n").unwrap();
    assert_eq!(plimsoll(folder, &["match", purl], &[]).status.code(), Some(2));
}

#[test]
fn templates_completions_and_manual_pages_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("t.j2"), "{% for f in findings %}{{ f.id }}\n{% endfor %}").unwrap();
    let ids = out(folder, &["match", "pkg:npm/lodash@4.17.20", "--template", "t.j2"]);
    assert_eq!(ids.split_whitespace().collect::<Vec<_>>(), ["CVE-2021-23337", "CVE-2020-28500"]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = out(folder, &["completions", shell]);
        assert!(script.contains("only-fixable"), "{shell}");
        // The generators of the other two complete no values.
        assert!(script.contains("cyclonedx-xml") || matches!(shell, "powershell" | "elvish"), "{shell}");
    }
    out(folder, &["man", "pages"]);
    let page = std::fs::read_to_string(folder.join("pages/plimsoll-scan.1")).unwrap();
    assert!(page.contains("min\\-severity"), "{page}");
}
