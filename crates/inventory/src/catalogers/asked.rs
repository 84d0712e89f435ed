//! What projects ask for, as long as nothing says what they got.

use plimsoll_core::{Confidence, Identity, Package, Role};

use crate::{Hearsay, Sink};

/// The most of a requirement that is quoted.
const QUOTED: usize = 100;

/// What a requirement says of the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// This one and no other.
    Exactly(&'a str),
    /// This one and those after it.
    AtLeast(&'a str),
    /// This one and those before it.
    AtMost(&'a str),
    /// Several bounds, or none: no version is named more than another.
    Any,
}

/// What an operator before a version makes of it.
type Meaning = for<'a> fn(&'a str) -> Wanted<'a>;

/// Reads a requirement. `bare` is what a version without an operator means.
pub(crate) fn wanted(text: &str, bare: Meaning) -> Wanted<'_> {
    let text = text.trim();
    let operators: &[(&str, Meaning)] = &[
        ("===", |version| Wanted::Exactly(version)),
        ("==", |version| Wanted::Exactly(version)),
        (">=", |version| Wanted::AtLeast(version)),
        ("<=", |version| Wanted::AtMost(version)),
        ("~=", |version| Wanted::AtLeast(version)),
        ("~>", |version| Wanted::AtLeast(version)),
        ("!=", |_| Wanted::Any),
        ("=", |version| Wanted::Exactly(version)),
        ("^", |version| Wanted::AtLeast(version)),
        ("~", |version| Wanted::AtLeast(version)),
    ];
    let found = operators.iter().find_map(|(sign, meaning)| Some((text.strip_prefix(sign)?, meaning)));
    let (version, meaning) = match found {
        Some((rest, meaning)) => (rest.trim(), *meaning),
        None => (text, bare),
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '!' | ':');
    if version.starts_with(|c: char| c.is_alphanumeric()) && version.chars().all(plain) {
        meaning(version)
    } else {
        Wanted::Any
    }
}

/// Adds what a project asks for. Where something else says which version it got, that counts alone.
///
/// `package` makes the package of a version, which is empty where none is named.
pub(crate) fn ask(
    wanted: Wanted<'_>,
    requirement: &str,
    dev: bool,
    package: impl FnOnce(&str) -> Package,
    out: &mut Sink,
) {
    let (version, end) = match wanted {
        Wanted::Exactly(version) => (version, None),
        Wanted::AtLeast(version) => (version, Some("lowest")),
        Wanted::AtMost(version) => (version, Some("highest")),
        Wanted::Any => ("", None),
    };
    let mut package = package(version);
    package.role = if dev { Role::Development } else { Role::Declared };
    package.identity = end.map(|end| {
        let requirement: String = requirement.trim().chars().take(QUOTED).collect();
        let evidence = format!("the {end} version that the requirement {requirement} allows");
        Identity { confidence: Confidence::Low, evidence }
    });
    if !package.name.trim().is_empty() {
        out.hearsay.push(Hearsay { package, any_version: true });
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted::*;
    use super::*;

    #[test]
    fn a_requirement_names_one_version_or_none() {
        for (text, expected) in [
            ("==2.0.1", Exactly("2.0.1")),
            ("=== 2.0", Exactly("2.0")),
            ("= 1.0.0", Exactly("1.0.0")),
            (">=1.26", AtLeast("1.26")),
            ("~> 2.6.3", AtLeast("2.6.3")),
            ("^1.0", AtLeast("1.0")),
            ("<= 3", AtMost("3")),
            ("1.2.3", Exactly("1.2.3")),
            ("*", Any),
            ("", Any),
            ("==1.*", Any),
            ("!=3.5", Any),
            ("<2", Any),
            (">1", Any),
            (">=1.20.0,<2.0.0", Any),
            (">= 0.34.0 and < 2.0.0", Any),
            ("^1 || ^2", Any),
        ] {
            assert_eq!(wanted(text, |version| Exactly(version)), expected, "{text}");
        }
        assert_eq!(wanted("0.3", |version| AtLeast(version)), AtLeast("0.3"));
    }
}
