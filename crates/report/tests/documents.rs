//! The JSON forms: what scripts rely on, and that they can be read back.

mod sample;

use plimsoll_report::{Unidentified, read_json, write_inventory_json, write_json};
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
