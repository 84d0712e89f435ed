//! What the Go vulnerability database adds to OSV: <https://go.dev/doc/security/vuln/database>, and the ranges over
//! versions that are no Go module versions (`custom_ranges`).

use plimsoll_core::{Event, Range, RangeKind};
use plimsoll_version::Scheme;
use plimsoll_version::range::{self, Interval, Until};

use super::schema::Import;

/// Narrows the ranges by the custom ones.
///
/// Where the source's bounds were no versions of the module, the database writes a range that never ends and the
/// true bounds beside it. Such a range is cut down to what the true bounds allow. Two things are left as they are:
/// a range that does end, because it is in the module's own versions; and the `v0.0.0-` pseudo-versions, which stand
/// before every release number and say nothing of it, unless the true bounds are pseudo-versions themselves. Where
/// nothing would be left the ranges stay.
pub(super) fn narrow(ranges: &mut Vec<Range>, custom: Vec<Range>) {
    let scheme = Scheme::Go;
    let Some(allowed) = certain(scheme, &custom) else { return };
    let Some(stated) = certain(scheme, ranges) else { return };
    if allowed.is_empty() || !stated.iter().any(|interval| interval.until == Until::Open) {
        return;
    }
    let pseudo_bound = custom.iter().flat_map(|range| &range.events).any(|event| match event {
        Event::Introduced(version) | Event::Fixed(version) | Event::LastAffected(version) => {
            version.trim_start_matches('v').starts_with("0.0.0-")
        }
        Event::Limit(_) => false,
    });
    let mut narrowed = Vec::new();
    for interval in &stated {
        if interval.until != Until::Open {
            narrowed.push(*interval);
            continue;
        }
        if !pseudo_bound && before(scheme, interval.from, "0.0.0") {
            narrowed.push(Interval { from: interval.from, until: Until::Limit("0.0.0") });
        }
        narrowed.extend(allowed.iter().filter_map(|other| both(scheme, interval.from, *other)));
    }
    if narrowed.is_empty() {
        return;
    }
    let events =
        narrowed.iter().map(|interval| Range { kind: RangeKind::Ecosystem, events: events(*interval) });
    *ranges = events.collect();
}

/// The intervals of all ranges; nothing where some bound is of no use.
fn certain(scheme: Scheme, ranges: &[Range]) -> Option<Vec<Interval<'_>>> {
    let mut all = Vec::new();
    for range in ranges {
        let events: Vec<range::Event<'_>> = range
            .events
            .iter()
            .map(|event| match event {
                Event::Introduced(version) => range::Event::Introduced(version),
                Event::Fixed(version) => range::Event::Fixed(version),
                Event::LastAffected(version) => range::Event::LastAffected(version),
                Event::Limit(version) => range::Event::Limit(version),
            })
            .collect();
        let intervals = range::intervals(scheme, &events);
        if !intervals.doubtful.is_empty() {
            return None;
        }
        all.extend(intervals.certain);
    }
    Some(all)
}

fn before(scheme: Scheme, from: Option<&str>, version: &str) -> bool {
    from.is_none_or(|from| scheme.compare(from, version).is_ok_and(std::cmp::Ordering::is_lt))
}

/// What an interval has in common with everything from a version on.
fn both<'a>(scheme: Scheme, from: Option<&'a str>, other: Interval<'a>) -> Option<Interval<'a>> {
    let from = match (from, other.from) {
        (None, from) | (from, None) => from,
        (Some(a), Some(b)) => Some(if before(scheme, Some(a), b) { b } else { a }),
    };
    let empty = match (from, other.until) {
        (Some(from), Until::Fixed(end) | Until::Limit(end)) => !before(scheme, Some(from), end),
        (Some(from), Until::LastAffected(end)) => before(scheme, Some(end), from),
        _ => false,
    };
    (!empty).then_some(Interval { from, until: other.until })
}

fn events(interval: Interval<'_>) -> Vec<Event> {
    let mut events = vec![Event::Introduced(interval.from.unwrap_or("0").to_owned())];
    match interval.until {
        Until::Fixed(version) => events.push(Event::Fixed(version.to_owned())),
        Until::LastAffected(version) => events.push(Event::LastAffected(version.to_owned())),
        Until::Limit(version) => events.push(Event::Limit(version.to_owned())),
        _ => {}
    }
    events
}

