//! The house rules that a compiler does not check: which crate may know which, and that no example, bench or test
//! lies about that no manifest names.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// docs/architecture.md, "Crates": the in-tree crates that each may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("plimsoll-core", &[]),
    ("plimsoll-version", &[]),
    ("plimsoll-severity", &[]),
    ("plimsoll-image", &["plimsoll-core"]),
    ("plimsoll-inventory", &["plimsoll-core"]),
    ("plimsoll-matcher", &["plimsoll-core", "plimsoll-version"]),
    ("plimsoll-advisory", &["plimsoll-core", "plimsoll-version", "plimsoll-matcher"]),
    ("plimsoll-fetch", &["plimsoll-core"]),
    ("plimsoll-rules", &["plimsoll-core", "plimsoll-severity"]),
    ("plimsoll-remedy", &["plimsoll-core", "plimsoll-version", "plimsoll-matcher"]),
    ("plimsoll-report", &["plimsoll-core", "plimsoll-severity"]),
    ("plimsoll-registry", &["plimsoll-core", "plimsoll-image"]),
    (
        "plimsoll-monitor",
        &["plimsoll-core", "plimsoll-advisory", "plimsoll-matcher", "plimsoll-registry", "plimsoll-rules"],
    ),
    (
        "plimsoll",
        &[
            "plimsoll-core",
            "plimsoll-version",
            "plimsoll-severity",
            "plimsoll-image",
            "plimsoll-inventory",
            "plimsoll-matcher",
            "plimsoll-advisory",
            "plimsoll-rules",
            "plimsoll-remedy",
            "plimsoll-registry",
            "plimsoll-report",
        ],
    ),
    ("plimsoll-server", &["plimsoll", "plimsoll-monitor", "plimsoll-registry", "plimsoll-report"]),
    (
        "plimsoll-cli",
        &["plimsoll", "plimsoll-fetch", "plimsoll-report", "plimsoll-server", "plimsoll-testkit"],
    ),
    ("plimsoll-testkit", &["plimsoll-core"]),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

#[test]
fn crates_know_only_the_crates_they_may() {
    let metadata = metadata();
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        seen.insert(name);
        let (_, may) = MAY_KNOW.iter().find(|(known, _)| *known == name).unwrap_or_else(|| {
            panic!("{name} is not in the table: add it here and to docs/architecture.md");
        });
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            // Tests may use the testkit, which nothing else sees.
            let for_tests = dependency["kind"] == "dev" && other == "plimsoll-testkit";
            if other.starts_with("plimsoll") && !for_tests {
                assert!(may.contains(&other), "{name} may not depend on {other}");
            }
        }
    }
    assert_eq!(seen.len(), MAY_KNOW.len(), "a crate of the table is gone");
}

#[test]
fn every_file_in_the_root_folders_has_a_manifest_entry() {
    let metadata = metadata();
    let named: BTreeSet<_> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|package| package["targets"].as_array().unwrap())
        .map(|target| Path::new(target["src_path"].as_str().unwrap()).canonicalize().unwrap())
        .collect();
    for folder in ["examples", "benches", "tests"] {
        let Ok(entries) = root().join(folder).read_dir() else { continue };
        for path in
            entries.map(|entry| entry.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "rs"))
        {
            assert!(
                named.contains(&path.canonicalize().unwrap()),
                "{} is named by no manifest",
                path.display()
            );
        }
    }
}
