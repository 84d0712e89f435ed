//! A version in the ranges of a record.

use plimsoll_core::Event;
use plimsoll_version::Scheme;
use plimsoll_version::range::{self, Cause, Membership, Until};

/// Where a version stands to one range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In it.
    Inside { range: String },
    /// At or past a fix.
    Fixed { by: String, range: String },
    /// Before it, or past its last affected version.
    Outside { range: String },
    /// The version can't be read.
    UnreadableVersion { range: String },
    /// A bound is of no use: it can't be read, or the range ends before it begins.
    UnusableBound { why: String, range: String },
}

pub(crate) fn place(scheme: Scheme, events: &[Event], version: &str) -> Place {
    let events: Vec<range::Event<'_>> = events.iter().map(event).collect();
    match range::locate(scheme, &events, version) {
        Membership::Inside { from, until } => Place::Inside { range: show(from, until) },
        Membership::Outside { fixed } => {
            let range = whole(scheme, &events);
            match fixed {
                Some(by) => Place::Fixed { by: by.to_owned(), range },
                None => Place::Outside { range },
            }
        }
        Membership::Undetermined { cause } => {
            let range = whole(scheme, &events);
            match cause {
                Cause::Version(_) => Place::UnreadableVersion { range },
                Cause::Unreadable { event, .. } => Place::UnusableBound {
                    why: format!(
                        "The record's bound {:?} can't be read as a version of the {} order.",
                        event.version(),
                        scheme.name()
                    ),
                    range,
                },
                Cause::Inverted { introduced, until } => Place::UnusableBound {
                    why: format!(
                        "The record's range begins at {introduced} and ends before that: {}.",
                        end(until)
                    ),
                    range,
                },
                _ => Place::UnusableBound { why: "The record's range can't be read.".to_owned(), range },
            }
        }
    }
}

/// Whether the version is in the range for certain.
pub(crate) fn is_inside(scheme: Scheme, events: &[Event], version: &str) -> bool {
    let events: Vec<range::Event<'_>> = events.iter().map(event).collect();
    matches!(range::locate(scheme, &events, version), Membership::Inside { .. })
}

pub(crate) fn event(event: &Event) -> range::Event<'_> {
    match event {
        Event::Introduced(version) => range::Event::Introduced(version),
        Event::Fixed(version) => range::Event::Fixed(version),
        Event::LastAffected(version) => range::Event::LastAffected(version),
        Event::Limit(version) => range::Event::Limit(version),
    }
}

/// `>= 1.8, < 1.8.4`.
pub(crate) fn show(from: Option<&str>, until: Until<'_>) -> String {
    match (from, end(until)) {
        (None, end) if end.is_empty() => "every version".to_owned(),
        (None, end) => end,
        (Some(from), end) if end.is_empty() => format!(">= {from}"),
        (Some(from), end) => format!(">= {from}, {end}"),
    }
}

fn end(until: Until<'_>) -> String {
    match until {
        Until::Fixed(version) | Until::Limit(version) => format!("< {version}"),
        Until::LastAffected(version) => format!("<= {version}"),
        _ => String::new(),
    }
}

/// All intervals of a range, or its bounds where they make none.
fn whole(scheme: Scheme, events: &[range::Event<'_>]) -> String {
    let intervals = range::intervals(scheme, events);
    let shown: Vec<String> = intervals
        .certain
        .iter()
        .chain(intervals.doubtful.iter().map(|doubtful| &doubtful.interval))
        .map(|interval| show(interval.from, interval.until))
        .collect();
    if shown.is_empty() { "no version".to_owned() } else { shown.join(" or ") }
}
