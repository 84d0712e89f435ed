use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::scan::significant;

/// A version as bytes whose plain byte order is the order of the [`Scheme`](crate::Scheme) that made it.
///
/// Keys of different schemes do not compare. `docs/version-keys.md` describes every encoding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<[u8]>);

impl Key {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The least bytes above the key. No key of a scheme is another with a zero byte behind it, so these are above the
    /// key and below every key that is above it: what a bound that includes its version needs.
    pub fn next(self) -> Key {
        let mut bytes = self.0.into_vec();
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }

    /// The bytes, owned.
    pub fn into_bytes(self) -> Box<[u8]> {
        self.0
    }
}

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Key> for Vec<u8> {
    fn from(key: Key) -> Self {
        key.0.into_vec()
    }
}

impl From<Vec<u8>> for Key {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(")?;
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

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
    const INLINE: usize = 120;

    pub(crate) fn new() -> Self {
        Self { inline: [0; Self::INLINE], len: 0, spilled: Vec::new() }
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if self.spilled.is_empty() {
            let end = self.len.saturating_add(bytes.len());
            if let Some(room) = self.inline.get_mut(self.len..end) {
                room.copy_from_slice(bytes);
                self.len = end;
                return;
            }
            self.spilled.extend_from_slice(self.inline.get(..self.len).unwrap_or_default());
        }
        self.spilled.extend_from_slice(bytes);
    }

    /// A decimal number of any length: how many digits it has without leading zeros, then those digits.
    pub(crate) fn number(&mut self, digits: &[u8]) {
        let digits = significant(digits);
        match u8::try_from(digits.len()) {
            Ok(len) if usize::from(len) <= SHORT => self.byte(NUMBER + len),
            _ => self.length(digits.len()),
        }
        self.bytes(digits);
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

    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.spilled.is_empty() { self.inline.get(..self.len).unwrap_or_default() } else { &self.spilled }
    }

    pub(crate) fn into_key(self) -> Key {
        if self.spilled.is_empty() { Key(self.as_bytes().into()) } else { self.spilled.into() }
    }
}
