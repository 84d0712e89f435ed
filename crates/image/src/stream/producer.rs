use plimsoll_core::{Limits, Observer, Progress};

use super::decode::read_some;
use super::{Compression, Decoder, Stop};
use crate::source::Blob;

/// Uncompressed bytes that are made at one time: they should still be in the processor's cache when they are
/// hashed and searched.
pub(super) const CHUNK: usize = 128 << 10;
/// Stored bytes that are read at one time.
const STORED: usize = 64 << 10;
/// Uncompressed bytes that any layer may have, whatever its ratio ([`Limits::ratio`]).
const FREE: u64 = 16 << 20;

/// Which layer is read, and what is asked of it.
pub(crate) struct Task<'a> {
    pub(crate) index: u32,
    pub(crate) compression: Compression,
    /// The bytes that the blob must have.
    pub(crate) size: Option<u64>,
    /// Whether the checksums inside the compressed bytes are compared.
    pub(crate) check: bool,
    pub(crate) limits: &'a Limits,
    pub(crate) observer: &'a dyn Observer,
}

/// A piece of a layer: what was read to make it, and what was made.
#[derive(Default)]
pub(super) struct Chunk {
    /// The stored bytes that were read to their end for it, in order.
    pub(super) stored: Vec<Block>,
    /// The uncompressed bytes; the first `len` of them count.
    pub(super) bytes: Vec<u8>,
    pub(super) len: usize,
    /// What stopped the layer behind these bytes.
    pub(super) stop: Option<Stop>,
}

impl Chunk {
    pub(super) fn is_last(&self) -> bool {
        self.len == 0 || self.stop.is_some()
    }
}

/// Stored bytes as they were read.
#[derive(Default)]
pub(super) struct Block {
    space: Vec<u8>,
    len: usize,
}

impl Block {
    pub(super) fn bytes(&self) -> &[u8] {
        self.space.get(..self.len).unwrap_or_default()
    }

    fn read(&mut self, blob: &mut dyn Blob) -> Result<usize, Stop> {
        if self.space.len() < STORED {
            self.space.resize(STORED, 0);
        }
        self.len = 0;
        self.len = read_some(blob, &mut self.space)?;
        Ok(self.len)
    }
}

/// Reads a blob and undoes its compression, one chunk at a time.
pub(super) struct Producer<'a> {
    blob: Box<dyn Blob + 'a>,
    task: Task<'a>,
    /// Whether the stored bytes are handed on.
    keep_stored: bool,
    decoder: Decoder,
    input: Block,
    /// Bytes of the input that are decoded.
    at: usize,
    spare: Vec<Block>,
    /// Whether the input was not handed on yet.
    unseen: bool,
    ended: bool,
    pub(super) stored: u64,
    uncompressed: u64,
}

impl<'a> Producer<'a> {
    /// `head` holds the bytes that were read of the blob already.
    pub(super) fn new(
        blob: Box<dyn Blob + 'a>,
        head: &[u8],
        task: Task<'a>,
        keep_stored: bool,
    ) -> Result<Self, Stop> {
        let decoder = Decoder::new(task.compression, task.limits.zstd_window_log, task.check)?;
        let input = Block { space: head.to_vec(), len: head.len() };
        Ok(Self {
            blob,
            keep_stored,
            decoder,
            input,
            at: 0,
            spare: Vec::new(),
            unseen: true,
            ended: false,
            stored: head.len() as u64,
            uncompressed: 0,
            task,
        })
    }

    pub(super) fn met_junk(&self) -> bool {
        self.decoder.met_junk()
    }

    /// Stored bytes that are still to be read, where their number is known.
    pub(super) fn left(&self) -> Option<u64> {
        self.task.size.map(|size| size.saturating_sub(self.stored))
    }

