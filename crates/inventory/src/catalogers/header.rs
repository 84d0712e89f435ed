use memchr::memchr;

/// The first value of each field in the header part of RFC 822 text, field names given in lower case. Values are
/// unfolded (RFC 5322, 2.2.3) and trimmed; bytes that are not UTF-8 become U+FFFD, for descriptions of the wild
/// are in any encoding. A line that is no field is passed over: what follows it is still read.
pub(crate) fn first<const N: usize>(text: &[u8], fields: [&str; N]) -> [Option<String>; N] {
    let mut found = [const { None::<String> }; N];
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    // The field that a folded line would continue.
    let mut open: Option<usize> = None;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, next) = (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default());
        rest = next;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(value) = open.and_then(|at| found.get_mut(at)).and_then(Option::as_mut) {
                let more = String::from_utf8_lossy(line.trim_ascii());
                if !value.is_empty() && !more.is_empty() {
                    value.push(' ');
                }
                value.push_str(&more);
            }
            continue;
        }
        open = None;
        let Some(colon) = memchr(b':', line) else { continue };
        let (name, value) =
            (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default());
        let at = fields.iter().position(|field| name.trim_ascii_end().eq_ignore_ascii_case(field.as_bytes()));
        if let Some(slot) = at.and_then(|at| found.get_mut(at))
            && slot.is_none()
        {
            *slot = Some(String::from_utf8_lossy(value.trim_ascii()).into_owned());
            open = at;
        }
        if found.iter().all(Option::is_some) && !matches!(rest.first(), Some(b' ' | b'\t')) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::first;

    fn read(text: &[u8]) -> [Option<String>; 2] {
        first(text, ["name", "version"])
    }

    fn pair(name: &str, version: &str) -> [Option<String>; 2] {
        [Some(name.to_owned()), Some(version.to_owned())]
    }

    #[test]
    fn headers_end_at_the_first_empty_line() {
        assert_eq!(read(b"Name: a\n\nVersion: 1\n"), [Some("a".to_owned()), None]);
        assert_eq!(read(b"Name: a\r\n\r\nVersion: 1\r\n"), [Some("a".to_owned()), None]);
    }

    #[test]
    fn the_first_of_several_counts() {
        assert_eq!(read(b"Name: a\nName: b\nVersion: 1\nVersion: 2\n"), pair("a", "1"));
    }

    #[test]
    fn folded_lines_belong_to_the_field_before_them() {
        assert_eq!(read(b"Summary: x\n Name: no\nName:\n a\nVersion: 1\n"), pair("a", "1"));
        assert_eq!(read(b"Name: a\nVersion: 1\n .2\n"), pair("a", "1 .2"));
    }

    #[test]
    fn marks_case_and_foreign_bytes_do_no_harm() {
        assert_eq!(read(b"\xef\xbb\xbfNAME : a\nAuthor: \xe9\nnot a field\nversion:1"), pair("a", "1"));
    }
}
