//! Build information of Go programs (Go, `debug/buildinfo`), found in passing; stripping does not remove it.

mod blob;
mod linked;
mod modules;
mod older;
#[cfg(test)]
mod tests;

use memchr::memmem;
use plimsoll_core::{Diagnostic, DiagnosticKind};

use self::blob::{ALIGN, Blob, MAGIC};
use self::older::Older;
use super::layout::{Layout, Segment};
use super::window::{Detector, Window};
use crate::Sink;

/// Blobs that are read at one time; programs have one.
const MAX_OPEN: usize = 2;

/// Finds the build information while the file goes by.
#[derive(Default)]
pub(super) struct BuildInfo {
    open: Vec<Open>,
    /// What the blob in the data says: the one that Go's own tools read.
    primary: Option<Found>,
    /// What a blob elsewhere says, which counts where the headers tell nothing of the data.
    other: Option<Found>,
    /// Whether the linker's build identifier was seen, which Go puts near the start.
    is_go: bool,
    older: Older,
}

/// A blob of which not all bytes have gone by.
struct Open {
    bytes: Vec<u8>,
    primary: bool,
}

enum Found {
    Inline { version: String, modules: String },
    Older,
}

impl Detector for BuildInfo {
    fn look(&mut self, window: &Window<'_>, layout: &Layout) {
        if window.offset == 0 {
            self.is_go = has_build_id(window.bytes);
        }
        if self.primary.is_some() && !matches!(self.primary, Some(Found::Older)) {
            return;
        }
        let carried = std::mem::take(&mut self.open);
        for blob in carried {
            self.read(blob, window.fresh(), layout);
        }
        let from = window.search_from(MAGIC.len());
        for at in memmem::find_iter(window.bytes.get(from..).unwrap_or_default(), MAGIC).map(|at| from + at) {
            let offset = window.at(at);
            let segment = layout.segment(offset);
            let address = segment.map_or(offset, |s| (offset - s.offset).wrapping_add(s.address));
            if !address.is_multiple_of(ALIGN) || self.open.len() >= MAX_OPEN {
                continue;
            }
            let blob = Open { bytes: Vec::new(), primary: segment.is_some_and(is_data) };
            self.read(blob, window.bytes.get(at..).unwrap_or_default(), layout);
        }
        if self.is_go {
            self.older.catch(window);
        }
        self.older.follow(window, layout);
    }

    fn report(&mut self, out: &mut Sink) {
        match self.primary.take().or_else(|| self.other.take()) {
            Some(Found::Inline { version, modules }) => {
                out.packages.extend(modules::packages(&version, &modules))
            }
            Some(Found::Older) => {
                let (version, modules) = self.older.take();
                if version.is_none() {
                    out.diagnostics.push(Diagnostic::new(
                        DiagnosticKind::Unsupported,
                        "Go build information in the form before Go 1.18 leads to no version of Go",
                    ));
                }
                let packages =
                    modules::packages(version.as_deref().unwrap_or(""), &modules.unwrap_or_default());
                out.packages.extend(packages);
            }
            None => {}
        }
    }
}

impl BuildInfo {
    fn read(&mut self, mut blob: Open, mut more: &[u8], layout: &Layout) {
        loop {
            let found = match Blob::read(&blob.bytes) {
                Blob::Needs(total) if more.is_empty() => {
                    // Bytes are copied only as far as they are known to be needed.
                    debug_assert!(total > blob.bytes.len());
                    self.open.push(blob);
                    return;
                }
                Blob::Needs(total) => {
                    let (part, rest) = more.split_at(more.len().min(total.saturating_sub(blob.bytes.len())));
                    blob.bytes.extend_from_slice(part);
                    more = rest;
                    continue;
                }
                Blob::Inline { version, modules } => Found::Inline { version, modules },
                Blob::Pointers { version, modules, words } => {
                    self.older.expect(layout.offset_of(version), layout.offset_of(modules), words);
                    Found::Older
                }
                Blob::Nothing => return,
            };
            let slot = if blob.primary { &mut self.primary } else { &mut self.other };
            slot.get_or_insert(found);
            return;
        }
    }
}

fn is_data(segment: &Segment) -> bool {
    segment.writable && !segment.executable
}

/// The build identifier is a note in ELF (Go, `cmd/link`: `ELF_NOTE_GOBUILDID_TAG`) and text elsewhere.
fn has_build_id(start: &[u8]) -> bool {
    memmem::find(start, b"\x04\0\0\0Go\0\0").is_some()
        || memmem::find(start, b"\0\0\0\x04Go\0\0").is_some()
        || memmem::find(start, b"\xff Go build ID: \"").is_some()
}
