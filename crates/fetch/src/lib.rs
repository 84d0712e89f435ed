//! Fetches advisory feeds from where they are published.
//!
//! A [`Source`] of the [`catalogue`] knows under which addresses its documents are. [`fetch`] asks for each of them,
//! and what has changed since the caller last had it is downloaded into a folder, from which it can be imported. A
//! download that breaks off is taken up where it ended, at once or by the next run.
//!
//! ```
//! for source in plimsoll_fetch::catalogue::all() {
//!     println!("{}: {}", source.id, source.title);
//! }
//! ```
//!
//! Nothing here reads what the documents say; that is for `plimsoll-advisory`.

mod address;
pub mod catalogue;
mod checksum;
mod client;
mod download;
mod error;
mod fetching;
mod kept;
mod links;
mod wait;

pub use address::Base;
pub use catalogue::{Chosen, Source};
pub use checksum::Checksum;
pub use error::Error;
pub use fetching::{Fetched, Missing, Outcome, fetch};
pub use kept::State;

use std::path::PathBuf;
use std::time::Duration;

/// How to fetch.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that documents are downloaded into. What is there from an earlier run is used, or taken up.
    pub folder: PathBuf,
    /// Where to go in place of the publishers. Default: to the publishers.
    pub base: Option<Base>,
    /// Whether to go without network: then only what is in the folder is there. Default no.
    pub offline: bool,
    /// Whether to go on when a document can't be had, and say so. Default no: the first stops everything.
    pub keep_going: bool,
    /// How often to try, as long as no try brings anything. Default 5.
    pub attempts: u32,
    /// How long to wait after the first try that failed; after each further one twice as long. Default 1 second.
    pub backoff: Duration,
    /// The longest that a server may ask to wait. Default 5 minutes.
    pub patience: Duration,
    /// How long a server may take to connect, to begin to answer, and between two pieces of an answer. Default 60
    /// seconds.
    pub timeout: Duration,
    /// Bytes that one document may have, as it is sent. Default 4 GiB.
    pub max_bytes: u64,
    /// Certificates to trust in place of those of the public authorities, in PEM: of a mirror, or of a proxy that looks
    /// into what passes. Default none.
    pub authorities: Vec<u8>,
    /// Documents fetched at one time. Default 4.
    pub parallel: usize,
}

impl Options {
    /// The defaults, with this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            base: None,
            offline: false,
            keep_going: false,
            attempts: 5,
            backoff: Duration::from_secs(1),
            patience: Duration::from_secs(300),
            timeout: Duration::from_secs(60),
            max_bytes: 4 << 30,
            authorities: Vec::new(),
            parallel: 4,
        }
    }
}
