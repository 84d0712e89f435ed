//! Parts of a blob, fetched as they are asked for, and a little ahead where they follow each other.

use std::io::{self, Read};

use plimsoll_core::Digest;

use super::Useless;
use crate::source::BlobSource;

/// What is near enough to be fetched with what was asked for: a request costs about as much.
const NEAR: u64 = 16 << 10;
/// The most that is fetched ahead.
const MOST: u64 = 1 << 20;

/// A blob of which parts can be fetched.
pub(crate) struct Part<'a> {
    pub(crate) source: &'a dyn BlobSource,
    pub(crate) digest: &'a Digest,
    pub(crate) size: u64,
}

/// Fetches bytes `from` to `to`.
pub(super) fn fetch(part: &Part<'_>, from: u64, to: u64) -> Result<Vec<u8>, Useless> {
    let Some(reader) = part.source.open_part(part.digest, from, to)? else { return Err(Useless::NoParts) };
    let size = to.saturating_sub(from);
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(MOST)).unwrap_or(0));
    reader.take(size).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == size {
        true => Ok(bytes),
        false => Err(Useless::Io(io::Error::new(io::ErrorKind::UnexpectedEof, "the blob ends early"))),
    }
}

/// What was fetched last.
#[derive(Default)]
pub(super) struct Window {
    start: u64,
    bytes: Vec<u8>,
    /// How much was fetched ahead.
    ahead: u64,
    /// Of the bytes, how many were asked for, and where the last of them end.
    used: u64,
    last: u64,
    /// Bytes fetched in all.
    pub(super) fetched: u64,
}

impl Window {
    fn end(&self) -> u64 {
        self.start.saturating_add(self.bytes.len() as u64)
    }

    /// Bytes `from` to `to` of the blob, none of which is behind `last`.
    pub(super) fn get(&mut self, part: &Part<'_>, from: u64, to: u64, last: u64) -> Result<&[u8], Useless> {
        if from < self.start || to > self.end() {
            // Where one follows the other, more may follow; ever more is fetched only where it was of use.
            let follows = self.used > 0 && (self.last..=self.last.saturating_add(NEAR)).contains(&from);
            let useful = self.used.saturating_mul(3) >= self.bytes.len() as u64;
            self.ahead = match (follows, useful) {
                (true, true) => (self.ahead * 2).clamp(NEAR, MOST),
                (true, false) => NEAR,
                (false, _) => 0,
            };
            self.used = 0;
            let end = to.max(from.saturating_add(self.ahead).min(last));
            self.bytes = fetch(part, from, end)?;
            self.start = from;
            self.fetched = self.fetched.saturating_add(self.bytes.len() as u64);
        }
        self.used = self.used.saturating_add(to.saturating_sub(from));
        self.last = to;
        let at = |place: u64| usize::try_from(place.saturating_sub(self.start)).unwrap_or(usize::MAX);
        self.bytes.get(at(from)..at(to)).ok_or(Useless::Bad("it names bytes that are not there"))
    }
}
