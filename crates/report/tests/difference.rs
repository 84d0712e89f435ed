//! What changed from one report to the next, thing by thing.

mod sample;

use plimsoll_core::{Disabled, ImagePath, Severity};
use plimsoll_report::{Difference, Report};

/// A report of findings: the id, the package's version, and where it is.
fn report(findings: &[(&str, &str, &str)]) -> Report {
    let mut report = sample::empty();
    for (id, version, place) in findings {
        let mut package = sample::pypi("jinja2", version);
        package.locations[0].path = ImagePath::new(place.as_bytes()).unwrap();
        report.findings.push(sample::finding(id, package, Severity::High, &["3"], "x"));
    }
    report
}

fn shown(list: &[plimsoll_report::Entry]) -> Vec<(String, String)> {
    list.iter()
        .map(|entry| {
            let at = entry.finding.package.locations[0].path.to_text();
            (format!("{} {at}", entry.finding.package.version), entry.reason.clone())
        })
        .collect()
}

#[test]
fn each_place_is_compared_with_itself() {
    let old = report(&[("CVE-1", "1", "a"), ("CVE-1", "2", "b")]);
    let new = report(&[("CVE-1", "1", "a"), ("CVE-1", "2", "b"), ("CVE-1", "2", "c")]);
    let grown = Difference::between(&old, &new);
    assert_eq!((grown.kept, grown.fixed.len(), grown.changed.len()), (2, 0, 0));
    assert_eq!(shown(&grown.added), [("2 /c".into(), "jinja2 2 is installed once more in /c".into())]);
    let shrunk = Difference::between(&new, &old);
    assert_eq!((shrunk.kept, shrunk.added.len()), (2, 0));
    assert_eq!(
        shown(&shrunk.fixed),
        [("2 /c".into(), "jinja2 2 in /c is gone or fixed; elsewhere it is not".into())]
    );
}

#[test]
fn what_moved_or_was_upgraded_stays_the_same() {
    // The first moved with its version, the second got another version and another place.
    let old = report(&[("CVE-1", "1", "python3.11/a"), ("CVE-1", "2", "b")]);
    let new = report(&[("CVE-1", "2.1", "d"), ("CVE-1", "1", "python3.12/a")]);
    let moved = Difference::between(&old, &new);
    assert_eq!((moved.kept, moved.added.len(), moved.fixed.len()), (2, 0, 0));
    let gone = Difference::between(&old, &report(&[]));
    assert_eq!(gone.fixed.len(), 2);
    assert!(gone.fixed.iter().all(|entry| entry.reason == "jinja2 is no longer installed"));
}

#[test]
fn a_rule_for_one_place_is_of_that_place() {
    let old = report(&[("CVE-1", "1", "a"), ("CVE-1", "1", "b")]);
    let mut new = old.clone();
    new.findings[1].disabled =
        Some(Disabled { rule: "r".into(), reason: "why".into(), ..Disabled::default() });
    let difference = Difference::between(&old, &new);
    assert_eq!(shown(&difference.fixed), [("1 /b".into(), "disabled by rule r: why".into())]);
    assert_eq!((difference.kept, difference.added.len()), (1, 0));
    let back = Difference::between(&new, &old);
    assert_eq!(shown(&back.added), [("1 /b".into(), "rule r no longer disables it".into())]);
}

#[test]
fn binaries_of_one_source_are_one() {
    let of = |binaries: &[&str], version: &str| {
        let mut report = sample::empty();
        let findings = binaries.iter().map(|name| {
            sample::finding("CVE-1", sample::deb(name, version, "openssl"), Severity::High, &[], "x")
        });
        report.findings = findings.collect();
        report
    };
    let difference = Difference::between(&of(&["libssl3"], "1"), &of(&["libssl3", "openssl"], "2"));
    assert_eq!((difference.kept, difference.added.len(), difference.fixed.len()), (1, 0, 0));
}
