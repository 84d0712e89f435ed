use std::collections::BTreeSet;
use std::fmt;

use crate::catalogers::stated;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What is wanted of a `package.json`.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    name: Option<String>,
    version: Option<String>,
    /// Its licences, in the present form and the older ones.
    pub(super) licences: Vec<String>,
    /// The names of the packages that it needs when it runs.
    pub(super) requires: BTreeSet<String>,
    /// Belongs to an editor or a game engine, whose packages share the file's name but not npm's registry.
    foreign: bool,
}

impl Manifest {
    /// The package it names, if it names one of npm's.
    pub(super) fn identity(&self) -> Option<(&str, &str)> {
        match (&self.name, &self.version) {
            (Some(name), Some(version)) if !self.foreign => Some((name, version)),
            _ => None,
        }
    }
}

/// Reads the top level; all that is not wanted is passed over without being kept, whatever it is.
pub(super) fn read(bytes: &[u8]) -> Result<Manifest, serde_json::Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes)
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = Manifest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Manifest, A::Error> {
                let mut manifest = Manifest::default();
                // As in JavaScript, the last of several equal keys counts.
                while let Some(key) = map.next_key::<Text>()? {
                    match key.0.as_deref() {
                        Some("name") => manifest.name = map.next_value::<Text>()?.non_empty(),
                        Some("version") => manifest.version = map.next_value::<Text>()?.non_empty(),
                        Some("unity") => manifest.foreign |= map.next_value::<Text>()?.0.is_some(),
                        Some("engines") => manifest.foreign |= map.next_value::<Engines>()?.editor,
                        Some("license" | "licenses") => manifest.licences = map.next_value::<Licences>()?.0,
                        Some("dependencies" | "optionalDependencies" | "peerDependencies") => {
                            manifest.requires.extend(map.next_value::<Keys>()?.0);
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(manifest)
            }
        }
        deserializer.deserialize_map(Top)
    }
}

/// A string, or nothing for any other value.
struct Text(Option<String>);

impl Text {
    fn non_empty(self) -> Option<String> {
        self.0.filter(|text| !text.trim().is_empty())
    }
}

/// Names that an object has; nothing for any other value.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let names = value.as_object().map(|members| members.keys().cloned().collect());
        Ok(Self(names.unwrap_or_default()))
    }
}

/// `"MIT"`, `{"type": "MIT"}`, and lists of both (npm, "package.json", "license").
struct Licences(Vec<String>);

impl<'de> Deserialize<'de> for Licences {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let one = std::slice::from_ref(&value);
        let all = value.as_array().map_or(one, Vec::as_slice);
        let text = |value: &'_ serde_json::Value| match value.as_str() {
            Some(word) => stated::licence(word),
            None => value.get("type").and_then(|word| stated::licence(word.as_str()?)),
        };
        let licences = all.iter().filter_map(text);
        Ok(Self(licences.collect()))
    }
}

/// Whether `engines` is an object with a `vscode` member.
struct Engines {
    editor: bool,
}

struct Loose;

impl<'de> Visitor<'de> for Loose {
    type Value = (Option<String>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((Some(text.to_owned()), false))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok((None, false))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok((None, false))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok((None, false))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok((None, false))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok((None, false))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok((None, false))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut editor = false;
        while let Some(key) = map.next_key::<Text>()? {
            editor |= key.0.as_deref() == Some("vscode");
            map.next_value::<IgnoredAny>()?;
        }
        Ok((None, editor))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose).map(|(text, _)| Text(text))
    }
}

impl<'de> Deserialize<'de> for Engines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose).map(|(_, editor)| Engines { editor })
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn name_and_version_must_be_strings() {
        for (text, named) in [
            (r#"{"name":"a","version":"1"}"#, true),
            ("\u{feff}{\"name\":\"a\",\"version\":\"1\"}", true),
            (r#"{"name":"a","version":1}"#, false),
            (r#"{"name":["a"],"version":"1"}"#, false),
            (r#"{"name":"","version":"1"}"#, false),
            (r#"{"name":"a"}"#, false),
            (r#"{"name":"a","version":"1","unity":"2020.3"}"#, false),
            (r#"{"name":"a","version":"1","engines":{"vscode":"^1.0.0"}}"#, false),
            (r#"{"name":"a","version":"1","engines":["node >= 0.2.0"]}"#, true),
            (r#"{"name":null,"name":"a","version":"0","version":"1"}"#, true),
        ] {
            let identity = read(text.as_bytes()).unwrap();
            assert_eq!(identity.identity(), named.then_some(("a", "1")), "{text}");
        }
    }

    #[test]
    fn licences_and_needs_in_all_forms() {
        for (text, licences) in [
            (r#"{"license":"(MIT OR Apache-2.0)"}"#, &["(MIT OR Apache-2.0)"][..]),
            (r#"{"license":{"type":"ISC","url":"x"}}"#, &["ISC"]),
            (r#"{"licenses":[{"type":"MIT"},"BSD",7]}"#, &["MIT", "BSD"]),
            (r#"{"license":null}"#, &[]),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().licences, licences, "{text}");
        }
        let text = r#"{"dependencies":{"b":"1","@s/a":"^2"},"peerDependencies":{"c":"*"},"optionalDependencies":["x"],"devDependencies":{"d":"1"}}"#;
        let needs = read(text.as_bytes()).unwrap().requires;
        assert_eq!(needs.iter().map(String::as_str).collect::<Vec<_>>(), ["@s/a", "b", "c"]);
    }

    #[test]
    fn anything_but_an_object_is_an_error() {
        for text in ["", "[]", "1", "\"a\"", "{", "{\"name\":\"a\",\"version\":\"1\"", "{} x"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(format!("{{\"a\":{deep}").as_bytes()).is_err());
    }
}
