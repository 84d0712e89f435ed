//! Control files as dpkg, opkg and their like write them (deb822(5)): paragraphs of `Field: value` lines.

/// One paragraph.
pub(crate) struct Paragraph<'a> {
    /// Name and first line of the value, trimmed.
    fields: Vec<(&'a [u8], &'a [u8])>,
    /// The number of its first line, counted from 1.
    pub(crate) line: u64,
}

impl<'a> Paragraph<'a> {
    /// The first line of a field's value; names are the same in any case. Empty is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a [u8]> {
        let same = |field: &&(&[u8], &[u8])| field.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().find(same).map(|(_, value)| *value).filter(|value| !value.is_empty())
    }
}

/// The paragraphs of a file. Lines that are neither a field nor the continuation of one are passed over, and with
/// them no more than themselves.
pub(crate) fn paragraphs(bytes: &[u8]) -> impl Iterator<Item = Paragraph<'_>> {
    let mut lines = bytes.split(|&b| b == b'\n').zip(1_u64..);
    std::iter::from_fn(move || {
        let mut paragraph = Paragraph { fields: Vec::new(), line: 0 };
        for (line, number) in lines.by_ref() {
            if line.trim_ascii().is_empty() {
                if paragraph.fields.is_empty() {
                    continue;
                }
                return Some(paragraph);
            }
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                continue;
            }
            if let Some(colon) = line.iter().position(|&b| b == b':') {
                let name = line.get(..colon).unwrap_or_default().trim_ascii();
                let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
                if paragraph.fields.is_empty() {
                    paragraph.line = number;
                }
                if paragraph.fields.len() < FIELDS {
                    paragraph.fields.push((name, value));
                }
            }
        }
        (!paragraph.fields.is_empty()).then_some(paragraph)
    })
}

/// Fields that a paragraph may have; real ones have thirty.
const FIELDS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_continuations_and_junk() {
        let text = b"\n \nPackage: a\r\nDescription: short\n long\n  .\n\tmore: b\nnonsense\nversion:  1:2 \n \t\n\nB:\nC: x";
        let found: Vec<_> = paragraphs(text).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].get("package"), found[0].line), (Some(&b"a"[..]), 3));
        assert_eq!(found[0].get("Version"), Some(&b"1:2"[..]));
        assert_eq!((found[0].get("more"), found[1].get("B")), (None, None));
        assert_eq!(found[1].get("c"), Some(&b"x"[..]));
    }
}
