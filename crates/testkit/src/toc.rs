//! Layers with a table of contents: eStargz (stargz-snapshotter, docs/estargz.md) and zstd:chunked
//! (containers/storage, pkg/chunked).

use serde_json::{Value, json};

use crate::compression::{gzip, zstd, zstd_skippable};
use crate::{Compression, LayerBuilder, TarBuilder, sha256};

/// A file, link or folder of such a layer.
#[derive(Clone, Debug)]
pub struct TocEntry {
    path: String,
    content: Vec<u8>,
    mode: u32,
    link: Option<String>,
}

impl TocEntry {
    /// A regular file.
    pub fn file(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into(), mode: 0o644, link: None }
    }

    /// A regular file that everyone may execute.
    pub fn executable(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { mode: 0o755, ..Self::file(path, content) }
    }

    /// A hard link.
    pub fn hardlink(path: impl Into<String>, target: impl Into<String>) -> Self {
        Self { link: Some(target.into()), ..Self::file(path, "") }
    }

    fn tar(&self) -> Vec<u8> {
        let tar = TarBuilder::new();
        let tar = match &self.link {
            Some(target) => tar.hardlink(&self.path, target),
            None => tar.file_with_mode(&self.path, &self.content, self.mode),
        };
        tar.finish_without_end()
    }

    /// The table's entries for this one: pieces of `chunk` bytes at the given places in the blob.
    fn rows(&self, chunk: usize, places: &[(usize, usize)]) -> Vec<Value> {
        if let Some(target) = &self.link {
            return vec![
                json!({ "type": "hardlink", "name": self.path, "linkName": target, "mode": self.mode }),
            ];
        }
        let mut rows: Vec<Value> = Vec::new();
        let mut at = 0;
        for (piece, (from, to)) in self.content.chunks(chunk).zip(places) {
            let mut row = json!({
                "type": if at == 0 { "reg" } else { "chunk" }, "name": self.path,
                "offset": from, "endOffset": to, "chunkDigest": sha256(piece),
            });
            if at == 0 {
                row["size"] = json!(self.content.len());
                row["mode"] = json!(self.mode);
                row["digest"] = json!(sha256(&self.content));
            }
            if piece.len() < self.content.len() {
                row["chunkOffset"] = json!(at);
                row["chunkSize"] = json!(piece.len());
            }
            at += piece.len();
            rows.push(row);
        }
        if rows.is_empty() {
            rows.push(json!({ "type": "reg", "name": self.path, "mode": self.mode }));
        }
        rows
    }
}

/// Appends the entries, each header and each piece by itself, and returns the table and the whole archive so far.
fn write(
    entries: &[TocEntry],
    chunk: usize,
    compress: fn(&[u8]) -> Vec<u8>,
    blob: &mut Vec<u8>,
) -> (Vec<Value>, Vec<u8>) {
    let (mut rows, mut archive) = (Vec::new(), Vec::new());
    for entry in entries {
        let tar = entry.tar();
        let padding = entry.content.len().next_multiple_of(512) - entry.content.len();
        let header = tar.len() - entry.content.len() - padding;
        blob.extend(compress(&tar[..header]));
        let mut places = Vec::new();
        for piece in entry.content.chunks(chunk) {
            let from = blob.len();
            blob.extend(compress(piece));
            places.push((from, blob.len()));
        }
        if padding > 0 {
            blob.extend(compress(&tar[tar.len() - padding..]));
        }
        rows.extend(entry.rows(chunk, &places));
        archive.extend(tar);
    }
    (rows, archive)
}

/// An eStargz layer whose files are cut into pieces of `chunk` bytes.
pub fn estargz(entries: &[TocEntry], chunk: usize) -> LayerBuilder {
    let mut blob = Vec::new();
    let (mut rows, mut archive) = write(entries, chunk, gzip, &mut blob);
    for row in &mut rows {
        // What eStargz does not say.
        row.as_object_mut().map(|row| row.remove("endOffset"));
    }
    let table = json!({ "version": 1, "entries": rows }).to_string();
    let offset = blob.len();
    let tail = TarBuilder::new().file("stargz.index.json", &table).finish();
    blob.extend(gzip(&tail));
    archive.extend(tail);
    blob.extend(footer(offset));
    LayerBuilder::from_tar(archive)
        .blob(blob)
        .annotation("containerd.io/snapshot/stargz/toc.digest", sha256(table.as_bytes()).to_string())
}

/// A gzip member of nothing (RFC 1952, 2.3.1.1) whose extra field is the table's offset.
fn footer(offset: usize) -> Vec<u8> {
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 26, 0, b'S', b'G', 22, 0];
    footer.extend(format!("{offset:016x}STARGZ").bytes());
    // A stored block of nothing, and the checksum and size of nothing.
    footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    footer
}

/// A zstd:chunked layer whose files are cut into pieces of `chunk` bytes.
pub fn zstd_chunked(entries: &[TocEntry], chunk: usize) -> LayerBuilder {
    let mut blob = Vec::new();
    let (rows, mut archive) = write(entries, chunk, zstd, &mut blob);
    let end = TarBuilder::new().finish();
    blob.extend(zstd(&end));
    archive.extend(end);
    let table = json!({ "version": 1, "entries": rows }).to_string();
    let packed = zstd(table.as_bytes());
    // Behind the eight bytes of the frame's own header.
    let position = format!("{}:{}:{}:1", blob.len() + 8, packed.len(), table.len());
    blob.extend(zstd_skippable(&packed));
    LayerBuilder::from_tar(archive)
        .compression(Compression::Zstd)
        .blob(blob)
        .annotation("io.github.containers.zstd-chunked.manifest-checksum", sha256(&packed).to_string())
        .annotation("io.github.containers.zstd-chunked.manifest-position", position)
}
