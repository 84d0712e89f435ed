//! What repositories and tags may be called (OCI distribution specification, "Pulling manifests").

/// Characters of a repository's name, which is a path in a URL.
const REPOSITORY: usize = 255;

/// Whether the text is a repository's name: components of lower-case letters and digits, joined by `.`, `_`, `__`
/// or any number of `-`, with slashes between them; 255 characters at most.
pub fn is_repository(text: &str) -> bool {
    text.len() <= REPOSITORY && text.split('/').all(is_component)
}

fn is_component(text: &str) -> bool {
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(plain) || !bytes.last().is_some_and(plain) {
        return false;
    }
    bytes
        .split(plain)
        .all(|joint| matches!(joint, b"" | b"." | b"_" | b"__") || joint.iter().all(|b| *b == b'-'))
}

/// Whether the text is a tag: a letter, digit or `_`, then up to 127 more of them or of `.` and `-`.
pub fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut bytes = text.bytes();
    text.len() <= 128 && bytes.next().is_some_and(word) && bytes.all(|b| word(b) || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_and_tags_follow_the_specification() {
        for good in ["a", "library/alpine", "a.b", "a_b", "a__b", "a---b", "0/1/2", &"a".repeat(255)] {
            assert!(is_repository(good), "{good}");
        }
        let long = "a".repeat(256);
        for bad in
            ["", "/", "a/", "/a", "A", "a..b", "a___b", "a._b", "-a", "a-", "a b", "..", "a/../b", "é", &long]
        {
            assert!(!is_repository(bad), "{bad}");
        }
        for good in ["latest", "1.2.3", "_", "A-b.c", &"x".repeat(128)] {
            assert!(is_tag(good), "{good}");
        }
        let long = "x".repeat(129);
        for bad in ["", ".a", "-a", "a/b", "a:b", "a b", &long] {
            assert!(!is_tag(bad), "{bad}");
        }
    }
}
