//! XML one record at a time: feeds are long lists of small elements, which are never all held.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements that are read.
const MAX_DEPTH: usize = 64;

/// An element. Names are without their namespace's prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// The text that is directly in it.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child, if there is any.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    fn open(start: &BytesStart<'_>) -> Self {
        let mut all = start.attributes();
        let attributes = all.with_checks(false).flatten().map(|attribute| {
            let value = attribute.value.as_ref();
            let value = unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned);
            (attribute.key.local_name().as_ref().to_owned(), value)
        });
        Self {
            name: start.local_name().as_ref().to_owned(),
            attributes: attributes.collect(),
            ..Self::default()
        }
    }
}

/// Why reading ended early.
#[derive(Debug)]
pub(super) enum Stop<E> {
    /// The document is broken: how, and where.
    Broken(String),
    /// What was shown an element returned an error.
    Shown(E),
}

/// Reads a document and shows every outermost element of the names `wanted`, each with everything in it.
///
/// # Errors
///
/// What is wrong with the document; what was shown before stands. What `show` returns.
pub(super) fn each<E>(
    text: &str,
    wanted: &[&str],
    show: &mut dyn FnMut(Element) -> Result<(), E>,
) -> Result<(), Stop<E>> {
    let broken = |why: &str| Stop::Broken(why.to_owned());
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    // The elements that are open, from the wanted one inwards.
    let mut open: Vec<Element> = Vec::new();
    let mut outside = 0usize;
    loop {
        let event = reader.read_event();
        let event = event.map_err(|e| Stop::Broken(format!("{e} (at {})", reader.error_position())))?;
        let closed = match event {
            Event::Start(start) if open.is_empty() => {
                let element = Element::open(&start);
                if wanted.contains(&element.name.as_str()) {
                    open.push(element);
                } else {
                    outside += 1;
                }
                None
            }
            Event::Start(start) => {
                open.push(Element::open(&start));
                None
            }
            Event::Empty(start) => {
                let element = Element::open(&start);
                (!open.is_empty() || wanted.contains(&element.name.as_str())).then_some(element)
            }
            Event::End(_) if open.is_empty() => {
                outside = outside.saturating_sub(1);
                None
            }
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add(&mut open, &text);
                None
            }
            Event::CData(text) => {
                add(&mut open, &text);
                None
            }
            Event::GeneralRef(entity) => {
                let character = entity.resolve_char_ref().ok().flatten().map(String::from);
                add(&mut open, character.as_deref().unwrap_or_else(|| predefined(&entity)));
                None
            }
            Event::Eof if open.is_empty() && outside == 0 => return Ok(()),
            Event::Eof => return Err(broken("it ends within an element")),
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err(broken("it is nested too deep"));
        }
        if let Some(closed) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => show(closed).map_err(Stop::Shown)?,
            }
        }
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The five entities that every document has (XML 1.0, 4.6). Those of a document type are not known.
fn predefined(entity: &str) -> &'static str {
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

    fn all(text: &str) -> Result<Vec<Element>, String> {
        let mut out = Vec::new();
        let read = each::<()>(text, &["a"], &mut |element| {
            out.push(element);
            Ok(())
        });
        match read {
            Ok(()) => Ok(out),
            Err(Stop::Broken(why)) => Err(why),
            Err(Stop::Shown(())) => unreachable!(),
        }
    }

    #[test]
    fn wanted_elements_come_whole() {
        let text = "<?xml version='1.0'?><x:r><a k='1 &amp; 2'>t&lt;&#65;<b/><a>in</a></a><c><a/></c></x:r>";
        let all = all(text).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].attribute("k"), Some("1 & 2"));
        assert_eq!(all[0].text, "t<A");
        assert_eq!(all[0].text_of("a"), Some("in"));
    }

    #[test]
    fn what_is_broken_is_said() {
        assert!(all("<r><a>").is_err());
        assert!(all("<r").is_err());
        assert!(all(&"<a>".repeat(100)).unwrap_err().contains("deep"));
        // An entity bomb is not expanded.
        let bomb = "<!DOCTYPE r [<!ENTITY e 'x'><!ENTITY f '&e;&e;'>]><r><a>&f;</a></r>";
        assert_eq!(all(bomb).unwrap()[0].text, "");
    }
}
