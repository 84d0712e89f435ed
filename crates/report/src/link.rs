//! Where to read on.

use std::collections::BTreeSet;

use plimsoll_core::Finding;

/// The address, if it is one that a person may follow: of the web, in printable ASCII without what would end it in
/// some document.
pub(crate) fn web(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_graphic() && !br#""'<>\^`{|}"#.contains(&byte);
    let valid = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.bytes().all(plain);
    (valid(rest) && !percent_is_broken(rest) && rest.matches('#').count() < 2 && !rest.contains(['[', ']']))
        .then_some(url)
}

fn percent_is_broken(text: &str) -> bool {
    text.split('%').skip(1).any(|after| {
        !after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// The page of a vulnerability, by its id.
pub(crate) fn vulnerability(id: &str) -> Option<String> {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    if !plain || id.is_empty() {
        return None;
    }
    Some(match id.split_once('-')?.0 {
        "CVE" => format!("https://nvd.nist.gov/vuln/detail/{id}"),
        "GHSA" => format!("https://github.com/advisories/{id}"),
        _ => format!("https://osv.dev/vulnerability/{id}"),
    })
}

/// Every address of a finding, the vulnerability's own page first, each once.
pub(crate) fn all(finding: &Finding) -> Vec<String> {
    let mut seen = BTreeSet::new();
    vulnerability(&finding.id)
        .into_iter()
        .chain(finding.references.iter().filter_map(|reference| web(&reference.url)).map(str::to_owned))
        .filter(|url| seen.insert(url.clone()))
        .collect()
}

/// The addresses at which people may read on about a finding: of the web, each once, safe to follow and to print.
pub fn links(finding: &Finding) -> Vec<String> {
    all(finding)
}

/// A path as part of an address (RFC 3986, section 3.3), relative.
pub(crate) fn path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'+' | b'@' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_the_web_are_links() {
        for good in ["https://a.example/x?y=1#z", "http://a/%20"] {
            assert_eq!(web(good), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a\"",
            "https://a/%zz",
            "https://é/",
            "data:x",
        ] {
            assert_eq!(web(bad), None, "{bad}");
        }
        assert_eq!(vulnerability("CVE-2024-1").unwrap(), "https://nvd.nist.gov/vuln/detail/CVE-2024-1");
        assert_eq!(vulnerability("CVE-1\" onclick="), None);
        assert_eq!(path("/usr/lib/a b/ü"), "usr/lib/a%20b/%C3%BC");
    }
}
