//! Advisories and packages in few words.
#![allow(dead_code, unreachable_pub)]

use plimsoll_core::{
    Advisory, Affected, Ecosystem, Event, NameKind, Package, PackageType, Purl, Range, RangeKind, Source,
};

/// `"introduced 1.0, fixed 1.2"`.
pub fn range(events: &str) -> Range {
    let events = events
        .split(',')
        .map(|event| {
            let (kind, version) = event.trim().split_once(' ').unwrap();
            let version = version.to_owned();
            match kind {
                "introduced" => Event::Introduced(version),
                "fixed" => Event::Fixed(version),
                "last_affected" => Event::LastAffected(version),
                "limit" => Event::Limit(version),
                _ => panic!("{kind}"),
            }
        })
        .collect();
    Range { kind: RangeKind::Ecosystem, events }
}

pub fn affected(ecosystem: &str, name: &str, ranges: &[&str]) -> Affected {
    let ecosystem = Ecosystem::from(ecosystem.to_owned());
    let source =
        matches!(ecosystem.name(), "Debian" | "Ubuntu" | "Alpine" | "Wolfi" | "Chainguard" | "Rocky Linux");
    Affected {
        ranges: ranges.iter().map(|events| range(events)).collect(),
        ..Affected::new(ecosystem, name, if source { NameKind::Source } else { NameKind::Binary })
    }
}

pub fn advisory(id: &str, affected: Vec<Affected>) -> Advisory {
    Advisory { id: id.into(), feed: "osv".into(), affected, ..Advisory::default() }
}

pub fn package(kind: PackageType, ecosystem: &str, name: &str, version: &str) -> Package {
    let purl = Purl::new(kind.purl_type(), None, name, Some(version));
    let mut package = Package::new(kind, name, version, purl);
    package.ecosystem = Some(ecosystem.to_owned().into());
    package
}

pub fn python(name: &str, version: &str) -> Package {
    package(PackageType::PyPi, "PyPI", name, version)
}

pub fn go(name: &str, version: &str) -> Package {
    package(PackageType::Golang, "Go", name, version)
}

pub fn debian(name: &str, version: &str) -> Package {
    package(PackageType::Deb, "Debian:12", name, version)
}

pub fn with_source(mut package: Package, name: &str, version: &str) -> Package {
    package.source = Some(Source { name: name.into(), version: version.into() });
    package
}
