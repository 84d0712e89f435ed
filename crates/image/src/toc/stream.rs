//! A layer's archive as it would unpack, made up from its table: headers at once, contents when somebody reads them.

use std::io::{self, Read};
use std::sync::Arc;

use plimsoll_core::Limits;

use super::fetch::{Part, Window};
use super::table::{Chunk, Entry};
use super::{Packing, Toc, Useless};
use crate::stream::{ByteStream, Hasher, Stop};
use crate::tar::BLOCK;

/// Zeros are given out in pieces.
const ZEROS: u64 = 64 << 10;
/// Numbers that fit into a header's eleven octal digits are below this.
const OCTAL: u64 = 1 << 33;

pub(crate) struct TocStream<'a> {
    part: Part<'a>,
    toc: Arc<Toc>,
    zstd_window_log: u32,
    window: Window,
    /// The entry that comes after this one.
    next: usize,
    /// Bytes that are ready, and how many of them are used.
    ready: Vec<u8>,
    used: usize,
    /// Where in the current file's content we are, and how much of it there is.
    at: u64,
    size: u64,
    ended: bool,
}

impl<'a> TocStream<'a> {
    pub(crate) fn new(part: Part<'a>, toc: Arc<Toc>, limits: &Limits) -> Self {
        Self {
            part,
            toc,
            zstd_window_log: limits.zstd_window_log,
            window: Window::default(),
            next: 0,
            ready: Vec::new(),
            used: 0,
            at: 0,
            size: 0,
            ended: false,
        }
    }

    /// Bytes of the blob that were fetched for contents.
    pub(crate) fn fetched(&self) -> u64 {
        self.window.fetched
    }

    fn at_hand(&self) -> usize {
        self.ready.len().saturating_sub(self.used)
    }

    /// Makes the next bytes ready.
    fn advance(&mut self) -> Result<(), Stop> {
        self.ready.clear();
        self.used = 0;
        if self.at < self.size {
            return self.content();
        }
        pad(&mut self.ready, self.size);
        let toc = Arc::clone(&self.toc);
        let Some(entry) = toc.entries.get(self.next) else {
            self.ended = true;
            self.ready.resize(self.ready.len() + 2 * BLOCK, 0);
            return Ok(());
        };
        header(entry, &mut self.ready);
        self.next += 1;
        (self.at, self.size) = (0, entry.size);
        Ok(())
    }

    fn content(&mut self) -> Result<(), Stop> {
        let toc = Arc::clone(&self.toc);
        let entry = self.next.checked_sub(1).and_then(|at| toc.entries.get(at));
        let chunks = entry.map_or(&[][..], |entry| &entry.chunks);
        let index = chunks.partition_point(|chunk| chunk.at <= self.at);
        let Some(chunk) = index.checked_sub(1).and_then(|at| chunks.get(at)) else {
            return Err(Stop::Corrupt("the table leaves a part of a file out".into()));
        };
        let into = self.at.saturating_sub(chunk.at);
        if chunk.digest.is_none() {
            let count = chunk.size.saturating_sub(into).min(ZEROS);
            self.ready.resize(usize::try_from(count).unwrap_or(0), 0);
            self.at = self.at.saturating_add(count);
            return Ok(());
        }
        self.ready = self.unpack(chunk)?;
        self.used = usize::try_from(into).unwrap_or(usize::MAX).min(self.ready.len());
        self.at = chunk.at.saturating_add(chunk.size);
        Ok(())
    }

