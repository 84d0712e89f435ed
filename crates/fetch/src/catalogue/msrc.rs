//! Microsoft publishes a document for each month, and a list of them.

use serde::Deserialize;

use super::{Document, Lists, odd};
use crate::Error;

const LIST: &str = "https://api.msrc.microsoft.com/cvrf/v3.0/updates";

#[derive(Deserialize)]
struct Updates {
    value: Vec<Update>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    #[serde(rename = "ID")]
    id: String,
    current_release_date: Option<String>,
}

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let text = lists.read(LIST)?;
    let updates: Updates = serde_json::from_str(&text).map_err(|e| odd(LIST, &e.to_string()))?;
    let part = lists.part;
    let plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let wanted =
        |update: &Update| part.is_none_or(|part| part.eq_ignore_ascii_case(&update.id)) && plain(&update.id);
    let documents = updates.value.into_iter().filter(wanted).map(|update| Document {
        stamp: update.current_release_date,
        ..Document::at(format!("https://api.msrc.microsoft.com/cvrf/v3.0/document/{}", update.id))
    });
    let documents: Vec<Document> = documents.collect();
    if documents.is_empty() { Err(odd(LIST, "it names no such month")) } else { Ok(documents) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn months() {
        let list = r#"{"value": [{"ID": "2026-Nov", "CurrentReleaseDate": "2026-11-20T08:00:00Z"}, {"ID": "2026-Oct"}]}"#;
        let found = |part| found(documents, part, &[(LIST, list)]);
        assert_eq!(found(None).unwrap().len(), 2);
        let november = found(Some("2026-nov")).unwrap();
        assert_eq!(addresses(&november), ["https://api.msrc.microsoft.com/cvrf/v3.0/document/2026-Nov"]);
        assert_eq!(november[0].stamp.as_deref(), Some("2026-11-20T08:00:00Z"));
        assert!(found(Some("2026-Dec")).is_err());
    }
}
