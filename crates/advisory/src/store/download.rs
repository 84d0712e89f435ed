//! Which states of published documents a store holds.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::Store;
use super::draft::Draft;
use crate::Error;

/// A document that was fetched from its publisher and imported, and in which state. It stands with the records that
/// came of it, so that it is never known of a document that was not imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Download {
    /// The feed that it is of.
    pub feed: String,
    /// The document's address.
    pub address: String,
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// What a list of documents said of its state.
    pub stamp: Option<String>,
    /// The SHA-256 of its bytes, as they were sent.
    pub sha256: String,
    /// When it was fetched, RFC 3339.
    pub at: Option<String>,
}

/// Stores that were made before documents were fetched have no such table.
pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS download (
    address TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    etag TEXT,
    modified TEXT,
    stamp TEXT,
    sha256 TEXT NOT NULL,
    at TEXT
) WITHOUT ROWID;
";

impl Store {
    /// The documents that were fetched and imported, by address.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where the store can't be read.
    pub fn downloads(&self) -> Result<Vec<Download>, Error> {
        read(&self.connection()).map_err(|e| Error::database(&self.path, e))
    }
}

fn read(connection: &Connection) -> rusqlite::Result<Vec<Download>> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'download'";
    if connection.query_row(sql, [], |_| Ok(())).optional()?.is_none() {
        return Ok(Vec::new());
    }
    let sql = "SELECT address, feed, etag, modified, stamp, sha256, at FROM download ORDER BY address";
    let mut all = connection.prepare(sql)?;
    let rows = all.query_map([], |row| {
        Ok(Download {
            address: row.get(0)?,
            feed: row.get(1)?,
            etag: row.get(2)?,
            last_modified: row.get(3)?,
            stamp: row.get(4)?,
            sha256: row.get(5)?,
            at: row.get(6)?,
        })
    })?;
    rows.collect()
}

impl Draft {
    /// Remembers that a document in this state is in the draft.
    pub(crate) fn put_download(&self, download: &Download) -> Result<(), Error> {
        let put = || -> rusqlite::Result<()> {
            let mut insert = self.connection()?.prepare_cached(
                "INSERT OR REPLACE INTO download (address, feed, etag, modified, stamp, sha256, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            let Download { feed, address, etag, last_modified, stamp, sha256, at } = download;
            insert.execute(params![address, feed, etag, last_modified, stamp, sha256, at])?;
            Ok(())
        };
        put().map_err(|e| self.failed(e))
    }
}
