//! Packages against a source: one finding a vulnerability and package, and nothing silently clean.

mod records;

use plimsoll_core::{
    AdvisoryKind, Coverage, DiagnosticKind, FixState, Package, PackageType, Rating, Reference, Status,
    Verdict,
};
use plimsoll_matcher::{Matched, Options, match_packages};
use records::{advisory, affected, debian, go, package, python, with_source};

fn matched(packages: &[Package], source: &[plimsoll_core::Advisory]) -> Matched {
    match_packages(packages, &source, Options::default()).unwrap()
}

fn ids(matched: &Matched) -> Vec<&str> {
    matched.findings.iter().map(|finding| finding.id.as_str()).collect()
}

#[test]
fn records_that_share_an_id_are_one_finding() {
    let mut ghsa = advisory("GHSA-a", vec![affected("PyPI", "jinja2", &["introduced 0, fixed 3.1.4"])]);
    ghsa.aliases = vec!["CVE-2024-34064".into()];
    ghsa.ratings = vec![Rating { source: "GHSA".into(), scheme: "word".into(), value: "MODERATE".into() }];
    ghsa.references = vec![Reference { kind: "WEB".into(), url: "https://a.example".into() }];
    let mut pysec = advisory("PYSEC-1", vec![affected("PyPI", "Jinja2", &["introduced 0, fixed 3.1.5"])]);
    pysec.aliases = vec!["CVE-2024-34064".into(), "GHSA-a".into()];
    pysec.summary = "a summary".into();
    let other = advisory("PYSEC-2", vec![affected("PyPI", "jinja2", &["introduced 0, fixed 3.2"])]);
    let found = matched(&[python("Jinja2", "3.1.3")], &[ghsa, pysec, other]);
    assert_eq!(ids(&found), ["CVE-2024-34064", "PYSEC-2"]);
    let finding = &found.findings[0];
    assert_eq!(finding.aliases, ["GHSA-a", "PYSEC-1"]);
    assert_eq!(finding.evidence.len(), 2);
    assert_eq!(finding.summary, "a summary");
    assert_eq!(finding.ratings.len(), 1);
    // 3.1.4 is the fix of one record and affected by the other.
    assert_eq!(finding.fixed_versions, ["3.1.5"]);
    assert_eq!((finding.status, finding.fix), (Status::Affected, FixState::Available));
}

#[test]
fn weaknesses_are_those_of_the_records_of_one_vulnerability() {
    let mut ghsa = advisory("GHSA-a", vec![affected("PyPI", "a", &["introduced 0, fixed 2"])]);
    (ghsa.aliases, ghsa.cwes) = (vec!["CVE-2024-1".into()], vec!["CWE-1333".into(), "CWE-79".into()]);
    // NVD's record has no package, and is found by the id.
    let mut nvd = advisory("CVE-2024-1", Vec::new());
    nvd.cwes = vec!["NVD-CWE-noinfo".into(), "CWE-79".into(), "CWE-400".into()];
    let found = matched(&[python("a", "1")], &[ghsa.clone(), nvd]);
    assert_eq!(found.findings[0].cwes, ["CWE-79", "CWE-400", "CWE-1333"]);
    // What an erratum of two says may be of either.
    (ghsa.aliases, ghsa.upstream) = (Vec::new(), vec!["CVE-2024-1".into(), "CVE-2024-2".into()]);
    let found = matched(&[python("a", "1")], &[ghsa]);
    assert_eq!(found.findings.len(), 2);
    assert!(found.findings.iter().all(|finding| finding.cwes.is_empty()));
}

#[test]
fn affected_outweighs_another_databases_fixed() {
    let mut ghsa = advisory("GHSA-a", vec![affected("PyPI", "a", &["introduced 0, fixed 1.1"])]);
    ghsa.aliases = vec!["CVE-2024-1".into()];
    let mut pysec = advisory("PYSEC-1", vec![affected("PyPI", "a", &["introduced 0, fixed 1.2"])]);
    pysec.aliases = vec!["CVE-2024-1".into()];
    let options = Options { dismissed: true, ..Options::default() };
    let found = match_packages(&[python("a", "1.1")], &vec![ghsa, pysec], options).unwrap();
    assert_eq!(ids(&found), ["CVE-2024-1"]);
    let verdicts: Vec<Verdict> = found.findings[0].evidence.iter().map(|evidence| evidence.verdict).collect();
    assert_eq!(verdicts, [Verdict::Affected, Verdict::Fixed]);
    assert_eq!(found.dismissed.len(), 1);
    assert_eq!(found.dismissed[0].ids, ["CVE-2024-1", "GHSA-a"]);
}

