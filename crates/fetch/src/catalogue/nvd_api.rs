//! NVD's API gives all its records in pages (<https://nvd.nist.gov/developers/vulnerabilities>).

use serde::Deserialize;

use super::{Document, Lists, odd};
use crate::Error;

const ROOT: &str = "https://services.nvd.nist.gov/rest/json/cves/2.0";
/// As many records as a page may have.
const SIZE: u64 = 2000;
/// More pages than there will be for a long time.
const MOST: u64 = 2000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total_results: u64,
}

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let at = |page: u64| format!("{ROOT}?resultsPerPage={SIZE}&startIndex={}", page * SIZE);
    let text = lists.read(&at(0))?;
    let page: Page = serde_json::from_str(&text).map_err(|e| odd(ROOT, &e.to_string()))?;
    let pages = page.total_results.div_ceil(SIZE).clamp(1, MOST);
    Ok((0..pages).map(|page| Document::at(at(page))).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn as_many_pages_as_there_are() {
        let first = format!("{ROOT}?resultsPerPage=2000&startIndex=0");
        let pages =
            found(documents, None, &[(&first, r#"{"totalResults": 4001, "startIndex": 0}"#)]).unwrap();
        assert_eq!(pages.len(), 3);
        assert_eq!(addresses(&pages)[2], format!("{ROOT}?resultsPerPage=2000&startIndex=4000"));
        assert!(found(documents, None, &[(&first, "<html>")]).is_err());
    }
}
