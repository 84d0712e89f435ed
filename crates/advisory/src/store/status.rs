use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::Store;
use crate::Error;

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoreStatus {
    /// The newest generation; none where nothing was imported yet.
    pub generation: Option<Generation>,
    /// The ecosystems that records speak of, by name.
    pub ecosystems: Vec<EcosystemStatus>,
    /// The feeds, or the parts of them that documents hold whole, by name.
    pub feeds: Vec<FeedStatus>,
    /// The day of the exploit prediction scores, where there are any.
    pub scores: Option<String>,
    /// How many lifetimes of releases are known.
    pub lives: u64,
    /// Bytes of the file.
    pub size: u64,
}

/// What a store holds of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedStatus {
    /// Its name: `osv`, `secdb/Alpine:v3.19/main`.
    pub name: String,
    /// Records.
    pub records: u64,
    /// When the newest of them was last changed, RFC 3339.
    pub newest: Option<String>,
    /// The generation that last brought something new of it.
    pub generation: u64,
    /// When that was, as its importer said.
    pub at: Option<String>,
}

/// What a store holds of one ecosystem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EcosystemStatus {
    /// The ecosystem with its release, as the first record wrote it.
    pub name: String,
    /// Records that speak of packages in it. A record may speak of several ecosystems.
    pub records: u64,
    /// When the oldest of them was last changed, RFC 3339.
    pub oldest: Option<String>,
    /// When the newest of them was last changed, RFC 3339.
    pub newest: Option<String>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generation {
    /// Its number; the first is 1.
    pub id: u64,
    /// When, as the importer said.
    pub at: Option<String>,
    /// Records that were new.
    pub added: u64,
    /// Records that were known and said something else before.
    pub changed: u64,
    /// Records that were taken out.
    pub removed: u64,
    /// Records in all.
    pub records: u64,
    /// A digest of all records: equal where two stores hold the same, in whatever order they came.
    #[serde(serialize_with = "hexadecimal")]
    pub digest: [u8; 32],
}

fn hexadecimal<S: serde::Serializer>(digest: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{}", hex(digest)))
}

pub(crate) fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// What it holds.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where it can't be read.
    pub fn status(&self) -> Result<StoreStatus, Error> {
        let failed = |e| Error::database(&self.path, e);
        let sql = "SELECT name, records, oldest, newest FROM ecosystem WHERE records > 0 ORDER BY name";
        let connection = self.connection();
        let mut all = connection.prepare(sql).map_err(failed)?;
        let rows = all.query_map([], |row| {
            Ok(EcosystemStatus {
                name: row.get(0)?,
                records: unsigned(row, 1)?,
                oldest: row.get(2)?,
                newest: row.get(3)?,
            })
        });
        let ecosystems = rows.map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let size = std::fs::metadata(&self.path).map_err(|e| Error::io("read", &self.path, e))?.len();
        Ok(StoreStatus {
            generation: self.newest(&connection).map_err(failed)?,
            ecosystems,
            feeds: feeds(&connection).map_err(failed)?,
            scores: connection
                .query_row("SELECT value FROM meta WHERE name = 'scores'", [], |row| row.get(0))
                .optional()
                .map_err(failed)?,
            lives: connection
                .query_row("SELECT count(*) FROM life", [], |row| unsigned(row, 0))
                .map_err(failed)?,
            size,
        })
    }

    /// The number of the newest generation; 0 where nothing was imported yet. It is told at once, whereas
    /// [`status`](Self::status) counts.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where it can't be read.
    pub fn generation(&self) -> Result<u64, Error> {
        let newest = self.newest(&self.connection()).map_err(|e| Error::database(&self.path, e))?;
        Ok(newest.map_or(0, |generation| generation.id))
    }

    /// Every generation, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where it can't be read.
    pub fn generations(&self) -> Result<Vec<Generation>, Error> {
        let failed = |e| Error::database(&self.path, e);
        let connection = self.connection();
        let mut all = connection.prepare("SELECT * FROM generation ORDER BY id").map_err(failed)?;
        let rows = all.query_map([], generation).map_err(failed)?;
        rows.collect::<Result<Vec<_>, _>>().map_err(failed)
    }
}

fn feeds(connection: &Connection) -> rusqlite::Result<Vec<FeedStatus>> {
    let mut all = connection.prepare(
        "SELECT name, records, newest, since, (SELECT at FROM generation WHERE generation.id = since)
         FROM (SELECT feed.name AS name, count(*) AS records, max(modified) AS newest, max(since) AS since
               FROM record JOIN feed ON feed.id = record.feed WHERE until IS NULL GROUP BY feed.id)
         ORDER BY name",
    )?;
    let rows = all.query_map([], |row| {
        Ok(FeedStatus {
            name: row.get(0)?,
            records: unsigned(row, 1)?,
            newest: row.get(2)?,
            generation: unsigned(row, 3)?,
            at: row.get(4)?,
        })
    })?;
    rows.collect()
}

pub(super) fn generation(row: &Row<'_>) -> rusqlite::Result<Generation> {
    Ok(Generation {
        id: unsigned(row, 0)?,
        at: row.get(1)?,
        added: unsigned(row, 2)?,
        changed: unsigned(row, 3)?,
        removed: unsigned(row, 4)?,
        records: unsigned(row, 5)?,
        digest: row.get(6)?,
    })
}

fn unsigned(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, value))
}
