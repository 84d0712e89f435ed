use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::scan::significant;

/// A version as bytes whose plain byte order is the order of the [`Scheme`](crate::Scheme) that made it.
///
/// Keys of different schemes do not compare. `docs/version-keys.md` describes every encoding.
#[derive(Clone)]
pub struct Key(Repr);

/// Most keys are short: they need no allocation, and compare as a few words.
#[derive(Clone)]
enum Repr {
    /// The bytes and how many there are; zeros behind them.
    Short(u8, [u8; Key::SHORT]),
    Long(Box<[u8]>),
}

impl Key {
    /// What fits beside a tag and a length in five words.
    const SHORT: usize = 38;

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Short(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Repr::Long(bytes) => bytes,
        }
    }

    /// The least bytes above the key. No key of a scheme is another with a zero byte behind it, so these are above the
    /// key and below every key that is above it: what a bound that includes its version needs.
    pub fn next(self) -> Key {
        let mut bytes = Vec::from(self);
        bytes.push(0);
        bytes.into()
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // With the zeros behind them, keys of which one is the other's beginning are told apart by length.
            (Repr::Short(a, x), Repr::Short(b, y)) => compare_words(x, y).then(a.cmp(b)),
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

/// Byte order, eight bytes at a time; most keys part in the first eight.
#[inline]
fn compare_words(a: &[u8; Key::SHORT], b: &[u8; Key::SHORT]) -> Ordering {
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (x, y) in a_words.iter().zip(b_words) {
        let order = u64::from_be_bytes(*x).cmp(&u64::from_be_bytes(*y));
        if order.is_ne() {
            return order;
        }
    }
    a_rest.cmp(b_rest)
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<Key> for Vec<u8> {
    fn from(key: Key) -> Self {
        match key.0 {
            Repr::Short(..) => key.as_bytes().to_vec(),
            Repr::Long(bytes) => bytes.into_vec(),
        }
    }
}

impl From<&[u8]> for Key {
    fn from(bytes: &[u8]) -> Self {
        let mut short = [0; Self::SHORT];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(room), Ok(len)) => {
                room.copy_from_slice(bytes);
                Self(Repr::Short(len, short))
            }
            _ => Self(Repr::Long(bytes.into())),
        }
    }
}

impl From<Vec<u8>> for Key {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.len() <= Self::SHORT {
            bytes.as_slice().into()
        } else {
            Self(Repr::Long(bytes.into_boxed_slice()))
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(")?;
        for byte in self.as_bytes() {
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
