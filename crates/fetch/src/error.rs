use std::io;
use std::path::PathBuf;

/// Why feeds could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server has no such document.
    #[error(
        "{address}: the server says {status}; is the feed published elsewhere now, or the mirror incomplete?"
    )]
    Refused {
        /// The document.
        address: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server can't be reached, or breaks off, however often it is tried.
    #[error("{address}: {why} (tried {attempts} times); check the network, or name a mirror with --base-url")]
    Unreachable {
        /// The document.
        address: String,
        /// What happened the last time.
        why: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The server asks to come back later than the caller is willing to wait.
    #[error("{address}: the server asks to come back in {seconds} seconds; do so")]
    Busy {
        /// The document.
        address: String,
        /// How long to wait.
        seconds: u64,
    },
    /// A document is larger than the limit.
    #[error("{address}: larger than the limit of {limit} bytes; raise the limit if it is to be trusted")]
    TooLarge {
        /// The document.
        address: String,
        /// The limit.
        limit: u64,
    },
    /// What came is not what its publisher says it is.
    #[error("{address}: its SHA-256 is {found}, its publisher says {expected}; try again later")]
    Checksum {
        /// The document.
        address: String,
        /// The published checksum.
        expected: String,
        /// The checksum of what came.
        found: String,
    },
    /// A list of documents can't be understood.
    #[error("{address}: {why}; the feed may have moved")]
    Index {
        /// The list.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// A document was not downloaded before, and there is to be no network.
    #[error("{address}: not downloaded yet, and --offline forbids to fetch it")]
    Offline {
        /// The document.
        address: String,
    },
    /// An address can't be used.
    #[error("{address:?} is not an address: expected https://host/path")]
    Address {
        /// The address.
        address: String,
    },
    /// A downloaded file can't be written or read.
    #[error("can't {doing} {path}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else is fetching into the same folder.
    #[error("another update is fetching into {folder}; wait until it is done")]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The certificates to trust can't be read.
    #[error("the certificates to trust can't be read: {why}; expected PEM")]
    Authorities {
        /// What is wrong with them.
        why: String,
    },
    /// The observer asked to stop.
    #[error("stopped on request")]
    Cancelled,
}

impl Error {
    pub(crate) fn io(doing: &'static str, path: &std::path::Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }
}
