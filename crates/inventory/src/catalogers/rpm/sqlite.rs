//! The SQLite form of rpm's database, read by pages (SQLite documentation, "Database File Format"). Only what the
//! one table `Packages` needs: table b-trees and overflow pages. Every page is read at most once.

use super::bytes::{Visited, be16, be32, place, slice};
use super::{Found, Records};

pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page that b-trees may use.
    usable: usize,
    visited: Visited,
}

/// Hands every value of the table `Packages` on.
pub(super) fn read(bytes: &[u8], records: &mut Records<'_>) -> Result<(), Found> {
    let mut database = Database::open(bytes)?;
    let mut root = None;
    database.table(1, &mut |record| {
        let mut columns = Columns::new(record);
        let (kind, name, _, page) = (columns.next(), columns.next(), columns.next(), columns.next());
        if kind.and_then(Value::bytes) == Some(b"table")
            && name.and_then(Value::bytes).is_some_and(|name| name.eq_ignore_ascii_case(b"Packages"))
        {
            root = page.and_then(Value::number);
        }
    });
    let root = root.map(place).ok_or(Found("the database has no table Packages"))?;
    // The schema's pages may be met again only by a database that lies.
    let faults = database.table(root, &mut |record| match Columns::new(record).nth(1) {
        Some(Value::Bytes(blob)) => records.header(blob),
        _ => records.fault("a row of the table Packages has no header"),
    });
    let pages = be32(bytes, 28).map_or(0, place);
    if faults > 0 {
        Err(Found("pages of the table Packages are damaged, cut off or met twice"))
    } else if bytes.len() / database.page_size < pages {
        Err(Found("the SQLite database ends before its last page"))
    } else {
        Ok(())
    }
}

impl<'a> Database<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Found> {
        let page_size = match be16(bytes, 16) {
            Some(1) => 65536,
            Some(size) if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return Err(Found("the SQLite header names an impossible page size")),
        };
        let reserved = bytes.get(20).map_or(0, |&reserved| usize::from(reserved));
        let usable = page_size.saturating_sub(reserved);
        if usable < 480 {
            return Err(Found("the SQLite header reserves too much of a page"));
        }
        let visited = Visited::new(bytes.len() / page_size + 1);
        Ok(Self { bytes, page_size, usable, visited })
    }

    /// The page of that number, counted from 1, where it is met for the first time.
    fn page(&mut self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page_size)?;
        let page = slice(self.bytes, start, self.page_size)?;
        self.visited.first(number).then_some(page)
    }

    /// Shows every record of the table whose root is that page; how many pages and records could not be read.
    fn table(&mut self, root: usize, show: &mut dyn FnMut(&[u8])) -> usize {
        let mut faults = 0;
        let mut open = vec![root];
        let mut buffer = Vec::new();
        while let Some(number) = open.pop() {
            let Some(page) = self.page(number) else {
                faults += 1;
                continue;
            };
            // The first page begins with the file's header.
            let header = if number == 1 { 100 } else { 0 };
            let kind = page.get(header).copied().unwrap_or(0);
            let cells = be16(page, header + 3).map_or(0, usize::from);
            let first = header + if kind == INTERIOR { 12 } else { 8 };
            let cell = |at: usize| be16(page, first + at * 2).map(usize::from);
            match kind {
                INTERIOR => {
                    // The order of the rows is that of the pages, so the last goes below the others.
                    open.extend(be32(page, header + 8).map(place));
                    for at in (0..cells).rev() {
                        match cell(at).and_then(|cell| be32(page, cell)) {
                            Some(child) => open.push(place(child)),
                            None => faults += 1,
                        }
                    }
                }
                LEAF => {
                    for at in 0..cells {
                        let read = cell(at).and_then(|cell| self.record(page, cell, &mut buffer));
                        match read {
                            Some(Payload::Local(record)) => show(record),
                            Some(Payload::Spilled) => show(&buffer),
                            None => faults += 1,
                        }
                    }
                }
                _ => faults += 1,
            }
        }
        faults
    }

    /// "Cell Payload Overflow Pages": the record of a leaf's cell, put together in `buffer` where it spills.
    fn record(&mut self, page: &'a [u8], cell: usize, buffer: &mut Vec<u8>) -> Option<Payload<'a>> {
        let (length, at) = varint(page, cell)?;
        let (_row, at) = varint(page, at)?;
        let length = place(length);
        let most = self.usable - 35;
        if length <= most {
            return slice(page, at, length).map(Payload::Local);
        }
        if length > self.bytes.len() {
            return None;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let wish = least + (length - least) % (self.usable - 4);
        let local = if wish <= most { wish } else { least };
        buffer.clear();
        buffer.extend_from_slice(slice(page, at, local)?);
        let mut next = place(be32(page, at + local)?);
        while buffer.len() < length {
            let page = self.page(next)?;
            let more = (length - buffer.len()).min(self.usable - 4);
            buffer.extend_from_slice(slice(page, 4, more)?);
            next = place(be32(page, 0)?);
        }
        Some(Payload::Spilled)
    }
}

const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

enum Payload<'a> {
    Local(&'a [u8]),
    /// It is in the buffer.
    Spilled,
}

/// "Varint": up to nine bytes, big-endian, seven bits each but for the ninth. And where it ends.
fn varint(bytes: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for step in 0..9 {
        let byte = *bytes.get(at)?;
        at += 1;
        if step == 8 {
            return Some((value << 8 | u64::from(byte), at));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((value, at))
}

/// "Record Format".
struct Columns<'a> {
    record: &'a [u8],
    /// Where the next column's type is, and where the types end.
    types: (usize, usize),
    body: usize,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

impl<'a> Value<'a> {
    fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }
}

impl<'a> Columns<'a> {
    fn new(record: &'a [u8]) -> Self {
        let (end, at) = varint(record, 0).map_or((0, 0), |(end, at)| (place(end), at));
        Self { record, types: (at, end), body: end }
    }
}

impl<'a> Iterator for Columns<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.types.0 >= self.types.1 {
            return None;
        }
        let (kind, at) = varint(self.record, self.types.0)?;
        self.types.0 = at;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => place(kind),
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => place((kind - 12) / 2),
        };
        let bytes = slice(self.record, self.body, length)?;
        self.body += length;
        Some(match kind {
            // Negative numbers are of no use here.
            1..=6 => Value::Number(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))),
            8 | 9 => Value::Number(kind - 8),
            0 | 7 => Value::Other,
            _ => Value::Bytes(bytes),
        })
    }
}