#[test]
fn an_erratum_of_several_vulnerabilities_is_several_findings() {
    let mut alsa = advisory(
        "ALSA-2021:1",
        vec![affected("AlmaLinux:8", "curl", &["introduced 0, fixed 7.61.1-22.el8"])],
    );
    alsa.upstream = vec!["CVE-2021-2".into(), "CVE-2021-10".into()];
    let mut later = advisory(
        "ALSA-2021:2",
        vec![affected("AlmaLinux:8", "curl", &["introduced 0, fixed 7.61.1-30.el8"])],
    );
    later.upstream = vec!["CVE-2021-10".into()];
    let curl = package(PackageType::Rpm, "AlmaLinux:8", "curl", "7.61.1-18.el8");
    let found = matched(&[curl], &[alsa, later]);
    assert_eq!(ids(&found), ["CVE-2021-2", "CVE-2021-10"]);
    assert_eq!(found.findings[0].aliases, ["ALSA-2021:1"]);
    assert_eq!(found.findings[1].aliases, ["ALSA-2021:1", "ALSA-2021:2"]);
    assert_eq!(found.findings[0].fixed_versions, ["7.61.1-22.el8"]);
    assert_eq!(found.findings[1].fixed_versions, ["7.61.1-30.el8"]);
}

#[test]
fn fixes_stand_in_the_order_of_versions() {
    let events = "introduced 1.8, fixed 1.10.4, introduced 1.7, fixed 1.7.10, introduced 1.4, fixed 1.4.22";
    let record = advisory("PYSEC-1", vec![affected("PyPI", "django", &[events])]);
    let found = matched(&[python("django", "1.7.1")], &[record]);
    assert_eq!(found.findings[0].fixed_versions, ["1.7.10", "1.10.4"]);
}

#[test]
fn a_fix_that_begins_the_next_range_solves_nothing() {
    let record = advisory(
        "X",
        vec![affected("PyPI", "a", &["introduced 5.3, fixed 5.4", "introduced 5.4, fixed 5.4.20"])],
    );
    let found = matched(&[python("a", "5.3.1")], &[record]);
    assert_eq!(found.findings[0].fixed_versions, ["5.4.20"]);
}

#[test]
fn without_a_fix_the_state_says_what_is_known() {
    let open = advisory("A", vec![affected("Debian:12", "a", &["introduced 0"])]);
    let mut ended = advisory("B", vec![affected("Debian:12", "a", &["introduced 0"])]);
    ended.affected[0].fix = Some(FixState::EndOfLife);
    let last = advisory("C", vec![affected("Debian:12", "a", &["introduced 0, last_affected 2"])]);
    let found = matched(&[debian("a", "1-1")], &[open, ended, last]);
    let states: Vec<FixState> = found.findings.iter().map(|finding| finding.fix).collect();
    assert_eq!(states, [FixState::NotAvailable, FixState::EndOfLife, FixState::Unknown]);
}

#[test]
fn informational_records_are_no_findings_unless_asked_for() {
    let mut record = advisory("RUSTSEC-1", vec![affected("crates.io", "failure", &["introduced 0.0.0-0"])]);
    record.kind = AdvisoryKind::Informational;
    let failure = [package(PackageType::Cargo, "crates.io", "failure", "0.1.8")];
    let source = vec![record];
    assert!(matched(&failure, &source).findings.is_empty());
    let options = Options { informational: true, ..Options::default() };
    assert_eq!(match_packages(&failure, &source, options).unwrap().findings.len(), 1);
}

