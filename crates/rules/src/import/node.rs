//! One shape for what YAML, TOML and JSON documents hold.

use saphyr_parser::{Event, Parser, ScalarStyle};
use toml::de::{DeTable, DeValue};

use crate::Error;
use crate::ruleset::{check_size, syntax};

/// A value and where it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// From 1; 0 where the format does not tell.
    pub(crate) line: usize,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    #[default]
    Null,
    /// Any scalar, as it is written.
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

/// Lists and tables within each other; serde_json's own limit.
const DEEPEST: usize = 128;

impl Node {
    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    pub(crate) fn is_true(&self) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// The items of a list; a single value is a list of one, and nothing is none.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::Null => &[],
            Value::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a table.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        let entries = if let Value::Table(entries) = &self.value { entries.as_slice() } else { &[] };
        entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The value under a key, in any case.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// The text under a key.
    pub(crate) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.text().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The text under a key, nothing where there is none.
    ///
    /// # Errors
    /// A list or table: what it says must not be passed over.
    pub(crate) fn scalar(&self, key: &str) -> Result<Option<&str>, String> {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(_) | Value::Table(_)) => Err(format!("{key} is no single value")),
            _ => Ok(self.text_at(key)),
        }
    }

    /// The texts under a key, which may be a list of them or one.
    ///
    /// # Errors
    /// Anything else among them.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, String> {
        let items = self.get(key).map(Node::items).unwrap_or_default();
        let text =
            |item: &Node| item.text().map(str::to_owned).ok_or_else(|| format!("{key} has {}", item.shown()));
        items.iter().map(text).collect()
    }

    /// What it is, for a message.
    pub(crate) fn shown(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Text(text) => text.chars().take(80).collect(),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Table(_) => {
                let keys: Vec<_> = self.entries().map(|(key, _)| key).take(8).collect();
                format!("{{{}}}", keys.join(", "))
            }
        }
    }

    /// Reads the first document of a YAML text. Anchors and aliases, by which a short text can stand for a huge
    /// one, are refused.
    pub(crate) fn yaml(file: &str, text: &str) -> Result<Self, Error> {
        check_size(file, text)?;
        let error =
            |line, problem: &str| Error::Syntax { file: file.to_owned(), line, problem: problem.to_owned() };
        let mut stack: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|e| error(e.marker().line(), e.info()))?;
            let line = span.start.line();
            let node = match event {
                Event::Alias(_) => return Err(error(line, "aliases are not supported")),
                Event::SequenceStart(..) | Event::MappingStart(..) => {
                    if stack.len() >= DEEPEST {
                        return Err(error(line, "too deeply nested"));
                    }
                    let value = if matches!(event, Event::MappingStart(..)) {
                        Value::Table(Vec::new())
                    } else {
                        Value::List(Vec::new())
                    };
                    stack.push(Open { node: Node { line, value }, key: None });
                    continue;
                }
                Event::Scalar(text, style, ..) => {
                    let null =
                        style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                    let value = if null { Value::Null } else { Value::Text(text.into_owned()) };
                    Node { line, value }
                }
                Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                    Some(open) => open.node,
                    None => continue,
                },
                Event::DocumentEnd => break,
                _ => continue,
            };
            match stack.last_mut() {
                Some(open) => open.add(node),
                None => return Ok(node),
            }
        }
        Ok(Self::default())
    }

    /// Reads a JSON text. JSON parsers tell no lines for values.
    pub(crate) fn json(file: &str, text: &str) -> Result<Self, Error> {
        check_size(file, text)?;
        let value = serde_json::from_str(text).map_err(|e| Error::Syntax {
            file: file.to_owned(),
            line: e.line(),
            problem: e.to_string(),
        })?;
        Ok(Self::from_json(value))
    }

    fn from_json(value: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        let value = match value {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Text(bool.to_string()),
            Json::Number(number) => Value::Text(number.to_string()),
            Json::String(text) => Value::Text(text),
            Json::Array(items) => Value::List(items.into_iter().map(Self::from_json).collect()),
            Json::Object(entries) => {
                Value::Table(entries.into_iter().map(|(key, value)| (key, Self::from_json(value))).collect())
            }
        };
        Self { line: 0, value }
    }

    /// Reads a TOML text.
    pub(crate) fn toml(file: &str, text: &str) -> Result<Self, Error> {
        check_size(file, text)?;
        let table = DeTable::parse(text).map_err(|e| syntax(file, text, &e))?;
        let lines = Lines::new(text);
        Ok(Self { line: 1, value: from_table(table.get_ref(), &lines) })
    }
}

/// A list or table that is being read.
struct Open {
    node: Node,
    /// A table's key whose value comes next.
    key: Option<String>,
}

impl Open {
    fn add(&mut self, node: Node) {
        match (&mut self.node.value, self.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Table(entries), Some(key)) => entries.push((key, node)),
            (_, None) => {
                self.key = Some(if let Value::Text(text) = node.value { text } else { String::new() });
            }
            _ => {}
        }
    }
}

/// The offsets at which lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    fn of(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset) + 1
    }
}

fn from_table(table: &DeTable<'_>, lines: &Lines) -> Value {
    let entries = table.iter().map(|(key, value)| {
        let node = from_toml(value.get_ref(), lines.of(key.span().start), lines);
        (key.get_ref().to_string(), node)
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(_, node): &(String, Node)| node.line);
    Value::Table(entries)
}

fn from_toml(value: &DeValue<'_>, line: usize, lines: &Lines) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Text(number.to_string()),
        DeValue::Float(number) => Value::Text(number.to_string()),
        DeValue::Boolean(bool) => Value::Text(bool.to_string()),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => {
            let item = |item: &toml::Spanned<DeValue<'_>>| {
                from_toml(item.get_ref(), lines.of(item.span().start), lines)
            };
            Value::List(items.iter().map(item).collect())
        }
        DeValue::Table(table) => from_table(table, lines),
    };
    Node { line, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_toml_and_json_give_the_same() {
        let yaml = Node::yaml("f", "a:\n  - b: 1\n    c: ~\n  - x\nd: 'null'\n").unwrap();
        let json = Node::json("f", r#"{"a": [{"b": 1, "c": null}, "x"], "d": "null"}"#).unwrap();
        let toml = Node::toml("f", "d = 'null'\n[[a]]\nb = 1\n").unwrap();
        for node in [&yaml, &json, &toml] {
            assert_eq!(node.get("a").unwrap().items()[0].text_at("B"), Some("1"));
            assert_eq!(node.text_at("d"), Some("null"));
        }
        assert_eq!(yaml.get("a").unwrap().items()[1].line, 4);
        assert_eq!(toml.get("a").unwrap().items()[0].line, 2);
        assert!(matches!(yaml.get("a").unwrap().items()[0].get("c").unwrap().value, Value::Null));
    }

    #[test]
    fn hostile_documents_are_errors() {
        for text in ["a: &x [1]\nb: *x", &"[".repeat(100_000), "\"", "a: b: c", "%YAML 9.9.9\n---", "- \t-"] {
            let _ = Node::yaml("f", text);
        }
        assert!(Node::yaml("f", "a: &x [1]\nb: *x").is_err());
        assert!(Node::yaml("f", &"[".repeat(100_000)).is_err());
        assert!(Node::yaml("f", &"- ".repeat(100_000)).is_err());
        assert!(Node::json("f", &"[".repeat(100_000)).is_err());
        assert!(Node::toml("f", &format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
