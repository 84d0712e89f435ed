use alloc::vec::Vec;

use crate::Key;
use crate::key::Repr;
use crate::scan::significant;

/// The first byte of every encoded number; tags below it sort before every number.
const NUMBER: u8 = 0x80;
/// Numbers of more digits than this carry their length in bytes of their own.
const SHORT: usize = 0x6F;

/// Where an encoder writes. Short keys stay on the stack, so that comparing by key allocates for long texts only.
pub(crate) struct Writer {
    inline: [u8; Self::INLINE],
    len: usize,
    spilled: Vec<u8>,
}

impl Writer {
    const INLINE: usize = 112;

    pub(crate) fn new() -> Self {
        Self { inline: [0; Self::INLINE], len: 0, spilled: Vec::new() }
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        match self.inline.get_mut(self.len) {
            Some(room) => {
                *room = byte;
                self.len += 1;
            }
            None => self.spill(&[byte]),
        }
    }

    #[inline]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        match self.inline.get_mut(self.len..self.len.saturating_add(bytes.len())) {
            // Byte by byte: most are a few digits, of which a call to copy them would be the greater part.
            Some(room) if bytes.len() <= 8 => {
                for (room, byte) in room.iter_mut().zip(bytes) {
                    *room = *byte;
                }
                self.len += bytes.len();
            }
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.spill(bytes),
        }
    }

    /// From here on everything goes to the heap, the length being out of reach.
    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        if let Some(written) = self.inline.get(..self.len) {
            self.spilled.extend_from_slice(written);
            self.len = Self::INLINE + 1;
        }
        self.spilled.extend_from_slice(bytes);
    }

    /// A decimal number of any length: how many digits it has without leading zeros, then those digits.
    #[inline]
    pub(crate) fn number(&mut self, digits: &[u8]) {
        let digits = significant(digits);
        match u8::try_from(digits.len()) {
            Ok(len) if usize::from(len) <= SHORT => self.byte(NUMBER + len),
            _ => self.length(digits.len()),
        }
        self.bytes(digits);
    }

    /// The number that `text` begins with, in one pass, where it is short: what follows it. Nothing is promised of what
    /// is written where there is none.
    #[inline]
    pub(crate) fn leading_number<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let tag = self.len;
        let mut at = tag;
        let mut rest = text;
        while let Some((byte @ b'0'..=b'9', after)) = rest.split_first() {
            // A leading zero writes nothing.
            if at > tag || *byte != b'0' {
                at += 1;
                *self.inline.get_mut(at)? = *byte;
            }
            rest = after;
        }
        let len = u8::try_from(at - tag).ok().filter(|_| rest.len() < text.len() && at - tag <= SHORT)?;
        *self.inline.get_mut(tag)? = NUMBER + len;
        self.len = at + 1;
        Some(rest)
    }

    /// A count as a number: see [`number`](Self::number).
    pub(crate) fn count(&mut self, mut count: usize) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        while count > 0 {
            start = start.saturating_sub(1);
            if let (Some(digit), Ok(value)) = (digits.get_mut(start), u8::try_from(count % 10)) {
                *digit = b'0' + value;
            }
            count /= 10;
        }
        self.number(digits.get(start..).unwrap_or_default());
    }

    /// A count whose order is turned around: every byte of [`count`](Self::count) complemented.
    pub(crate) fn count_down(&mut self, count: usize) {
        let mut up = Self::new();
        up.count(count);
        for byte in up.as_bytes() {
            self.byte(!byte);
        }
    }

    /// A number whose order is turned around: every byte of [`number`](Self::number) complemented.
    pub(crate) fn number_down(&mut self, digits: &[u8]) {
        let mut up = Self::new();
        up.number(digits);
        for byte in up.as_bytes() {
            self.byte(!byte);
        }
    }

    #[cold]
    fn length(&mut self, len: usize) {
        self.byte(NUMBER + 0x70);
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        self.bytes(&len.to_be_bytes());
    }

    /// Text that holds no zero byte, ended by one: a text sorts before what it is a prefix of.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.bytes(text);
        self.byte(0);
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.spilled.is_empty() { self.inline.get(..self.len).unwrap_or_default() } else { &self.spilled }
    }

    /// What was written, as a key.
    #[inline]
    pub(crate) fn key(&mut self) -> Key {
        // What is not written yet is zeros, as behind the bytes of a short key.
        match (self.inline.first_chunk(), u8::try_from(self.len)) {
            (Some(bytes), Ok(len)) if self.len <= Key::SHORT => Key(Repr::Short(len, *bytes)),
            _ if self.spilled.is_empty() => self.as_bytes().into(),
            _ => core::mem::take(&mut self.spilled).into(),
        }
    }
}