    /// A piece, unpacked and checked.
    fn unpack(&mut self, chunk: &Chunk) -> Result<Vec<u8>, Stop> {
        let stored =
            self.window.get(&self.part, chunk.from, chunk.to, self.toc.end).map_err(
                |useless| match useless {
                    Useless::Io(error) => Stop::Io(error),
                    Useless::Bad(message) => Stop::Corrupt(message.into()),
                    Useless::NoParts => Stop::Io(io::ErrorKind::Unsupported.into()),
                },
            )?;
        let mut bytes = Vec::new();
        let read = match self.toc.packing {
            Packing::Gzip => take(flate2::read::GzDecoder::new(stored), chunk, &mut bytes),
            Packing::Zstd => zstd::Decoder::with_buffer(stored).and_then(|mut decoder| {
                decoder.window_log_max(self.zstd_window_log)?;
                take(decoder, chunk, &mut bytes)
            }),
        };
        let digest = chunk.digest.as_ref();
        let good =
            read.is_ok() && digest.is_some_and(|digest| Hasher::of(digest.algorithm(), &bytes) == *digest);
        match good {
            true => Ok(bytes),
            false => Err(Stop::Io(io::Error::new(
                io::ErrorKind::InvalidData,
                "a file's bytes are not those that the layer's table of contents names; do not trust the image",
            ))),
        }
    }
}

fn take(mut decoder: impl Read, chunk: &Chunk, bytes: &mut Vec<u8>) -> io::Result<()> {
    io::copy(&mut decoder.by_ref().take(chunk.inner), &mut io::sink())?;
    decoder.take(chunk.size).read_to_end(bytes)?;
    match bytes.len() as u64 == chunk.size {
        true => Ok(()),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

impl ByteStream for TocStream<'_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        while self.at_hand() == 0 && !self.ended {
            self.advance()?;
        }
        Ok(self.ready.get(self.used..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.used = self.used.saturating_add(count).min(self.ready.len());
    }

    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let mut left = count;
        while left > 0 {
            let at_hand = self.at_hand() as u64;
            if at_hand > 0 {
                let step = at_hand.min(left);
                self.consume(usize::try_from(step).unwrap_or(usize::MAX));
                left -= step;
            } else if self.at < self.size {
                // What nobody reads is not fetched.
                let step = left.min(self.size - self.at);
                self.at += step;
                left -= step;
            } else if self.fill()?.is_empty() {
                break;
            }
        }
        Ok(count - left)
    }
}

/// Zeros up to the next whole block behind a content of that size.
fn pad(out: &mut Vec<u8>, size: u64) {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    if over > 0 {
        out.resize(out.len() + BLOCK - over, 0);
    }
}

/// A header, with a PAX record for what has no room in it (POSIX.1-2017, pax, "ustar Interchange Format").
fn header(entry: &Entry, out: &mut Vec<u8>) {
    let mut records = Vec::new();
    let mut record = |key: &str, value: &str| {
        // A record's length counts its own digits.
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while length != rest + length.to_string().len() {
            length = rest + length.to_string().len();
        }
        records.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
    };
    // A zero would end the field; in a record it is seen and refused.
    if entry.name.len() > 100 || entry.name.contains('\0') {
        record("path", &entry.name);
    }
    if entry.link.len() > 100 || entry.link.contains('\0') {
        record("linkpath", &entry.link);
    }
    if entry.size >= OCTAL {
        record("size", &entry.size.to_string());
    }
    if !records.is_empty() {
        block(out, b"pax", b'x', b"", records.len() as u64, 0o644);
        out.extend_from_slice(&records);
        pad(out, records.len() as u64);
    }
    let size = if entry.size >= OCTAL { 0 } else { entry.size };
    block(out, entry.name.as_bytes(), entry.typeflag, entry.link.as_bytes(), size, entry.mode);
}

fn block(out: &mut Vec<u8>, name: &[u8], typeflag: u8, link: &[u8], size: u64, mode: u32) {
    let mut block = [0_u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8], most: usize| {
        for (to, from) in block.iter_mut().skip(at).take(most).zip(bytes) {
            *to = *from;
        }
    };
    put(0, name, 100);
    put(100, format!("{mode:07o}\0").as_bytes(), 8);
    put(108, b"0000000\0", 8);
    put(116, b"0000000\0", 8);
    put(124, format!("{size:011o}\0").as_bytes(), 12);
    put(136, b"00000000000\0", 12);
    put(148, b"        ", 8);
    put(156, &[typeflag], 1);
    put(157, link, 100);
    put(257, b"ustar\x0000", 8);
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    for (to, from) in block.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").as_bytes()) {
        *to = *from;
    }
    out.extend_from_slice(&block);
}
