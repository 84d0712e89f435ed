use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::{Finding, PackageType, Severity};

use crate::{Report, Upgrade};

/// What findings are ordered by first: the level, and within a level the priority, of which an unknown one is last.
type First = (Reverse<Severity>, Reverse<Option<u8>>);

pub(crate) fn first(finding: &Finding) -> First {
    (Reverse(finding.severity), Reverse(finding.priority))
}

/// The findings of one thing to upgrade: a language package, or all binary packages of one source package.
pub(crate) struct Group<'a> {
    pub kind: PackageType,
    pub name: &'a str,
    pub version: &'a str,
    /// The binary packages, where there are others than the source's own name.
    pub binaries: Vec<&'a str>,
    /// Where it was found, for language packages.
    pub paths: Vec<String>,
    /// One for each vulnerability, worst first.
    pub findings: Vec<&'a Finding>,
}

impl Group<'_> {
    fn worst(&self) -> First {
        self.findings.first().map_or((Reverse(Severity::Unknown), Reverse(None)), |finding| first(finding))
    }

    /// What to upgrade it to.
    pub(crate) fn upgrade<'r>(&self, report: &'r Report) -> Option<&'r Upgrade> {
        let same = |upgrade: &&Upgrade| {
            (upgrade.kind, upgrade.name.as_str(), upgrade.from.as_str())
                == (self.kind, self.name, self.version)
        };
        report.upgrades.iter().find(same)
    }
}

/// Groups by what a person upgrades, the worst group first.
pub(crate) fn group<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(PackageType, &str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry(finding.package.upgraded_as()).or_default().push(finding);
    }
    let mut groups: Vec<Group<'_>> = groups
        .into_iter()
        .map(|((kind, name, version), mut findings)| {
            let names: BTreeSet<&str> = findings.iter().map(|f| f.package.name.as_str()).collect();
            let paths: BTreeSet<String> = findings
                .iter()
                .filter(|_| !kind.is_os())
                .flat_map(|f| f.package.locations.iter().map(|at| at.path.to_text()))
                .collect();
            findings.sort_by(|a, b| (first(a), &a.id).cmp(&(first(b), &b.id)));
            findings.dedup_by(|a, b| a.id == b.id);
            let binaries = if kind.is_os() && (names.len() > 1 || !names.contains(name)) {
                names.into_iter().collect()
            } else {
                Vec::new()
            };
            Group { kind, name, version, binaries, paths: paths.into_iter().collect(), findings }
        })
        .collect();
    groups.sort_by(|a, b| {
        (a.worst(), Reverse(a.findings.len()), a.kind, a.name, a.version).cmp(&(
            b.worst(),
            Reverse(b.findings.len()),
            b.kind,
            b.name,
            b.version,
        ))
    });
    groups
}
