//! Bundles: a store and what vouches for it in one file, for machines without network.
//!
//! A bundle is a zip archive of two members: `plimsoll-bundle.json`, which says what is in it, and `advisories.db`,
//! the store, whose SHA-256 stands in the former.

mod read;
mod signature;
mod write;

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use read::BundleOptions;
pub use signature::Signer;

use crate::Error;

/// The member that describes the bundle. It is the first.
const MANIFEST: &str = "plimsoll-bundle.json";
/// The member that is the store.
const STORE: &str = "advisories.db";
/// What a manifest says that it is.
const FORMAT: &str = "plimsoll-bundle";
/// The newest form that is known.
const VERSION: u32 = 1;

/// What a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Always `plimsoll-bundle`.
    pub format: String,
    /// The form of the bundle.
    pub format_version: u32,
    /// The version of the store's schema.
    pub schema: i64,
    /// The store's newest generation.
    pub generation: u64,
    /// When that was imported, as its importer said.
    pub imported: Option<String>,
    /// Records.
    pub records: u64,
    /// The digest of the records, in hexadecimal: equal where two stores hold the same.
    pub digest: String,
    /// The feeds.
    pub feeds: Vec<BundledFeed>,
    /// The store's bytes.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A feed in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledFeed {
    /// Its name.
    pub name: String,
    /// Records.
    pub records: u64,
    /// When the newest of them was last changed, RFC 3339.
    pub newest: Option<String>,
}

impl Bundle {
    /// What the bundle at `path` says that it holds; nothing where that is no bundle.
    ///
    /// # Errors
    ///
    /// The file can't be read, or is a bundle of a form that is not known here.
    pub fn open(path: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        read::manifest(path.as_ref())
    }
}

/// Copies all, and says how many bytes that were and what their SHA-256 is.
fn copy(from: &mut dyn Read, to: &mut dyn Write, limit: u64) -> std::io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut size = 0u64;
    let mut buffer = vec![0; 1 << 17];
    let mut from = from.take(limit.saturating_add(1));
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        hash.update(bytes);
        to.write_all(bytes)?;
        size = size.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    Ok((size, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// The SHA-256 of a file, in hexadecimal: what vouches for a bundle that came by another way than its checksum.
///
/// # Errors
///
/// The file can't be read.
pub fn file_digest(path: &Path) -> Result<String, Error> {
    let read = |e| Error::io("read", path, e);
    let mut file = File::open(path).map_err(read)?;
    copy(&mut file, &mut std::io::sink(), u64::MAX).map(|(_, digest)| digest).map_err(read)
}
