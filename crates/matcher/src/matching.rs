use plimsoll_core::{Coverage, CoverageCounts, Diagnostic, Evidence, Finding, Package};

use crate::cluster;
use crate::group::{Group, collect, diagnose, grouped};
use crate::hub::Hub;
use crate::shadow::{Shadow, shadows};
use crate::{Candidates, Error};

/// How to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether informational records (unmaintained, unsound, errata that only mend bugs) make findings. Default no.
    pub informational: bool,
    /// Whether to keep the evidence of what does not affect the packages: fixed, not affected, withdrawn. Default
    /// no, which lets a store leave most of them unread.
    pub dismissed: bool,
    /// Whether to ask what else is known of each vulnerability: its other ids, and what others say of its severity.
    /// Default yes.
    pub known: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { informational: false, dismissed: false, known: true }
    }
}

/// What matching found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The findings: one for each vulnerability and package, in the order of the packages, then of their ids.
    /// Severity is not judged yet.
    pub findings: Vec<Finding>,
    /// The findings in packages that an operating-system package owns, and what its vendor says of them. A view that
    /// shows each thing once leaves out those that are [`decided`](Shadow::decided).
    pub shadows: Vec<Shadow>,
    /// How far each package could be judged, by its index.
    pub coverage: Vec<Coverage>,
    /// What was wrong with packages and records.
    pub diagnostics: Vec<Diagnostic>,
    /// What does not affect the packages, and why, where [`Options::dismissed`] asked for it.
    pub dismissed: Vec<Dismissed>,
}

impl Matched {
    /// How many packages have which coverage.
    pub fn counts(&self) -> CoverageCounts {
        let mut counts = CoverageCounts::default();
        self.coverage.iter().for_each(|&coverage| counts.add(coverage));
        counts
    }
}

/// An advisory that speaks of a package and does not affect it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dismissed {
    /// The index of the package.
    pub package: usize,
    /// Every id of the advisory's vulnerabilities.
    pub ids: Vec<String>,
    /// Why.
    pub evidence: Evidence,
}

/// Matches packages against a source of advisories.
///
/// Packages that are equal in what decides (ecosystem, names, versions, architecture, module) are judged once.
///
/// # Errors
///
/// [`Error::Source`] where the advisories can't be read.
pub fn match_packages(
    packages: &[Package],
    source: &dyn Candidates,
    options: Options,
) -> Result<Matched, Error> {
    let (coverage, mut groups) = grouped(packages, source)?;
    collect(&mut groups, source, options)?;
    let hub = if options.known { Hub::ask(&groups, source)? } else { Hub::default() };
    let mut matched = Matched { coverage, ..Matched::default() };
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    for group in &mut groups {
        diagnose(group, &mut matched.diagnostics);
        // What does not affect the package is asked for afterwards; of an owner, by those that it owns.
        let take = !(options.dismissed || group.owner);
        for finding in cluster::findings(group.package, &mut group.hits, &hub, take) {
            copies(group, packages, finding, &mut findings);
        }
        if options.dismissed {
            let dismissed = |index: &usize| {
                let index = *index;
                group.hits.iter().filter_map(move |hit| hit.dismissed(index))
            };
            matched.dismissed.extend(group.members.iter().flat_map(dismissed));
        }
    }
    if !findings.is_sorted_by_key(|(package, _)| *package) {
        // Stable: the findings of one package stay in the order of their ids.
        findings.sort_by_key(|(package, _)| *package);
    }
    matched.shadows = shadows(packages, &groups, &findings);
    matched.findings = findings.into_iter().map(|(_, finding)| finding).collect();
    matched.dismissed.sort_by_key(|dismissed| dismissed.package);
    Ok(matched)
}

/// The finding once for each package of the group.
fn copies(group: &Group<'_>, packages: &[Package], finding: Finding, out: &mut Vec<(usize, Finding)>) {
    let Some((&first, others)) = group.members.split_first() else { return };
    for &index in others {
        if let Some(package) = packages.get(index) {
            out.push((index, Finding { package: package.clone().into(), ..finding.clone() }));
        }
    }
    out.push((first, finding));
}
