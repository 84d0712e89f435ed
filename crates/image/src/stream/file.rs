use super::{ByteStream, Stop};
use crate::source::Blob;

/// The smallest read: a header and the small file behind it.
const LEAST: usize = 4 << 10;
/// The largest read.
const MOST: usize = 128 << 10;

/// A blob as it is stored, read in pieces that grow as long as nothing is skipped, so that a reader who only
/// looks at headers reads little else.
pub(crate) struct FileStream<'a> {
    blob: Box<dyn Blob + 'a>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    next: usize,
}

impl<'a> FileStream<'a> {
    pub(crate) fn new(blob: Box<dyn Blob + 'a>) -> Self {
        Self::after(Vec::new(), blob)
    }

    /// A blob of which `head` was already read.
    pub(crate) fn after(head: Vec<u8>, blob: Box<dyn Blob + 'a>) -> Self {
        Self { blob, start: 0, end: head.len(), buffer: head, next: LEAST }
    }
}

impl ByteStream for FileStream<'_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        if self.start >= self.end {
            if self.buffer.len() < self.next {
                self.buffer.resize(self.next, 0);
            }
            let space = self.buffer.get_mut(..self.next).unwrap_or_default();
            self.start = 0;
            self.end = super::decode::read_some(&mut *self.blob, space)?;
            self.next = (self.next * 2).min(MOST);
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let at_hand = (self.end - self.start) as u64;
        if count <= at_hand {
            self.consume(usize::try_from(count).unwrap_or(usize::MAX));
            return Ok(count);
        }
        self.start = self.end;
        self.next = LEAST;
        let skipped = self.blob.skip(count - at_hand).map_err(Stop::Io)?;
        Ok(at_hand + skipped)
    }
}
