//! Bytes in order, lent in pieces: what the archive reader reads, whatever is behind it.

mod decode;
mod file;
mod gzip;
mod hash;
mod layer;
mod pipe;
mod pool;
mod producer;
mod sha256;

use std::io;

pub(crate) use decode::read_some;
pub(crate) use decode::{Compression, Decoder};
pub(crate) use file::FileStream;
pub(crate) use hash::Hasher;
pub(crate) use layer::{Hashes, LayerStream, Measured};
pub(crate) use pool::Pool;
pub(crate) use producer::Task;

/// Why a stream can't go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The storage failed.
    Io(io::Error),
    /// The compressed bytes do not follow their format.
    Corrupt(String),
    /// A limit was passed.
    Limit(String),
    /// The compressed bytes end before their end mark.
    Truncated(String),
    /// The observer asked to stop.
    Cancelled,
}

impl From<Stop> for io::Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Io(error) => error,
            Stop::Corrupt(message) | Stop::Limit(message) => Self::new(io::ErrorKind::InvalidData, message),
            Stop::Truncated(message) => Self::new(io::ErrorKind::UnexpectedEof, message),
            Stop::Cancelled => Self::new(io::ErrorKind::Interrupted, "cancelled"),
        }
    }
}

/// A source of bytes in order.
pub(crate) trait ByteStream: Send {
    /// The unread bytes at hand; empty only at the end.
    fn fill(&mut self) -> Result<&[u8], Stop>;

    /// Marks the first `count` of the bytes at hand as read.
    fn consume(&mut self, count: usize);

    /// Passes over `count` bytes and says how many there were.
    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let mut left = count;
        while left > 0 {
            let at_hand = self.fill()?.len();
            if at_hand == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(at_hand);
            self.consume(step);
            left = left.saturating_sub(step as u64);
        }
        Ok(count - left)
    }

    /// Reads into `out` until it is full or the stream ends, and says how many bytes there were.
    fn read_full(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        let mut done = 0;
        while let Some(space) = out.get_mut(done..).filter(|space| !space.is_empty()) {
            let at_hand = self.fill()?;
            let step = at_hand.len().min(space.len());
            if step == 0 {
                break;
            }
            if let (Some(to), Some(from)) = (space.get_mut(..step), at_hand.get(..step)) {
                to.copy_from_slice(from);
            }
            self.consume(step);
            done += step;
        }
        Ok(done)
    }
}

/// A slice is a stream.
impl ByteStream for &[u8] {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        Ok(self)
    }

    fn consume(&mut self, count: usize) {
        *self = self.get(count..).unwrap_or_default();
    }
}
