//! From an advisory to what has what it affects: the same pairs as the other way.

mod records;

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, Ecosystem, NameKind, Package, PackageType};
use plimsoll_matcher::{Options, Postings, match_packages};
use records::{advisory, affected, debian, go, package, python, with_source};

fn images() -> Vec<Vec<Package>> {
    let libc = |version: &str| with_source(debian("libc6", version), "glibc", version);
    vec![
        vec![libc("2.36-9"), python("Jinja2", "3.1.3"), go("example.com/a", "(devel)")],
        vec![libc("2.36-9+deb12u9"), python("jinja2", "3.1.5")],
        vec![
            libc("2.36-9"),
            package(PackageType::Deb, "Debian:11", "glibc", "2.31-1"),
            python("jinja2", "3.1.3"),
        ],
    ]
}

fn advisories() -> Vec<Advisory> {
    let mut informational = advisory("I", vec![affected("PyPI", "jinja2", &["introduced 0"])]);
    informational.kind = plimsoll_core::AdvisoryKind::Informational;
    vec![
        advisory("DSA-1", vec![affected("Debian:12", "glibc", &["introduced 0, fixed 2.36-9+deb12u3"])]),
        advisory("DSA-2", vec![affected("Debian:11", "glibc", &["introduced 0"])]),
        advisory("DSA-3", vec![affected("Debian", "glibc", &["introduced 0"])]),
        advisory("PYSEC-1", vec![affected("PyPI", "JINJA2", &["introduced 0, fixed 3.1.4"])]),
        advisory("GO-1", vec![affected("Go", "example.com/a", &["introduced 0, fixed 1"])]),
        informational,
    ]
}

#[test]
fn both_ways_give_the_same_pairs() {
    let (images, advisories) = (images(), advisories());
    let mut forward = BTreeSet::new();
    for (image, packages) in (0u32..).zip(&images) {
        let matched = match_packages(packages, &advisories, Options::default()).unwrap();
        for finding in &matched.findings {
            for evidence in &finding.evidence {
                forward.insert((
                    evidence.advisory.to_string(),
                    image,
                    finding.package.version.clone(),
                    evidence.verdict,
                ));
            }
        }
    }
    let mut postings = Postings::new();
    (0u32..).zip(&images).for_each(|(image, packages)| postings.add(image, packages));
    // Four versions of two packages, of which one is written in two ways.
    assert_eq!(postings.len(), 7);
    let mut reverse = BTreeSet::new();
    for advisory in &advisories {
        postings.reached(advisory, &mut |reached| {
            for &image in reached.subjects {
                let version = reached.package.version.clone();
                reverse.insert((advisory.id.clone(), image, version, reached.evidence.verdict));
            }
        });
    }
    assert_eq!(forward, reverse);
    assert_eq!(forward.len(), 10);
}

#[test]
fn what_an_advisory_no_longer_speaks_of_is_found_by_its_name() {
    let mut postings = Postings::new();
    (0u32..).zip(&images()).for_each(|(image, packages)| postings.add(image, packages));
    let named = |ecosystem: &str, kind: NameKind, name: &str| {
        let mut found = Vec::new();
        postings.named(&Ecosystem::from(ecosystem.to_owned()), kind, name, &mut |package, subjects| {
            found.push((package.version.clone(), subjects.to_vec()));
        });
        found
    };
    let some = |version: &str, subjects: &[u32]| (version.to_owned(), subjects.to_vec());
    assert_eq!(
        named("Debian:12", NameKind::Source, "glibc"),
        [some("2.36-9", &[0, 2]), some("2.36-9+deb12u9", &[1])]
    );
    assert_eq!(named("Debian:12", NameKind::Binary, "glibc"), []);
    assert_eq!(named("Debian", NameKind::Source, "glibc").len(), 3);
    assert_eq!(named("PyPI", NameKind::Binary, "Jinja2").len(), 3);
}
