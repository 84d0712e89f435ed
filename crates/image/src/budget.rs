use std::sync::{Condvar, Mutex, PoisonError};

/// The memory that all files held at one time may take ([`Limits::buffered`](plimsoll_core::Limits::buffered)).
pub(crate) struct Budget {
    total: u64,
    left: Mutex<u64>,
    freed: Condvar,
}

/// Memory that is held until this is dropped.
pub(crate) struct Held<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(total: u64) -> Self {
        Self { total, left: Mutex::new(total), freed: Condvar::new() }
    }

    /// Waits until `bytes` are free and takes them; nothing where there are never that many. A reader holds one
    /// file at a time, so that none waits for itself.
    pub(crate) fn hold(&self, bytes: u64) -> Option<Held<'_>> {
        if bytes > self.total {
            return None;
        }
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        while *left < bytes {
            left = self.freed.wait(left).unwrap_or_else(PoisonError::into_inner);
        }
        *left -= bytes;
        Some(Held { budget: self, bytes })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.budget.left.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.freed.notify_all();
    }
}
