//! Packages that are equal in what decides, and the units that are asked and judged for them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use plimsoll_core::{AdvisoryKind, Coverage, Diagnostic, DiagnosticKind, Ecosystem, Package, Verdict};

use crate::coordinate::Coordinate;
use crate::coverage::coverage;
use crate::matching::Options;
use crate::stream::builders;
use crate::unit::{Hit, Unit, UnitKey, unite};
use crate::verdict::KINDS;
use crate::{Candidates, Error};

/// Packages that are equal in what decides.
pub(crate) struct Group<'a> {
    pub(crate) package: &'a Package,
    pub(crate) coverage: Coverage,
    pub(crate) members: Vec<usize>,
    /// Whether another package's files are its own, so that what does not affect it counts as well.
    pub(crate) owner: bool,
    /// Those who have built it anew.
    builders: Vec<Ecosystem>,
    /// What is said of it: by its source package's name and by its own. Once they have been asked, those alone of which
    /// anything is said.
    pub(crate) units: [Option<usize>; 2],
}

/// A record that speaks of a group, by which of its names.
#[derive(Clone, Copy)]
pub(crate) struct Said<'u> {
    pub(crate) hit: &'u Hit,
    pub(crate) unit: &'u Unit<'u>,
}

impl Group<'_> {
    /// Each record that speaks of it.
    pub(crate) fn said<'u>(&self, units: &'u [Unit<'_>]) -> Vec<Said<'u>> {
        let of =
            |unit: usize| units.get(unit).map(|unit| unit.hits.iter().map(move |hit| Said { hit, unit }));
        let mut said: Vec<Said<'u>> =
            self.units.iter().flatten().filter_map(|&unit| of(unit)).flatten().collect();
        if self.units.iter().flatten().count() > 1 {
            unite(&mut said, |said| said.hit);
        }
        said
    }
}

/// The coverage of each package, its group where it can be judged, and the groups.
pub(crate) type Grouped<'a> = (Vec<Coverage>, Vec<Option<usize>>, Vec<Group<'a>>);

/// The packages in groups.
pub(crate) fn grouped<'a>(packages: &'a [Package], source: &dyn Candidates) -> Result<Grouped<'a>, Error> {
    let owners: HashSet<&str> = packages.iter().filter_map(|package| package.owned_by.as_deref()).collect();
    let mut feeds: HashMap<&Ecosystem, bool> = HashMap::new();
    let mut all = Vec::with_capacity(packages.len());
    let mut of = Vec::with_capacity(packages.len());
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut group_of: HashMap<Coordinate<'a>, usize> = HashMap::with_capacity(packages.len());
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
            of.push(None);
            continue;
        }
        let at = *group_of.entry(Coordinate::of(package)).or_insert_with(|| {
            let builders = package.ecosystem.as_ref().map(|ecosystem| builders(package, ecosystem));
            groups.push(Group {
                package,
                coverage,
                members: Vec::new(),
                owner: false,
                builders: builders.unwrap_or_default(),
                units: [None; 2],
            });
            groups.len() - 1
        });
        of.push(Some(at));
        if let Some(group) = groups.get_mut(at) {
            group.owner |= package.kind.is_os() && owners.contains(package.name.as_str());
            group.members.push(index);
        }
    }
    Ok((all, of, groups))
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

/// Asks the source for everything at once, and judges what it shows. The units of which something is said.
pub(crate) fn collect<'a>(
    groups: &mut [Group<'a>],
    source: &dyn Candidates,
    options: Options,
) -> Result<Vec<Unit<'a>>, Error> {
    let mut units: Vec<Unit<'a>> = Vec::with_capacity(groups.len());
    let mut known: HashMap<UnitKey<'a>, usize> = HashMap::with_capacity(groups.len());
    for group in groups.iter_mut() {
        let hint = !(options.dismissed || group.owner);
        for (kind, slot) in KINDS.into_iter().zip(&mut group.units) {
            let Some(key) = Unit::key(group.package, &group.builders, kind, hint) else {
                continue;
            };
            *slot = Some(match known.entry(key) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    units.push(Unit::of(new.key(), group.package));
                    *new.insert(units.len() - 1)
                }
            });
        }
    }
    let mut queries = Vec::with_capacity(units.len().saturating_mul(2));
    let mut askers = Vec::with_capacity(units.len().saturating_mul(2));
    for (index, unit) in units.iter().enumerate() {
        queries.extend(unit.queries());
        askers.resize(queries.len(), index);
    }
    let mut hits: Vec<Vec<Hit>> = units.iter().map(|_| Vec::new()).collect();
    source.candidates(&queries, &mut |query, record| {
        if record.kind == AdvisoryKind::Informational && !options.informational {
            return;
        }
        let Some(&asker) = askers.get(query) else { return };
        if let (Some(unit), Some(hits)) = (units.get(asker), hits.get_mut(asker)) {
            hits.extend(unit.judge(record));
        }
    })?;
    for (unit, mut hits) in units.iter_mut().zip(hits) {
        unite(&mut hits, |hit| hit);
        unit.hits = hits;
    }
    let silent = |unit: usize| units.get(unit).is_none_or(|unit| unit.hits.is_empty());
    for slot in groups.iter_mut().flat_map(|group| &mut group.units) {
        *slot = slot.filter(|unit| !silent(*unit));
    }
    Ok(units)
}

/// Says what could not be read of a group's package, and of the records that speak of it.
pub(crate) fn diagnose(group: &Group<'_>, units: &[Unit<'_>], out: &mut Vec<Diagnostic>) {
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
    let doubtful = |hit: &Hit| hit.verdict == Verdict::Undetermined && !hit.is_unparsed();
    let any = |unit: usize| units.get(unit).is_some_and(|unit| unit.hits.iter().any(doubtful));
    if !group.units.iter().flatten().any(|&unit| any(unit)) {
        return;
    }
    for said in group.said(units).into_iter().filter(|said| doubtful(said.hit)) {
        let reason = said.hit.evidence(said.unit).reason;
        let message = format!("{}: {}: {reason}", said.hit.record.id, package.purl);
        out.push(Diagnostic::new(DiagnosticKind::UnparsedVersion, message));
    }
}
