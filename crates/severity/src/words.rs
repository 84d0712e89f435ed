//! What vendors call their levels.

use crate::Level;

/// Vendors' words, in lower case, with the level that each stands for and who uses it so.
static LEVELS: &[(&str, Level, &str)] = &[
    (
        "critical",
        Level::Critical,
        "CVSS, GHSA, npm, Ubuntu, Red Hat and its rebuilds, Oracle, SUSE, Amazon, Arch, MSRC",
    ),
    ("urgent", Level::Critical, "Fedora"),
    ("important", Level::High, "Red Hat and its rebuilds, Oracle, SUSE, Amazon, Photon, MSRC"),
    ("high", Level::High, "CVSS, GHSA, npm, Debian, Ubuntu, Arch, Azure Linux, Fedora, Gentoo, openEuler"),
    ("moderate", Level::Medium, "GHSA, npm, Red Hat and its rebuilds, Oracle, SUSE, Photon, MSRC"),
    ("medium", Level::Medium, "CVSS, Debian, Ubuntu, Amazon, Arch, Azure Linux, Fedora, openEuler"),
    ("normal", Level::Medium, "Gentoo"),
    ("low", Level::Low, "all"),
    ("minor", Level::Low, "Gentoo, Amazon"),
    ("negligible", Level::Negligible, "Ubuntu"),
    ("unimportant", Level::Negligible, "Debian"),
    ("info", Level::Negligible, "npm"),
    ("informational", Level::Negligible, "RustSec, Azure"),
    ("none", Level::None, "CVSS"),
];

/// Words by which a vendor says that it has not rated.
static SILENT: &[&str] = &[
    "",
    "-",
    "n/a",
    "unknown",
    "unspecified",
    "unrated",
    "unassigned",
    "untriaged",
    "undefined",
    "pending",
    "not yet assigned",
    "not set",
    "end-of-life",
];

/// A word that no vendor in the table uses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no known word for a severity")]
pub struct UnknownWord(String);

/// The level that a vendor's word stands for, in any case; nothing where the word says that there is no rating
/// (Debian's `not yet assigned`, Ubuntu's `untriaged`).
///
/// Debian's urgencies may carry asterisks (`medium**`), which say that the rating is automatic.
///
/// # Errors
/// A word that is not in the table.
pub fn level(word: &str) -> Result<Option<Level>, UnknownWord> {
    let word = word.trim().trim_end_matches('*');
    if let Some((_, level, _)) = LEVELS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word)) {
        return Ok(Some(*level));
    }
    if SILENT.iter().any(|silent| silent.eq_ignore_ascii_case(word)) {
        return Ok(None);
    }
    Err(UnknownWord(word.chars().take(40).collect()))
}

#[cfg(test)]
mod tests {
    use super::level;
    use crate::Level;

    #[test]
    fn vendors() {
        for (word, expected) in [
            ("not yet assigned", None),
            ("unimportant", Some(Level::Negligible)),
            ("medium**", Some(Level::Medium)),
            ("Untriaged", None),
            ("Negligible", Some(Level::Negligible)),
            ("MODERATE", Some(Level::Medium)),
            ("Important", Some(Level::High)),
            (" critical\n", Some(Level::Critical)),
        ] {
            assert_eq!(level(word), Ok(expected), "{word}");
        }
        assert!(level("catastrophic").is_err());
    }
}
