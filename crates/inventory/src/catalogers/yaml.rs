//! YAML as a tree of texts. What type a scalar has is left to the reader: a version `1.10` is no number.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

/// Collections within collections, and values in all, that are read of one file.
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 1_000_000;

/// A value. Aliases are null: nothing that is read here is written with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Yaml {
    #[default]
    Null,
    Text(String),
    List(Vec<Yaml>),
    /// In the order of the file; keys that are collections are left out.
    Map(Vec<(String, Yaml)>),
}

/// Why a file could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum YamlError {
    #[error("{0}")]
    Syntax(#[from] ScanError),
    #[error("it is nested too deep")]
    Depth,
    #[error("it has too many values")]
    Nodes,
}

static NULL: Yaml = Yaml::Null;

impl Yaml {
    /// The value of a key; null where there is none.
    pub(crate) fn get(&self, key: &str) -> &Yaml {
        self.entries().iter().find(|(name, _)| name == key).map_or(&NULL, |(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn entries(&self) -> &[(String, Yaml)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn elements(&self) -> &[Yaml] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }
}

/// Reads all documents of a file.
pub(crate) fn read(text: &str) -> Result<Vec<Yaml>, YamlError> {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut nodes = 0_usize;
    for event in Parser::new_from_str(text) {
        let done = match event?.0 {
            Event::MappingStart(..) => {
                open.push(Open::Map(Vec::new(), None));
                None
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(Open::close),
            Event::Scalar(text, style, ..) => Some(match text.as_ref() {
                "" | "~" | "null" if style == ScalarStyle::Plain => Yaml::Null,
                text => Yaml::Text(text.to_owned()),
            }),
            Event::Alias(_) => Some(Yaml::Null),
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err(YamlError::Depth);
        }
        let Some(value) = done else { continue };
        nodes += 1;
        if nodes > MAX_NODES {
            return Err(YamlError::Nodes);
        }
        match open.last_mut() {
            Some(parent) => parent.add(value),
            None => documents.push(value),
        }
    }
    Ok(documents)
}

/// A collection whose end has not been seen.
enum Open {
    List(Vec<Yaml>),
    /// With the key that waits for its value.
    Map(Vec<(String, Yaml)>, Option<Yaml>),
}

impl Open {
    fn add(&mut self, value: Yaml) {
        match self {
            Self::List(elements) => elements.push(value),
            Self::Map(entries, key) => match key.take() {
                None => *key = Some(value),
                Some(Yaml::Text(name)) => entries.push((name, value)),
                Some(_) => {}
            },
        }
    }

    fn close(self) -> Yaml {
        match self {
            Self::List(elements) => Yaml::List(elements),
            Self::Map(entries, _) => Yaml::Map(entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stay_as_written() {
        let documents = read("a: 1.10\nb: [x, 'y', \"z\\n\"]\nc:\n  d: ~\n  e: {f: g}\n--- \n- h\n").unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].get("a").text(), Some("1.10"));
        assert_eq!(documents[0].get("b").elements()[2].text(), Some("z\n"));
        assert_eq!(documents[0].get("c").get("d"), &Yaml::Null);
        assert_eq!(documents[0].get("c").get("e").get("f").text(), Some("g"));
        assert_eq!(documents[0].get("nothing").get("there"), &Yaml::Null);
        assert_eq!(documents[1].elements().len(), 1);
    }

    #[test]
    fn bombs_are_refused() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(matches!(read(&"- ".repeat(100)), Err(YamlError::Depth)));
        assert!(read("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n").is_ok());
        assert!(read("a: [").is_err());
    }
}
