use std::io;
use std::path::PathBuf;

/// Why advisories could not be read, imported or looked up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder can't be read or written.
    #[error("can't {doing} {path}: {source}")]
    Io {
        /// What was being done: `read`, `write`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A document is of no feed that is known.
    #[error("{path} is not an advisory document: {why}")]
    NotAdvisories {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A document as a whole can't be read.
    #[error("the {feed} document {path} can't be read: {why}")]
    Document {
        /// The feed's id.
        feed: &'static str,
        /// The document.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// An archive can't be read.
    #[error("the archive {path} can't be read: {why}; it may be truncated, download it again")]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A path given for import holds no record that could be read.
    #[error("{path} holds no advisory that could be read{}", first.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    Nothing {
        /// The file or folder.
        path: PathBuf,
        /// The first thing that was wrong.
        first: Option<String>,
    },
    /// A limit was passed, with which the whole import stops.
    #[error("{path} passes the limit of {limit} {unit}; raise the limit if the file is to be trusted")]
    Limit {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
        /// What it counts.
        unit: &'static str,
    },
    /// A bundle is not to be trusted.
    #[error("the bundle {path} is refused: {why}; the store is as it was")]
    Bundle {
        /// The bundle.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is no store.
    #[error("there is no advisory store at {path}; import advisories first")]
    NoStore {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file is not a store.
    #[error("{path} is not an advisory store; name another file, or move this one away")]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// A store is of a version that this program does not know.
    #[error(
        "the store {path} has schema {found}, this program knows {known}; use a newer program, or import into a new store"
    )]
    Schema {
        /// The store.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema known here.
        known: i64,
    },
    /// A store is damaged.
    #[error("the store {path} is damaged ({why}); remove it and import again")]
    Corrupt {
        /// The store.
        path: PathBuf,
        /// What the reader met.
        why: String,
    },
    /// Another import into the same store is going on.
    #[error("another import into {path} is going on; wait until it is done")]
    Busy {
        /// The store.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space left to write {path}; the old store is as it was")]
    Full {
        /// The file that was being written.
        path: PathBuf,
    },
    /// The store's database engine failed.
    #[error("the store {path} can't be used: {source}")]
    Database {
        /// The store.
        path: PathBuf,
        /// The engine's words.
        source: rusqlite::Error,
    },
    /// The observer asked to stop.
    #[error("stopped on request; the old store is as it was")]
    Cancelled,
}

impl Error {
    /// What the database engine says, as one of the errors that a person can act on.
    pub(crate) fn database(path: &std::path::Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, why: source.to_string() },
            _ => Self::Database { path, source },
        }
    }

    pub(crate) fn io(doing: &'static str, path: &std::path::Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { doing, path, source },
        }
    }
}
