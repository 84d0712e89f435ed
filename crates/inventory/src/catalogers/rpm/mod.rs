//! rpm's database in its three forms, and the manifest of images whose database was taken out.

mod bdb;
mod bytes;
mod header;
mod manifest;
mod ndb;
#[cfg(test)]
pub(super) mod sample;
mod signature;
mod sqlite;
mod wal;

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Take};

#[cfg(test)]
pub(super) use self::bytes::Order;
pub(super) use self::header::Facts;
use super::os::malformed;
use crate::{Cataloger, File, Interest, Journal, Pattern, Sink};

/// Packages of Red Hat, SUSE and their relatives, with the files they own.
pub(crate) struct Rpm;

const WHOLE: Take = Take::Whole { max: 512 << 20 };

const fn database(path: &'static str) -> Interest {
    Interest { pattern: Pattern::Path(path), take: WHOLE }
}

const INTERESTS: &[Interest] = &[
    database("var/lib/rpm/rpmdb.sqlite"),
    database("var/lib/rpm/Packages.db"),
    database("var/lib/rpm/Packages"),
    database("usr/lib/sysimage/rpm/rpmdb.sqlite"),
    database("usr/lib/sysimage/rpm/Packages.db"),
    database("usr/lib/sysimage/rpm/Packages"),
    // rpm-ostree
    database("usr/share/rpm/rpmdb.sqlite"),
    database("usr/share/rpm/Packages.db"),
    database("usr/share/rpm/Packages"),
    database("var/lib/rpm/rpmdb.sqlite-wal"),
    database("usr/lib/sysimage/rpm/rpmdb.sqlite-wal"),
    database("usr/share/rpm/rpmdb.sqlite-wal"),
    database(manifest::PATH),
];

impl Cataloger for Rpm {
    fn id(&self) -> &'static str {
        "rpm"
    }

    fn revision(&self) -> u32 {
        3
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn with_journal(&self, content: &[u8], journal: &[u8]) -> Option<Vec<u8>> {
        wal::apply(content, journal)
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let name = file.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        let mut records = Records { out, read: 0 };
        let result = if name.starts_with(b"container-manifest") {
            manifest::read(bytes, records.out);
            Ok(())
        } else if name.ends_with(b"-wal") {
            log(bytes, records.out);
            Ok(())
        } else if bytes.starts_with(sqlite::MAGIC) {
            sqlite::read(bytes, &mut records)
        } else if bytes.starts_with(ndb::MAGIC) {
            ndb::read(bytes, &mut records)
        } else if bdb::is_hash(bytes) {
            bdb::read(bytes, &mut records)
        } else {
            Err(Found("this is no rpm database of a known form"))
        };
        if let Err(Found(message)) = result {
            out.diagnostics.push(malformed(message));
        }
    }
}

/// Why a database, or a part of it, can't be read.
struct Found(&'static str);

/// Takes headers out of a database, one by one.
struct Records<'a> {
    out: &'a mut Sink,
    /// Records so far, readable or not.
    read: u64,
}

impl Records<'_> {
    fn header(&mut self, blob: &[u8]) {
        match header::read(blob) {
            Ok((package, owned)) => {
                self.read += 1;
                self.out.packages.push(package);
                self.out.owned.extend(owned);
            }
            Err(fault) => self.fault(fault),
        }
    }

    fn fault(&mut self, message: &'static str) {
        self.read += 1;
        // A database may consist of nothing else.
        if self.out.diagnostics.len() < 1000 {
            self.out.diagnostics.push(malformed(format!("record {}: {message}", self.read)));
        }
    }
}

/// The largest log that is kept until the database is there.
const LOG: usize = 32 << 20;

/// A write-ahead log holds changes that are not in the database yet.
fn log(bytes: &[u8], out: &mut Sink) {
    if bytes.len() > LOG {
        let message =
            "the database has more changes in its write-ahead log than may be held, which were not read";
        out.diagnostics.push(Diagnostic::new(DiagnosticKind::LimitPassed, message));
    } else if wal::has_changes(bytes) {
        out.journal = Some(Journal::new(bytes));
    }
}

#[cfg(test)]
mod tests;