/// The systems and architectures that all of the vulnerable packages of a module are limited to.
pub(super) fn platforms(imports: &[Import]) -> (Vec<String>, Vec<String>) {
    let all = |of: fn(&Import) -> Option<&Vec<String>>| -> Vec<String> {
        let lists: Option<Vec<&Vec<String>>> =
            imports.iter().map(|import| of(import).filter(|list| !list.is_empty())).collect();
        let mut names: Vec<String> = lists.unwrap_or_default().into_iter().flatten().cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    (all(|import| import.goos.as_ref()), all(|import| import.goarch.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &[&str]) -> Vec<Range> {
        text.iter()
            .map(|range| {
                let events = range
                    .split(',')
                    .map(|event| match event.trim().split_once(' ').unwrap() {
                        ("introduced", version) => Event::Introduced(version.into()),
                        ("fixed", version) => Event::Fixed(version.into()),
                        ("limit", version) => Event::Limit(version.into()),
                        _ => panic!("{event}"),
                    })
                    .collect();
                Range { kind: RangeKind::Ecosystem, events }
            })
            .collect()
    }

    fn narrowed(stated: &[&str], custom: &[&str]) -> Vec<Range> {
        let mut stated = ranges(stated);
        narrow(&mut stated, ranges(custom));
        stated
    }

    /// GO-2023-2385.
    #[test]
    fn an_endless_range_ends_where_the_custom_one_does() {
        let fix = "introduced 0, fixed 5.0.4-0.20231016150651-428517fef5b9";
        let narrowed = narrowed(&["introduced 0"], &[fix]);
        assert_eq!(narrowed, ranges(&["introduced 0, limit 0.0.0", fix]));
    }

    /// GO-2025-3834: the custom bounds speak of the pseudo-versions themselves.
    #[test]
    fn pseudo_versions_are_cut_by_pseudo_versions() {
        let custom = "introduced 0, fixed 0.0.0-20250730021757-04b9cbd87a15, introduced 1.0.0, fixed 2.0.6";
        let expected =
            ["introduced 0, fixed 0.0.0-20250730021757-04b9cbd87a15", "introduced 1.0.0, fixed 2.0.6"];
        assert_eq!(narrowed(&["introduced 0"], &[custom]), ranges(&expected));
    }

    /// GO-2024-2768.
    #[test]
    fn the_beginning_is_the_later_of_both() {
        let custom = "introduced 0, fixed 2.4.16, introduced 2.5.0, fixed 2.5.9";
        let expected = ["introduced 2.0.0+incompatible, fixed 2.4.16", "introduced 2.5.0, fixed 2.5.9"];
        assert_eq!(narrowed(&["introduced 2.0.0+incompatible"], &[custom]), ranges(&expected));
    }

    /// GO-2024-2521, and neuvector's: what ends in the module's own versions stands.
    #[test]
    fn a_range_that_ends_stays() {
        let stated = ["introduced 0, fixed 20.10.0-beta1+incompatible"];
        assert_eq!(narrowed(&stated, &["introduced 19.03.0, fixed 19.03.1"]), ranges(&stated));
        let stated = ["introduced 0, fixed 0.0.0-20251020133207-084a437033b4"];
        assert_eq!(narrowed(&stated, &["introduced 5.3.0, fixed 5.4.7"]), ranges(&stated));
    }

    /// GO-2025-3437.
    #[test]
    fn where_nothing_would_be_left_the_range_stays() {
        let custom = "introduced 0, fixed 0.7.1-0.20250129155113-4c6e03c463141";
        assert_eq!(narrowed(&["introduced 0.7.2"], &[custom]), ranges(&["introduced 0.7.2"]));
    }

    #[test]
    fn a_system_counts_where_every_package_has_one() {
        let import = |goos: Option<&str>| Import { goos: goos.map(|os| vec![os.to_owned()]), goarch: None };
        assert_eq!(platforms(&[import(Some("windows"))]).0, ["windows"]);
        assert_eq!(platforms(&[import(Some("windows")), import(Some("darwin"))]).0, ["darwin", "windows"]);
        assert!(platforms(&[import(Some("windows")), import(None)]).0.is_empty());
        assert!(platforms(&[]).0.is_empty());
    }
}
