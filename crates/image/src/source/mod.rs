//! Where blobs come from.

mod archive;
mod layout;
mod span;

use std::io::{self, Read};

use plimsoll_core::Digest;

use crate::SourceKind;

pub(crate) use archive::{Archive, Packed, blob_name, stopped};
pub(crate) use layout::Layout;
pub(crate) use span::Shared;

/// A blob that is open for reading, from its first byte on.
pub trait Blob: Read + Send {
    /// Its size in bytes, where known. A size that differs from the descriptor's is an error before anything is
    /// read.
    fn size(&self) -> Option<u64> {
        None
    }

    /// Passes over `count` bytes and says how many there were. What can go to a place directly, by a seek or a
    /// range request, should: without verification the reader skips what nobody asks for.
    ///
    /// # Errors
    /// Whatever reading gives.
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut space = [0; 16 << 10];
        let mut left = count;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(space.len());
            match self.read(space.get_mut(..wanted).unwrap_or_default()) {
                Ok(0) => break,
                Ok(read) => left = left.saturating_sub(read as u64),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count - left)
    }
}

/// A store of blobs by digest: how a registry reads images from its own storage. All blobs of an image can be
/// asked for, by several threads at once: indexes, manifests, configurations and layers.
///
/// ```
/// use std::collections::HashMap;
/// use std::io::{self, Cursor};
/// use plimsoll_image::{Blob, BlobSource, Digest};
///
/// struct InMemory(HashMap<Digest, Vec<u8>>);
/// struct Bytes<'a>(Cursor<&'a [u8]>);
///
/// impl io::Read for Bytes<'_> {
///     fn read(&mut self, out: &mut [u8]) -> io::Result<usize> { self.0.read(out) }
/// }
/// impl Blob for Bytes<'_> {
///     fn size(&self) -> Option<u64> { Some(self.0.get_ref().len() as u64) }
/// }
/// impl BlobSource for InMemory {
///     fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
///         match self.0.get(digest) {
///             Some(bytes) => Ok(Box::new(Bytes(Cursor::new(bytes)))),
///             None => Err(io::ErrorKind::NotFound.into()),
///         }
///     }
/// }
/// ```
pub trait BlobSource: Send + Sync {
    /// Opens a blob.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] where there is no such blob; anything else where the storage failed.
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>>;

    /// Opens bytes `from` to `to` (exclusive) of a blob, for layers with a table of contents, of which only parts
    /// are wanted. Nothing where the storage gives no parts, or gives the whole as easily; the default.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    fn open_part(
        &self,
        digest: &Digest,
        from: u64,
        to: u64,
    ) -> io::Result<Option<Box<dyn Read + Send + '_>>> {
        let _ = (digest, from, to);
        Ok(None)
    }

    /// What sort of source it is.
    fn kind(&self) -> SourceKind {
        SourceKind::Blobs
    }

    /// The names under which the image was asked for, beside those that its documents give it.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Bytes in memory are a blob.
impl Blob for io::Cursor<Vec<u8>> {
    fn size(&self) -> Option<u64> {
        Some(self.get_ref().len() as u64)
    }
}
