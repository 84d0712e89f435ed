//! Layers with a table of contents: eStargz (stargz-snapshotter, docs/estargz.md) and zstd:chunked
//! (containers/storage, pkg/chunked). The table says where in the compressed blob each file's pieces are, so that of
//! a layer far away only the pieces are fetched that somebody asks for.
//!
//! The table is checked against the digest that the manifest states, and each piece against the digest that the table
//! states. The layer's own digest can't be: that takes every byte.

mod fetch;
mod locate;
mod stream;
mod table;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use plimsoll_core::Digest;

pub(crate) use fetch::Part;
pub(crate) use stream::TocStream;
pub(crate) use table::Toc;

/// A layer's table: what is said of it, and what it holds, once somebody has read it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) hint: Hint,
    /// Why it is of no use, where it is not.
    pub(crate) read: OnceLock<Result<Arc<Toc>, String>>,
}

impl Table {
    pub(crate) fn new(hint: Hint) -> Self {
        Self { hint, read: OnceLock::new() }
    }
}

/// What a manifest says of a layer's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The table stands at the end of the blob; the digest is that of its JSON.
    Estargz { table: Digest },
    /// The table is a piece of the blob, compressed, at this place; the digest is that of the piece.
    Chunked { table: Digest, offset: u64, size: u64 },
}

impl Hint {
    /// What a layer descriptor's annotations say.
    pub(crate) fn of(annotations: Option<&BTreeMap<String, String>>) -> Option<Self> {
        let get = |name: &str| annotations?.get(name).map(String::as_str);
        // The second is what older writers write.
        for prefix in ["io.github.containers.zstd-chunked", "io.containers.zstd-chunked"] {
            let Some(table) = get(&format!("{prefix}.manifest-checksum")) else { continue };
            // offset:size:uncompressed size:type, where the type 1 is this one.
            let position = get(&format!("{prefix}.manifest-position"))?;
            let mut numbers = position.split(':').map(|number| number.parse::<u64>().ok());
            let (offset, size) = (numbers.next()??, numbers.next()??);
            let kind = numbers.nth(1)??;
            return (kind == 1).then_some(Self::Chunked { table: table.parse().ok()?, offset, size });
        }
        let table = get("containerd.io/snapshot/stargz/toc.digest")?;
        Some(Self::Estargz { table: table.parse().ok()? })
    }
}

/// How the pieces of a blob are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

/// Why a table is of no use. The layer is then read whole.
#[derive(Debug)]
pub(crate) enum Useless {
    /// The storage gives no parts.
    NoParts,
    /// The table does not follow its format, or is not what the manifest says.
    Bad(&'static str),
    /// The storage failed.
    Io(std::io::Error),
}

impl std::fmt::Display for Useless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoParts => f.write_str("the storage gives no parts of blobs"),
            Self::Bad(reason) => f.write_str(reason),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<std::io::Error> for Useless {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
