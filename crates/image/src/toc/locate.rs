//! From what the manifest says to the table's JSON.

use std::io::Read;

use plimsoll_core::{Digest, Limits};

use super::fetch::{Part, fetch};
use super::{Hint, Packing, Useless};
use crate::stream::Hasher;

/// Bytes of an eStargz footer: a gzip member of nothing, with the table's offset in its extra field.
const FOOTER: u64 = 51;
/// Where in the footer the sixteen hexadecimal digits of the offset are, and the magic behind them.
const OFFSET: std::ops::Range<usize> = 16..32;
const MAGIC: std::ops::Range<usize> = 32..38;

/// Reads a layer's table, checks it, and says where the files' bytes end in the blob.
pub(super) fn table(
    part: &Part<'_>,
    hint: &Hint,
    limits: &Limits,
) -> Result<(Vec<u8>, Packing, u64), Useless> {
    match hint {
        Hint::Estargz { table } => {
            let start = part.size.checked_sub(FOOTER).ok_or(Useless::Bad("it is too short for a footer"))?;
            let footer = fetch(part, start, part.size)?;
            let magic =
                footer.get(..2) == Some(&[0x1f, 0x8b]) && footer.get(MAGIC) == Some(b"STARGZ".as_slice());
            let offset = footer.get(OFFSET).and_then(|digits| std::str::from_utf8(digits).ok());
            let offset = offset.and_then(|digits| u64::from_str_radix(digits, 16).ok());
            let Some(offset) = offset.filter(|offset| magic && *offset < start) else {
                return Err(Useless::Bad("its footer is none"));
            };
            let bytes = bounded(part, offset, start, limits)?;
            // The table is the one file of an archive.
            let archive = inflate(flate2::read::GzDecoder::new(bytes.as_slice()), limits)?;
            let json = only_file(&archive).ok_or(Useless::Bad("its table is no archive of one file"))?;
            check(table, json)?;
            Ok((json.to_vec(), Packing::Gzip, offset))
        }
        Hint::Chunked { table, offset, size } => {
            let end = offset.checked_add(*size).filter(|end| *end <= part.size);
            let end = end.ok_or(Useless::Bad("its table stands outside of it"))?;
            let bytes = bounded(part, *offset, end, limits)?;
            check(table, &bytes)?;
            let mut decoder = zstd::Decoder::with_buffer(bytes.as_slice())?;
            decoder.window_log_max(limits.zstd_window_log)?;
            Ok((inflate(decoder, limits)?, Packing::Zstd, *offset))
        }
    }
}

fn bounded(part: &Part<'_>, from: u64, to: u64, limits: &Limits) -> Result<Vec<u8>, Useless> {
    match to.saturating_sub(from) > limits.file {
        true => Err(Useless::Bad("its table is larger than may be held")),
        false => fetch(part, from, to),
    }
}

fn inflate(decoder: impl Read, limits: &Limits) -> Result<Vec<u8>, Useless> {
    let mut bytes = Vec::new();
    let read = decoder.take(limits.file.saturating_add(1)).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 > limits.file => {
            Err(Useless::Bad("its table is larger than may be held"))
        }
        Ok(_) => Ok(bytes),
        Err(_) => Err(Useless::Bad("its table does not unpack")),
    }
}

fn check(expected: &Digest, bytes: &[u8]) -> Result<(), Useless> {
    match Hasher::of(expected.algorithm(), bytes) == *expected {
        true => Ok(()),
        false => Err(Useless::Bad("its table is not the one that the manifest names")),
    }
}

/// The content of an archive's first file, which eStargz calls `stargz.index.json`.
fn only_file(archive: &[u8]) -> Option<&[u8]> {
    let header = archive.get(..512)?;
    let name = header.get(..100)?.split(|b| *b == 0).next()?;
    let digits = std::str::from_utf8(header.get(124..136)?).ok()?;
    let size = usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).ok()?;
    (name == b"stargz.index.json").then(|| archive.get(512..)?.get(..size))?
}
