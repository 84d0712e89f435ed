//! Red Hat's lists of the CSAF documents that it has taken back.

use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// `deletions.csv`: a path and a time for each document that is gone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deletions;

impl Feed for Deletions {
    fn about(&self) -> &'static About {
        &About {
            id: "redhat-deletions",
            title: "Red Hat CSAF documents that are gone",
            address: "https://security.access.redhat.com/data/csaf/v2/vex/deletions.csv",
            licence: "CC-BY-4.0",
            decides: "which of Red Hat's CSAF documents have been taken back",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        // The list of what has changed looks the same; there may be nothing to list.
        document.name.ends_with("deletions.csv") && matches!(shape.form, Form::Text | Form::Empty)
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let text = String::from_utf8_lossy(document.bytes);
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match gone(line) {
                Some(gone) => emit(gone)?,
                None => emit(skipped(
                    &document,
                    &format!("line {}", number + 1),
                    "it is not the path of a document and a time",
                ))?,
            }
        }
        Ok(())
    }
}

/// `"2024/cve-2024-2.json","2024-08-15T11:45:05+00:00"`; an erratum's is `rhsa-2023_7464`.
fn gone(line: &str) -> Option<Parsed> {
    let (path, at) = line.split_once(',')?;
    let (path, at) = (path.trim().trim_matches('"'), at.trim().trim_matches('"'));
    let stem = path.rsplit('/').next()?.strip_suffix(".json")?.to_ascii_uppercase();
    let dated = at.len() >= 19 && at.starts_with(|c: char| c.is_ascii_digit());
    let (feed, id) = match stem.starts_with("CVE-") {
        true => ("redhat-vex", stem),
        false => ("redhat-csaf", stem.replace('_', ":")),
    };
    let known = id.starts_with("CVE-") || id.starts_with("RH");
    (dated && known).then(|| Parsed::Gone { feed: feed.to_owned(), id, at: at.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_documents() {
        let read = |line: &str| match gone(line) {
            Some(Parsed::Gone { feed, id, at }) => Some((feed, id, at)),
            _ => None,
        };
        let (feed, id, at) = read("\"2024/cve-2024-2.json\",\"2024-08-15T11:45:05+00:00\"").unwrap();
        assert_eq!((feed.as_str(), id.as_str()), ("redhat-vex", "CVE-2024-2"));
        assert_eq!(at, "2024-08-15T11:45:05+00:00");
        let (feed, id, _) = read("\"2023/rhsa-2023_7464.json\",\"2024-08-15T11:45:05+00:00\"").unwrap();
        assert_eq!((feed.as_str(), id.as_str()), ("redhat-csaf", "RHSA-2023:7464"));
        for line in ["", "x", "\"a.json\",\"2024-08-15T11:45:05+00:00\"", "\"2024/cve-2024-2.json\",\"soon\""]
        {
            assert!(gone(line).is_none(), "{line}");
        }
    }
}
