//! ZIP archives (PKWARE APPNOTE 6.3.10), and archives within them, read in memory and without temporary files.
//!
//! An archive that is held is read by its directory, so that only what is wanted is inflated ([`visit`]). One that
//! is too large to be held is read from front to back ([`stream`]). Both show the same to a [`Visitor`]. A
//! [`Budget`] bounds what an archive may cost, with all archives within it.

mod digest;
mod directory;
mod forward;
mod inflate;
mod input;
mod record;
#[cfg(test)]
mod tests;

use flate2::Decompress;
use plimsoll_core::{ContentRead, Diagnostic, DiagnosticKind};

/// Whether a file begins as a ZIP archive does: with an entry, or as an empty archive.
pub(crate) fn begins(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// How much of an entry is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Nothing,
    /// The content, if it has no more bytes than this.
    Bytes(usize),
    /// The content as an archive, whose entries are shown between [`Visitor::enter`] and [`Visitor::leave`].
    Archive,
}

/// Looks at the entries of an archive, in the order of its directory.
pub(crate) trait Visitor {
    /// An entry, by its name as the archive writes it.
    fn entry(&mut self, name: &[u8]) -> Want;

    /// The content of an entry of which [`Want::Bytes`] were wanted.
    fn bytes(&mut self, name: &[u8], bytes: &[u8]);

    /// The entries from here on are those of the archive `name` within this one.
    fn enter(&mut self, name: &[u8]);

    /// The archive that was entered last is at its end.
    fn leave(&mut self);

    /// Whether the SHA-1 of archives is wanted.
    fn wants_digests(&self) -> bool {
        false
    }

    /// The SHA-1 of the current archive, once it is known: at its end, or at its beginning.
    fn digest(&mut self, sha1: [u8; 20]) {
        let _ = sha1;
    }

    /// Something is wrong in the current archive.
    fn trouble(&mut self, diagnostic: Diagnostic);
}

/// What is left of what an archive may cost.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Bytes that may be inflated.
    inflated: u64,
    /// Bytes that may be hashed: archives within archives may overlap.
    hashed: u64,
    /// Entries that may be looked at: archives whose entries overlap could have more than their bytes have room for.
    entries: u32,
    /// Bytes of archives within archives that may be held at one time.
    held: usize,
    /// Archives within archives.
    depth: u32,
    /// Troubles that are still told.
    troubles: u32,
    /// A decoder that is used again: most of what is inflated is small.
    spare: Option<Decompress>,
}

impl Budget {
    /// What an archive of `size` bytes may cost.
    pub(crate) fn new(size: u64) -> Self {
        Self {
            inflated: (256 << 20) + size.saturating_mul(16),
            hashed: (256 << 20) + size.saturating_mul(4),
            entries: 2_000_000,
            held: 16 << 20,
            depth: 16,
            troubles: 20,
            spare: None,
        }
    }

    fn trouble(&mut self, visitor: &mut dyn Visitor, diagnostic: Diagnostic) {
        if self.troubles > 0 {
            self.troubles -= 1;
            visitor.trouble(diagnostic);
        }
    }

    /// Takes one entry; `false` where there is none left.
    fn entry(&mut self, visitor: &mut dyn Visitor) -> bool {
        if self.entries == 1 {
            self.trouble(
                visitor,
                limit("archive with archives in it has too many entries; the rest was not read"),
            );
        }
        self.entries = self.entries.saturating_sub(1);
        self.entries > 0
    }

    /// Takes inflated bytes; `false` where more were inflated than may be.
    fn inflate(&mut self, bytes: usize) -> bool {
        self.inflated = self.inflated.saturating_sub(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.inflated > 0
    }
}

/// Shows the archive `bytes` to `visitor`. What is broken in it is told to the visitor.
pub(crate) fn visit(bytes: &[u8], visitor: &mut dyn Visitor, budget: &mut Budget) {
    digest::held(bytes, visitor, budget);
    directory::visit(bytes, visitor, budget);
}

/// The same for an archive that is not held: entries come in the order of the file, and what is not wanted is
/// inflated too where the archive does not say beforehand how long it is.
pub(crate) fn stream(reader: &mut dyn ContentRead, visitor: &mut dyn Visitor, budget: &mut Budget) {
    digest::streamed(reader, visitor, budget);
}

fn malformed(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Malformed, message)
}

fn truncated(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Truncated, message)
}

fn unsupported(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Unsupported, message)
}

fn limit(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::LimitPassed, message)
}
