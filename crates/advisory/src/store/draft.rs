use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::state::State;
use super::{Store, place, schema, status};
use crate::Error;

/// The next generation of a store, before it is one: a copy that only the importer sees.
pub(crate) struct Draft {
    target: PathBuf,
    path: PathBuf,
    /// None once it is published.
    connection: Option<Connection>,
    pub(super) generation: i64,
    pub(super) ecosystems: HashMap<String, i64>,
    pub(super) feeds: HashMap<String, i64>,
    /// Ecosystems whose figures have to be made anew.
    pub(super) touched: BTreeSet<i64>,
    /// The records that the import has shown, by feed.
    pub(super) shown: HashMap<i64, HashSet<i64>>,
    pub(super) state: State,
    pub(super) records: u64,
    pub(super) counts: Counts,
    /// Held to the end; declared last, so that it is let go of last.
    _lock: Lock,
}

/// What the generation does to the one before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) added: i64,
    pub(super) changed: i64,
    pub(super) removed: i64,
}

impl Draft {
    /// Begins the next generation of the store at `target`, or the first.
    pub(crate) fn begin(target: &Path) -> Result<Self, Error> {
        if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
        }
        let lock = lock(target)?;
        let path = place::draft(target);
        let old = match Store::open(target) {
            Ok(store) => Some(store),
            Err(Error::NoStore { .. }) => None,
            Err(e) => return Err(e),
        };
        if old.is_some() {
            fs::copy(target, &path).map_err(|e| {
                let _ = fs::remove_file(&path);
                Error::io("write", &path, e)
            })?;
        }
        let mut draft = Self {
            target: target.to_owned(),
            path: path.clone(),
            connection: None,
            generation: 1,
            ecosystems: HashMap::new(),
            feeds: HashMap::new(),
            touched: BTreeSet::new(),
            shown: HashMap::new(),
            state: State::default(),
            records: 0,
            counts: Counts::default(),
            _lock: lock,
        };
        draft.open(old.is_none()).map_err(|e| draft.failed(e))?;
        Ok(draft)
    }

    fn open(&mut self, new: bool) -> rusqlite::Result<()> {
        let connection = self.connection.insert(Connection::open(&self.path)?);
        connection.set_prepared_statement_cache_capacity(64);
        // Nobody sees the draft, and it is thrown away if anything fails: it needs no journal and no syncing.
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
        )?;
        if new {
            connection.execute_batch(&format!(
                "PRAGMA application_id = {}; PRAGMA user_version = {};",
                schema::APPLICATION_ID,
                schema::SCHEMA
            ))?;
        }
        connection.execute_batch("BEGIN")?;
        if new {
            connection.execute_batch(schema::TABLES)?;
        }
        connection.execute_batch(super::download::TABLE)?;
        if new {
            return Ok(());
        }
        let newest = connection
            .query_row("SELECT * FROM generation ORDER BY id DESC LIMIT 1", [], status::generation)
            .optional()?;
        if let Some(newest) = newest {
            self.generation = i64::try_from(newest.id).unwrap_or(i64::MAX).saturating_add(1);
            self.state = State::from_bytes(newest.digest);
            self.records = newest.records;
        }
        let pairs = |sql: &str| -> rusqlite::Result<HashMap<String, i64>> {
            connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        self.ecosystems = pairs("SELECT stream, id FROM ecosystem")?;
        self.feeds = pairs("SELECT name, id FROM feed")?;
        Ok(())
    }

    /// Makes the draft the store.
    pub(crate) fn publish(self) -> Result<(), Error> {
        self.swap()
    }

    /// Closes the generation and makes the draft the store.
    pub(crate) fn publish_generation(mut self, at: Option<&str>) -> Result<u64, Error> {
        self.close(at).map_err(|e| self.failed(e))?;
        let generation = u64::try_from(self.generation).unwrap_or_default();
        self.swap()?;
        Ok(generation)
    }

    fn swap(mut self) -> Result<(), Error> {
        let Some(connection) = self.connection.take() else { return Ok(()) };
        let swapped = self.swap_in(connection);
        if swapped.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        swapped
    }

    fn swap_in(&self, connection: Connection) -> Result<(), Error> {
        connection.execute_batch("COMMIT").map_err(|e| self.failed(e))?;
        connection.close().map_err(|(_, e)| self.failed(e))?;
        let write = |e| Error::io("write", &self.path, e);
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(write)?;
        put_in_place(&self.path, &self.target)
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        match Error::database(&self.path, error) {
            Error::Corrupt { why, .. } => Error::Corrupt { path: self.target.clone(), why },
            other => other,
        }
    }

    pub(super) fn connection(&self) -> rusqlite::Result<&Connection> {
        // Taken by `swap` alone, which consumes the draft.
        self.connection.as_ref().ok_or(rusqlite::Error::InvalidQuery)
    }

    /// Writes down the generation and the figures of the ecosystems that it has touched.
    fn close(&mut self, at: Option<&str>) -> rusqlite::Result<()> {
        let connection = self.connection()?;
        let mut refresh = connection.prepare(
            "UPDATE ecosystem SET (records, oldest, newest) =
                (SELECT count(*), min(record.modified), max(record.modified)
                 FROM place JOIN record ON record.id = place.record WHERE place.ecosystem = ?1)
             WHERE id = ?1",
        )?;
        for ecosystem in &self.touched {
            refresh.execute([ecosystem])?;
        }
        let records = i64::try_from(self.records).unwrap_or(i64::MAX);
        let Counts { added, changed, removed } = self.counts;
        connection
            .prepare(
                "INSERT INTO generation (id, at, added, changed, removed, records, digest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![self.generation, at, added, changed, removed, records, self.state.bytes()])?;
        Ok(())
    }
}

/// Held while a store is being changed.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that another thread starts at this moment has it open as well.
        let _ = self.0.unlock();
    }
}

/// Keeps all others from changing the store, and clears away what an import that was killed has left.
pub(crate) fn lock(target: &Path) -> Result<Lock, Error> {
    let path = place::lock(target);
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io("write", &path, e))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: target.to_owned() }),
        Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
    }
    let lock = Lock(lock);
    let draft = place::draft(target);
    match fs::remove_file(&draft) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", &draft, e)),
        _ => Ok(lock),
    }
}

/// Makes a draft that is whole and synced the store.
pub(crate) fn put_in_place(draft: &Path, target: &Path) -> Result<(), Error> {
    fs::rename(draft, target).map_err(|e| Error::io("write", target, e))?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Not every file system can sync a folder; the rename is done either way.
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
    Ok(())
}

impl Drop for Draft {
    fn drop(&mut self) {
        // `swap` takes the connection; what still has one was not published.
        if self.connection.take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}
