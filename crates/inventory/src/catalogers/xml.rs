//! XML as a tree of elements: small files of build tools.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements, and elements in all, that are read of one file.
const MAX_DEPTH: usize = 128;
const MAX_ELEMENTS: usize = 500_000;

/// An element. Names are without their namespace prefix; entities of a document type are not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// The text that is directly in it.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    #[error("{0}")]
    Syntax(#[from] quick_xml::Error),
    #[error("it is nested too deep")]
    Depth,
    #[error("it has too many elements")]
    Elements,
    #[error("it ends before its first element does")]
    End,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child, if there is any.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// An attribute, its name in any case.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Reads the root element.
pub(crate) fn read(text: &str) -> Result<Element, XmlError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0_usize;
    loop {
        let closed = match reader.read_event()? {
            Event::Start(start) => {
                open.push(element(&start));
                None
            }
            Event::Empty(start) => Some(element(&start)),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text);
                }
                None
            }
            Event::CData(text) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text);
                }
                None
            }
            Event::GeneralRef(entity) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(resolve(&entity));
                }
                None
            }
            Event::Eof => return Err(XmlError::End),
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err(XmlError::Depth);
        }
        if let Some(closed) = closed {
            elements += 1;
            if elements > MAX_ELEMENTS {
                return Err(XmlError::Elements);
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let mut all = start.attributes();
    let attributes = all.with_checks(false).flatten().map(|attribute| {
        let value = attribute.value.clone().into_owned();
        let value = if value.contains('&') {
            ["lt", "gt", "amp", "quot", "apos"]
                .iter()
                .fold(value, |value, name| value.replace(&format!("&{name};"), resolve(name)))
        } else {
            value
        };
        (attribute.key.local_name().as_ref().to_owned(), value)
    });
    Element {
        name: start.local_name().as_ref().to_owned(),
        attributes: attributes.collect(),
        ..Element::default()
    }
}

/// The five entities that every document has (XML 1.0, 4.6).
fn resolve(entity: &str) -> &'static str {
    match entity {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_become_a_tree() {
        let text = "<?xml version=\"1.0\"?><!-- c --><p:project xmlns:p=\"u\"><a B='1 &gt; 0'> x<![CDATA[<y>]]>&amp;z </a>\
            <b/><b><c>1</c></b></p:project>";
        let root = read(text).unwrap();
        assert_eq!(root.name, "project");
        assert_eq!(root.text_of("a"), Some("x<y>&z"));
        assert_eq!(root.child("a").unwrap().attribute("b"), Some("1 > 0"));
        assert_eq!(root.children("b").filter_map(|b| b.text_of("c")).collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn bombs_are_refused() {
        assert!(matches!(read(&"<a>".repeat(1000)), Err(XmlError::Depth)));
        let lol = "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;\">]><a>&m;</a>";
        assert_eq!(read(lol).unwrap().text, "");
        for text in ["", "a", "<a>", "<a></b>"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