#[test]
fn what_can_not_be_read_is_undetermined_and_said() {
    let record = advisory("PYSEC-1", vec![affected("PyPI", "a", &["introduced 0, fixed 1"])]);
    let found = matched(&[python("a", "not a version"), python("b", "")], &[record]);
    assert_eq!(found.coverage, [Coverage::UnparsedVersion, Coverage::UnparsedVersion]);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(found.findings[0].status, Status::Undetermined);
    assert_eq!(found.findings[0].fixed_versions, ["1"]);
    assert_eq!(found.diagnostics.len(), 2);
    assert!(found.diagnostics.iter().all(|diagnostic| diagnostic.kind == DiagnosticKind::UnparsedVersion));
}

#[test]
fn a_bound_that_can_not_be_read_is_undetermined_and_said() {
    let record = advisory("PYSEC-2021-371", vec![affected("PyPI", "a", &["introduced 0, fixed 0.2.0-n653"])]);
    let found = matched(&[python("a", "0.1")], &[record]);
    assert_eq!(found.coverage, [Coverage::Assessed]);
    assert_eq!(found.findings[0].status, Status::Undetermined);
    assert_eq!(found.diagnostics.len(), 1);
    assert!(found.diagnostics[0].message.contains("PYSEC-2021-371"), "{}", found.diagnostics[0]);
}

#[test]
fn no_feed_is_not_clean() {
    let record = advisory("DSA-1-1", vec![affected("Debian:12", "a", &["introduced 0"])]);
    let trixie = package(PackageType::Deb, "Debian:13", "a", "1-1");
    let mut unknown = debian("a", "1-1");
    unknown.ecosystem = None;
    let mut generic = package(PackageType::Generic, "x", "a", "1");
    generic.ecosystem = None;
    let packages = [debian("b", "1-1"), trixie, unknown, generic, python("a", "1")];
    let found = matched(&packages, &[record]);
    assert_eq!(
        found.coverage,
        [Coverage::Assessed, Coverage::NoFeed, Coverage::NoFeed, Coverage::Unsupported, Coverage::NoFeed]
    );
    assert_eq!(found.counts().no_feed, 3);
    assert!(found.findings.is_empty());
}

#[test]
fn packages_of_others_are_not_judged_by_the_distribution() {
    let record =
        advisory("ALSA-1", vec![affected("AlmaLinux:8", "nginx", &["introduced 0, fixed 1:2-1.el8"])]);
    let mut nginx = package(PackageType::Rpm, "AlmaLinux:8", "nginx", "1:1.14-1.el8");
    for (vendor, coverage, findings) in [
        ("AlmaLinux", Coverage::Assessed, 1),
        ("AlmaLinux OS Foundation", Coverage::Assessed, 1),
        ("Fedora Project", Coverage::ThirdParty, 0),
    ] {
        nginx.vendor = Some(vendor.into());
        let found = matched(std::slice::from_ref(&nginx), std::slice::from_ref(&record));
        assert_eq!((found.coverage[0], found.findings.len()), (coverage, findings), "{vendor}");
    }
}

#[test]
fn a_record_without_a_release_is_for_every_release_that_none_names() {
    let all = advisory("DSA-1-1", vec![affected("Debian", "a", &["introduced 0"])]);
    let both = advisory(
        "DSA-2-1",
        vec![
            affected("Debian", "a", &["introduced 0"]),
            affected("Debian:12", "a", &["introduced 0, fixed 1-1"]),
        ],
    );
    let found = matched(&[debian("a", "1-1")], &[all, both]);
    assert_eq!(ids(&found), ["DSA-1-1"]);
}

#[test]
fn equal_packages_are_judged_once_and_reported_each() {
    let record = advisory("DSA-1-1", vec![affected("Debian:12", "glibc", &["introduced 0"])]);
    let packages = [("libc6", "1"), ("libc-bin", "1"), ("libc6", "1")]
        .map(|(n, v)| with_source(debian(n, v), "glibc", "1"));
    let found = matched(&packages, &[record]);
    let names: Vec<&str> = found.findings.iter().map(|finding| finding.package.name.as_str()).collect();
    assert_eq!(names, ["libc6", "libc-bin", "libc6"]);
    assert_eq!(found.findings[1].evidence[0].name, "glibc");
}

