use std::io::{self, Read};

use super::layout::Layout;
use crate::Sink;

/// Bytes read at one time: small enough to stay in a processor's cache while every detector looks at them.
const CHUNK: usize = 256 << 10;

/// Bytes of the window before that are shown again, so that what is no longer than this is never cut in two.
const CARRY: usize = 256;

/// A part of a file. Windows follow each other without a gap, and each begins with the last bytes of the one
/// before it.
pub(super) struct Window<'a> {
    /// Where in the file `bytes` begin.
    pub(super) offset: u64,
    /// The bytes.
    pub(super) bytes: &'a [u8],
    /// How many of the bytes the window before has shown already.
    pub(super) seen: usize,
    /// Whether the file ends with it. The last window may show nothing new.
    pub(super) last: bool,
}

impl<'a> Window<'a> {
    /// The bytes that no window has shown before.
    pub(super) fn fresh(&self) -> &'a [u8] {
        self.bytes.get(self.seen..).unwrap_or_default()
    }

    /// Where a search for something of `len` bytes must begin, so that it finds what begins in the window before
    /// and ends in this one, and nothing twice.
    pub(super) fn search_from(&self, len: usize) -> usize {
        self.seen.saturating_sub(len.saturating_sub(1))
    }

    /// The file offset of a position in the window.
    pub(super) fn at(&self, position: usize) -> u64 {
        self.offset.saturating_add(u64::try_from(position).unwrap_or(u64::MAX))
    }

    /// The bytes from file offset `from` on, if the window holds its byte.
    pub(super) fn from(&self, from: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(from.checked_sub(self.offset)?).ok()?;
        self.bytes.get(start..).filter(|rest| !rest.is_empty())
    }
}

/// Looks for one kind of evidence while a file goes by.
pub(super) trait Detector {
    /// Looks at the next window.
    fn look(&mut self, window: &Window<'_>, layout: &Layout);

    /// Says what was found, after the last window.
    fn report(&mut self, out: &mut Sink);
}

/// Why a file was not read to its end.
pub(super) struct Stopped {
    /// The reader's error.
    pub(super) cause: io::Error,
    /// The offset it came at.
    pub(super) at: u64,
}

/// Shows the whole file to every detector, window by window.
pub(super) fn pass(reader: &mut dyn Read, detectors: &mut [&mut dyn Detector]) -> Result<(), Stopped> {
    let mut buffer = vec![0; CARRY + CHUNK];
    let mut offset = 0_u64;
    let mut seen = 0;
    let mut layout = None;
    loop {
        let (filled, failure) = fill(reader, buffer.get_mut(seen..).unwrap_or_default());
        let end = seen + filled;
        let bytes = buffer.get(..end).unwrap_or_default();
        let last = end < buffer.len() || failure.is_some();
        let layout = layout.get_or_insert_with(|| Layout::read(bytes));
        let window = Window { offset, bytes, seen, last };
        for detector in detectors.iter_mut() {
            detector.look(&window, layout);
        }
        if let Some(cause) = failure {
            return Err(Stopped { cause, at: offset.saturating_add(u64::try_from(end).unwrap_or(0)) });
        }
        if last {
            return Ok(());
        }
        buffer.copy_within(end - CARRY..end, 0);
        offset = offset.saturating_add(u64::try_from(end - CARRY).unwrap_or(0));
        seen = CARRY;
    }
}

/// Reads until `into` is full, the end, or an error.
fn fill(reader: &mut dyn Read, into: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Collect {
        bytes: Vec<u8>,
        hits: Vec<u64>,
    }

    impl Detector for Collect {
        fn look(&mut self, window: &Window<'_>, _: &Layout) {
            assert_eq!(window.at(window.seen), u64::try_from(self.bytes.len()).unwrap());
            self.bytes.extend_from_slice(window.fresh());
            let from = window.search_from(6);
            let found = memchr::memmem::find_iter(&window.bytes[from..], b"needle");
            self.hits.extend(found.map(|p| window.at(from + p)));
        }

        fn report(&mut self, _: &mut Sink) {}
    }

    #[test]
    fn every_byte_is_fresh_once_and_nothing_is_cut() {
        let mut file: Vec<u8> = (0..3 * CHUNK).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let places =
            [0, CHUNK - 3, CHUNK + CARRY - 20, CHUNK + CARRY - 1, 2 * CHUNK + CARRY - 2, 3 * CHUNK - 6];
        for at in places {
            file[at..at + 6].copy_from_slice(b"needle");
        }
        for len in [0, 1, CARRY, CHUNK, CHUNK + CARRY, CHUNK + CARRY + 1, file.len()] {
            let mut collect = Collect::default();
            assert!(pass(&mut &file[..len], &mut [&mut collect]).is_ok());
            assert_eq!(collect.bytes, file[..len]);
            let expected: Vec<u64> =
                places.iter().filter(|&&at| at + 6 <= len).map(|&at| u64::try_from(at).unwrap()).collect();
            assert_eq!(collect.hits, expected, "{len}");
        }
    }
}
