use std::sync::Arc;

use plimsoll_core::{Algorithm, Digest};

use super::pipe::Pipe;
use super::pool::Pool;
use super::producer::{Chunk, Producer, Task};
use super::{ByteStream, Compression, Hasher, Stop};
use crate::source::Blob;

/// What was seen of a layer's bytes.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) stored: u64,
    pub(crate) blob: Option<Digest>,
    pub(crate) diff_id: Option<Digest>,
    /// Whether something followed the end of the compressed bytes.
    pub(crate) junk: bool,
}

/// The hashes to take of a layer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashes {
    /// Of the bytes as they are stored.
    pub(crate) blob: Option<Algorithm>,
    /// Of the uncompressed bytes.
    pub(crate) diff_id: Option<Algorithm>,
}

/// A layer's uncompressed bytes, hashed before and after decompression as they pass.
pub(crate) struct LayerStream<'p, 'a> {
    pipe: Arc<Pipe<'a>>,
    pool: Option<&'p Pool<'a>>,
    chunk: Chunk,
    at: usize,
    stop: Option<Stop>,
    ended: bool,
    blob_hash: Option<Hasher>,
    diff_hash: Option<Hasher>,
}

impl<'p, 'a> LayerStream<'p, 'a> {
    /// `head` holds the bytes that were read of the blob to tell its compression. The threads of `pool` may help.
    pub(crate) fn new(
        blob: Box<dyn Blob + 'a>,
        head: &[u8],
        task: Task<'a>,
        hashes: Hashes,
        pool: Option<&'p Pool<'a>>,
    ) -> Result<Self, Stop> {
        // Where nothing is compressed, one hash is the other.
        let plain = task.compression == Compression::None;
        let blob_hash = hashes.blob.filter(|_| !plain || hashes.blob != hashes.diff_id).map(Hasher::new);
        let diff_hash = hashes.diff_id.map(Hasher::new);
        let pipe = Arc::new(Pipe::new(Producer::new(blob, head, task, blob_hash.is_some())?));
        if let Some(pool) = pool {
            pool.offer(&pipe);
        }
        Ok(Self {
            pipe,
            pool,
            chunk: Chunk::default(),
            at: 0,
            stop: None,
            ended: false,
            blob_hash,
            diff_hash,
        })
    }

    fn hash(&mut self) {
        let bytes = self.chunk.bytes.get(..self.chunk.len).unwrap_or_default();
        match (&mut self.blob_hash, &mut self.diff_hash) {
            (Some(blob), Some(diff)) => {
                // Side by side as far as both go.
                let mut rest = bytes;
                for block in &self.chunk.stored {
                    let stored = block.bytes();
                    let (beside, behind) = rest.split_at_checked(stored.len()).unwrap_or((rest, &[]));
                    Hasher::update_two(blob, stored, diff, beside);
                    rest = behind;
                }
                diff.update(rest);
            }
            (Some(blob), None) => self.chunk.stored.iter().for_each(|block| blob.update(block.bytes())),
            (None, Some(diff)) => diff.update(bytes),
            (None, None) => {}
        }
    }

    /// Reads the stored bytes to their end without decoding them, for their digest alone.
    pub(crate) fn drain_stored(&mut self) -> Result<(), Stop> {
        let ahead = self.pipe.close();
        let mut producer = self.pipe.producer();
        let mut hash = self.blob_hash.as_mut();
        if let Some(hash) = &mut hash {
            ahead.iter().flat_map(|chunk| &chunk.stored).for_each(|block| hash.update(block.bytes()));
        }
        loop {
            let bytes = producer.raw()?;
            if bytes.is_empty() {
                return Ok(());
            }
            if let Some(hash) = &mut hash {
                hash.update(bytes);
            }
        }
    }

    /// The digests and sizes, once everything has been read.
    pub(crate) fn finish(mut self) -> Measured {
        self.pipe.close();
        let producer = self.pipe.producer();
        Measured {
            stored: producer.stored,
            blob: self.blob_hash.take().map(Hasher::finish),
            diff_id: self.diff_hash.take().map(Hasher::finish),
            junk: producer.met_junk(),
        }
    }
}

impl Drop for LayerStream<'_, '_> {
    fn drop(&mut self) {
        // Whoever helps would wait for ever.
        self.pipe.close();
        if let Some(pool) = self.pool {
            pool.withdraw(&self.pipe);
        }
    }
}

impl ByteStream for LayerStream<'_, '_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        if self.at >= self.chunk.len && !self.ended {
            if let Some(stop) = self.stop.take() {
                self.ended = true;
                return Err(stop);
            }
            self.chunk = self.pipe.next(std::mem::take(&mut self.chunk));
            self.at = 0;
            self.hash();
            self.stop = self.chunk.stop.take();
            if self.chunk.len == 0 {
                self.ended = true;
                if let Some(stop) = self.stop.take() {
                    return Err(stop);
                }
            }
        }
        Ok(self.chunk.bytes.get(self.at..self.chunk.len).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.chunk.len);
    }
}
