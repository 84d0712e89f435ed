//! The store: advisories in one SQLite file.
//!
//! A store is never written in place. An import works on a copy beside it and renames that over it at the end, so
//! that readers, who open the file as immutable, need no lock and see one generation from beginning to end, and so
//! that whatever stops an import leaves the old generation as it was.

mod changes;
mod download;
mod draft;
mod kept;
mod lifetime;
mod look_up;
mod place;
mod put;
mod records;
mod schema;
mod state;
mod status;
mod verify;
mod whole;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

pub use changes::{ChangedName, Effect, RecordChange};
pub use download::Download;
pub(crate) use draft::{Draft, lock, put_in_place};
pub(crate) use look_up::scored;
pub(crate) use place::draft as draft_path;
pub(crate) use put::Change;
pub(crate) use schema::SCHEMA;
pub(crate) use status::hex;
pub use status::{EcosystemStatus, FeedStatus, Generation, StoreStatus};

use crate::Error;
use crate::feeds::Life;
use crate::index::Failed;

/// A store of advisories, open for reading. Threads may share one, and take turns then; each may also open its own.
pub struct Store {
    path: PathBuf,
    connection: Mutex<Connection>,
    /// Streams by name: few, and asked for with every query.
    ecosystems: HashMap<String, Ecosystem>,
    kept: kept::Kept,
}

struct Ecosystem {
    id: i64,
    records: i64,
}

impl Store {
    /// Opens the store at `path` for reading. Any number of processes may, also while one imports.
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`], [`Error::NotAStore`], [`Error::Schema`] and [`Error::Corrupt`] say what the file is
    /// instead; [`Error::Database`] where it can't be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        match std::fs::metadata(path) {
            Ok(file) if file.is_file() => {}
            Ok(_) => return Err(Error::NotAStore { path: path.to_owned() }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoStore { path: path.to_owned() });
            }
            Err(e) => return Err(Error::io("read", path, e)),
        }
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |e| Error::database(path, e);
        let connection = Connection::open_with_flags(place::immutable(path), flags).map_err(failed)?;
        check(&connection, path)?;
        connection.set_prepared_statement_cache_capacity(16);
        let mut ecosystems = HashMap::new();
        {
            let mut all = connection.prepare("SELECT stream, id, records FROM ecosystem").map_err(failed)?;
            let mut rows = all.query([]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let ecosystem =
                    Ecosystem { id: row.get(1).map_err(failed)?, records: row.get(2).map_err(failed)? };
                ecosystems.insert(row.get(0).map_err(failed)?, ecosystem);
            }
        }
        Ok(Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
            ecosystems,
            kept: kept::Kept::default(),
        })
    }

    /// Opens the store at `path`, which is made, empty, where there is none; its folder as well.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`Error::Io`] or [`Error::Full`] where it can't be written.
    pub fn create_or_open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        match Self::open(path) {
            Err(Error::NoStore { .. }) => {
                Draft::begin(path)?.publish()?;
                Self::open(path)
            }
            opened => opened,
        }
    }

    /// The connection, which only reads: one that a panic has left is as good as before.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The streams that records have been of, with their ids.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (&str, i64)> {
        self.ecosystems.iter().map(|(stream, ecosystem)| (stream.as_str(), ecosystem.id))
    }

    /// Reads with the connection.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Failed>) -> Result<T, Error> {
        read(&self.connection()).map_err(|failed| match failed {
            Failed::Database(e) => Error::database(&self.path, e),
            Failed::TooLarge => Error::Limit {
                path: self.path.clone(),
                limit: u32::MAX.into(),
                unit: "bytes of one ecosystem",
            },
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Until when a release of a product is supported, by the names that endoflife.date gives them: `debian`, `12`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where the store can't be read.
    pub fn life(&self, product: &str, release: &str) -> Result<Option<Life>, Error> {
        let sql = "SELECT product, release, codename, until, extended, ended FROM life
                   WHERE product = ?1 AND release = ?2";
        let life = |row: &rusqlite::Row<'_>| {
            Ok(Life {
                product: row.get(0)?,
                release: row.get(1)?,
                codename: row.get(2)?,
                until: row.get(3)?,
                extended: row.get(4)?,
                ended: row.get(5)?,
            })
        };
        let found = self.connection().query_row(sql, [product, release], life).optional();
        found.map_err(|e| Error::database(&self.path, e))
    }

    fn newest(&self, connection: &Connection) -> rusqlite::Result<Option<Generation>> {
        connection
            .query_row("SELECT * FROM generation ORDER BY id DESC LIMIT 1", [], status::generation)
            .optional()
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Whether the file is a store of the schema that is known here.
fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let pragma = |name: &str| -> Result<i64, Error> {
        connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
            .map_err(|e| Error::database(path, e))
    };
    if pragma("application_id")? != schema::APPLICATION_ID {
        return Err(Error::NotAStore { path: path.to_owned() });
    }
    match pragma("user_version")? {
        schema::SCHEMA => Ok(()),
        found => Err(Error::Schema { path: path.to_owned(), found, known: schema::SCHEMA }),
    }
}
