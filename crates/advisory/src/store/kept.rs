use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plimsoll_matcher::Record;

/// Decoded records, kept for the next look-up: a store that is open is one generation.
#[derive(Default)]
pub(super) struct Kept(Mutex<Decoded>);

#[derive(Default)]
struct Decoded {
    /// By the group of entries that they are cut down to.
    entries: HashMap<i64, Arc<Record>>,
    /// By record, without entries.
    heads: HashMap<i64, Arc<Record>>,
    /// Bytes, about, that they take.
    size: usize,
}

/// Bytes, about, that they take at most. Past it all are let go.
const ROOM: usize = 256 << 20;

/// A decoded record takes about as many times its encoded size, with what matching derives from it.
const SWELLS: usize = 16;

impl Kept {
    pub(super) fn entry(&self, id: i64) -> Option<Arc<Record>> {
        self.lock().entries.get(&id).cloned()
    }

    pub(super) fn head(&self, id: i64) -> Option<Arc<Record>> {
        self.lock().heads.get(&id).cloned()
    }

    /// Keeps the record of a group of entries. `size` is its encoded size.
    pub(super) fn keep_entry(&self, id: i64, record: &Arc<Record>, size: usize) {
        self.room(size).entries.insert(id, Arc::clone(record));
    }

    /// Keeps a record without entries.
    pub(super) fn keep_head(&self, id: i64, record: &Arc<Record>, size: usize) {
        self.room(size).heads.insert(id, Arc::clone(record));
    }

    fn room(&self, size: usize) -> MutexGuard<'_, Decoded> {
        let mut decoded = self.lock();
        decoded.size = decoded.size.saturating_add(size.saturating_add(64).saturating_mul(SWELLS));
        if decoded.size > ROOM {
            *decoded = Decoded::default();
        }
        decoded
    }

    fn lock(&self) -> MutexGuard<'_, Decoded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
