//! What was read of packages and findings and is likely asked for again: images have most of theirs in common.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plimsoll_core::{Finding, Package, Shared};
use rusqlite::Connection;

use super::inventory::Detail;
use super::{inventory, known, verdict};
use crate::error::Failed;
use crate::time::Millis;

/// What is known of a coordinate, as readers see it.
pub(super) struct Judged {
    /// Its package, which is nowhere yet.
    pub(super) package: Shared<Package>,
    /// The findings: the row of each, and since when it is known.
    pub(super) findings: Vec<(i64, Shared<Finding>, Millis)>,
}

/// What readers have read. Packages never change; what is judged of them holds for one state of the verdicts, which has
/// a number in the store.
#[derive(Default)]
pub(super) struct Kept(Mutex<State>);

#[derive(Default)]
struct State {
    verdicts: i64,
    judged: Recent<i64, Arc<Judged>>,
    details: Recent<i64, Arc<(i64, Detail)>>,
    located: Recent<(i64, i64), Shared<Package>>,
}

/// Findings and packages that are kept, about: some tens of megabytes.
const MOST: usize = 16_384;

/// The key under which the store has the number of the verdicts' state.
const VERDICTS: &str = "verdicts";

/// Notes that something else is said of packages than before.
pub(super) fn renew(conn: &Connection) -> Result<(), Failed> {
    known::set_meta(conn, VERDICTS, &(state_of(conn)? + 1))
}

fn state_of(conn: &Connection) -> Result<i64, Failed> {
    Ok(known::meta(conn, VERDICTS)?.unwrap_or_default())
}

/// The same for one reader, who sees one state.
pub(super) struct View<'a> {
    conn: &'a Connection,
    kept: &'a Kept,
    verdicts: i64,
}

impl Kept {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn view<'a>(&'a self, conn: &'a Connection) -> Result<View<'a>, Failed> {
        let verdicts = state_of(conn)?;
        let mut state = self.state();
        if state.verdicts < verdicts {
            (state.verdicts, state.judged) = (verdicts, Recent::default());
        }
        Ok(View { conn, kept: self, verdicts })
    }
}

impl View<'_> {
    /// What is known of a coordinate.
    pub(super) fn judged(&self, coordinate: i64) -> Result<Arc<Judged>, Failed> {
        {
            let mut state = self.kept.state();
            // A reader that sees an older state keeps to it.
            if state.verdicts == self.verdicts
                && let Some(known) = state.judged.get(&coordinate)
            {
                return Ok(known);
            }
        }
        let findings = verdict::findings(self.conn, coordinate)?;
        let package = match findings.first() {
            Some((_, finding, _)) => finding.package.clone(),
            None => Shared::from(inventory::package(self.conn, coordinate)?),
        };
        let judged = Arc::new(Judged { package, findings });
        let mut state = self.kept.state();
        if state.verdicts == self.verdicts {
            state.judged.put(coordinate, judged.clone(), judged.findings.len() + 1);
        }
        Ok(judged)
    }

    /// A package's coordinate, and what is its own.
    pub(super) fn detail(&self, package: i64) -> Result<Arc<(i64, Detail)>, Failed> {
        if let Some(known) = self.kept.state().details.get(&package) {
            return Ok(known);
        }
        let detail = Arc::new(inventory::detail_of(self.conn, package)?);
        self.kept.state().details.put(package, detail.clone(), 1);
        Ok(detail)
    }

    /// A package as a layer brings it.
    pub(super) fn located(
        &self,
        package: i64,
        layer: i64,
        make: impl FnOnce() -> Result<Package, Failed>,
    ) -> Result<Shared<Package>, Failed> {
        if let Some(known) = self.kept.state().located.get(&(package, layer)) {
            return Ok(known);
        }
        let made = Shared::from(make()?);
        self.kept.state().located.put((package, layer), made.clone(), 1);
        Ok(made)
    }
}

/// What was asked for lately. What was not is forgotten, half of all at a time.
struct Recent<K, V> {
    young: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    weight: usize,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), weight: 0 }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Recent<K, V> {
    fn get(&mut self, key: &K) -> Option<V> {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (value, weight) = self.old.remove(key)?;
        self.put(*key, value.clone(), weight);
        Some(value)
    }

    fn put(&mut self, key: K, value: V, weight: usize) {
        if self.weight.saturating_add(weight) > MOST / 2 {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        if self.young.insert(key, (value, weight)).is_none() {
            self.weight = self.weight.saturating_add(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_forgotten() {
        let mut recent: Recent<usize, usize> = Recent::default();
        for n in 0..10 * MOST {
            recent.put(n, n, 1);
            assert_eq!(recent.get(&0), Some(0));
            assert!(recent.young.len() + recent.old.len() <= MOST);
        }
        assert_eq!(recent.get(&1), None);
        assert_eq!(recent.get(&(10 * MOST - 1)), Some(10 * MOST - 1));
        // What is too heavy for anything else to be kept is kept by itself.
        recent.put(7, 7, 2 * MOST);
        assert_eq!(recent.get(&7), Some(7));
        recent.put(8, 8, 1);
        assert_eq!((recent.get(&8), recent.young.len()), (Some(8), 1));
    }
}
