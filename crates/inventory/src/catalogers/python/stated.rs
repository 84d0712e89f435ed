//! Licences and needs in Python's metadata (PyPA, "Core metadata specifications").

use plimsoll_core::Names;

use crate::catalogers::{header, stated};

/// `License-Expression`, else `License` where that is a few words, else the classifiers.
pub(super) fn licences(text: &[u8]) -> Vec<String> {
    let [expression, licence] = header::first(text, ["license-expression", "license"]);
    let stated = [expression, licence].into_iter().flatten().find_map(|text| stated::licence(&text));
    if let Some(stated) = stated {
        return vec![stated];
    }
    // `License :: OSI Approved` alone says that there is one.
    let classified = each(text, "classifier").filter_map(|value| value.strip_prefix("License ::"));
    let last = classified.filter_map(|value| value.rsplit("::").next()).map(str::trim);
    let mut all: Vec<String> =
        last.filter(|last| *last != "OSI Approved").filter_map(stated::licence).collect();
    all.dedup();
    all
}

/// The names in `Requires-Dist`, without those that only an extra asks for. Names are compared in their normal form.
pub(super) fn requires(text: &[u8]) -> Names {
    let needed = each(text, "requires-dist")
        .filter(|value| value.split_once(';').is_none_or(|(_, marker)| !marker.contains("extra")));
    needed.map(name).collect()
}

/// The name that a requirement begins with (PyPA, "Dependency specifiers").
pub(super) fn name(requirement: &str) -> &str {
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    requirement.get(..end.unwrap_or(requirement.len())).unwrap_or_default()
}

/// Every value of a field in the header, whose name is given in lower case; of folded ones the first line.
fn each<'a>(text: &'a [u8], field: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = text.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let header = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    header.filter_map(move |line| {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        name.trim_end().eq_ignore_ascii_case(field).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_in_their_order() {
        let read = |text: &str| licences(text.as_bytes());
        assert_eq!(read("Name: a\nLicense: BSD\nLicense-Expression: MIT\n"), ["MIT"]);
        assert_eq!(
            read("Name: a\nLicense: BSD\nClassifier: License :: OSI Approved :: MIT License\n"),
            ["BSD"]
        );
        let classified = "Name: a\nLicense: UNKNOWN\nClassifier: Topic :: x\nClassifier: License :: OSI Approved\n\
            Classifier: License :: OSI Approved :: Apache Software License\n\nLicense: no\n";
        assert_eq!(read(classified), ["Apache Software License"]);
        assert!(read("Name: a\n\nLicense: MIT\n").is_empty());
    }

    #[test]
    fn needs_without_extras() {
        let text = "Name: a\nRequires-Dist: MarkupSafe>=2.0\nRequires-Dist: Babel (>=2.7) ; extra == 'i18n'\n\
            Requires-Dist: typing-extensions; python_version < \"3.8\"\nRequires-Dist: x[y] @ https://example.org\n";
        let names = requires(text.as_bytes());
        assert_eq!(names.iter().collect::<Vec<_>>(), ["MarkupSafe", "typing-extensions", "x"]);
    }
}
