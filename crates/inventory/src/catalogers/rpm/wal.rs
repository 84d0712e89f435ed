//! SQLite's write-ahead log ("WAL-mode File Format"): pages of a database that are newer than those in its file. rpm
//! writes them back when it closes the database, unless it is killed, or the file below is of a layer that may not
//! change.

use super::bytes::{Order, be32, place, slice};

const HEADER: usize = 32;
const FRAME: usize = 24;

/// A log whose transactions are whole as far as it goes.
struct Log<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Frames up to the last one that ends a transaction.
    frames: usize,
    /// Pages of the database after that.
    pages: usize,
}

impl<'a> Log<'a> {
    /// Frames count while their salts are the header's and their checksums go on from it: what follows is older.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let order = match be32(bytes, 0)? {
            0x377f_0682 => Order::Little,
            0x377f_0683 => Order::Big,
            _ => return None,
        };
        let page_size = place(be32(bytes, 8)?);
        if !page_size.is_power_of_two() || !(512..=65536).contains(&page_size) {
            return None;
        }
        let salts = slice(bytes, 16, 8)?;
        let mut sum = checksum(order, slice(bytes, 0, 24)?, (0, 0))?;
        if (be32(bytes, 24)?, be32(bytes, 28)?) != sum {
            return None;
        }
        let mut log = Self { bytes, page_size, frames: 0, pages: 0 };
        for number in 0.. {
            let Some(frame) = log.frame(number).filter(|frame| slice(frame, 8, 8) == Some(salts)) else {
                break;
            };
            let Some(next) = checksum(order, slice(frame, 0, 8)?, sum)
                .and_then(|sum| checksum(order, slice(frame, FRAME, page_size)?, sum))
            else {
                break;
            };
            if (be32(frame, 16)?, be32(frame, 20)?) != next {
                break;
            }
            sum = next;
            let pages = place(be32(frame, 4)?);
            if pages > 0 {
                (log.frames, log.pages) = (number + 1, pages);
            }
        }
        (log.frames > 0).then_some(log)
    }

    fn frame(&self, number: usize) -> Option<&'a [u8]> {
        let size = FRAME + self.page_size;
        slice(self.bytes, HEADER.checked_add(number.checked_mul(size)?)?, size)
    }
}

/// "Checksum Algorithm".
fn checksum(order: Order, bytes: &[u8], (mut a, mut b): (u32, u32)) -> Option<(u32, u32)> {
    for at in (0..bytes.len()).step_by(8) {
        a = a.wrapping_add(order.u32(bytes, at)?).wrapping_add(b);
        b = b.wrapping_add(order.u32(bytes, at + 4)?).wrapping_add(a);
    }
    Some((a, b))
}

/// Whether there is anything in the log that the database may not have.
pub(super) fn has_changes(log: &[u8]) -> bool {
    Log::read(log).is_some()
}

/// The database with the log's pages in their places; nothing where they are not of one another.
pub(super) fn apply(database: &[u8], log: &[u8]) -> Option<Vec<u8>> {
    let log = Log::read(log)?;
    let length = log.pages.checked_mul(log.page_size)?;
    // Pages are in the file or in the log.
    if length > database.len().checked_add(log.bytes.len())? {
        return None;
    }
    let mut out = database.to_vec();
    out.resize(length, 0);
    for number in 0..log.frames {
        let frame = log.frame(number)?;
        let start = place(be32(frame, 0)?).checked_sub(1)?.checked_mul(log.page_size)?;
        let page = slice(frame, FRAME, log.page_size)?;
        // A page that a later transaction cut off again is none.
        if let Some(to) = out.get_mut(start..start.saturating_add(log.page_size)) {
            to.copy_from_slice(page);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::super::sample::{long, openssl};
    use super::*;
    use crate::Catalogers;
    use crate::fake::{Image, file};

    /// A database and its log as SQLite itself leaves them when it is killed: after the file was written, a package
    /// was replaced, one removed, and many added.
    fn killed() -> (Vec<u8>, Vec<u8>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rpmdb.sqlite");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
            )
            .unwrap();
        let insert = |blob: Vec<u8>| {
            connection.execute("INSERT INTO Packages(blob) VALUES (?1)", [blob]).unwrap();
        };
        insert(openssl());
        insert(long("gone", 9000));
        insert(long("kept", 20_000));
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let database = fs::read(&path).unwrap();
        connection.execute("DELETE FROM Packages WHERE hnum = 2", []).unwrap();
        (0..12).for_each(|number| insert(long(&format!("new{number}"), 500 * number)));
        // What is not committed is not there.
        connection.execute_batch("BEGIN; DELETE FROM Packages").unwrap();
        let log = fs::read(folder.path().join("rpmdb.sqlite-wal")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), database, "all of it is in the log");
        let mut names = vec!["kept".to_owned(), "openssl-libs".to_owned()];
        names.extend((0..12).map(|number| format!("new{number}")));
        names.sort();
        (database, log, names)
    }

    #[test]
    fn a_log_in_a_later_layer_counts() {
        let (database, log, expected) = killed();
        let image = Image::default()
            .layer([("var/lib/rpm/rpmdb.sqlite", file(&database))])
            .layer([("var/lib/rpm/rpmdb.sqlite-wal", file(&log))]);
        let found = image.inventory(&Catalogers::all());
        let names = |found: &crate::Inventory| {
            let mut names: Vec<_> = found.packages.iter().map(|package| package.name.clone()).collect();
            names.sort();
            names
        };
        assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
        assert_eq!(names(&found), expected);
        let without = Image::default().layer([("var/lib/rpm/rpmdb.sqlite", file(&database))]);
        assert_eq!(names(&without.inventory(&Catalogers::all())), ["gone", "kept", "openssl-libs"]);
        // A log of another database, or of none.
        let other = Image::default().layer([
            ("var/lib/rpm/rpmdb.sqlite", file(&database[..4096])),
            ("var/lib/rpm/rpmdb.sqlite-wal", file(&log)),
        ]);
        other.inventory(&Catalogers::all());
    }

    #[test]
    fn a_log_cut_anywhere_has_whole_transactions() {
        let (database, log, _) = killed();
        let whole = apply(&database, &log).unwrap();
        assert!(whole.len() >= database.len());
        for end in (0..log.len()).step_by(1499) {
            if let Some(cut) = apply(&database, &log[..end]) {
                assert!(cut.len() % 4096 == 0 && cut.starts_with(b"SQLite format 3\0"));
            }
        }
        for at in (0..log.len().min(9000)).step_by(211) {
            let mut broken = log.clone();
            broken[at] ^= 0x55;
            apply(&database, &broken);
        }
        assert_eq!(apply(b"", &log[..40]), None);
    }
}