#[test]
fn a_development_build_is_judged_by_what_it_can_be() {
    let fixed = advisory("GO-1", vec![affected("Go", "example.com/a", &["introduced 0, fixed 1.2.0"])]);
    let never = advisory("GO-2", vec![affected("Go", "example.com/a", &["introduced 0"])]);
    let found = matched(&[go("example.com/a", "(devel)")], &[fixed, never]);
    let said: Vec<(&str, Status)> = found.findings.iter().map(|f| (f.id.as_str(), f.status)).collect();
    assert_eq!(said, [("GO-1", Status::Undetermined), ("GO-2", Status::Affected)]);
}

#[test]
fn what_is_known_elsewhere_joins_records_and_adds_ratings() {
    let mut pysec = advisory("PYSEC-1", vec![affected("PyPI", "a", &["introduced 0, fixed 2"])]);
    pysec.aliases = vec!["CVE-2024-1".into()];
    let mut ghsa = advisory("GHSA-1", vec![affected("PyPI", "a", &["introduced 0, fixed 3"])]);
    ghsa.aliases = vec!["X-1".into()];
    // A record of another package says that the two are one.
    let mut other = advisory("OTHER-1", vec![affected("npm", "b", &["introduced 0"])]);
    other.aliases = vec!["CVE-2024-1".into(), "GHSA-1".into()];
    let nvd = plimsoll_core::Advisory {
        ratings: vec![Rating {
            source: "NVD".into(), scheme: "CVSS_V3".into(), value: "CVSS:3.1/…".into()
        }],
        ..advisory("CVE-2024-1", Vec::new())
    };
    let source = vec![pysec, ghsa, other, nvd];
    let found = matched(&[python("a", "1")], &source);
    assert_eq!(ids(&found), ["CVE-2024-1"]);
    assert_eq!(found.findings[0].aliases, ["GHSA-1", "OTHER-1", "PYSEC-1", "X-1"]);
    assert_eq!(found.findings[0].fixed_versions, ["3"]);
    assert_eq!(found.findings[0].ratings.len(), 1);
    let options = Options { known: false, ..Options::default() };
    assert_eq!(match_packages(&[python("a", "1")], &source, options).unwrap().findings.len(), 2);
}

#[test]
fn the_owners_vendor_decides_what_it_speaks_of() {
    let python_record = |id: &str| {
        let mut record =
            advisory(&format!("PYSEC-{id}"), vec![affected("PyPI", "jinja2", &["introduced 0, fixed 3"])]);
        record.aliases = vec![format!("CVE-2024-{id}")];
        record
    };
    let debian_record = |id: &str, range: &str| {
        let mut record = advisory(&format!("DSA-{id}"), vec![affected("Debian:12", "jinja2", &[range])]);
        record.upstream = vec![format!("CVE-2024-{id}")];
        record
    };
    let source = vec![
        python_record("1"),
        python_record("2"),
        python_record("3"),
        debian_record("1", "introduced 0, fixed 2.0-1+deb12u1"),
        debian_record("2", "introduced 0"),
    ];
    let owner = with_source(debian("python3-jinja2", "2.0-1+deb12u1"), "jinja2", "2.0-1+deb12u1");
    let mut owned = python("Jinja2", "2.0");
    owned.owned_by = Some("python3-jinja2".into());
    let found = matched(&[owner, owned.clone(), python("jinja2", "2.0")], &source);
    let of = |index: usize| (found.findings[index].package.name.as_str(), found.findings[index].id.as_str());
    assert_eq!(of(0), ("python3-jinja2", "CVE-2024-2"));
    let said: Vec<_> = found.shadows.iter().map(|shadow| (of(shadow.finding), shadow.verdict)).collect();
    assert_eq!(
        said,
        [
            (("Jinja2", "CVE-2024-1"), Some(Verdict::Fixed)),
            (("Jinja2", "CVE-2024-2"), Some(Verdict::Affected)),
            (("Jinja2", "CVE-2024-3"), None),
        ]
    );
    assert!(found.shadows[0].decided() && !found.shadows[2].decided());
    assert_eq!(
        found.shadows[0].reason,
        "Owned by python3-jinja2, of which DSA-1 says: Fixed in 2.0-1+deb12u1; 2.0-1+deb12u1 is installed."
    );
    // The third package is the same version and owned by nobody: it stands.
    assert_eq!(found.findings.iter().filter(|finding| finding.package.name == "jinja2").count(), 3);
}
