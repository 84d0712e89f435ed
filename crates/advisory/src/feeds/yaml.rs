//! YAML as JSON: some databases keep their records so, and publish them as JSON elsewhere.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Collections within collections, and values in all, that are read of one document.
const MAX_DEPTH: usize = 64;
const MAX_VALUES: usize = 4_000_000;

/// The first document of a text as JSON. Scalars are texts, as they are written: a version `1.10` is no number.
pub(super) fn to_json(text: &str) -> Result<Vec<u8>, String> {
    let value = read(text)?;
    serde_json::to_vec(&value).map_err(|e| e.to_string())
}

fn read(text: &str) -> Result<Value, String> {
    let mut open: Vec<Open> = Vec::new();
    let mut values = 0usize;
    for event in Parser::new_from_str(text) {
        let done = match event.map_err(|e| e.to_string())?.0 {
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                None
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(Open::close),
            Event::Scalar(text, style, ..) => Some(match text.as_ref() {
                "" | "~" | "null" if style == ScalarStyle::Plain => Value::Null,
                "true" if style == ScalarStyle::Plain => Value::Bool(true),
                "false" if style == ScalarStyle::Plain => Value::Bool(false),
                text => Value::String(text.to_owned()),
            }),
            // Nothing that is read here is written with aliases, and they are how YAML grows without bound.
            Event::Alias(_) => Some(Value::Null),
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err("it is nested too deep".to_owned());
        }
        let Some(value) = done else { continue };
        values += 1;
        if values > MAX_VALUES {
            return Err("it has too many values".to_owned());
        }
        match open.last_mut() {
            Some(parent) => parent.add(value),
            None => return Ok(value),
        }
    }
    Err("it is empty".to_owned())
}

/// A collection whose end has not been seen.
enum Open {
    List(Vec<Value>),
    /// With the key that waits for its value.
    Map(Map<String, Value>, Option<Value>),
}

impl Open {
    fn add(&mut self, value: Value) {
        match self {
            Self::List(list) => list.push(value),
            Self::Map(map, key) => match key.take() {
                None => *key = Some(value),
                Some(Value::String(name)) => {
                    map.insert(name, value);
                }
                // Keys of other sorts name nothing that is read.
                Some(_) => {}
            },
        }
    }

    fn close(self) -> Value {
        match self {
            Self::List(list) => Value::Array(list),
            Self::Map(map, _) => Value::Object(map),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stay_as_they_are_written() {
        let value = read("a: 1.10\nb: [x, '0', true]\nc:\n  d: ~\n").unwrap();
        assert_eq!(value, serde_json::json!({"a": "1.10", "b": ["x", "0", true], "c": {"d": null}}));
    }

    #[test]
    fn bombs_are_refused() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read("a: &a [x,x]\nb: &b [*a,*a]\n").is_ok());
        assert!(read("").is_err());
        assert!(read("a: [").is_err());
    }
}
