//! The values of criteria, as files write them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{I64Deserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A CVSS score as a bound, in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenths(pub u8);

/// A share from 0 to 1, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Share(pub u32);

/// A layer as a criterion names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LayerPattern {
    /// By its place; 0 is the lowest.
    Index(u32),
    /// By the digest of its uncompressed archive, `sha256:…`.
    Digest(String),
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl fmt::Display for LayerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Digest(digest) => f.write_str(digest),
        }
    }
}

impl Share {
    /// The share that a number stands for, if it is one.
    pub fn from_f64(share: f64) -> Option<Self> {
        scaled(share, 1_000_000).map(Self)
    }
}

/// `number × scale` as an integer, if the number is from 0 to 1 times what the scale spans.
fn scaled(number: f64, scale: u32) -> Option<u32> {
    let scaled = number * f64::from(scale);
    if !(0.0..=f64::from(scale)).contains(&scaled) {
        return None;
    }
    format!("{scaled:.0}").parse().ok()
}

struct Number<F>(&'static str, F);

impl<T, F: FnOnce(f64) -> Option<T>> Visitor<'_> for Number<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        (self.1)(number).ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self.0))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        let small =
            i32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self.0))?;
        self.visit_f64(f64::from(small))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        let small =
            i32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self.0))?;
        self.visit_f64(f64::from(small))
    }
}

impl<'de> Deserialize<'de> for Tenths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Number("a score from 0.0 to 10.0", |number| {
            scaled(number / 10.0, 100).and_then(|tenths| u8::try_from(tenths).ok()).map(Tenths)
        }))
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Number("a share from 0 to 1", Share::from_f64))
    }
}

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 10.0)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 1_000_000.0)
    }
}

impl<'de> Deserialize<'de> for LayerPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Layer;
        impl Visitor<'_> for Layer {
            type Value = LayerPattern;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a layer's index or digest")
            }

            fn visit_i64<E: de::Error>(self, index: i64) -> Result<LayerPattern, E> {
                let index = u32::try_from(index);
                index.map(LayerPattern::Index).map_err(|_| E::custom("a layer's index is from 0"))
            }

            fn visit_str<E: de::Error>(self, digest: &str) -> Result<LayerPattern, E> {
                Ok(LayerPattern::Digest(digest.to_owned()))
            }
        }
        deserializer.deserialize_any(Layer)
    }
}

impl Serialize for LayerPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Index(index) => serializer.serialize_u32(*index),
            Self::Digest(digest) => serializer.serialize_str(digest),
        }
    }
}

/// A list, or its only value. An empty list is an error: as a criterion it would never hold, and read as no
/// criterion it would always.
pub(crate) fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct OneOrMany<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value or a list of values")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::deserialize(StrDeserializer::new(text)).map(|value| vec![value])
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Vec<T>, E> {
            T::deserialize(I64Deserializer::new(number)).map(|value| vec![value])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Vec<T>, A::Error> {
            let values = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
            if values.is_empty() {
                return Err(de::Error::custom("an empty list: leave the field out, or give it a value"));
            }
            Ok(values)
        }
    }
    deserializer.deserialize_any(OneOrMany(PhantomData))
}
