//! Why, and why not.

mod records;

use plimsoll_core::{Advisory, Coverage, PackageType, Verdict};
use plimsoll_matcher::explain;
use records::{advisory, affected, debian, package, python, with_source};

fn source() -> Vec<Advisory> {
    let mut dsa = advisory(
        "DSA-1-1",
        vec![affected("Debian:12", "openssl", &["introduced 0, fixed 1.1.1n-0+deb12u4"])],
    );
    dsa.upstream = vec!["CVE-2022-1".into()];
    let mut pysec = advisory("PYSEC-1", vec![affected("PyPI", "cryptography", &["introduced 0, fixed 3"])]);
    pysec.aliases = vec!["CVE-2022-1".into(), "GHSA-1".into()];
    let mut withdrawn = advisory("PYSEC-2", vec![affected("PyPI", "cryptography", &["introduced 0"])]);
    withdrawn.withdrawn = Some("2022-09-09T05:28:00Z".into());
    vec![dsa, pysec, withdrawn]
}

#[test]
fn a_fix_is_named_with_what_is_installed() {
    let openssl = debian("openssl", "1.1.1n-0+deb12u5");
    let said = explain(&openssl, None, "cve-2022-1", &source()).unwrap();
    assert_eq!(said.verdict, Some(Verdict::Fixed));
    assert_eq!(said.reason, "DSA-1-1: Fixed in 1.1.1n-0+deb12u4; 1.1.1n-0+deb12u5 is installed.");
    assert_eq!(said.elsewhere, ["PYSEC-1"]);
    assert_eq!(said.evidence.len(), 1);
}

#[test]
fn any_id_will_do() {
    for id in ["GHSA-1", "PYSEC-1", "CVE-2022-1"] {
        let said = explain(&python("cryptography", "2"), None, id, &source()).unwrap();
        assert_eq!(said.verdict, Some(Verdict::Affected), "{id}");
        assert_eq!(said.reason, "PYSEC-1: 2 is in the affected range < 3.");
    }
}

#[test]
fn silence_has_a_reason() {
    let reason = |package: &plimsoll_core::Package, id: &str| {
        let said = explain(package, None, id, &source()).unwrap();
        assert_eq!(said.verdict, None);
        (said.coverage, said.reason)
    };
    assert_eq!(
        reason(&package(PackageType::Deb, "Debian:13", "openssl", "3-1"), "CVE-2022-1"),
        (Coverage::NoFeed, "No advisories for Debian:13 are imported.".into())
    );
    assert_eq!(
        reason(&python("jinja2", "3"), "CVE-2022-1"),
        (
            Coverage::Assessed,
            "DSA-1-1, PYSEC-1 know CVE-2022-1, and none of them speaks of jinja2 in PyPI.".into()
        )
    );
    assert_eq!(
        reason(&python("jinja2", "3"), "CVE-1999-1"),
        (Coverage::Assessed, "No advisory that is imported knows CVE-1999-1.".into())
    );
}

#[test]
fn a_withdrawal_is_a_reason() {
    let said = explain(&python("cryptography", "3"), None, "PYSEC-2", &source()).unwrap();
    assert_eq!(said.verdict, Some(Verdict::NotAffected));
    assert_eq!(said.reason, "PYSEC-2: The record was withdrawn on 2022-09-09.");
}

#[test]
fn the_owner_answers_for_what_it_owns() {
    let owner =
        with_source(debian("python3-cryptography", "1.1.1n-0+deb12u5"), "openssl", "1.1.1n-0+deb12u5");
    let mut owned = python("cryptography", "2");
    owned.owned_by = Some(owner.name.clone());
    let said = explain(&owned, Some(&owner), "CVE-2022-1", &source()).unwrap();
    assert_eq!(said.verdict, Some(Verdict::Affected));
    let shadow = said.shadow.unwrap();
    assert_eq!(shadow.verdict, Some(Verdict::Fixed));
    assert!(
        said.reason.starts_with("Owned by python3-cryptography, of which DSA-1-1 says: Fixed in"),
        "{}",
        said.reason
    );
}
