//! The versions that an affected entry is about, as intervals of version keys.

use plimsoll_core::{Affected, RangeKind};
use plimsoll_version::range::{Event, Interval, Until, intervals};
use plimsoll_version::{Key, Scheme};

/// The byte that no key begins with: what is at or above it is above every version.
pub(crate) const END: u8 = 0xff;

/// Keys from `lo` on, up to `hi` without it. Everything that an entry can affect is in one of its spans; what is in
/// a span need not be affected, because a bound may have no key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    /// The first key; empty from the first version on.
    pub(crate) lo: Vec<u8>,
    /// The first key past it; [`END`] alone where there is none.
    pub(crate) hi: Vec<u8>,
}

impl Span {
    fn all() -> Self {
        Self { lo: Vec::new(), hi: vec![END] }
    }

    /// No version: it only says that the record speaks of the package.
    fn none() -> Self {
        Self { lo: vec![END], hi: vec![END] }
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.lo.as_slice() <= key && key < self.hi.as_slice()
    }
}

/// The key of a version, where its order can be put in bytes.
pub(crate) fn place(scheme: Scheme, version: &str) -> Option<Key> {
    scheme.parses(version).ok()?;
    scheme.key(version).filter(|key| key.as_bytes().first() != Some(&END))
}

/// Its bytes.
pub(crate) fn key(scheme: Scheme, version: &str) -> Option<Vec<u8>> {
    place(scheme, version).map(Vec::from)
}

/// The spans of an entry, sorted; never empty.
pub(crate) fn spans(entry: &Affected) -> Vec<Span> {
    let Some(scheme) = Scheme::for_ecosystem(entry.ecosystem.as_str()) else {
        return vec![Span::all()];
    };
    if entry.ranges.is_empty() && entry.versions.is_empty() {
        // Malware of which no version is named is every version of it.
        return vec![Span::all()];
    }
    let mut spans = Vec::new();
    for range in entry.ranges.iter().filter(|range| range.kind != RangeKind::Git) {
        let events: Vec<Event<'_>> = range.events.iter().map(event).collect();
        let intervals = intervals(scheme, &events);
        let doubtful = intervals.doubtful.iter().map(|doubtful| doubtful.interval);
        spans
            .extend(intervals.certain.iter().copied().chain(doubtful).map(|interval| span(scheme, interval)));
    }
    for version in &entry.versions {
        if let Some(key) = key(scheme, version)
            && !spans.iter().any(|span: &Span| span.contains(&key))
        {
            spans.push(Span { hi: after(&key), lo: key });
        }
    }
    spans.sort_unstable();
    spans.dedup();
    if spans.is_empty() {
        spans.push(Span::none());
    }
    spans
}

fn event(event: &plimsoll_core::Event) -> Event<'_> {
    match event {
        plimsoll_core::Event::Introduced(version) => Event::Introduced(version),
        plimsoll_core::Event::Fixed(version) => Event::Fixed(version),
        plimsoll_core::Event::LastAffected(version) => Event::LastAffected(version),
        plimsoll_core::Event::Limit(version) => Event::Limit(version),
    }
}

fn span(scheme: Scheme, interval: Interval<'_>) -> Span {
    let lo = interval.from.and_then(|version| key(scheme, version)).unwrap_or_default();
    let hi = match interval.until {
        Until::Fixed(version) | Until::Limit(version) => key(scheme, version),
        Until::LastAffected(version) => key(scheme, version).map(|key| after(&key)),
        _ => None,
    };
    Span { lo, hi: hi.unwrap_or_else(|| vec![END]) }
}

/// The least key above.
fn after(key: &[u8]) -> Vec<u8> {
    let mut after = key.to_vec();
    after.push(0);
    after
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{Ecosystem, Event, NameKind, Range};

    use super::*;

    fn entry(ecosystem: &str, events: &[Event], versions: &[&str]) -> Affected {
        let ranges = match events {
            [] => Vec::new(),
            events => vec![Range { kind: RangeKind::Ecosystem, events: events.to_vec() }],
        };
        Affected {
            ranges,
            versions: versions.iter().map(|&version| version.to_owned()).collect(),
            ..Affected::new(Ecosystem::new(ecosystem), "a", NameKind::Binary)
        }
    }

    fn contains(entry: &Affected, version: &str) -> bool {
        let key = key(Scheme::for_ecosystem(entry.ecosystem.as_str()).unwrap(), version).unwrap();
        spans(entry).iter().any(|span| span.contains(&key))
    }

    #[test]
    fn bounds_are_where_they_should_be() {
        let fixed = entry("PyPI", &[Event::Introduced("1.0".into()), Event::Fixed("2.0".into())], &[]);
        for (version, inside) in
            [("0.9", false), ("1.0", true), ("1.99", true), ("2.0rc1", true), ("2.0", false)]
        {
            assert_eq!(contains(&fixed, version), inside, "{version}");
        }
        let last = entry("PyPI", &[Event::Introduced("0".into()), Event::LastAffected("2.0".into())], &[]);
        for (version, inside) in [("0.dev0", true), ("2.0", true), ("2.0.0", true), ("2.0.post1", false)] {
            assert_eq!(contains(&last, version), inside, "{version}");
        }
    }

    #[test]
    fn listed_versions_outside_the_ranges_are_spans_of_their_own() {
        let entry = entry(
            "PyPI",
            &[Event::Introduced("0".into()), Event::Fixed("2.0".into())],
            &["1.0", "2.0", "not a version"],
        );
        assert_eq!(spans(&entry).len(), 2);
        assert!(contains(&entry, "2.0") && !contains(&entry, "2.0.1"));
    }

    #[test]
    fn what_can_not_be_read_is_wide() {
        let open =
            entry("PyPI", &[Event::Introduced("1.0".into()), Event::Fixed("not a version".into())], &[]);
        assert!(!contains(&open, "0.9") && contains(&open, "9"));
        assert_eq!(spans(&entry("Nowhere", &[Event::Introduced("1.0".into())], &[])), [Span::all()]);
    }

    #[test]
    fn a_record_that_affects_nothing_is_still_found() {
        let never = entry("Alpine", &[Event::Introduced("0".into()), Event::Fixed("0".into())], &[]);
        assert!(!contains(&never, "1.0-r0"));
        assert_eq!(spans(&never).len(), 1);
        assert_eq!(spans(&entry("PyPI", &[], &["not a version"])), [Span::none()]);
    }
}
