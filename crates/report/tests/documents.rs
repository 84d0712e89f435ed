//! The JSON forms: what scripts rely on, and that they can be read back.

mod sample;

use plimsoll_core::Package;
use plimsoll_report::{Tool, Unidentified, read_json, write_cyclonedx, write_inventory_json, write_json};
use serde_json::Value;

#[test]
fn a_report_reads_back_as_it_was_written() {
    let report = sample::report();
    let mut out = Vec::new();
    write_json(&report, &mut out).unwrap();
    assert_eq!(read_json(&out).unwrap(), report);
}

#[test]
fn a_report_has_the_fields_that_scripts_rely_on() {
    let mut out = Vec::new();
    write_json(&sample::report(), &mut out).unwrap();
    let json: Value = serde_json::from_slice(&out).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["id"], "CVE-2023-5363");
    assert_eq!(finding["aliases"][0], "GHSA-aaaa-bbbb-cccc");
    assert_eq!(finding["package"]["purl"], "pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12");
    assert_eq!(finding["severity"], "high");
    assert_eq!(finding["status"], "affected");
    assert_eq!(finding["fixed_versions"][0], "3.0.11-1~deb12u2");
    assert_eq!(finding["evidence"][0]["verdict"], "affected");
    assert_eq!(json["coverage"]["assessed"], 3);
    assert_eq!(json["coverage"]["gaps"][0]["coverage"], "no-feed");
    assert_eq!(json["assessment"], "unhealthy");
    assert_eq!(json["counts"]["high"], 2);
    assert_eq!(json["packages"][0]["coverage"], "assessed");
    assert_eq!(json["findings"][4]["disabled"]["until"], "2027-01-31");
}

#[test]
fn a_newer_or_foreign_document_is_refused() {
    let mut report = sample::report();
    report.format_version += 1;
    let mut out = Vec::new();
    write_json(&report, &mut out).unwrap();
    assert!(read_json(&out).unwrap_err().contains("newer"));
    assert!(read_json(b"{}").unwrap_err().contains("plimsoll-report"));
}

#[test]
fn an_inventory_has_the_fields_that_scripts_rely_on() {
    let packages = [sample::deb("libssl3", "3.0.9-1", "openssl")];
    let mut out = Vec::new();
    write_inventory_json(&packages, None, &Unidentified::default(), &[], &mut out).unwrap();
    let json: Value = serde_json::from_slice(&out).unwrap();
    let package = &json["packages"][0];
    assert_eq!(package["type"], "deb");
    assert_eq!((&package["name"], &package["version"]), (&"libssl3".into(), &"3.0.9-1".into()));
    assert_eq!(package["source"]["name"], "openssl");
    assert_eq!(package["locations"][0]["path"], "/var/lib/dpkg/status");
    assert_eq!(package["locations"][0]["layer"]["index"], 0);
}

/// The published schema, checked by the PyPI package `jsonschema` where it and the schema are there.
#[test]
fn cyclonedx_follows_its_schema() {
    let twice: Vec<Package> = vec![sample::pypi("jinja2", "3.1.1"), sample::pypi("jinja2", "3.1.1")];
    let packages = [sample::report().packages.into_iter().map(|p| p.package).collect(), twice].concat();
    let report = sample::report();
    let tool = Tool { name: "plimsoll".into(), version: "0.0.0".into() };
    let mut out = Vec::new();
    write_cyclonedx(&report.image, &packages, report.image.distro.as_ref(), &tool, &mut out).unwrap();
    let json: Value = serde_json::from_slice(&out).unwrap();
    let refs: std::collections::HashSet<_> = json["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["bom-ref"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(refs.len(), packages.len() + 1);

    let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/schemas/cyclonedx");
    if !std::path::Path::new(schemas).is_dir() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let script = "
import json, sys
try:
    import jsonschema, referencing
except ImportError:
    print('no jsonschema'); sys.exit(77)
folder = sys.argv[1]
load = lambda name: json.load(open(f'{folder}/{name}'))
schema = load('bom-1.6.schema.json')
others = [load(n) for n in ('spdx.schema.json', 'jsf-0.82.schema.json')]
registry = referencing.Registry().with_resources([(s['$id'], referencing.Resource.from_contents(s)) for s in others])
jsonschema.Draft7Validator(schema, registry=registry).validate(json.load(sys.stdin))
";
    let python = std::process::Command::new("python3")
        .args(["-c", script, schemas])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("skipped: no python3");
        return;
    };
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), &out).unwrap();
    match python.wait_with_output().unwrap().status.code() {
        Some(77) => eprintln!("skipped: python3 has no jsonschema"),
        code => assert_eq!(code, Some(0), "the schema does not accept the document"),
    }
}
