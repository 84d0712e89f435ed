//! Addresses of documents: where they are fetched from, and what they are called in the folder of downloads.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::Error;

/// Where to go in place of the publishers: `https://mirror.example/feeds`, to which the path of a document's address
/// is appended. `{host}` stands for the publisher's host, for mirrors that keep several apart:
/// `https://mirror.example/{host}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// Whether the way there is encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether it is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        let host = host(&self.0);
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        host == "localhost" || host == "[::1]" || host.starts_with("127.")
    }

    /// Where a document is there.
    fn place(&self, address: &str) -> String {
        let (host, path) = split(address).unwrap_or(("", address));
        let base = self.0.replace("{host}", host);
        format!("{}/{path}", base.trim_end_matches('/'))
    }
}

impl FromStr for Base {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Address { address: text.chars().take(200).collect() };
        let rest =
            text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(wrong)?;
        let host = rest.split('/').next().unwrap_or_default();
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if host.is_empty() || text.contains(odd) || text.contains(['?', '#']) {
            Err(wrong())
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Where to ask for a document.
pub(crate) fn place(address: &str, base: Option<&Base>) -> String {
    base.map_or_else(|| address.to_owned(), |base| base.place(address))
}

/// Host and path of an address.
fn split(address: &str) -> Option<(&str, &str)> {
    let rest = address.split_once("://")?.1;
    rest.split_once('/').or(Some((rest, "")))
}

/// The host of an address.
pub(crate) fn host(address: &str) -> &str {
    split(address).map_or("", |(host, _)| host)
}

/// A name as a part of an address (RFC 3986, section 2.1).
pub(crate) fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The address that a link on the page at `base` leads to; nothing where it leads to another publisher.
pub(crate) fn join(base: &str, link: &str) -> Option<String> {
    let link = link.split(['#', '?']).next().unwrap_or_default();
    if link.is_empty() || link.contains("..") {
        return None;
    }
    let (scheme, rest) = base.split_once("://")?;
    let host = rest.split('/').next()?;
    if link.contains("://") {
        return (split(link)?.0 == host).then(|| link.to_owned());
    }
    if let Some(path) = link.strip_prefix('/') {
        return Some(format!("{scheme}://{host}/{path}"));
    }
    let folder = base.rfind('/').filter(|&at| at > scheme.len() + 2).and_then(|at| base.get(..at));
    Some(format!("{}/{}", folder.unwrap_or(base), link.strip_prefix("./").unwrap_or(link)))
}

/// Where a document is kept in the folder of downloads: under its host and path. Its file keeps its name, in which
/// some feeds say what the content does not.
pub(crate) fn file(folder: &Path, address: &str) -> PathBuf {
    let mut path = folder.to_owned();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        let name: String = part
            .chars()
            .take(150)
            .map(|c| if c.is_ascii_alphanumeric() || "-._+".contains(c) { c } else { '_' })
            .collect();
        // Hidden files and the folder's parents are no names for a document.
        path.push(if name.starts_with('.') { format!("_{name}") } else { name });
    }
    if rest.ends_with('/') {
        // The list of a folder, beside what is in the folder.
        path.push("_list");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_have_the_publishers_paths() {
        let at = |base: &str| place("https://a.example/b/c.json?d=1", Some(&base.parse().unwrap()));
        assert_eq!(at("http://127.0.0.1:80"), "http://127.0.0.1:80/b/c.json?d=1");
        assert_eq!(at("https://m.example/x/"), "https://m.example/x/b/c.json?d=1");
        assert_eq!(at("https://m.example/{host}"), "https://m.example/a.example/b/c.json?d=1");
        for wrong in ["", "m.example", "ftp://m.example", "https://", "https://a b", "https://a/?x"] {
            assert!(wrong.parse::<Base>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn links_stay_with_their_publisher() {
        let join = |link| join("https://a.example/b/index.html", link);
        assert_eq!(join("c.json").as_deref(), Some("https://a.example/b/c.json"));
        assert_eq!(join("./c/").as_deref(), Some("https://a.example/b/c/"));
        assert_eq!(join("/c.json").as_deref(), Some("https://a.example/c.json"));
        assert_eq!(join("https://a.example/x").as_deref(), Some("https://a.example/x"));
        for elsewhere in ["https://b.example/x", "../x", "", "#top", "x/../../y"] {
            assert_eq!(join(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(super::join("https://a.example", "x").as_deref(), Some("https://a.example/x"));
    }

    #[test]
    fn files_stay_in_the_folder() {
        let name = |address| file(Path::new("/d"), address).to_string_lossy().into_owned();
        assert_eq!(name("https://a.example/Rocky%20Linux/all.zip"), "/d/a.example/Rocky_20Linux/all.zip");
        assert_eq!(name("https://a.example/oval/"), "/d/a.example/oval/_list");
        assert_eq!(name("https://a.example/../../etc/x?y=z"), "/d/a.example/_../_../etc/x_y_z");
    }
}
