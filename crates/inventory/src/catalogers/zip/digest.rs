//! The SHA-1 of an archive, by which repositories of artifacts know it.

use std::io::{self, Read};

use plimsoll_core::ContentRead;
use sha1::{Digest, Sha1};

use super::{Budget, Visitor, forward};

/// Tells the digest of an archive that is held.
pub(super) fn held(bytes: &[u8], visitor: &mut dyn Visitor, budget: &mut Budget) {
    let Some(left) = budget.hashed.checked_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX)) else {
        return;
    };
    if visitor.wants_digests() {
        budget.hashed = left;
        visitor.digest(Sha1::digest(bytes).into());
    }
}

/// Shows an archive that is read from front to back, and tells its digest.
pub(super) fn streamed(reader: &mut dyn ContentRead, visitor: &mut dyn Visitor, budget: &mut Budget) {
    if !visitor.wants_digests() {
        return forward::visit(reader, visitor, budget);
    }
    let mut hashing = Hashing { reader, hash: Sha1::new(), left: budget.hashed };
    forward::visit(&mut hashing, visitor, budget);
    // What follows the entries is part of the archive too.
    let ended = io::copy(&mut hashing, &mut io::sink()).is_ok();
    if ended && hashing.left > 0 {
        visitor.digest(hashing.hash.finalize().into());
    }
    budget.hashed = budget.hashed.min(hashing.left);
}

struct Hashing<'r> {
    reader: &'r mut dyn ContentRead,
    hash: Sha1,
    left: u64,
}

impl Read for Hashing<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(out)?;
        self.left = self.left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        if self.left > 0 {
            self.hash.update(out.get(..read).unwrap_or_default());
        }
        Ok(read)
    }
}

impl ContentRead for Hashing<'_> {}
