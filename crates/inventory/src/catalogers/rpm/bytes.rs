//! Numbers out of bytes at offsets that the bytes themselves name, and may name wrongly.

/// The order of the bytes in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalogers) enum Order {
    Little,
    Big,
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Order::Big.u32(bytes, at)
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Order::Big.u16(bytes, at)
}

pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Order::Little.u32(bytes, at)
}

/// `length` bytes from `at` on.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

/// A number as a place in memory; one that no memory has is out of every range.
pub(super) fn place(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

impl Order {
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = slice(bytes, at, 4)?.try_into().ok()?;
        Some(if self == Self::Big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = slice(bytes, at, 2)?.try_into().ok()?;
        Some(if self == Self::Big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }
}

/// Pages that have been read, so that none is read twice and a circle of them ends.
pub(super) struct Visited(Vec<u64>);

impl Visited {
    /// For pages numbered below `pages`.
    pub(super) fn new(pages: usize) -> Self {
        Self(vec![0; pages / 64 + 1])
    }

    /// Whether the page is there and is met for the first time.
    pub(super) fn first(&mut self, page: usize) -> bool {
        let Some(word) = self.0.get_mut(page / 64) else { return false };
        let bit = 1 << (page % 64);
        let first = *word & bit == 0;
        *word |= bit;
        first
    }
}
