use serde::Deserialize;

use super::session::Asked;
use super::transport::Answer;
use super::url::{Url, encode};
use super::{Client, Error};
use crate::grammar::{is_repository, is_tag};

/// Names asked for at a time.
const PAGE: u32 = 1000;

#[derive(Default, Deserialize)]
struct Page {
    #[serde(default)]
    repositories: Option<Vec<String>>,
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// The repositories of a registry, or the tags of a repository, a page at a time (OCI distribution specification,
/// "Listing Tags"; the distribution registry's `_catalog`).
#[derive(Debug)]
pub struct Listing<'c> {
    client: &'c Client,
    registry: String,
    /// Empty for the catalog.
    repository: String,
    /// The path of the next page.
    next: Option<String>,
    pages: u32,
}

impl Client {
    /// The repositories of a registry; those after `last` where a listing is to go on.
    pub fn catalog(&self, registry: &str, last: Option<&str>) -> Listing<'_> {
        self.listing(registry, "", "/v2/_catalog", last)
    }

    /// The tags of a repository; those after `last` where a listing is to go on.
    pub fn tags(&self, registry: &str, repository: &str, last: Option<&str>) -> Listing<'_> {
        self.listing(registry, repository, &format!("/v2/{repository}/tags/list"), last)
    }

    fn listing(&self, registry: &str, repository: &str, path: &str, last: Option<&str>) -> Listing<'_> {
        let last = last.map(|last| format!("&last={}", encode(last))).unwrap_or_default();
        let (registry, repository) = (registry.to_owned(), repository.to_owned());
        Listing { client: self, registry, repository, next: Some(format!("{path}?n={PAGE}{last}")), pages: 0 }
    }
}

impl Iterator for Listing<'_> {
    type Item = Result<Vec<String>, Error>;

    /// The names of the next page. Names that follow no grammar are left out: nothing could be asked of them.
    fn next(&mut self) -> Option<Self::Item> {
        let path = self.next.take()?;
        Some(self.page(&path))
    }
}

impl Listing<'_> {
    fn page(&mut self, path: &str) -> Result<Vec<String>, Error> {
        let catalog = self.repository.is_empty();
        let what =
            if catalog { "the catalog".to_owned() } else { format!("the tags of {}", self.repository) };
        let malformed = |reason: String| Error::Malformed { what: what.clone(), reason };
        let asked = Asked { registry: &self.registry, repository: &self.repository };
        let (answer, bytes) = self.client.document(&what, asked, path, &[("accept", "application/json")])?;
        let page: Page = serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        let names = if catalog { page.repositories } else { page.tags }.unwrap_or_default();
        self.pages += 1;
        if let Some(next) = next_page(&answer, &what)? {
            // A page without names that leads on to another could do so for ever.
            if next == path || self.pages >= self.client.transport.options.pages {
                return Err(malformed(format!("it does not end, after {} pages", self.pages)));
            }
            self.next = Some(next);
        }
        Ok(names
            .into_iter()
            .filter(|name| if catalog { is_repository(name) } else { is_tag(name) })
            .collect())
    }
}

/// The path of the page that follows, where there is one.
pub(super) fn next_page(answer: &Answer, what: &str) -> Result<Option<String>, Error> {
    let links = answer.headers.get_all("link");
    let Some(link) = links.iter().filter_map(|value| value.to_str().ok()).find_map(next_link) else {
        return Ok(None);
    };
    let Some(next) = answer.url.join(link).filter(|next| is_here(&answer.url, next)) else {
        let reason = "its next page is said to be on another host".into();
        return Err(Error::Malformed { what: what.to_owned(), reason });
    };
    Ok(Some(next.to_string().strip_prefix(&next.origin()).unwrap_or_default().to_owned()))
}

/// A registry behind a proxy may not know that it is spoken to over an encrypted connection, or under which port.
fn is_here(page: &Url, next: &Url) -> bool {
    page.host() == next.host()
}

/// The target of the link whose relation is `next` (RFC 8288).
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (_, after) = rest.split_once('<')?;
        let (target, parameters) = after.split_once('>')?;
        let (own, others) = parameters.split_once(",").unwrap_or((parameters, ""));
        let is_next = own.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let values =
                value.trim().trim_matches('"').split(' ').any(|value| value.eq_ignore_ascii_case("next"));
            name.trim().eq_ignore_ascii_case("rel") && values
        });
        if is_next {
            return Some(target);
        }
        rest = others;
    }
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn the_next_page_is_found() {
        for (header, expected) in [
            (r#"</v2/_catalog?last=b&n=2>; rel="next""#, Some("/v2/_catalog?last=b&n=2")),
            (r#"<a>; rel=prev, <b>; title="x"; rel="last next""#, Some("b")),
            (r#"<a>; rel="prev""#, None),
            ("", None),
            ("<a", None),
        ] {
            assert_eq!(next_link(header), expected, "{header}");
        }
    }
}
