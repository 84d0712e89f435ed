//! The Berkeley DB form of rpm's database: a hash of header numbers to headers, which lie in chains of overflow
//! pages (Berkeley DB 5.3 sources, `dbinc/db_page.h`). All hash pages are read in the order of the file, because
//! only the pairs count and not the buckets they are in. Every page is read at most once.

use super::bytes::{Order, Visited, le32, place, slice};
use super::{Found, Records, header};

/// `DB_HASHMAGIC`, at byte 12.
const MAGIC: u32 = 0x0006_1561;
/// Bytes of a page's header (`PAGE` without `inp`).
const HEADER: usize = 26;

const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;

/// `H_KEYDATA`: the item itself; `H_OFFPAGE`: where the item is.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

pub(super) fn is_hash(bytes: &[u8]) -> bool {
    le32(bytes, 12).is_some_and(|magic| magic == MAGIC || magic.swap_bytes() == MAGIC)
}

struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    order: Order,
    visited: Visited,
}

/// Hands every header on.
pub(super) fn read(bytes: &[u8], records: &mut Records<'_>) -> Result<(), Found> {
    let order = if le32(bytes, 12) == Some(MAGIC) { Order::Little } else { Order::Big };
    let page_size = order.u32(bytes, 20).map_or(0, place);
    if !(512..=65536).contains(&page_size) || !page_size.is_power_of_two() {
        return Err(Found("the Berkeley DB header names an impossible page size"));
    }
    if bytes.get(24).is_some_and(|&algorithm| algorithm != 0) {
        return Err(Found("the Berkeley DB is encrypted"));
    }
    let visited = Visited::new(bytes.len() / page_size + 1);
    let mut database = Database { bytes, page_size, order, visited };
    // `last_pgno`: what the database believes to be its last page.
    let last = order.u32(bytes, 32).map_or(0, place);
    let pages = bytes.len() / page_size;
    for number in 1..pages {
        database.hash_page(number, records);
    }
    if last >= pages { Err(Found("the Berkeley DB ends before its last page")) } else { Ok(()) }
}

impl<'a> Database<'a> {
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        slice(self.bytes, number.checked_mul(self.page_size)?, self.page_size)
    }

    fn hash_page(&mut self, number: usize, records: &mut Records<'_>) {
        let Some(page) = self.page(number) else { return };
        if !matches!(page.get(25), Some(&(HASH | HASH_UNSORTED))) {
            return;
        }
        let items = self.order.u16(page, 20).map_or(0, usize::from).min((self.page_size - HEADER) / 2);
        let order = self.order;
        let offset = move |at: usize| order.u16(page, HEADER + at * 2).map(usize::from);
        // Items lie from the page's end downwards, keys and values in turn.
        for value in (1..items).step_by(2) {
            let item = offset(value).zip(offset(value - 1)).and_then(|(start, end)| page.get(start..end));
            match item {
                Some([OFF_PAGE, ..]) => match item.and_then(|item| self.chain(item)) {
                    Some(blob) => records.header(&blob),
                    None => records.fault("a header's overflow pages are damaged or cut off"),
                },
                // The value under key 0 is the number of the next header.
                Some([KEY_DATA, blob @ ..]) if header::is_plausible(blob) => records.header(blob),
                Some([KEY_DATA, ..]) => {}
                _ => records.fault("a hash page names items where there are none"),
            }
        }
    }

    /// The item of a `HOFFPAGE`: type, page number and whole length.
    fn chain(&mut self, item: &[u8]) -> Option<Vec<u8>> {
        let mut next = place(self.order.u32(item, 4)?);
        let length = place(self.order.u32(item, 8)?);
        if length > self.bytes.len() {
            return None;
        }
        let mut blob = Vec::with_capacity(length);
        while blob.len() < length {
            let page = self.page(next).filter(|page| page.get(25) == Some(&OVERFLOW))?;
            if !self.visited.first(next) {
                return None;
            }
            // `hf_offset` of an overflow page is how many bytes it holds.
            let held = usize::from(self.order.u16(page, 22)?).min(length - blob.len());
            if held == 0 {
                return None;
            }
            blob.extend_from_slice(slice(page, HEADER, held)?);
            next = place(self.order.u32(page, 16)?);
        }
        Some(blob)
    }
}
