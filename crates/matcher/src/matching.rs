use std::collections::HashMap;

use plimsoll_core::{
    AdvisoryKind, Coverage, CoverageCounts, Diagnostic, DiagnosticKind, Evidence, Finding, Package, Verdict,
};

use crate::cluster;
use crate::coordinate::{Coordinate, Covered};
use crate::coverage::coverage;
use crate::hit::Hit;
use crate::queries::{Wanted, queries};
use crate::verdict::judge;
use crate::{Candidates, Error};

/// How to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether informational records (unmaintained, unsound, errata that only mend bugs) make findings. Default no.
    pub informational: bool,
    /// Whether to keep the evidence of what does not affect the packages: fixed, not affected, withdrawn. Default
    /// no, which lets a store leave most of them unread.
    pub dismissed: bool,
}

/// What matching found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The findings: one for each vulnerability and package, in the order of the packages, then of their ids.
    /// Severity is not judged yet.
    pub findings: Vec<Finding>,
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
    let mut matched = Matched::default();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut covered: HashMap<Covered<'_>, bool> = HashMap::new();
    let mut group_of: HashMap<Coordinate<'_>, usize> = HashMap::new();
    for (index, package) in packages.iter().enumerate() {
        let feed = match covered.entry(Covered::of(package)) {
            std::collections::hash_map::Entry::Occupied(known) => *known.get(),
            std::collections::hash_map::Entry::Vacant(new) => *new.insert(match &package.ecosystem {
                Some(ecosystem) => source.covers(ecosystem)?,
                None => false,
            }),
        };
        let coverage = coverage(package, feed);
        matched.coverage.push(coverage);
        if !matches!(coverage, Coverage::Assessed | Coverage::UnparsedVersion) {
            continue;
        }
        let group = *group_of.entry(Coordinate::of(package)).or_insert_with(|| {
            groups.push(Group { package, coverage, members: Vec::new(), hits: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(group) {
            group.members.push(index);
        }
    }
    collect(&mut groups, source, options)?;
    let mut findings = Vec::new();
    for group in &groups {
        diagnose(group, &mut matched.diagnostics);
        let found = cluster::findings(group.package, &group.hits);
        for &index in &group.members {
            let Some(package) = packages.get(index) else { continue };
            findings.extend(
                found.iter().map(|finding| (index, Finding { package: package.clone(), ..finding.clone() })),
            );
            matched.dismissed.extend(group.hits.iter().filter_map(|hit| hit.dismissed(index)));
        }
    }
    findings.sort_by_key(|(index, _)| *index);
    matched.findings = findings.into_iter().map(|(_, finding)| finding).collect();
    matched.dismissed.sort_by_key(|dismissed| dismissed.package);
    Ok(matched)
}

/// Packages that are equal in what decides.
struct Group<'a> {
    package: &'a Package,
    coverage: Coverage,
    members: Vec<usize>,
    hits: Vec<Hit>,
}

/// Asks the source for everything at once, and judges what it shows.
fn collect(groups: &mut [Group<'_>], source: &dyn Candidates, options: Options) -> Result<(), Error> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut askers: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Wanted, usize> = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        for query in queries(group.package) {
            let at = *known.entry(query).or_insert_with_key(|query| {
                wanted.push(query.clone());
                askers.push(Vec::new());
                wanted.len() - 1
            });
            if let Some(askers) = askers.get_mut(at) {
                askers.push(index);
            }
        }
    }
    let asked: Vec<_> = wanted.iter().map(|wanted| wanted.query(!options.dismissed)).collect();
    source.candidates(&asked, &mut |query, advisory| {
        if advisory.kind == AdvisoryKind::Informational && !options.informational {
            return;
        }
        for &asker in askers.get(query).map_or(&[][..], Vec::as_slice) {
            let Some(group) = groups.get_mut(asker) else { continue };
            let Some(judged) = judge(group.package, advisory) else { continue };
            let counts = matches!(judged.evidence.verdict, Verdict::Affected | Verdict::Undetermined);
            if counts || options.dismissed {
                Hit::of(advisory, judged).join(&mut group.hits);
            }
        }
    })
}

fn diagnose(group: &Group<'_>, out: &mut Vec<Diagnostic>) {
    let package = group.package;
    if group.coverage == Coverage::UnparsedVersion {
        let message = if package.version.is_empty() {
            format!("{} states no version", package.purl)
        } else {
            format!(
                "the version {:?} of {} can't be read in its ecosystem's order",
                package.version, package.purl
            )
        };
        out.push(Diagnostic::new(DiagnosticKind::UnparsedVersion, message));
    }
    for hit in group.hits.iter().filter(|hit| hit.evidence.verdict == Verdict::Undetermined && !hit.unparsed)
    {
        let message = format!("{}: {}: {}", hit.advisory.id, package.purl, hit.evidence.reason);
        out.push(Diagnostic::new(DiagnosticKind::UnparsedVersion, message));
    }
}
