use plimsoll_core::{Algorithm, Digest, Limits, Observer, Progress};

use super::decode::read_some;
use super::{ByteStream, Compression, Decoder, Hasher, Stop};
use crate::source::Blob;

/// Uncompressed bytes that are made at one time: they should still be in the processor's cache when they are
/// hashed and searched.
const CHUNK: usize = 128 << 10;
/// Stored bytes that are read at one time.
const STORED: usize = 64 << 10;
/// Uncompressed bytes that any layer may have, whatever its ratio ([`Limits::ratio`]).
const FREE: u64 = 16 << 20;

/// What was seen of a layer's bytes.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) stored: u64,
    pub(crate) blob: Option<Digest>,
    pub(crate) diff_id: Option<Digest>,
    pub(crate) junk: bool,
}

/// Which layer is read, and what is asked of it.
pub(crate) struct Task<'a> {
    pub(crate) index: u32,
    pub(crate) compression: Compression,
    /// The bytes that the blob must have.
    pub(crate) size: Option<u64>,
    /// The hash to take of the stored bytes.
    pub(crate) blob: Option<Algorithm>,
    /// The hash to take of the uncompressed bytes.
    pub(crate) diff_id: Option<Algorithm>,
    pub(crate) limits: &'a Limits,
    pub(crate) observer: &'a dyn Observer,
}

/// A layer's uncompressed bytes, hashed before and after decompression as they pass.
pub(crate) struct LayerStream<'a> {
    blob: Box<dyn Blob + 'a>,
    task: Task<'a>,
    decoder: Decoder,
    input: Vec<u8>,
    input_at: (usize, usize),
    input_ended: bool,
    chunk: Vec<u8>,
    chunk_at: (usize, usize),
    ended: bool,
    blob_hash: Option<Hasher>,
    diff_hash: Option<Hasher>,
    stored: u64,
    uncompressed: u64,
}

impl<'a> LayerStream<'a> {
    /// `head` holds the bytes that were read of the blob to tell its compression.
    pub(crate) fn new(blob: Box<dyn Blob + 'a>, head: &[u8], task: Task<'a>) -> Result<Self, Stop> {
        let decoder = Decoder::new(task.compression, task.limits.zstd_window_log)?;
        let mut input = vec![0; STORED.max(head.len())];
        if let Some(start) = input.get_mut(..head.len()) {
            start.copy_from_slice(head);
        }
        let mut blob_hash = task.blob.map(Hasher::new);
        if let Some(hash) = &mut blob_hash {
            hash.update(head);
        }
        let diff_hash = task.diff_id.map(Hasher::new);
        Ok(Self {
            blob,
            decoder,
            input,
            input_at: (0, head.len()),
            input_ended: false,
            chunk: vec![0; CHUNK],
            chunk_at: (0, 0),
            ended: false,
            blob_hash,
            diff_hash,
            stored: head.len() as u64,
            uncompressed: 0,
            task,
        })
    }

    /// Reads more of the blob once all that was read is decoded.
    fn refill(&mut self) -> Result<(), Stop> {
        if self.input_at.0 < self.input_at.1 || self.input_ended {
            return Ok(());
        }
        if self.task.observer.cancelled() {
            return Err(Stop::Cancelled);
        }
        let count = read_some(&mut *self.blob, &mut self.input)?;
        self.input_at = (0, count);
        self.input_ended = count == 0;
        self.stored = self.stored.saturating_add(count as u64);
        if let Some(size) = self.task.size.filter(|&size| self.stored > size) {
            return Err(Stop::Corrupt(format!("the blob is longer than the {size} bytes of its descriptor")));
        }
        if let Some(hash) = &mut self.blob_hash {
            hash.update(self.input.get(..count).unwrap_or_default());
        }
        let (index, total) = (self.task.index, self.task.size);
        self.task.observer.progress(Progress::Layer { index, read: self.stored, total });
        Ok(())
    }

    /// Makes the next chunk; leaves it empty at the end.
    fn produce(&mut self) -> Result<(), Stop> {
        let mut made = 0;
        while made < self.chunk.len() {
            self.refill()?;
            let input = self.input.get(self.input_at.0..self.input_at.1).unwrap_or_default();
            let output = self.chunk.get_mut(made..).unwrap_or_default();
            let step = self.decoder.step(input, output)?;
            self.input_at.0 += step.read;
            made += step.written;
            if step.read == 0 && step.written == 0 && self.input_ended {
                self.decoder.finish()?;
                break;
            }
        }
        self.chunk_at = (0, made);
        self.ended = made == 0;
        self.uncompressed = self.uncompressed.saturating_add(made as u64);
        if let Some(hash) = &mut self.diff_hash {
            hash.update(self.chunk.get(..made).unwrap_or_default());
        }
        let limits = self.task.limits;
        if self.uncompressed > limits.layer {
            return Err(Stop::Limit(format!(
                "the layer unpacks to more than {} bytes (Limits::layer)",
                limits.layer
            )));
        }
        let read = self.stored - (self.input_at.1 - self.input_at.0) as u64;
        let allowed = read.saturating_mul(limits.ratio).saturating_add(FREE);
        if self.uncompressed > allowed {
            return Err(Stop::Limit(format!(
                "{} bytes unpack to more than {allowed}: past {} to one, the archive is taken for a bomb (Limits::ratio)",
                read, limits.ratio
            )));
        }
        Ok(())
    }

    /// Reads the stored bytes to their end without decoding them, for their digest alone.
    pub(crate) fn drain_stored(&mut self) -> Result<(), Stop> {
        while !self.input_ended {
            self.input_at = (0, 0);
            self.refill()?;
        }
        Ok(())
    }

    /// The digests and sizes, once everything has been read.
    pub(crate) fn finish(self) -> Measured {
        Measured {
            stored: self.stored,
            blob: self.blob_hash.map(Hasher::finish),
            diff_id: self.diff_hash.map(Hasher::finish),
            junk: self.decoder.met_junk(),
        }
    }
}

impl ByteStream for LayerStream<'_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        if self.chunk_at.0 >= self.chunk_at.1 && !self.ended {
            self.produce()?;
        }
        Ok(self.chunk.get(self.chunk_at.0..self.chunk_at.1).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.chunk_at.0 = self.chunk_at.0.saturating_add(count).min(self.chunk_at.1);
    }
}
