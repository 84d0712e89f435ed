use std::cmp::Ordering;

use plimsoll_core::{Affected, Event, FixState, Package, RangeKind};
use plimsoll_version::Scheme;

use crate::hit::Hit;
use crate::name::version_of;
use crate::place::is_inside;

/// What there is to upgrade to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixes {
    /// The versions that fix it, lowest first.
    pub(crate) versions: Vec<String>,
    /// What is known of a fix.
    pub(crate) state: FixState,
}

/// The fixes above the installed version that the deciding records name. One that another of the ranges still
/// calls affected solves nothing and is left out.
pub(crate) fn of(package: &Package, hits: &[&Hit]) -> Fixes {
    let Some(scheme) = package.ecosystem.as_ref().and_then(|e| Scheme::for_ecosystem(e.as_str())) else {
        return Fixes::default();
    };
    let entries: Vec<&Affected> = hits.iter().flat_map(|hit| &hit.advisory.affected).collect();
    let mut versions: Vec<&str> = Vec::new();
    for entry in &entries {
        let installed = version_of(package, entry.name_kind);
        for version in events(entry).filter_map(fixed) {
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
    let versions: Vec<String> = versions.into_iter().map(str::to_owned).collect();
    let stated = entries.iter().find_map(|entry| entry.fix);
    let state = match stated {
        _ if !versions.is_empty() => FixState::Available,
        Some(stated) => stated,
        None if entries.iter().any(|entry| is_open(entry)) => FixState::NotAvailable,
        None => FixState::Unknown,
    };
    Fixes { versions, state }
}

fn events(entry: &Affected) -> impl Iterator<Item = &Event> {
    entry.ranges.iter().filter(|range| range.kind != RangeKind::Git).flat_map(|range| &range.events)
}

fn fixed(event: &Event) -> Option<&str> {
    match event {
        Event::Fixed(version) => Some(version),
        _ => None,
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
