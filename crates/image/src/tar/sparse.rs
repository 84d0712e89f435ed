//! Sparse files: a list of the parts that are stored; everything between is zeros.

use super::header::number;
use super::pax::{Sparse, decimal};

/// A stored part of a sparse file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// Checks that the parts stand in order, end within the file, and are all stored.
pub(crate) fn check(parts: &[Part], real_size: u64, stored: u64) -> Result<(), &'static str> {
    let (mut end, mut total) = (0_u64, 0_u64);
    for part in parts {
        let next = part.offset.checked_add(part.length).ok_or("a sparse part ends past 2^64")?;
        if part.offset < end {
            return Err("the sparse parts overlap or are out of order");
        }
        if next > real_size {
            return Err("a sparse part ends behind the end of its file");
        }
        end = next;
        total = total.checked_add(part.length).ok_or("the sparse parts are larger than 2^64")?;
    }
    if total > stored {
        return Err("the sparse parts are larger than what is stored");
    }
    Ok(())
}

/// Adds the entries of one block of an old GNU sparse map; says whether the list may go on.
pub(crate) fn old_entries(block: &[u8], parts: &mut Vec<Part>) -> Result<bool, &'static str> {
    for entry in block.chunks_exact(24) {
        let (offset, length) = entry.split_at(12);
        if offset.first().is_none_or(|&first| first == 0) {
            return Ok(false);
        }
        let offset = number(offset).ok_or("an old sparse map has something that is no number")?;
        let length = number(length).ok_or("an old sparse map has something that is no number")?;
        parts.push(Part { offset, length });
    }
    Ok(true)
}

/// The parts of formats 0.0 and 0.1, whose map stands in the PAX header.
pub(crate) fn from_pax(sparse: &Sparse) -> Result<Vec<Part>, &'static str> {
    let numbers = sparse.map.as_deref().unwrap_or_default();
    if sparse.broken || !numbers.len().is_multiple_of(2) {
        return Err("a PAX sparse map has an offset without a length");
    }
    Ok(numbers
        .chunks_exact(2)
        .filter_map(|pair| Some(Part { offset: *pair.first()?, length: *pair.get(1)? }))
        .collect())
}

/// A map of format 1.0, which stands before the content: lines of a count, then offsets and lengths.
#[derive(Default)]
pub(crate) struct MapReader {
    line: Vec<u8>,
    numbers: Vec<u64>,
}

impl MapReader {
    /// Takes a block; says whether the map ended in it.
    pub(crate) fn block(&mut self, block: &[u8], most: u64) -> Result<bool, &'static str> {
        for &byte in block {
            if byte != b'\n' {
                if self.line.len() >= 20 {
                    return Err("a sparse map has something that is no number");
                }
                self.line.push(byte);
                continue;
            }
            let number = decimal(&self.line).ok_or("a sparse map has something that is no number")?;
            self.line.clear();
            if self.numbers.is_empty() && number > most {
                return Err("a sparse map has more entries than a header may (Limits::tar_header)");
            }
            self.numbers.push(number);
            if self.numbers.first().is_some_and(|count| self.numbers.len() as u64 == count * 2 + 1) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn parts(&self) -> Vec<Part> {
        let numbers = self.numbers.get(1..).unwrap_or_default();
        numbers
            .chunks_exact(2)
            .filter_map(|pair| Some(Part { offset: *pair.first()?, length: *pair.get(1)? }))
            .collect()
    }
}
