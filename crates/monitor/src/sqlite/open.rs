//! Opening: who may write, who may read.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::ask::Asker;
use super::kept::Kept;
use super::turns::Turns;
use super::{migrate, schema};
use crate::Error;
use crate::error::Failed;

/// Connections that are kept for readers.
pub(super) const READERS: usize = 16;

/// A store in one SQLite file, in WAL mode: read by any number of threads and processes while it is written.
///
/// **One process writes.** [`open`](Self::open) takes a lock beside the file that the system gives back when the
/// process ends, however it ends; a second process gets [`Error::InUse`]. [`open_read_only`](Self::open_read_only)
/// takes no lock and waits for nobody.
pub struct SqliteStore {
    path: PathBuf,
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    pub(super) askers: Mutex<Vec<Asker>>,
    pub(super) kept: Kept,
    turns: Turns,
    /// For questions in SQL, which may take long and are not to be in everybody's way.
    pub(super) ask_turns: Turns,
    _lock: Option<File>,
}

/// What an acknowledged change survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power as well: each change waits for the disk.
    #[default]
    Power,
    /// The end of the process, however it ends. Power that fails may take the last changes, and no more.
    Process,
}

impl SqliteStore {
    /// Opens the store for reading and writing; it is made where there is none. Jobs that a process before had taken
    /// and not settled are in the queue again.
    ///
    /// # Errors
    /// [`Error::InUse`] where another process writes; [`Error::NotAStore`], [`Error::Schema`] and [`Error::Corrupt`]
    /// say what the file is instead.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path, Durability::default())
    }

    /// The same, and says what a change survives.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, durability: Durability) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let mut name = path.clone().into_os_string();
        name.push(".lock");
        let failed = |source| Error::Io { doing: "lock", path: PathBuf::from(&name), source };
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&name).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut connection = Connection::open(&path).map_err(|e| Error::database(&path, e))?;
        prepare(&mut connection, &path, durability)?;
        let writer = Some(Mutex::new(connection));
        Ok(Self {
            path,
            writer,
            readers: Mutex::default(),
            askers: Mutex::default(),
            kept: Kept::default(),
            turns: Turns::for_each_processor(1),
            ask_turns: Turns::for_each_processor(2),
            _lock: Some(lock),
        })
    }

    /// Opens the store for reading, also while another process writes. What changes it is refused.
    ///
    /// # Errors
    /// As [`open`](Self::open), except that nobody is in the way.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let reader = reader(&path)?;
        check(&reader, &path)?;
        Ok(Self {
            path,
            writer: None,
            readers: Mutex::new(vec![reader]),
            askers: Mutex::default(),
            kept: Kept::default(),
            turns: Turns::for_each_processor(1),
            ask_turns: Turns::for_each_processor(2),
            _lock: None,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Changes everything that `change` changes, or nothing.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Failed>,
    ) -> Result<T, Error> {
        let Some(writer) = &self.writer else {
            let source = std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem);
            return Err(Error::Io { doing: "write", path: self.path.clone(), source });
        };
        let mut connection: MutexGuard<'_, _> = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let done = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let out = change(&transaction)?;
            transaction.commit()?;
            Ok(out)
        })();
        done.map_err(|failed: Failed| failed.at(&self.path))
    }

    /// Reads one state of everything.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Failed>) -> Result<T, Error> {
        let _turn = self.turns.take();
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => reader(&self.path)?,
        };
        let out = (|| {
            let transaction = connection.transaction()?;
            read(&transaction)
        })();
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        out.map_err(|failed: Failed| failed.at(&self.path))
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

pub(super) fn reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |e| Error::database(path, e);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    keep_plans(&connection).map_err(failed)?;
    connection.execute_batch("PRAGMA cache_size = -8192").map_err(failed)?;
    Ok(connection)
}

/// A statement's plan does not depend on the values that it is given: it would be made anew with every other value.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// The version of a store's tables.
fn version(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let pragma = |name: &str| -> Result<i64, Error> {
        let value = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        value.map_err(|e| Error::database(path, e))
    };
    if pragma("application_id")? != schema::APPLICATION_ID {
        return Err(Error::NotAStore { path: path.to_owned() });
    }
    pragma("user_version")
}

/// That it is a store of this version.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    match version(connection, path)? {
        schema::SCHEMA => Ok(()),
        found => Err(Error::Schema { path: path.to_owned(), found, known: schema::SCHEMA }),
    }
}

fn prepare(connection: &mut Connection, path: &Path, durability: Durability) -> Result<(), Error> {
    let failed = |e| Error::database(path, e);
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(128);
    keep_plans(connection).map_err(failed)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    let version = if tables > 0 { version(connection, path)? } else { schema::SCHEMA };
    let synchronous = match durability {
        Durability::Power => "FULL",
        Durability::Process => "NORMAL",
    };
    let pragmas =
        format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -65536;");
    connection.execute_batch(&pragmas).map_err(failed)?;
    if tables == 0 {
        let made = format!(
            "BEGIN IMMEDIATE; {} {} {} {} PRAGMA application_id = {}; PRAGMA user_version = {};
             INSERT INTO meta VALUES('store', lower(hex(randomblob(8)))); COMMIT;",
            schema::TABLES,
            schema::THIRD,
            schema::FOURTH,
            schema::views(),
            schema::APPLICATION_ID,
            schema::SCHEMA
        );
        connection.execute_batch(&made).map_err(failed)?;
    }
    if version != schema::SCHEMA {
        migrate::migrate(connection, version).map_err(|failed| failed.at(path))?;
        check(connection, path)?;
    }
    // Whoever had taken them held the lock that is held here now.
    connection
        .execute_batch(
            "BEGIN IMMEDIATE; UPDATE subject SET scan = 1 WHERE scan = 2;
             UPDATE job SET running = 0 WHERE running = 1; COMMIT;",
        )
        .map_err(failed)
}
