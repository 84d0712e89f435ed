//! The table itself: the same JSON in both formats (estargz.md, "TOC"; containers/storage, `FileMetadata`).

use std::collections::HashSet;

use plimsoll_core::{Digest, Limits};
use serde::Deserialize;

use super::fetch::Part;
use super::{Hint, Packing, Useless, locate};

/// Bytes of one piece, unpacked: a piece is held whole, to be checked.
const CHUNK: u64 = 64 << 20;

/// A layer's table of contents.
#[derive(Debug)]
pub(crate) struct Toc {
    pub(super) packing: Packing,
    /// Where the files' bytes end in the blob.
    pub(super) end: u64,
    pub(super) entries: Vec<Entry>,
}

/// A file, folder or link of a layer.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) typeflag: u8,
    pub(super) link: String,
    pub(super) size: u64,
    pub(super) mode: u32,
    pub(super) chunks: Vec<Chunk>,
}

/// A piece of a file.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where its compressed stream begins and, at the latest, ends.
    pub(super) from: u64,
    pub(super) to: u64,
    /// Bytes of the unpacked stream before it.
    pub(super) inner: u64,
    /// Where it stands in the file.
    pub(super) at: u64,
    pub(super) size: u64,
    /// Zeros have none, and no bytes in the blob.
    pub(super) digest: Option<Digest>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    entries: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct Raw {
    name: String,
    r#type: String,
    size: u64,
    link_name: String,
    mode: i64,
    offset: u64,
    end_offset: u64,
    digest: String,
    chunk_offset: u64,
    chunk_size: u64,
    chunk_digest: String,
    chunk_type: String,
    inner_offset: u64,
}

impl Toc {
    /// Reads the table of a layer.
    pub(crate) fn read(part: &Part<'_>, hint: &Hint, limits: &Limits) -> Result<Self, Useless> {
        let (json, packing, end) = locate::table(part, hint, limits)?;
        let document: Document =
            serde_json::from_slice(&json).map_err(|_| Useless::Bad("its table is no valid JSON"))?;
        let mut toc = Self { packing, end, entries: Vec::new() };
        for raw in document.entries {
            toc.add(raw, limits)?;
        }
        toc.place_ends();
        toc.check()?;
        toc.order();
        Ok(toc)
    }

    fn add(&mut self, raw: Raw, limits: &Limits) -> Result<(), Useless> {
        let typeflag = match raw.r#type.as_str() {
            "chunk" => {
                let entry =
                    self.entries.last_mut().filter(|entry| entry.name == raw.name && entry.typeflag == b'0');
                let entry = entry.ok_or(Useless::Bad("its table has a piece of no file"))?;
                let chunk = chunk(&raw, entry.size)?;
                entry.chunks.push(chunk);
                return Ok(());
            }
            "reg" => b'0',
            "hardlink" => b'1',
            "symlink" => b'2',
            "char" => b'3',
            "block" => b'4',
            "dir" => b'5',
            "fifo" => b'6',
            _ => return Err(Useless::Bad("its table has an entry of an unknown type")),
        };
        if self.entries.len() as u64 >= limits.entries {
            return Err(Useless::Bad("its table has more entries than Limits::entries"));
        }
        let size = if typeflag == b'0' { raw.size } else { 0 };
        let mut chunks = Vec::new();
        if size > 0 {
            chunks.push(chunk(&raw, size)?);
        }
        let mode = u32::try_from(raw.mode & 0o7777).unwrap_or(0);
        self.entries.push(Entry { name: raw.name, typeflag, link: raw.link_name, size, mode, chunks });
        Ok(())
    }

    /// eStargz does not say where a piece ends: at the latest where the next one begins.
    fn place_ends(&mut self) {
        let chunks =
            || self.entries.iter().flat_map(|entry| &entry.chunks).filter(|chunk| chunk.digest.is_some());
        let mut starts: Vec<u64> = chunks().map(|chunk| chunk.from).collect();
        starts.push(self.end);
        starts.sort_unstable();
        starts.dedup();
        for chunk in self.entries.iter_mut().flat_map(|entry| &mut entry.chunks) {
            if chunk.to == 0 {
                let next = starts.partition_point(|start| *start <= chunk.from);
                chunk.to = starts.get(next).copied().unwrap_or(self.end);
            }
        }
    }

    /// Whether every byte of every file is accounted for, and can be checked.
    fn check(&self) -> Result<(), Useless> {
        for entry in &self.entries {
            let mut at = 0_u64;
            for chunk in &entry.chunks {
                if chunk.at != at || chunk.size == 0 {
                    return Err(Useless::Bad("its table leaves a part of a file out"));
                }
                if chunk.digest.is_some() && (chunk.to > self.end || chunk.from >= chunk.to) {
                    return Err(Useless::Bad("its table names bytes that are not there"));
                }
                at = at.saturating_add(chunk.size);
            }
            if at != entry.size {
                return Err(Useless::Bad("its table leaves a part of a file out"));
            }
        }
        Ok(())
    }

    /// Puts programs and libraries behind everything else: whoever looks at the layer then knows already what the
    /// package databases say of them, and need not have them fetched. Hard links stay behind what they link to.
    fn order(&mut self) {
        let mut names = HashSet::new();
        // Of two entries of one name the later one counts, so their order must stay.
        if self.entries.iter().all(|entry| names.insert(entry.name.trim_matches('/').to_owned())) {
            self.entries.sort_by_key(|entry| match entry.typeflag {
                b'1' => 2,
                b'0' if entry.mode & 0o111 != 0
                    || entry.name.ends_with(".so")
                    || entry.name.contains(".so.") =>
                {
                    1
                }
                _ => 0,
            });
        }
    }
}

fn chunk(raw: &Raw, file: u64) -> Result<Chunk, Useless> {
    let left =
        file.checked_sub(raw.chunk_offset).ok_or(Useless::Bad("its table has a piece behind its file"))?;
    // No size means: to the end of the file.
    let size = if raw.chunk_size == 0 { left } else { raw.chunk_size };
    let zeros = raw.chunk_type == "zeros";
    if size > left || (size > CHUNK && !zeros) || raw.inner_offset > CHUNK {
        return Err(Useless::Bad("its table has a piece that is too large"));
    }
    // The only piece of a file has the file's digest.
    let digest = match raw.chunk_digest.as_str() {
        "" if raw.chunk_offset == 0 && size == file => raw.digest.as_str(),
        digest => digest,
    };
    let digest = match zeros {
        true => None,
        false => {
            Some(digest.parse().map_err(|_| Useless::Bad("its table does not state every piece's digest"))?)
        }
    };
    let (from, to, inner) = (raw.offset, raw.end_offset, raw.inner_offset);
    Ok(Chunk { from, to, inner, at: raw.chunk_offset, size, digest })
}
