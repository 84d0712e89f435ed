use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A package URL (ECMA-427, formerly the package-url specification): `pkg:type/namespace/name@version?qualifiers#subpath`.
///
/// The parts are kept decoded; [`Display`](fmt::Display) writes the canonical form.
///
/// ```
/// let purl: plimsoll_core::Purl = "pkg:npm/%40angular/core@16.0.0?arch=any".parse()?;
/// assert_eq!(purl.namespace.as_deref(), Some("@angular"));
/// assert_eq!(purl.to_string(), "pkg:npm/%40angular/core@16.0.0?arch=any");
/// # Ok::<(), plimsoll_core::PurlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Purl {
    /// The type, in lower case: `deb`, `npm`.
    pub kind: String,
    /// The namespace: a distribution, an npm scope, a Maven group; segments separated by slashes.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The qualifiers, sorted by key.
    pub qualifiers: BTreeMap<String, String>,
    /// The path within the package.
    pub subpath: Option<String>,
}

/// Why a text is not a [`Purl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurlError {
    /// It does not begin with `pkg:`.
    #[error("{0:?} is not a package URL: expected pkg:type/name@version")]
    NoScheme(String),
    /// The type is missing or has characters that no type has.
    #[error("package URL {0:?} has no valid type")]
    BadType(String),
    /// There is no name.
    #[error("package URL {0:?} has no name")]
    NoName(String),
    /// A percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    #[error("package URL {0:?} has a broken percent-encoding")]
    BadEncoding(String),
    /// A qualifier is not `key=value`.
    #[error("package URL {0:?} has a qualifier that is not key=value")]
    BadQualifier(String),
}

impl Purl {
    /// A package URL of a type and a name, with the type's own normalisation of the name.
    pub fn new(kind: &str, namespace: Option<&str>, name: &str, version: Option<&str>) -> Self {
        let mut purl = Self {
            kind: kind.to_ascii_lowercase(),
            namespace: namespace.filter(|n| !n.is_empty()).map(str::to_owned),
            name: name.to_owned(),
            version: version.filter(|v| !v.is_empty()).map(str::to_owned),
            qualifiers: BTreeMap::new(),
            subpath: None,
        };
        purl.normalise();
        purl
    }

    /// The same with a qualifier; an empty value is none.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.qualifiers.insert(key.to_ascii_lowercase(), value.to_owned());
        }
        self
    }

    /// The rules of the types definitions: what is lower case, and what underscores become.
    fn normalise(&mut self) {
        let lower = |text: &mut String| {
            if text.chars().any(char::is_uppercase) {
                *text = text.to_lowercase();
            }
        };
        match self.kind.as_str() {
            "pypi" => {
                lower(&mut self.name);
                self.name = self.name.replace('_', "-");
            }
            "deb" | "apk" | "alpm" | "bitbucket" | "github" | "githubactions" | "composer" | "hex"
            | "luarocks" | "oci" | "bitnami" => {
                lower(&mut self.name);
                self.namespace.iter_mut().for_each(lower);
            }
            "rpm" => self.namespace.iter_mut().for_each(lower),
            // npm is left as it is: `JSONStream` and `jsonstream` are two packages of its registry.
            "pub" => lower(&mut self.name),
            _ => {}
        }
    }
}

impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, PurlError> {
        let shown = || text.chars().take(300).collect::<String>();
        let rest = text
            .get(..4)
            .filter(|scheme| scheme.eq_ignore_ascii_case("pkg:"))
            .and_then(|_| text.get(4..))
            .ok_or_else(|| PurlError::NoScheme(shown()))?
            .trim_start_matches('/');
        let (rest, subpath) = match rest.rsplit_once('#') {
            Some((rest, subpath)) => (rest, Some(subpath)),
            None => (rest, None),
        };
        let (rest, query) = match rest.rsplit_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (kind, rest) = rest.split_once('/').ok_or_else(|| PurlError::NoName(shown()))?;
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        if kind.is_empty() || !kind.chars().all(valid) || kind.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(PurlError::BadType(shown()));
        }
        // An unencoded scope (`pkg:npm/@angular/core@1`) is common: only an `@` after the last slash is a version.
        let rest = rest.trim_matches('/');
        let name_at = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (path, version) = match rest.get(name_at..).and_then(|name| name.rfind('@')) {
            Some(at) if at > 0 => (rest.get(..name_at + at), rest.get(name_at + at + 1..)),
            // The version itself may hold a slash that nobody encoded: `pkg:generic/a@1/2`.
            _ => match rest.find('@').filter(|&at| at > 0 && !rest[..at].ends_with('/')) {
                Some(at) => (rest.get(..at), rest.get(at + 1..)),
                None => (Some(rest), None),
            },
        };
        let path = path.unwrap_or_default().trim_end_matches('/');
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, path),
        };
        let bad = |()| PurlError::BadEncoding(shown());
        let name = decode(name).map_err(bad)?;
        if name.is_empty() {
            return Err(PurlError::NoName(shown()));
        }
        let namespace = namespace.map(segments).transpose().map_err(bad)?.filter(|n| !n.is_empty());
        let version = version.map(decode).transpose().map_err(bad)?.filter(|v| !v.is_empty());
        let mut qualifiers = BTreeMap::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| PurlError::BadQualifier(shown()))?;
            let value = decode(value).map_err(bad)?;
            if !value.is_empty() {
                qualifiers.insert(key.to_ascii_lowercase(), value);
            }
        }
        let subpath = subpath.map(segments).transpose().map_err(bad)?.filter(|s| !s.is_empty());
        let mut purl =
            Self { kind: kind.to_ascii_lowercase(), namespace, name, version, qualifiers, subpath };
        purl.normalise();
        Ok(purl)
    }
}

/// Decodes each segment and drops the empty, `.` and `..` ones.
fn segments(text: &str) -> Result<String, ()> {
    let mut out = String::new();
    for segment in text.split('/').filter(|s| !matches!(*s, "" | "." | "..")) {
        if !out.is_empty() {
            out.push('/');
        }
        out.push_str(&decode(segment)?);
    }
    Ok(out)
}

fn decode(text: &str) -> Result<String, ()> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16)).ok_or(());
            let value = digit()? * 16 + digit()?;
            out.push(u8::try_from(value).map_err(|_| ())?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).map_err(|_| ())
}

struct Encoded<'a>(&'a str, &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            let c = char::from(byte);
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | ':') || self.1.contains(c) {
                write!(f, "{c}")?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{}/", Encoded(namespace, "/"))?;
        }
        write!(f, "{}", Encoded(&self.name, ""))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", Encoded(version, ""))?;
        }
        // A key is letters, digits, periods, dashes and underscores, and is never encoded: there is no way to write
        // another.
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let qualifiers = self.qualifiers.iter().filter(|(key, _)| !key.is_empty() && key.chars().all(valid));
        for (i, (key, value)) in qualifiers.enumerate() {
            write!(f, "{}{key}={}", if i == 0 { '?' } else { '&' }, Encoded(value, "/"))?;
        }
        if let Some(subpath) = &self.subpath {
            write!(f, "#{}", Encoded(subpath, "/"))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Purl {
    type Error = PurlError;

    fn try_from(text: String) -> Result<Self, PurlError> {
        text.parse()
    }
}

impl From<Purl> for String {
    fn from(purl: Purl) -> Self {
        purl.to_string()
    }
}
