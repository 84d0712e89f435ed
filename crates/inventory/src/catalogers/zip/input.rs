use std::io;

use plimsoll_core::ContentRead;

const BUFFER: usize = 64 << 10;

/// A reader with a little of what comes next in view.
pub(super) struct Input<'r> {
    reader: &'r mut dyn ContentRead,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl<'r> Input<'r> {
    pub(super) fn new(reader: &'r mut dyn ContentRead) -> Self {
        Self { reader, buffer: vec![0; BUFFER], start: 0, end: 0, ended: false }
    }

    fn view(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// What is in view, at least one byte unless the end is reached.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    /// What is in view, at least `wanted` bytes (of at most [`BUFFER`]) unless the end comes before.
    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.end - self.start < wanted && !self.ended {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let Some(room) = self.buffer.get_mut(self.end..).filter(|room| !room.is_empty()) else { break };
            match self.reader.read(room) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.view())
    }

    /// Moves on by bytes that are in view.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start = self.start.saturating_add(bytes).min(self.end);
    }

    /// Moves on by any number of bytes.
    pub(super) fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let view = u64::try_from(self.view().len()).unwrap_or(u64::MAX);
        if bytes <= view {
            self.consume(usize::try_from(bytes).unwrap_or(usize::MAX));
            return Ok(());
        }
        (self.start, self.end) = (0, 0);
        if self.reader.skip(bytes - view)? < bytes - view {
            self.ended = true;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// The next bytes, taken out.
    pub(super) fn take(&mut self, bytes: usize) -> io::Result<Vec<u8>> {
        let view = self.peek(bytes)?;
        let taken = view.get(..bytes).ok_or(io::ErrorKind::UnexpectedEof)?.to_vec();
        self.consume(bytes);
        Ok(taken)
    }
}
