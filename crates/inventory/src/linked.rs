//! Files that are recognised by how they begin, in case a later hard link gives them a name that matters. Package
//! stores keep content under hashes and link it to where it is used; without this the layer would have to be read
//! a second time.

use std::collections::HashMap;

use crate::dispatch::{Dispatch, Hit};
use crate::facts::FileFacts;
use crate::path_hash;

/// The largest file that is looked at, in bytes.
pub(crate) const MAX: u64 = 64 << 10;
/// How much of its beginning is looked at.
pub(crate) const HEAD: u16 = 512;
/// Files that one layer may keep for links to come.
const KEPT: usize = 100_000;

/// How a kind of file begins, and a place where its cataloger would read it.
struct Shape {
    begins: fn(&[u8]) -> bool,
    place: &'static [u8],
}

const SHAPES: &[Shape] = &[
    Shape { begins: is_package_json, place: b"node_modules/a/package.json" },
    Shape { begins: is_core_metadata, place: b"a.dist-info/METADATA" },
];

/// npm writes the name first, and hardly anything stands before the version.
fn is_package_json(head: &[u8]) -> bool {
    let has = |key: &[u8]| head.windows(key.len()).any(|window| window == key);
    head.trim_ascii_start().starts_with(b"{") && has(b"\"name\"") && has(b"\"version\"")
}

fn is_core_metadata(head: &[u8]) -> bool {
    head.starts_with(b"Metadata-Version:")
}

/// Adds who would want a file that begins so, if it were somewhere else.
pub(crate) fn guess(dispatch: &Dispatch, head: &[u8], hits: &mut Vec<Hit>) {
    if let Some(shape) = SHAPES.iter().find(|shape| (shape.begins)(head)) {
        let mut guessed = Vec::new();
        dispatch.hits(shape.place, &mut guessed);
        hits.extend(guessed.into_iter().map(|hit| Hit { stand_in: Some(shape.place), ..hit }));
    }
}

/// What was found in files that no link has asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Kept(HashMap<u64, Vec<FileFacts>>);

impl Kept {
    /// Whether there is room for another file.
    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < KEPT
    }

    /// Keeps what a cataloger found, be it nothing, in the file of that name.
    pub(crate) fn keep(&mut self, facts: FileFacts) {
        self.0.entry(path_hash(facts.path.as_bytes())).or_default().push(facts);
    }

    /// Takes out what the cataloger found in the file that a link points at.
    pub(crate) fn take(&mut self, target: &[u8], cataloger: u16) -> Option<FileFacts> {
        let kept = self.0.get_mut(&path_hash(target))?;
        let wanted = |facts: &FileFacts| facts.cataloger == cataloger && facts.path.as_bytes() == target;
        let at = kept.iter().rposition(wanted)?;
        Some(kept.swap_remove(at))
    }
}
