//! Fedora publishes its updates in pages (<https://bodhi.fedoraproject.org/docs/server_api/>).

use serde::Deserialize;

use super::{Document, Lists, odd};
use crate::Error;

const ROOT: &str = "https://bodhi.fedoraproject.org/updates/";
/// As many updates as a page may have.
const SIZE: u64 = 100;
/// More pages than there will be for a long time.
const MOST: u64 = 2000;

#[derive(Deserialize)]
struct Page {
    pages: u64,
}

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let release = match lists.part {
        None => String::new(),
        Some(part) if part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
            format!("&releases={part}")
        }
        Some(_) => return Err(odd(ROOT, "parts are releases, such as F41 or EPEL-9")),
    };
    let at =
        |page: u64| format!("{ROOT}?type=security&status=stable{release}&rows_per_page={SIZE}&page={page}");
    let text = lists.read(&at(1))?;
    let page: Page = serde_json::from_str(&text).map_err(|e| odd(ROOT, &e.to_string()))?;
    Ok((1..=page.pages.clamp(1, MOST)).map(|page| Document::at(at(page))).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn as_many_pages_as_there_are() {
        let all = "type=security&status=stable&rows_per_page=100&page=";
        let first = format!("{ROOT}?{all}1");
        let pages = found(documents, None, &[(&first, r#"{"updates": [], "page": 1, "pages": 3}"#)]).unwrap();
        assert_eq!(pages.len(), 3);
        assert_eq!(addresses(&pages)[2], format!("{ROOT}?{all}3"));
        let one = format!("{ROOT}?type=security&status=stable&releases=F41&rows_per_page=100&page=1");
        assert_eq!(found(documents, Some("F41"), &[(&one, r#"{"pages": 0}"#)]).unwrap().len(), 1);
        assert!(found(documents, Some("F41&x"), &[]).is_err());
        assert!(found(documents, None, &[(&first, "{}")]).is_err());
    }
}
