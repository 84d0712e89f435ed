use std::cmp::Ordering;

use plimsoll_core::{Affected, Event, FixState, Package, RangeKind, Shared};
use plimsoll_version::Scheme;

use crate::entry::fixes_of;
use crate::group::Said;
use crate::name::version_of;
use crate::place::is_inside;
use crate::unit::How;

/// What there is to upgrade to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixes {
    /// The versions that fix it, lowest first.
    pub(crate) versions: Shared<Vec<String>>,
    /// What is known of a fix.
    pub(crate) state: FixState,
}

/// The fixes that one record names which alone decides, where its keys say.
pub(crate) fn of_hit(said: Said<'_>) -> Option<Fixes> {
    let How::Inside { entry, .. } = said.hit.how else { return None };
    let record = &said.hit.record;
    let keys = record.derived().entries.get(entry)?.keys.as_ref()?;
    let versions = keys.fixed_above(said.unit.key.as_ref()?);
    let state = state(&versions, &[record.affected.get(entry)?]);
    Some(Fixes { versions, state })
}

/// The fixes above the installed version that the deciding records name. One that another of the ranges still
/// calls affected solves nothing and is left out.
pub(crate) fn of(package: &Package, deciding: &[Said<'_>]) -> Fixes {
    let Some(scheme) = package.ecosystem.as_ref().and_then(|e| Scheme::for_ecosystem(e.as_str())) else {
        return Fixes::default();
    };
    let entries = deciding
        .iter()
        .flat_map(|said| said.hit.entries().iter().filter_map(|entry| said.hit.record.affected.get(*entry)));
    let entries: Vec<&Affected> = entries.collect();
    let mut versions: Vec<&str> = Vec::new();
    for entry in &entries {
        let installed = version_of(package, entry.name_kind);
        for version in fixes_of(entry) {
            let above = match scheme.compare(version, &installed) {
                Ok(order) => order == Ordering::Greater,
                // The installed version can't be read: every fix that can is worth naming.
                Err(_) => scheme.parses(version).is_ok(),
            };
            if above && !entries.iter().any(|entry| is_affected(scheme, entry, version)) {
                versions.push(version);
            }
        }
    }
    versions.sort_by(|a, b| scheme.compare(a, b).unwrap_or(Ordering::Equal));
    versions.dedup_by(|a, b| scheme.compare(a, b).is_ok_and(Ordering::is_eq));
    let versions: Shared<Vec<String>> = versions.into_iter().map(str::to_owned).collect();
    let state = state(&versions, &entries);
    Fixes { versions, state }
}

fn state(versions: &[String], entries: &[&Affected]) -> FixState {
    match entries.iter().find_map(|entry| entry.fix) {
        _ if !versions.is_empty() => FixState::Available,
        Some(stated) => stated,
        None if entries.iter().any(|entry| is_open(entry)) => FixState::NotAvailable,
        None => FixState::Unknown,
    }
}

fn is_affected(scheme: Scheme, entry: &Affected, version: &str) -> bool {
    entry
        .ranges
        .iter()
        .filter(|range| range.kind != RangeKind::Git)
        .any(|range| is_inside(scheme, &range.events, version))
}

/// Whether some range has no end: affected, and nobody knows until when.
fn is_open(entry: &Affected) -> bool {
    entry.ranges.iter().filter(|range| range.kind != RangeKind::Git).any(|range| {
        !range
            .events
            .iter()
            .any(|event| matches!(event, Event::Fixed(_) | Event::LastAffected(_) | Event::Limit(_)))
    })
}
