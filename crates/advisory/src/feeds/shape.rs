use std::borrow::Cow;

/// How much of a document is looked at to tell what it is.
const LOOK: usize = 64 << 10;

/// Members of an object that are looked at.
const MEMBERS: usize = 48;

/// What a document looks like from outside: enough to tell one feed's from another's without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape<'a> {
    /// How it is written.
    pub form: Form,
    /// JSON: the names of the first members of the object, or of the first object of the array. XML: the name of
    /// the root element. Text: the first line.
    pub names: Vec<Cow<'a, str>>,
    /// JSON: the names of the members of the first member, where that is an object.
    pub inner: Vec<Cow<'a, str>>,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// There is nothing.
    #[default]
    Empty,
    /// A JSON object.
    Object,
    /// A JSON array.
    Array,
    /// XML.
    Xml,
    /// Anything else.
    Text,
}

impl<'a> Shape<'a> {
    /// Looks at a document.
    pub fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let bytes = bytes.get(..LOOK).unwrap_or(bytes).trim_ascii_start();
        match bytes.first() {
            None => Self::default(),
            Some(b'{') => {
                let (names, inner) = members(bytes);
                Self { form: Form::Object, names, inner }
            }
            Some(b'[') => {
                let first = bytes.get(1..).unwrap_or_default().trim_ascii_start();
                let (names, inner) =
                    if first.first() == Some(&b'{') { members(first) } else { Default::default() };
                Self { form: Form::Array, names, inner }
            }
            Some(b'<') => {
                Self { form: Form::Xml, names: root(bytes).into_iter().collect(), inner: Vec::new() }
            }
            Some(_) => {
                let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
                let line = String::from_utf8_lossy(line.trim_ascii_end());
                Self { form: Form::Text, names: vec![line], inner: Vec::new() }
            }
        }
    }

    /// Whether it is an object, or an array of objects, with all of these members.
    pub fn has(&self, names: &[&str]) -> bool {
        matches!(self.form, Form::Object | Form::Array)
            && names.iter().all(|name| self.names.iter().any(|n| n == name))
    }
}

/// The names of an object's members, and those of its first member's.
fn members(bytes: &[u8]) -> (Vec<Cow<'_, str>>, Vec<Cow<'_, str>>) {
    let (mut names, mut inner) = (Vec::new(), Vec::new());
    let mut depth = 0usize;
    let mut rest = bytes;
    // Whether a text that comes next is a member's name.
    let mut name_next = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' => {
                depth += 1;
                name_next = true;
            }
            b'[' => {
                depth += 1;
                name_next = false;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                name_next = false;
                if depth == 0 || names.len() > MEMBERS {
                    break;
                }
            }
            b',' => name_next = depth == 1 || depth == 2,
            b':' => name_next = false,
            b'"' => {
                let Some(len) = text(after) else { break };
                let (text, after) = after.split_at_checked(len).unwrap_or_default();
                rest = after.get(1..).unwrap_or_default();
                let is_name = name_next && rest.trim_ascii_start().first() == Some(&b':');
                match depth {
                    1 if is_name => names.push(String::from_utf8_lossy(text)),
                    2 if is_name && names.len() == 1 && inner.len() < MEMBERS => {
                        inner.push(String::from_utf8_lossy(text));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    (names, inner)
}

/// The length of a JSON text, from after its quotation mark to the next one.
fn text(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    bytes.iter().position(|&byte| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    })
}

/// The name of the first element, without its namespace.
fn root(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|&byte| byte == b'<')?;
        rest = rest.get(at + 1..)?;
        if rest.first().is_some_and(u8::is_ascii_alphabetic) {
            let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
            let name = rest.get(..end?)?.rsplit(|&byte| byte == b':').next()?;
            return Some(String::from_utf8_lossy(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_of_the_outer_object() {
        let shape = Shape::of(br#" {"a": {"x": 1, "y": ["p", {"q": 1}]}, "b\"c": "d: e", "f": [{"g": 1}]}"#);
        assert_eq!(shape.form, Form::Object);
        assert_eq!(shape.names, ["a", "b\\\"c", "f"]);
        assert_eq!(shape.inner, ["x", "y"]);
    }

    #[test]
    fn arrays_show_their_first_object() {
        let shape = Shape::of(br#"[{"cve_id": "x", "pkg": "y"}, {"z": 1}]"#);
        assert_eq!(shape.form, Form::Array);
        assert!(shape.has(&["cve_id", "pkg"]) && !shape.has(&["z"]));
    }

    #[test]
    fn xml_shows_its_root() {
        let shape = Shape::of(b"<?xml version=\"1.0\"?>\n<!-- c --><cvrf:cvrfdoc xmlns=\"x\">");
        assert_eq!((shape.form, shape.names[0].as_ref()), (Form::Xml, "cvrfdoc"));
        assert_eq!(Shape::of(b"#model_version:x\ncve,epss\n").names, ["#model_version:x"]);
        assert_eq!(Shape::of(b"\xef\xbb\xbf  ").form, Form::Empty);
    }

    #[test]
    fn broken_documents_have_a_shape_as_well() {
        for text in ["{", "{\"", "{\"a", "[", "[{", "<", "<a", "{\"a\":}", "]", "{\"a\":{\"b\""] {
            Shape::of(text.as_bytes());
        }
    }
}
