//! JSON of which only some is wanted, and in which one value of another type than expected must not lose the rest.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The methods of a visitor that takes every scalar for the same.
macro_rules! scalars_are {
    ($value:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

/// A value, if it is a string, a number or a truth value, as text; nothing for any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text(pub(crate) Option<String>);

impl Text {
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The text, if there is any.
    pub(crate) fn some(&self) -> Option<&str> {
        self.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    pub(crate) fn is_true(&self) -> bool {
        self.as_str() == Some("true")
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.to_owned())))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A value of the type, or nothing where it has another shape.
#[derive(Debug, Clone)]
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).ok()))
    }
}

/// The entries of an object in their order, or none where the value is no object. An entry whose value has another
/// shape is left out.
#[derive(Debug, Clone)]
pub(crate) struct Entries<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(std::marker::PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Object<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut out = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Maybe<T>>()? {
                    out.extend(value.0.map(|value| (key, value)));
                }
                Ok(Entries(out))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries<T>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entries::default())
            }

            scalars_are!(Entries::default());
        }
        deserializer.deserialize_any(Object(std::marker::PhantomData))
    }
}

/// The elements of an array, or none where the value is no array. An element of another shape is left out.
#[derive(Debug, Clone)]
pub(crate) struct Elements<T>(pub(crate) Vec<T>);

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Elements<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Array<T>(std::marker::PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Array<T> {
            type Value = Elements<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Elements<T>, A::Error> {
                let mut out = Vec::new();
                while let Some(element) = seq.next_element::<Maybe<T>>()? {
                    out.extend(element.0);
                }
                Ok(Elements(out))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Elements<T>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Elements::default())
            }

            scalars_are!(Elements::default());
        }
        deserializer.deserialize_any(Array(std::marker::PhantomData))
    }
}

/// Reads a document, with or without a byte order mark.
pub(crate) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Plain JSON out of what editors and tools make of it: without comments, and without commas before a closing
/// bracket.
pub(crate) fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.first()) {
            (b'"', _) => {
                out.push(byte);
                while let Some((&byte, after)) = rest.split_first() {
                    rest = after;
                    out.push(byte);
                    match (byte, after.split_first()) {
                        (b'"', _) => break,
                        (b'\\', Some((&escaped, after))) => {
                            out.push(escaped);
                            rest = after;
                        }
                        _ => {}
                    }
                }
            }
            (b'/', Some(b'/')) => {
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
            }
            (b'/', Some(b'*')) => {
                let end = memchr::memmem::find(rest, b"*/").map_or(rest.len(), |at| at + 2);
                rest = rest.get(end..).unwrap_or_default();
            }
            (b'}' | b']', _) => {
                while out.last().is_some_and(u8::is_ascii_whitespace) {
                    out.pop();
                }
                if out.last() == Some(&b',') {
                    out.pop();
                }
                out.push(byte);
            }
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, Default)]
    #[serde(default)]
    struct Sample {
        text: Text,
        entries: Entries<u8>,
        elements: Elements<u8>,
        maybe: Maybe<Vec<u8>>,
    }

    #[test]
    fn comments_and_late_commas_are_left_out() {
        let text = r#"{"a": "//,]\\\"", // x
            /* y */ "b": [1, 2, ], "c": {"d": "/*",},
        }"#;
        assert_eq!(
            plain(text.as_bytes()),
            br#"{"a": "//,]\\\"", 
             "b": [1, 2], "c": {"d": "/*"}}"#
        );
    }

    #[test]
    fn values_of_another_shape_lose_nothing_else() {
        for other in ["null", "true", "-1", "1", "1.5", "\"a\"", "[[1],{}]", "{\"a\":[1],\"b\":{}}"] {
            let text = format!(
                r#"{{"text":{other},"entries":{other},"elements":{other},"maybe":{other},"more":{other}}}"#
            );
            let sample: Sample = read(text.as_bytes()).unwrap();
            assert!(sample.entries.0.is_empty() && sample.elements.0.is_empty() && sample.maybe.0.is_none());
        }
        let text = r#"{"text":1.5,"entries":{"a":1,"b":[],"c":300},"elements":[1,"x",2],"maybe":[1,2]}"#;
        let sample: Sample = read(text.as_bytes()).unwrap();
        assert_eq!(sample.text.as_str(), Some("1.5"));
        assert_eq!(sample.entries.0, [("a".to_owned(), 1)]);
        assert_eq!(sample.elements.0, [1, 2]);
        assert_eq!(sample.maybe.0, Some(vec![1, 2]));
    }
}
