use std::io;
use std::path::{Path, PathBuf};

use plimsoll_core::Digest;

/// Why the monitor can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process has the store open for writing.
    #[error(
        "the store {path} is in use by another process, and only one may write; stop that one, or open the store for reading"
    )]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// A file is not a monitor's store.
    #[error("{path} is not a monitor's store; name another file, or move this one away")]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// A store is of a version that this program does not know.
    #[error(
        "the store {path} has schema {found}, this program knows {known}; use a program that knows it, or begin a new store and list the registries"
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
    #[error(
        "the store {path} is damaged ({why}); restore a copy, or begin a new one and list the registries"
    )]
    Corrupt {
        /// The store.
        path: PathBuf,
        /// What the reader met.
        why: String,
    },
    /// The disk is full.
    #[error("no space left to write {path}; what was accepted before is safe")]
    Full {
        /// The store.
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
    /// A file can't be read or written.
    #[error("can't {doing} {path}: {source}")]
    Io {
        /// What was being done: `read`, `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An image that nothing is known of.
    #[error("{0} is not known here: no event and no listing has told of it")]
    UnknownSubject(Digest),
    /// A subscriber that there is none of.
    #[error("there is no subscriber {0:?}; subscribe it first")]
    UnknownSubscriber(String),
    /// A query that is not one, or asks for what is not to be had.
    #[error("the query can't be answered: {0}; only one SELECT over the documented views can be")]
    Query(String),
    /// A query took longer than it may.
    #[error("the query was stopped after {0:?}; ask for less, or by columns that tell fewer rows apart")]
    QueryTime(std::time::Duration),
    /// More than a limit allows.
    #[error("{what} has {actual}, more than the limit of {limit}")]
    Limit {
        /// What it is.
        what: &'static str,
        /// How many it has.
        actual: usize,
        /// The limit.
        limit: usize,
    },
    /// The advisories can't be read.
    #[error("the advisories can't be read: {0}")]
    Advisories(#[from] plimsoll_advisory::Error),
    /// Packages can't be matched.
    #[error("packages can't be matched: {0}")]
    Match(#[from] plimsoll_matcher::Error),
    /// A subscriber did not take a notification.
    #[error(
        "the subscriber {subscriber:?} did not take notification {sequence}: {why}; it will be offered again"
    )]
    Sink {
        /// The subscriber.
        subscriber: String,
        /// The notification's number.
        sequence: u64,
        /// What the subscriber says.
        why: String,
    },
}

impl Error {
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, why: source.to_string() },
            _ => Self::Database { path, source },
        }
    }
}

/// What goes wrong while a store is being read or written, before it is known which store.
#[derive(Debug)]
pub(crate) enum Failed {
    Database(rusqlite::Error),
    Damaged(&'static str),
    Other(Error),
}

impl Failed {
    pub(crate) fn at(self, path: &Path) -> Error {
        match self {
            Self::Database(e) => Error::database(path, e),
            Self::Damaged(why) => Error::Corrupt { path: path.to_owned(), why: why.to_owned() },
            Self::Other(e) => e,
        }
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(e: rusqlite::Error) -> Self {
        Self::Database(e)
    }
}

impl From<Error> for Failed {
    fn from(e: Error) -> Self {
        Self::Other(e)
    }
}

impl From<plimsoll_matcher::Error> for Failed {
    fn from(e: plimsoll_matcher::Error) -> Self {
        Self::Other(Error::Match(e))
    }
}
