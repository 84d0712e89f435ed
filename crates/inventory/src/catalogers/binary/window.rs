use std::io::{self, Read};

use plimsoll_core::ContentRead;

use super::layout::Layout;
use crate::Sink;

/// Bytes read at one time: small enough to stay in a processor's cache while every detector looks at them.
const CHUNK: usize = 256 << 10;

/// Bytes of the window before that are shown again, so that what is no longer than this is never cut in two.
const CARRY: usize = 256;

/// Bytes of the first window.
const HEAD: usize = 64 << 10;

/// Bytes that are shown at either end of code that is passed over, so that what ends or begins there is seen whole.
const MARGIN: u64 = 8 << 10;

/// A part of a file. Windows follow each other, and each begins with the last bytes of the one before it, except
/// after code that was passed over.
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

/// Shows the file to every detector, window by window. Machine code that stands apart from everything else is passed
/// over, but for its first and last bytes: what compilers and linkers leave behind stands elsewhere.
pub(super) fn pass(reader: &mut dyn ContentRead, detectors: &mut [&mut dyn Detector]) -> Result<(), Stopped> {
    let mut buffer = vec![0; CARRY + CHUNK];
    let mut offset = 0_u64;
    let mut seen = 0;
    let mut layout = None;
    let stopped = |cause, offset: u64, end: usize| {
        let at = offset.saturating_add(u64::try_from(end).unwrap_or(0));
        Err(Stopped { cause, at })
    };
    loop {
        let room = match &layout {
            // The headers, and where Go says that it made the program.
            None => HEAD,
            Some(layout) => room(layout, offset, seen, buffer.len()),
        };
        let (filled, failure) = fill(reader, buffer.get_mut(seen..room).unwrap_or_default());
        let end = seen + filled;
        let bytes = buffer.get(..end).unwrap_or_default();
        let last = end < room || failure.is_some();
        let layout = layout.get_or_insert_with(|| Layout::read(bytes));
        let window = Window { offset, bytes, seen, last };
        for detector in detectors.iter_mut() {
            detector.look(&window, layout);
        }
        if let Some(cause) = failure {
            return stopped(cause, offset, end);
        }
        if last {
            return Ok(());
        }
        let at = offset.saturating_add(u64::try_from(end).unwrap_or(0));
        if let Some(past) = layout.code_around(at).and_then(|(_, until)| skippable(at, until)) {
            match reader.skip(past) {
                Ok(skipped) if skipped == past => {}
                // The end: nothing is left to show, but that it is the end.
                Ok(_) => {}
                Err(cause) => return stopped(cause, at, 0),
            }
            offset = at.saturating_add(past);
            seen = 0;
            continue;
        }
        let carry = end.min(CARRY);
        buffer.copy_within(end - carry..end, 0);
        offset = at.saturating_sub(u64::try_from(carry).unwrap_or(0));
        seen = carry;
    }
}

/// How much of the buffer the next window fills: not much of code that is passed over.
fn room(layout: &Layout, offset: u64, seen: usize, whole: usize) -> usize {
    let at = offset.saturating_add(u64::try_from(seen).unwrap_or(0));
    let until = match layout.code_around(at) {
        Some((from, until)) if at < from.saturating_add(MARGIN) && skippable(at, until).is_some() => {
            from.saturating_add(MARGIN)
        }
        Some(_) => return whole,
        None => match layout.code_after(at) {
            Some(from) => from.saturating_add(MARGIN),
            None => return whole,
        },
    };
    usize::try_from(until.saturating_sub(offset)).unwrap_or(whole).min(whole)
}

/// How many bytes from `at` on are passed over in code that ends at `until`.
fn skippable(at: u64, until: u64) -> Option<u64> {
    until.checked_sub(at)?.checked_sub(MARGIN).filter(|&count| count >= MARGIN)
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
    use super::super::sample::{Part, elf};
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

    /// Counts what is read.
    struct Counted<'a>(&'a [u8], usize);

    impl Read for Counted<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(out)?;
            self.1 += count;
            Ok(count)
        }
    }

    impl ContentRead for Counted<'_> {
        fn skip(&mut self, count: u64) -> io::Result<u64> {
            self.0.skip(count)
        }
    }

    /// Collects where a text is shown.
    #[derive(Default)]
    struct Find(std::collections::BTreeSet<u64>, bool);

    impl Detector for Find {
        fn look(&mut self, window: &Window<'_>, _: &Layout) {
            let found = memchr::memmem::find_iter(window.bytes, b"needle");
            self.0.extend(found.map(|p| window.at(p)));
            self.1 |= window.last;
        }

        fn report(&mut self, _: &mut Sink) {}
    }

    #[test]
    fn code_that_stands_apart_is_passed_over() {
        const MEBI: usize = 1 << 20;
        let part = |address, writable| Part { address, writable, bytes: vec![1; MEBI] };
        let mut file = elf(&[part(0x40_0000, false), part(0x60_0000, false), part(0x80_0000, true)]);
        file.extend_from_slice(&[2; MEBI]);
        let executable = 0x40 + 0x38 + 4;
        // Constants from 4 KiB on, then code, then data, then what is not loaded.
        let code = 0x1000 + MEBI;
        let edge = 8 << 10;
        let shown = [
            0x1000 + MEBI / 2,
            code - 3,
            code + edge - 6,
            code + MEBI - edge,
            code + MEBI + 9,
            file.len() - 6,
        ];
        let hidden = [code + edge + CARRY + 6, code + MEBI / 2, code + MEBI - edge - 6];
        for at in shown.into_iter().chain(hidden) {
            file[at..at + 6].copy_from_slice(b"needle");
        }
        let places =
            |places: &[usize]| places.iter().map(|&at| at as u64).collect::<std::collections::BTreeSet<_>>();
        let all = places(&[&shown[..], &hidden[..]].concat());
        for (flags, expected) in [(4, &all), (5, &places(&shown)), (7, &all)] {
            file[executable] = flags;
            let mut find = Find::default();
            let mut reader = Counted(&file, 0);
            assert!(pass(&mut reader, &mut [&mut find]).is_ok());
            assert_eq!(find.0, *expected, "{flags}");
            assert!(find.1, "the last window is said to be the last");
            assert_eq!(reader.1 < file.len() - 9 * MEBI / 10, flags == 5);
        }
        // A file that ends within the code ends all the same.
        file[executable] = 5;
        let mut find = Find::default();
        assert!(pass(&mut &file[..code + MEBI / 2], &mut [&mut find]).is_ok());
        assert!(find.1);
    }
}
