use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// A version as bytes whose plain byte order is the order of the [`Scheme`](crate::Scheme) that made it.
///
/// Keys of different schemes do not compare. `docs/version-keys.md` describes every encoding.
#[derive(Clone)]
pub struct Key(pub(crate) Repr);

/// Most keys are short: they need no allocation, and compare as a few words.
#[derive(Clone)]
pub(crate) enum Repr {
    /// The bytes and how many there are; zeros behind them.
    Short(u8, [u8; Key::SHORT]),
    Long(Box<[u8]>),
}

impl Key {
    /// What fits beside a tag and a length in five words.
    pub(crate) const SHORT: usize = 38;

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
