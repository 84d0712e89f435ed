//! Rocky Linux publishes its errata in pages.

use serde::Deserialize;

use super::{Document, Lists, odd};
use crate::Error;

const ROOT: &str = "https://apollo.build.resf.org/api/v3/advisories/";
const SIZE: u64 = 100;
/// More pages than there will be for a long time.
const MOST: u64 = 2000;

#[derive(Deserialize)]
struct Page {
    total: u64,
}

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let at = |page: u64| format!("{ROOT}?page={page}&size={SIZE}");
    let text = lists.read(&at(1))?;
    let page: Page = serde_json::from_str(&text).map_err(|e| odd(ROOT, &e.to_string()))?;
    let pages = page.total.div_ceil(SIZE).clamp(1, MOST);
    Ok((1..=pages).map(|page| Document::at(at(page))).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn as_many_pages_as_there_are() {
        let first = format!("{ROOT}?page=1&size=100");
        let found = |text| found(documents, None, &[(&first, text)]);
        let pages = found(r#"{"advisories": [], "total": 201, "page": 1, "size": 100}"#).unwrap();
        assert_eq!(pages.len(), 3);
        assert_eq!(addresses(&pages)[2], format!("{ROOT}?page=3&size=100"));
        assert_eq!(found(r#"{"advisories": [], "total": 0}"#).unwrap().len(), 1);
        assert!(found("{}").is_err());
    }
}
