//! What was found in a layer, kept so that no layer need be read twice.

mod folder;
mod memory;

use std::fmt;
use std::sync::Arc;

use plimsoll_core::{Diagnostic, Digest};

use crate::LayerEntries;

pub use folder::{FolderCache, FolderCacheError};
pub use memory::MemoryCache;

/// What a layer's results are kept by: the layer, and who looked at it. The results depend on nothing else.
///
/// ```
/// let diff_id = "sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b".parse()?;
/// let key = plimsoll_image::LayerKey { diff_id, reader: "dpkg 3, python-wheel 1".to_owned() };
/// # Ok::<(), plimsoll_core::DigestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LayerKey {
    /// The digest of the layer's uncompressed archive.
    pub diff_id: Digest,
    /// Who looked at the layer, with everything that their findings depend on: names and revisions.
    pub reader: String,
}

/// What is kept of a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedLayer {
    /// Its names.
    pub entries: LayerEntries,
    /// What the reader found, in the reader's own form.
    pub facts: Vec<u8>,
    /// What was wrong inside it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Keeps what was found in layers. Several threads use it at once.
///
/// Only what was read with its digests verified, and whole ([`LayerRead::complete`](crate::LayerRead::complete)),
/// may be put in: whoever finds it believes it without looking at the layer.
///
/// Keeping is a convenience. What can't be stored is lost, and what can't be read is not there; neither is an error
/// of the scan. An implementation that wants to tell its owner of trouble does so by its own means.
pub trait LayerCache: Send + Sync + fmt::Debug {
    /// What was kept under the key; nothing where that is nothing or damaged.
    fn get(&self, key: &LayerKey) -> Option<Arc<CachedLayer>>;

    /// Keeps a layer's results.
    fn put(&self, key: &LayerKey, layer: Arc<CachedLayer>);
}

impl CachedLayer {
    /// Everything as bytes: three parts, each after its length.
    fn to_bytes(&self) -> Vec<u8> {
        let entries = self.entries.to_bytes();
        let diagnostics = serde_json::to_vec(&self.diagnostics).unwrap_or_default();
        let parts = [entries.as_slice(), &self.facts, &diagnostics];
        let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            out.extend_from_slice(&(part.len() as u64).to_le_bytes());
            out.extend_from_slice(part);
        }
        out
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (entries, rest) = part(bytes)?;
        let (facts, rest) = part(rest)?;
        let (diagnostics, rest) = part(rest)?;
        if !rest.is_empty() {
            return None;
        }
        Some(Self {
            entries: LayerEntries::from_bytes(entries)?,
            facts: facts.to_vec(),
            diagnostics: serde_json::from_slice(diagnostics).ok()?,
        })
    }

    /// About the memory that it takes.
    fn weight(&self) -> u64 {
        let texts = self.diagnostics.iter().map(|diagnostic| diagnostic.message.len() + 200).sum::<usize>();
        (self.entries.heap_size() + self.facts.len() + texts) as u64
    }
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}
