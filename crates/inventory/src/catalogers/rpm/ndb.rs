//! rpm's own database form, `Packages.db`: a table of slots, each naming where a header's blob is (rpm sources,
//! `lib/backend/ndb/rpmpkg.c`). All numbers are little-endian.

use super::bytes::{le32, place, slice};
use super::{Found, Records};

pub(super) const MAGIC: &[u8] = b"RpmP";

/// Bytes of a page of slots, of a slot, of a block, of a blob's head and of its tail.
const PAGE: usize = 4096;
const SLOT: usize = 16;
const BLOCK: usize = 16;
const HEAD: usize = 16;

/// Hands every header on.
pub(super) fn read(bytes: &[u8], records: &mut Records<'_>) -> Result<(), Found> {
    if le32(bytes, 4) != Some(0) {
        return Err(Found("the package database has a version that is not known"));
    }
    let pages = le32(bytes, 12).map_or(0, place);
    if pages == 0 || pages > 2048 {
        return Err(Found("the package database claims an impossible number of slots"));
    }
    let end = (pages * PAGE).min(bytes.len());
    // The file's header takes the place of the first two slots.
    let slots = bytes.get(2 * SLOT..end).unwrap_or_default();
    let mut shown = 0;
    for slot in slots.chunks_exact(SLOT) {
        let number = |at| le32(slot, at);
        if slice(slot, 0, 4) != Some(b"Slot") {
            records.fault("a slot of the package database is damaged");
            continue;
        }
        let Some(package) = number(4).filter(|&package| package != 0) else { continue };
        let blob = number(8).and_then(|offset| blob(bytes, package, place(offset)));
        // Slots that name the same blob over and over would be read over and over.
        shown += blob.map_or(0, <[u8]>::len);
        match blob.filter(|_| shown <= bytes.len()) {
            Some(blob) => records.header(blob),
            None => records.fault("a slot of the package database names no blob"),
        }
    }
    if end < pages * PAGE { Err(Found("the package database ends within its slots")) } else { Ok(()) }
}

/// A blob: magic, package number, generation and length, then the header itself.
fn blob(bytes: &[u8], package: u32, block: usize) -> Option<&[u8]> {
    let start = block.checked_mul(BLOCK)?;
    let head = slice(bytes, start, HEAD)?;
    if slice(head, 0, 4) != Some(b"BlbS") || le32(head, 4) != Some(package) {
        return None;
    }
    slice(bytes, start + HEAD, place(le32(head, 12)?))
}
