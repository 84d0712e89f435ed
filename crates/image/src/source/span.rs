use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::Blob;

/// A file that several readers read at once, each at its own place.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    file: Arc<File>,
    len: u64,
}

impl Shared {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), len })
    }

    /// Opens a file that was looked at before, and makes sure that it is that one: a link in its place is not
    /// followed out of the folder.
    pub(crate) fn open_same(path: &Path, seen: &Metadata) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() || !is_same(&metadata, seen) {
            return Err(io::Error::other("the file was replaced while it was read"));
        }
        Ok(Self { file: Arc::new(file), len: metadata.len() })
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn whole(&self) -> Span {
        self.span(0, self.len)
    }

    /// A part of the file; less where the file ends before.
    pub(crate) fn span(&self, offset: u64, len: u64) -> Span {
        let start = offset.min(self.len);
        let end = offset.saturating_add(len).min(self.len);
        Span { shared: self.clone(), start, at: start, end }
    }
}

/// A part of a file, as a blob.
pub(crate) struct Span {
    shared: Shared,
    start: u64,
    at: u64,
    end: u64,
}

impl Read for Span {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let wanted = out.len().min(left);
        let count = read_at(&self.shared.file, out.get_mut(..wanted).unwrap_or_default(), self.at)?;
        self.at = self.at.saturating_add(count as u64).min(self.end);
        Ok(count)
    }
}

impl Blob for Span {
    fn size(&self) -> Option<u64> {
        Some(self.end - self.start)
    }

    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let step = count.min(self.end - self.at);
        self.at += step;
        Ok(step)
    }
}

#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, offset)
}

#[cfg(windows)]
fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, offset)
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
