use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use plimsoll_matcher::Record;

/// The records of a segment that stay decoded: what the images of a registry have in common.
pub(super) struct Kept {
    shelf: RwLock<Arc<Shelf>>,
    len: usize,
}

/// A place for each group of entries. Whoever has the shelf reads it without a lock.
pub(super) struct Shelf {
    places: OnceLock<Box<[OnceLock<Arc<Record>>]>>,
    len: usize,
    /// Bytes that are still free.
    left: AtomicUsize,
}

/// Bytes, about, that the decoded records of one segment take at most. Past it they are all let go.
const ROOM: usize = 256 << 20;

/// A decoded record takes about as many times its encoded size, with what matching derives from it.
const SWELLS: usize = 16;

impl Kept {
    /// Nothing yet of `len` groups of entries.
    pub(super) fn new(len: usize) -> Self {
        Self { shelf: RwLock::new(Arc::new(Shelf::new(len))), len }
    }

    pub(super) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a record whose encoded size is `size`.
    pub(super) fn keep(&self, shelf: &Shelf, index: u32, record: &Arc<Record>, size: usize) {
        let size = size.saturating_add(64).saturating_mul(SWELLS);
        let take = |left: usize| left.checked_sub(size);
        if shelf.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            shelf.put(index, record);
            return;
        }
        let new = Arc::new(Shelf::new(self.len));
        new.put(index, record);
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = new;
    }
}

impl Shelf {
    fn new(len: usize) -> Self {
        Self { places: OnceLock::new(), len, left: AtomicUsize::new(ROOM) }
    }

    pub(super) fn get(&self, index: u32) -> Option<&Arc<Record>> {
        self.places.get()?.get(usize::try_from(index).ok()?)?.get()
    }

    fn put(&self, index: u32, record: &Arc<Record>) {
        let places = self.places.get_or_init(|| (0..self.len).map(|_| OnceLock::new()).collect());
        if let Some(place) = usize::try_from(index).ok().and_then(|index| places.get(index)) {
            // Another thread may have decoded it at the same time.
            let _ = place.set(Arc::clone(record));
        }
    }
}
