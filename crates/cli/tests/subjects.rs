//! What can be scanned besides images: bills of materials and files of packages.

mod run;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

fn plimsoll(args: &[&str], input: &[u8]) -> Output {
    run::plimsoll(Path::new("."), args, input)
}

fn json(args: &[&str], input: &[u8]) -> Value {
    let output = plimsoll(args, input);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {said}"))
}

/// Advisory, package URL and what fixes it.
fn findings(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = report["findings"]
        .as_array()
        .expect("a list of findings")
        .iter()
        .map(|it| (text(&it["id"]), text(&it["package"]["purl"]), it["fixed_versions"].to_string()))
        .collect();
    all.sort();
    all
}

#[test]
fn a_bill_of_materials_gives_the_findings_of_its_image() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.cdx.json");
    let bom = plimsoll(&["inventory", "demo:", "--format", "cyclonedx"], b"").stdout;
    fs::write(&path, &bom).unwrap();
    let path = path.to_str().unwrap();
    let image = findings(&json(&["scan", "demo:", "--format", "json"], b""));
    assert!(image.len() > 20, "{}", image.len());
    let listed = json(&["scan", &format!("sbom:{path}"), "--format", "json"], b"");
    assert_eq!(findings(&listed), image);
    assert_eq!(listed["image"]["source"], "CycloneDX JSON");
    // Recognised by its content, and from standard input.
    assert_eq!(findings(&json(&["scan", path, "--format", "json"], b"")), image);
    assert_eq!(findings(&json(&["scan", "-", "--format", "json"], &bom)), image);
    assert_eq!(findings(&json(&["scan", "sbom:-", "--format", "json"], &bom)), image);
}

#[test]
fn a_file_of_packages_is_read_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let lock = "# yarn lockfile v1\n\n\nleft-pad@^1.0.0:\n  version \"1.3.0\"\n";
    for name in ["yarn.lock", "some-other.name"] {
        let path = folder.path().join(name);
        fs::write(&path, lock).unwrap();
        for place in [path.to_str().unwrap(), folder.path().to_str().unwrap()] {
            let found = json(&["inventory", place, "--format", "json"], b"");
            assert_eq!(found["packages"][0]["name"], "left-pad", "{place}");
            let at = found["packages"][0]["locations"][0]["path"].as_str().unwrap().to_owned();
            assert!(at.ends_with(name), "{at}");
        }
        fs::remove_file(path).unwrap();
    }
    let found = json(&["inventory", "-", "--format", "json"], lock.as_bytes());
    assert_eq!(found["packages"][0]["version"], "1.3.0");
}

#[test]
fn what_is_nothing_of_the_kind_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    for (text, said) in [
        ("{\"a\":1}", "no bill of materials"),
        ("{\"spdxVersion\":\"SPDX-3.0\"}", "SPDX 2.2 or 2.3"),
        ("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">", "CycloneDX XML"),
    ] {
        fs::write(&path, text).unwrap();
        let output = plimsoll(&["scan", &format!("sbom:{}", path.display())], b"");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), error.lines().count()), (Some(2), 1), "{error}");
        assert!(error.contains(said) && error.contains("x.json"), "{error}");
    }
    let output = plimsoll(&["scan", "sbom:"], b"");
    assert_eq!(output.status.code(), Some(2));
}
