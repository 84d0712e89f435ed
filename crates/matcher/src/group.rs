//! Packages that are equal in what decides, and what is asked and judged for each such group once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use plimsoll_core::{AdvisoryKind, Coverage, Diagnostic, DiagnosticKind, Ecosystem, Package, Verdict};

use crate::coordinate::Coordinate;
use crate::coverage::coverage;
use crate::hit::{Hit, unite};
use crate::matching::Options;
use crate::queries::{Wanted, queries};
use crate::stream::builders;
use crate::verdict::judge;
use crate::{Candidates, Error};

/// Packages that are equal in what decides.
pub(crate) struct Group<'a> {
    pub(crate) package: &'a Package,
    pub(crate) coverage: Coverage,
    pub(crate) members: Vec<usize>,
    pub(crate) hits: Vec<Hit>,
    /// Whether another package's files are its own, so that what does not affect it counts as well.
    pub(crate) owner: bool,
}

/// The coverage of each package, and those that can be judged, in groups.
pub(crate) fn grouped<'a>(
    packages: &'a [Package],
    source: &dyn Candidates,
) -> Result<(Vec<Coverage>, Vec<Group<'a>>), Error> {
    let owners: HashSet<&str> = packages.iter().filter_map(|package| package.owned_by.as_deref()).collect();
    let mut feeds: HashMap<&Ecosystem, bool> = HashMap::new();
    let mut all = Vec::with_capacity(packages.len());
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut group_of: HashMap<Coordinate<'a>, usize> = HashMap::new();
    for (index, package) in packages.iter().enumerate() {
        let feed = match &package.ecosystem {
            None => false,
            Some(ecosystem) => {
                let own = match feeds.entry(ecosystem) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => *new.insert(source.covers(ecosystem)?),
                };
                own || rebuilt(package, ecosystem, source)?
            }
        };
        let coverage = coverage(package, feed);
        all.push(coverage);
        if !matches!(coverage, Coverage::Assessed | Coverage::UnparsedVersion) {
            continue;
        }
        let group = *group_of.entry(Coordinate::of(package)).or_insert_with(|| {
            groups.push(Group { package, coverage, members: Vec::new(), hits: Vec::new(), owner: false });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(group) {
            group.owner |= package.kind.is_os() && owners.contains(package.name.as_str());
            group.members.push(index);
        }
    }
    Ok((all, groups))
}

/// Whether there is a feed of those who have built the package anew.
fn rebuilt(package: &Package, ecosystem: &Ecosystem, source: &dyn Candidates) -> Result<bool, Error> {
    for builder in builders(package, ecosystem) {
        if source.covers(&builder)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks the source for everything at once, and judges what it shows.
pub(crate) fn collect(
    groups: &mut [Group<'_>],
    source: &dyn Candidates,
    options: Options,
) -> Result<(), Error> {
    let mut wanted: Vec<(Wanted<'_>, bool)> = Vec::new();
    let mut askers: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(Wanted<'_>, bool), usize> = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        let hint = !(options.dismissed || group.owner);
        let package: &Package = group.package;
        for query in queries(package) {
            // Binary names are as many as there are groups; a source package is asked for once.
            let at = match query.is_source() {
                true => *known.entry((query.clone(), hint)).or_insert(wanted.len()),
                false => wanted.len(),
            };
            match askers.get_mut(at) {
                Some(askers) => askers.push(index),
                None => {
                    wanted.push((query, hint));
                    askers.push(vec![index]);
                }
            }
        }
    }
    let asked: Vec<_> = wanted.iter().map(|(wanted, hint)| wanted.query(*hint)).collect();
    source.candidates(&asked, &mut |query, advisory| {
        if advisory.kind == AdvisoryKind::Informational && !options.informational {
            return;
        }
        for &asker in askers.get(query).map_or(&[][..], Vec::as_slice) {
            let Some(group) = groups.get_mut(asker) else { continue };
            let Some(judged) = judge(group.package, advisory) else { continue };
            let counts = matches!(judged.evidence.verdict, Verdict::Affected | Verdict::Undetermined);
            if counts || options.dismissed || group.owner {
                group.hits.push(Hit::of(advisory, judged));
            }
        }
    })?;
    groups.iter_mut().for_each(|group| unite(&mut group.hits));
    Ok(())
}

/// Says what could not be read of a group's package, and of the records that speak of it.
pub(crate) fn diagnose(group: &Group<'_>, out: &mut Vec<Diagnostic>) {
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