    /// Says that so many more stored bytes were read.
    fn advance(&mut self, count: usize) -> Result<(), Stop> {
        self.ended = count == 0;
        self.stored = self.stored.saturating_add(count as u64);
        if let Some(size) = self.task.size.filter(|&size| self.stored > size) {
            return Err(Stop::Corrupt(format!("the blob is longer than the {size} bytes of its descriptor")));
        }
        let (index, total) = (self.task.index, self.task.size);
        self.task.observer.progress(Progress::Layer { index, read: self.stored, total });
        Ok(())
    }

    fn check_cancelled(&self) -> Result<(), Stop> {
        if self.task.observer.cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    /// Hands the input on, which is read to its end.
    fn hand_on(&mut self, chunk: &mut Chunk) {
        if self.keep_stored && self.input.len > 0 {
            let next = self.spare.pop().unwrap_or_default();
            chunk.stored.push(std::mem::replace(&mut self.input, next));
        }
        self.input.len = 0;
        self.at = 0;
    }

    /// Reads more of the blob once all that was read is decoded.
    fn refill(&mut self, chunk: &mut Chunk) -> Result<(), Stop> {
        if self.at < self.input.len || self.ended {
            return Ok(());
        }
        self.hand_on(chunk);
        self.check_cancelled()?;
        let count = self.input.read(&mut *self.blob)?;
        self.unseen = true;
        self.advance(count)
    }

    /// Makes the next chunk; an empty one at the end.
    pub(super) fn produce(&mut self, chunk: &mut Chunk) {
        self.spare.append(&mut chunk.stored);
        chunk.len = 0;
        if chunk.bytes.len() < CHUNK {
            chunk.bytes.resize(CHUNK, 0);
        }
        chunk.stop = self.fill(chunk).err();
    }

    fn fill(&mut self, chunk: &mut Chunk) -> Result<(), Stop> {
        while chunk.len < chunk.bytes.len() {
            if matches!(self.decoder, Decoder::None) && self.at >= self.input.len && !self.keep_stored {
                // Nothing to undo: the bytes are read to where they are wanted.
                if self.ended {
                    break;
                }
                self.check_cancelled()?;
                let output = chunk.bytes.get_mut(chunk.len..).unwrap_or_default();
                let count = read_some(&mut *self.blob, output)?;
                chunk.len += count;
                self.advance(count)?;
                continue;
            }
            self.refill(chunk)?;
            let input = self.input.bytes().get(self.at..).unwrap_or_default();
            let output = chunk.bytes.get_mut(chunk.len..).unwrap_or_default();
            let step = self.decoder.step(input, output)?;
            self.at += step.read;
            chunk.len += step.written;
            if step.read == 0 && step.written == 0 && self.ended {
                self.decoder.finish()?;
                break;
            }
        }
        self.uncompressed = self.uncompressed.saturating_add(chunk.len as u64);
        self.check_limits()
    }

    fn check_limits(&self) -> Result<(), Stop> {
        let limits = self.task.limits;
        if self.uncompressed > limits.layer {
            return Err(Stop::Limit(format!(
                "the layer unpacks to more than {} bytes (Limits::layer)",
                limits.layer
            )));
        }
        let read = self.stored.saturating_sub((self.input.len - self.at) as u64);
        let allowed = read.saturating_mul(limits.ratio).saturating_add(FREE);
        if self.uncompressed > allowed {
            return Err(Stop::Limit(format!(
                "{read} bytes unpack to more than {allowed}: past {} to one it is taken for a bomb (Limits::ratio)",
                limits.ratio
            )));
        }
        Ok(())
    }

    /// Stored bytes that were not handed on, then further ones, without decoding them; none at the end.
    pub(super) fn raw(&mut self) -> Result<&[u8], Stop> {
        self.check_cancelled()?;
        if self.unseen {
            self.unseen = false;
            self.at = self.input.len;
            if self.input.len > 0 {
                return Ok(self.input.bytes());
            }
        }
        let count = self.input.read(&mut *self.blob)?;
        self.at = count;
        self.advance(count)?;
        Ok(self.input.bytes())
    }
}
