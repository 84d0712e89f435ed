//! What is needed of the store to assess many images, read once. Packages go by their places in one list here, so that
//! an image is looked at without searching.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use plimsoll_core::Severity;
use rusqlite::Connection;

use super::inventory;
use super::verdict::{self, Row, Verdict};
use crate::error::Failed;
use crate::subject::Counts;

/// Inventories, their parts, and what is known of the packages in them.
pub(super) struct Loaded {
    /// Ascending.
    coordinates: Vec<i64>,
    weighed: Vec<Weighed>,
    /// The packages of each part, ascending.
    parts: Vec<Vec<u32>>,
    inventories: HashMap<i64, Vec<u32>>,
}

/// What is known of a coordinate, and what that adds to an image's counts.
pub(super) struct Weighed {
    pub(super) verdict: Verdict,
    pub(super) counts: Counts,
}

impl Loaded {
    pub(super) fn of(conn: &Connection, inventories: impl IntoIterator<Item = i64>) -> Result<Self, Failed> {
        let mut known: HashMap<i64, u32> = HashMap::new();
        let mut members: Vec<Vec<i64>> = Vec::new();
        let mut all: HashMap<i64, Vec<u32>> = HashMap::new();
        for inventory in inventories {
            let Entry::Vacant(place) = all.entry(inventory) else { continue };
            let mut own = Vec::new();
            for (part, _) in inventory::parts(conn, inventory)? {
                own.push(match known.entry(part) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => {
                        let mut coordinates = Vec::new();
                        inventory::coordinates(conn, part, &mut coordinates)?;
                        members.push(coordinates);
                        *new.insert(place_of(members.len() - 1)?)
                    }
                });
            }
            place.insert(own);
        }
        let mut places: HashMap<i64, u32> = HashMap::new();
        for coordinate in members.iter().flatten() {
            places.entry(*coordinate).or_default();
        }
        let mut coordinates: Vec<i64> = places.keys().copied().collect();
        coordinates.sort_unstable();
        for (at, coordinate) in coordinates.iter().enumerate() {
            places.insert(*coordinate, place_of(at)?);
        }
        let mut verdicts = verdict::verdicts(conn, coordinates.iter().copied())?;
        let weighed = coordinates.iter().map(|id| Weighed::of(verdicts.remove(id).unwrap_or_default()));
        let weighed = weighed.collect();
        // Ascending as they were: the places have the order of the coordinates.
        let place = |coordinate| places.get(coordinate).copied();
        let parts = members.iter().map(|part| part.iter().filter_map(place).collect()).collect();
        Ok(Self { coordinates, weighed, parts, inventories: all })
    }

    /// The parts of an inventory.
    pub(super) fn parts(&self, inventory: i64) -> &[u32] {
        self.inventories.get(&inventory).map_or(&[], Vec::as_slice)
    }

    /// The packages of a part.
    pub(super) fn part(&self, part: u32) -> &[u32] {
        self.parts.get(part as usize).map_or(&[], Vec::as_slice)
    }

    /// The packages of an inventory, ascending, each once.
    pub(super) fn packages(&self, inventory: i64, out: &mut Vec<u32>) {
        out.clear();
        for part in self.parts(inventory) {
            out.extend(self.part(*part));
        }
        // The parts are sorted each for itself, which a stable sort makes use of.
        out.sort();
        out.dedup();
    }

    /// A package's coordinate.
    pub(super) fn coordinate(&self, package: u32) -> Option<i64> {
        self.coordinates.get(package as usize).copied()
    }

    /// What is known of a package.
    pub(super) fn weighed(&self, package: u32) -> Option<&Weighed> {
        self.weighed.get(package as usize)
    }
}

fn place_of(at: usize) -> Result<u32, Failed> {
    u32::try_from(at).map_err(|_| Failed::Damaged("a store has too many packages"))
}

impl Weighed {
    fn of(verdict: Verdict) -> Self {
        let mut counts = Counts { packages: 1, unjudged: u32::from(verdict.unjudged), ..Counts::default() };
        for row in &verdict.findings {
            *level(&mut counts, row.severity) += 1;
            counts.fixable += u32::from(row.fixable);
            counts.undetermined += u32::from(row.undetermined);
        }
        Self { verdict, counts }
    }
}

fn level(counts: &mut Counts, severity: Severity) -> &mut u32 {
    match severity {
        Severity::Critical => &mut counts.critical,
        Severity::High => &mut counts.high,
        Severity::Medium => &mut counts.medium,
        Severity::Low => &mut counts.low,
        Severity::Negligible | Severity::None | Severity::Unknown => &mut counts.other,
    }
}

/// Adds what a package has.
pub(super) fn add(to: &mut Counts, more: &Counts) {
    for (to, more) in [
        (&mut to.critical, more.critical),
        (&mut to.high, more.high),
        (&mut to.medium, more.medium),
        (&mut to.low, more.low),
        (&mut to.other, more.other),
        (&mut to.fixable, more.fixable),
        (&mut to.undetermined, more.undetermined),
        (&mut to.packages, more.packages),
        (&mut to.unjudged, more.unjudged),
    ] {
        *to = to.saturating_add(more);
    }
}

/// Counts a finding that was added as one that is disabled.
pub(super) fn disable(counts: &mut Counts, row: &Row) {
    let level = level(counts, row.severity);
    *level = level.saturating_sub(1);
    counts.fixable = counts.fixable.saturating_sub(u32::from(row.fixable));
    counts.undetermined = counts.undetermined.saturating_sub(u32::from(row.undetermined));
    counts.disabled = counts.disabled.saturating_add(1);
}
