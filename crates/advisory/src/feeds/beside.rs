//! Documents that publishers keep beside their advisories, and that are none.

use super::{Document, Form, Shape};

/// What a document is, and what to do with it; nothing where it is none of those that are known.
pub(super) fn what(document: &Document<'_>, shape: &Shape<'_>) -> Option<&'static str> {
    let first = shape.names.first().map(AsRef::as_ref).unwrap_or_default();
    let head = document.bytes.get(..512).unwrap_or(document.bytes);
    let says = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    Some(match shape.form {
        // Whatever else it says, it may be a record.
        Form::Object if shape.has(&["id"]) => return None,
        Form::Object if shape.has(&["@context", "statements"]) => {
            "it is an OpenVEX document about a product, which a scan takes with --vex"
        }
        Form::Object if shape.has(&["releases", "versions"]) => {
            "it says when releases came, not until when they are supported; endoflife.date's API does"
        }
        Form::Object if first == "entries" && says(b"\"modified\"") => "it lists documents and holds none",
        // YAML is JSON by now.
        Form::Object if first == "document" && says(b"\"modulemd\"") => {
            "it describes modules and names no vulnerability"
        }
        Form::Xml if first == "repomd" => {
            "it lists the files of a repository; its updateinfo holds the advisories"
        }
        Form::Xml if first == "rss" => "it lists the pages of advisories and holds none",
        Form::Text if first.starts_with("Package: ") => "it lists packages and names no vulnerability",
        Form::Text if first.starts_with('"') && first.contains(".json\",\"2") => {
            "it lists documents that have changed or are gone, for fetching them"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_advisories_is_known() {
        for (text, says) in [
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}"#, "--vex"),
            (r#"{"releases":{},"versions":{"8":{"date":"2021-03-30"}}}"#, "endoflife.date"),
            (r#"{"entries":[{"id":"pypi/a.openvex.json","modified":"2025"}]}"#, "holds none"),
            (r#"{"document":"modulemd","version":2}"#, "modules"),
            ("<repomd><data/></repomd>", "updateinfo"),
            ("<?xml version=\"1.0\"?><rss><channel/></rss>", "pages"),
            ("Package: a\nVersion: 1\n", "packages"),
            ("\"2023/rhsa-2023_7464.json\",\"2024-08-15T11:45:05+00:00\"\n", "gone"),
        ] {
            let document = Document { name: "x", bytes: text.as_bytes() };
            let what = what(&document, &Shape::of(document.bytes));
            assert!(what.is_some_and(|what| what.contains(says)), "{text}: {what:?}");
        }
        for record in [
            r#"{"id":"X","modified":"2024","affected":[{"package":{"ecosystem":"PyPI","name":"modulemd"}}]}"#,
            r#"{"versions":[],"releases":[],"id":"X","entries":[],"@context":"x","statements":[]}"#,
            r#"{"affected":[{"package":{"name":"modulemd"}}]}"#,
        ] {
            let document = Document { name: "x", bytes: record.as_bytes() };
            assert_eq!(what(&document, &Shape::of(document.bytes)), None, "{record}");
        }
    }
}
