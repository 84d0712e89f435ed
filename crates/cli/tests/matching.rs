//! `plimsoll match`: from arguments, lists and SBOMs.

mod run;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

fn plimsoll(folder: &Path, args: &[&str], input: &str) -> Output {
    run::plimsoll(folder, args, input.as_bytes())
}

/// The ids of the findings, by the starter set.
fn ids(args: &[&str], folder: &Path, input: &str) -> Vec<String> {
    let output = plimsoll(folder, &[&["match", "--format", "json"], args].concat(), input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["findings"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect()
}

const LODASH: [&str; 2] = ["CVE-2021-23337", "CVE-2020-28500"];

#[test]
fn lists_and_sboms_name_packages() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
    write("purls.txt", "\u{feff}# what we ship\n\npkg:npm/lodash@4.17.20\r\npkg:npm/lodash@4.17.21\n");
    let component = json!({"type": "library", "name": "lodash", "purl": "pkg:npm/lodash@4.17.20"});
    let cyclonedx = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "components": [{"type": "application", "name": "app", "components": [component]}, {"type": "file", "name": "x"}],
    });
    write("app.cdx.json", &cyclonedx.to_string());
    let reference = json!({
        "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/lodash@4.17.20",
    });
    let cpe = json!({"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x:x:1:*:*:*:*:*:*:*"});
    let spdx =
        json!({"spdxVersion": "SPDX-2.3", "packages": [{"name": "x", "externalRefs": [cpe, reference]}, {}]});
    write("app.spdx.json", &spdx.to_string());
    let spdx3 =
        json!({"@graph": [{"type": "software_Package", "software_packageUrl": "pkg:npm/lodash@4.17.20"}]});
    write("app.spdx3.json", &spdx3.to_string());
    for name in ["purls.txt", "app.cdx.json", "app.spdx.json", "app.spdx3.json"] {
        assert_eq!(ids(&[name], folder.path(), ""), LODASH, "{name}");
    }
    assert_eq!(ids(&["-"], folder.path(), &cyclonedx.to_string()), LODASH);
    assert_eq!(ids(&["-"], folder.path(), ""), [""; 0]);
}

/// Packages of an operating system whose package URLs do not say which: the document does.
#[test]
fn an_sbom_says_which_operating_system_its_packages_are_of() {
    let folder = tempfile::tempdir().unwrap();
    let record = json!({"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Debian:12", "name": "curl"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "7.88.1-10+deb12u4"}]}]}]});
    fs::write(folder.path().join("x.json"), record.to_string()).unwrap();
    assert!(plimsoll(folder.path(), &["db", "import", "x.json", "--db", "a.db"], "").status.success());
    let sbom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "operating-system", "name": "debian", "version": "12"},
        {"type": "library", "name": "curl", "purl": "pkg:deb/debian/curl@7.88.1-10"},
        {"type": "library", "name": "curl", "purl": "pkg:deb/debian/curl@7.88.1-10?distro=debian-11"},
    ]});
    assert_eq!(ids(&["--db", "a.db", "-"], folder.path(), &sbom.to_string()), ["X-1"]);
}

#[test]
fn what_names_no_package_is_an_error_that_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let failed = |args: &[&str], input: &str, what: &str| {
        let output = plimsoll(folder.path(), &[&["match"], args].concat(), input);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), error.lines().count()), (Some(2), 1), "{error}");
        assert!(error.contains(what), "{error}");
    };
    failed(&["-"], "pkg:npm/lodash@1\n\nlodash 1\n", "standard input, line 3: ");
    failed(&["lodash"], "", "lodash");
    failed(&["-"], "{\"name\": 1}", "neither CycloneDX nor SPDX");
    failed(&["-"], "{", "standard input: not an SBOM");
    fs::write(folder.path().join("list"), "x").unwrap();
    failed(&["list"], "", "list, line 1: ");
}

#[test]
fn a_distribution_may_be_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let curl = "pkg:deb/debian/curl@7.88.1-10";
    assert_eq!(ids(&[curl], folder.path(), ""), [""; 0]);
    assert!(ids(&[curl, "--distro", "debian-12"], folder.path(), "").contains(&"CVE-2023-38545".to_owned()));
    // What says it by itself is believed.
    let named = format!("{curl}?distro=debian-11");
    assert_eq!(ids(&[&named, "--distro", "debian-12"], folder.path(), ""), [""; 0]);
}

#[test]
fn a_line_for_each_package_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let purls = "pkg:npm/lodash@4.17.21\npkg:npm/lodash@4.17.20\nnonsense\npkg:npm/lodash@4.17.20\n\
                 pkg:deb/debian/curl@7.88.1-10\npkg:pypi/jinja2@not-a-version\n";
    let output = plimsoll(folder.path(), &["match", "-", "--lines"], purls);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(error, "plimsoll: 1 line is no package URL: its line of output says why\n");
    let lines: Vec<Value> = output
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    let said: Vec<&str> = lines.iter().map(|line| line["purl"].as_str().unwrap()).collect();
    assert_eq!(said, purls.lines().collect::<Vec<_>>());
    let found = |line: &Value| -> Vec<String> {
        line["findings"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&lines[0]), [""; 0]);
    assert_eq!(
        (found(&lines[1]), found(&lines[3])),
        (LODASH.map(str::to_owned).into(), LODASH.map(str::to_owned).into())
    );
    assert!(lines[2]["error"].as_str().unwrap().contains("nonsense"));
    assert_eq!((&lines[0]["coverage"], &lines[1]["worst"]), (&json!("assessed"), &json!("high")));
    assert_eq!(
        (&lines[4]["coverage"], &lines[5]["coverage"]),
        (&json!("no-feed"), &json!("unparsed-version"))
    );

    let reached = |level: &str| {
        plimsoll(folder.path(), &["match", "pkg:npm/lodash@4.17.20", "--lines", "--fail-on", level], "")
            .status
            .code()
    };
    assert_eq!((reached("high"), reached("critical")), (Some(1), Some(0)));
}

/// More than are judged at one time.
#[test]
fn long_lists_come_through_whole() {
    let folder = tempfile::tempdir().unwrap();
    let purls: String = (0..3000).map(|n| format!("pkg:npm/lodash@4.17.{n}\n")).collect();
    let output = plimsoll(folder.path(), &["match", "-", "--lines"], &purls);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 3000);
    let affected = text.lines().filter(|line| !line.ends_with("\"findings\":[]}")).count();
    assert_eq!(affected, 21, "4.17.0 to 4.17.20");
}
