use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Diagnostic};

use crate::store::Change;

/// What an import has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The generation that it made.
    pub generation: u64,
    /// Records that were read.
    pub records: u64,
    /// Records that were new.
    pub added: u64,
    /// Records that were known and said something else before.
    pub changed: u64,
    /// Records that were known just so.
    pub unchanged: u64,
    /// Records of which the store has a newer state, and kept it.
    pub older: u64,
    /// Records that this import has read before, in another file.
    pub repeated: u64,
    /// Records that their publisher has taken back, and that were known.
    pub gone: u64,
    /// Scores of exploitation that were read.
    pub scores: u64,
    /// Lifetimes of releases that were read.
    pub lives: u64,
    /// Records that were read, by ecosystem. A record may speak of several; one that speaks of none counts under the
    /// empty name.
    pub ecosystems: BTreeMap<String, u64>,
    /// Records that could not be read: which, and why. The first of them, up to the limit.
    pub skipped: Vec<Diagnostic>,
    /// How many records could not be read.
    pub skipped_count: u64,
    /// What was odd about records that were read. The first of them, up to the limit.
    pub notes: Vec<Diagnostic>,
    /// How many oddities there were.
    pub notes_count: u64,
}

impl ImportReport {
    pub(super) fn count(&mut self, advisory: &Advisory, change: Change) {
        self.records += 1;
        *match change {
            Change::Added => &mut self.added,
            Change::Changed => &mut self.changed,
            Change::Unchanged => &mut self.unchanged,
            Change::Older => &mut self.older,
            Change::Again => &mut self.repeated,
        } += 1;
        let mut names: Vec<&str> = advisory.affected.iter().map(|entry| entry.ecosystem.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            names.push("");
        }
        for name in names {
            match self.ecosystems.get_mut(name) {
                Some(count) => *count += 1,
                None => {
                    self.ecosystems.insert(name.to_owned(), 1);
                }
            }
        }
    }

    pub(super) fn skip(&mut self, diagnostic: Diagnostic, limit: usize) {
        self.skipped_count += 1;
        if self.skipped.len() < limit {
            self.skipped.push(diagnostic);
        }
    }

    pub(super) fn note(&mut self, diagnostic: Diagnostic, limit: usize) {
        self.notes_count += 1;
        if self.notes.len() < limit {
            self.notes.push(diagnostic);
        }
    }
}
