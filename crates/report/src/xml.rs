//! XML 1.0, written element by element.

use std::io::{self, Write};

use plimsoll_core::clean;

/// Writes elements, indented. Texts and values of attributes are made safe to show, which also leaves no character
/// that XML 1.0 has no place for (section 2.2).
pub(crate) struct Xml<'a> {
    out: &'a mut dyn Write,
    open: Vec<&'static str>,
}

impl<'a> Xml<'a> {
    pub(crate) fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        Ok(Self { out, open: Vec::new() })
    }

    fn start(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        end: &str,
    ) -> io::Result<()> {
        write!(self.out, "{:indent$}<{name}", "", indent = self.open.len() * 2)?;
        for (name, value) in attributes {
            write!(self.out, " {name}=\"{}\"", escape(value))?;
        }
        self.out.write_all(end.as_bytes())
    }

    /// An element that has elements; [`close`](Self::close) ends it.
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) -> io::Result<()> {
        self.start(name, attributes, ">\n")?;
        self.open.push(name);
        Ok(())
    }

    /// Ends the innermost element that is open.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        let Some(name) = self.open.pop() else { return Ok(()) };
        writeln!(self.out, "{:indent$}</{name}>", "", indent = self.open.len() * 2)
    }

    /// An element that is empty.
    pub(crate) fn empty(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
    ) -> io::Result<()> {
        self.start(name, attributes, "/>\n")
    }

    /// An element that has a text.
    pub(crate) fn text(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> io::Result<()> {
        self.start(name, attributes, ">")?;
        writeln!(self.out, "{}</{name}>", escape(text))
    }
}

/// Text for XML and HTML, in an element or between quotes, without what a terminal should not be shown.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).to_string().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // The two code points that are in UTF-8 and not in XML.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
