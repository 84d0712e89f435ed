//! What feeds say of a package, in the shape of OSV.

use plimsoll_core::{Event, Range, RangeKind, Rating};

fn range(events: Vec<Event>) -> Vec<Range> {
    vec![Range { kind: RangeKind::Ecosystem, events }]
}

fn first() -> Event {
    Event::Introduced("0".to_owned())
}

/// Affected before the fix. A fix in `0` says that no version ever was.
pub(super) fn fixed_in(version: impl Into<String>) -> Vec<Range> {
    range(vec![first(), Event::Fixed(version.into())])
}

/// Affected, in every version so far.
pub(super) fn unfixed() -> Vec<Range> {
    range(vec![first()])
}

/// Not affected, in any version.
pub(super) fn not_affected() -> Vec<Range> {
    fixed_in("0")
}

/// Nobody knows yet: an end that no order can place, as Debian writes it (`<undetermined>`), makes the verdict
/// undetermined and says why.
pub(super) fn unclear(why: &str) -> Vec<Range> {
    range(vec![first(), Event::Fixed(format!("<{why}>"))])
}

/// A vendor's word for a severity.
pub(super) fn word(source: &str, word: &str) -> Rating {
    rating(source, "word", word)
}

/// A CVSS vector.
pub(super) fn vector(source: &str, vector: &str) -> Rating {
    let scheme = match vector.get(..7) {
        Some("CVSS:4.") => "CVSS_V4",
        Some("CVSS:3.") => "CVSS_V3",
        _ => "CVSS_V2",
    };
    rating(source, scheme, vector)
}

/// What a source says of a severity.
pub(super) fn rating(source: &str, scheme: &str, value: &str) -> Rating {
    Rating { source: source.to_owned(), scheme: scheme.to_owned(), value: value.to_owned() }
}
