//! Web addresses, as far as registries use them.

use std::fmt;

use ureq::http::Uri;

/// An absolute address of HTTP or HTTPS without user information.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Url {
    pub(super) secure: bool,
    /// In lower case; an IPv6 address in brackets.
    host: String,
    port: u16,
    /// The path, from its slash on, with the query.
    path: String,
}

impl Url {
    /// The address of a path on a host, which may say its port.
    pub(super) fn new(secure: bool, host: &str, path: &str) -> Option<Self> {
        Self::parse(&format!("{}://{host}{path}", if secure { "https" } else { "http" }))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > 16 << 10 {
            return None;
        }
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        let uri: Uri = text.parse().ok()?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        // A user in an address is how one host is made to look like another.
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            None => Self::default_port(secure),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { secure, host: authority.host().to_ascii_lowercase(), port, path })
    }

    fn default_port(secure: bool) -> u16 {
        if secure { 443 } else { 80 }
    }

    /// What a `Location` or `Link` of an answer from here means (RFC 3986, 5.2, without relative paths' dots).
    pub(super) fn join(&self, text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme()));
        }
        if text.starts_with('/') {
            return Self::parse(&format!("{}{text}", self.origin()));
        }
        let path = self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path);
        if text.starts_with('?') {
            return Self::parse(&format!("{}{path}{text}", self.origin()));
        }
        match text.find([':', '/', '?']) {
            Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with("://")) => Self::parse(text),
            Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with(':')) => None,
            _ => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                Self::parse(&format!("{}{folder}/{text}", self.origin()))
            }
        }
    }

    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    pub(super) fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority())
    }

    /// The host, with the port where it is not the scheme's own.
    pub(super) fn authority(&self) -> String {
        match self.port == Self::default_port(self.secure) {
            true => self.host.clone(),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn same_origin(&self, other: &Self) -> bool {
        (self.secure, &self.host, self.port) == (other.secure, &other.host, other.port)
    }

    /// Whether `pattern` names the host, with or without its port.
    pub(super) fn is_on(&self, pattern: &str) -> bool {
        pattern.eq_ignore_ascii_case(&self.host)
            || pattern.eq_ignore_ascii_case(&format!("{}:{}", self.host, self.port))
    }

    /// Without the query, which may hold signatures.
    pub(super) fn shown(&self) -> String {
        let path = self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path);
        format!("{}{path}", self.origin())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path)
    }
}

/// A value of a query, with everything encoded that may not stand there by itself (RFC 3986, 2.3).
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_joined() {
        let base = Url::parse("https://host.example:5000/v2/a/tags/list?n=2").unwrap();
        for (text, expected) in [
            ("/v2/_catalog?last=b&n=2", "https://host.example:5000/v2/_catalog?last=b&n=2"),
            ("?last=x", "https://host.example:5000/v2/a/tags/list?last=x"),
            ("list?last=x", "https://host.example:5000/v2/a/tags/list?last=x"),
            ("//other.example/x", "https://other.example/x"),
            ("http://other.example", "http://other.example/"),
            ("https://host.example:443/x#part", "https://host.example/x"),
            ("HTTPS://Other.Example/X", "https://other.example/X"),
        ] {
            assert_eq!(base.join(text).map(|url| url.to_string()).as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "file:///etc/passwd",
            "gopher://x/",
            "https://user@host.example/",
            "https:///x",
            "data:x",
            "ftp://x",
        ] {
            assert_eq!(base.join(bad), None, "{bad}");
        }
        assert_eq!(encode("repository:a/b:pull"), "repository%3Aa%2Fb%3Apull");
    }
}
