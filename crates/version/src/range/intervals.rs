use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Cause, Event, Until};
use crate::{Key, Scheme, Unparsable};

/// Versions from one on, up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval<'a> {
    /// The first version in it; None from the first version ever.
    pub from: Option<&'a str>,
    /// Where it ends.
    pub until: Until<'a>,
}

impl Interval<'_> {
    /// The interval as keys: a version is in it when `from <= key`, and `key < until` where there is an end. What has
    /// no beginning begins with the empty key; after a last affected version comes its key with a zero byte behind it.
    /// None where a bound has no key.
    pub fn keys(&self, scheme: Scheme) -> Option<(Key, Option<Key>)> {
        let from = match self.from {
            Some(version) => scheme.key(version)?,
            None => Key::from(Vec::new()),
        };
        let until = match self.until {
            Until::Open => None,
            Until::Fixed(version) | Until::Limit(version) => Some(scheme.key(version)?),
            Until::LastAffected(version) => Some(scheme.key(version)?.next()),
        };
        Some((from, until))
    }
}

/// An interval whose versions are affected or not: its bounds do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Doubtful<'a> {
    /// All versions of which nothing can be said. Empty for a pair whose beginning is its end.
    pub interval: Interval<'a>,
    /// What is wrong.
    pub cause: Cause<'a>,
}

/// A range as intervals, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals<'a> {
    /// The versions that are in the range.
    pub certain: Vec<Interval<'a>>,
    /// The versions that may be, because of unreadable or inverted bounds.
    pub doubtful: Vec<Doubtful<'a>>,
}

/// The range as intervals, for storing them as rows of keys and for showing them to people.
///
/// Events may come in any order. At one version an end (`fixed`, `limit`) comes before a beginning, and that before
/// `last_affected`. No events at all are every version; ends without any beginning hold from the first version.
pub fn intervals<'a>(scheme: Scheme, events: &[Event<'a>]) -> Intervals<'a> {
    Walk::new(scheme, events, |event| scheme.parses(event.version())).run()
}

/// The same as far as one version needs it: a bound that does not parse is as good as one that does where the version
/// clearly lies on one side of it.
pub(super) fn intervals_for<'a>(scheme: Scheme, events: &[Event<'a>], version: &str) -> Intervals<'a> {
    let readable = |event: Event<'_>| {
        scheme
            .parses(event.version())
            .or_else(|why| scheme.decides(version, event.version()).map(drop).map_err(|_| why))
    };
    Walk::new(scheme, events, readable).run()
}

fn rank(event: Event<'_>) -> u8 {
    match event {
        Event::Fixed(_) | Event::Limit(_) => 0,
        Event::Introduced(_) => 1,
        Event::LastAffected(_) => 2,
    }
}

/// `0` is before every version, whatever the scheme makes of a zero.
fn is_first(event: Event<'_>) -> bool {
    matches!(event, Event::Introduced("0"))
}

fn compare(scheme: Scheme, a: Event<'_>, b: Event<'_>) -> Ordering {
    match (is_first(a), is_first(b)) {
        // Both are readable, so they have an order.
        (false, false) => scheme.compare(a.version(), b.version()).unwrap_or(Ordering::Equal),
        (a, b) => b.cmp(&a),
    }
}

struct Walk<'a> {
    scheme: Scheme,
    /// What can be ordered, in order.
    events: Vec<Event<'a>>,
    unreadable_start: Option<(Event<'a>, Unparsable)>,
    unreadable_end: Option<(Event<'a>, Unparsable)>,
    has_start: bool,
    out: Intervals<'a>,
}

impl<'a> Walk<'a> {
    fn new(
        scheme: Scheme,
        all: &[Event<'a>],
        readable: impl Fn(Event<'a>) -> Result<(), Unparsable>,
    ) -> Self {
        let mut events = Vec::with_capacity(all.len());
        let (mut unreadable_start, mut unreadable_end) = (None, None);
        for event in all {
            let why = if is_first(*event) { Ok(()) } else { readable(*event) };
            match (why, event) {
                (Ok(()), _) => events.push(*event),
                (Err(why), Event::Introduced(_)) => unreadable_start = Some((*event, why)),
                (Err(why), _) => unreadable_end = Some((*event, why)),
            }
        }
        events.sort_by(|a, b| compare(scheme, *a, *b).then_with(|| rank(*a).cmp(&rank(*b))));
        let has_start = all.iter().any(|event| matches!(event, Event::Introduced(_)));
        Self { scheme, events, unreadable_start, unreadable_end, has_start, out: Intervals::default() }
    }

    fn run(mut self) -> Intervals<'a> {
        let mut open = if self.has_start { None } else { Some(None) };
        // The last end that ended nothing, with nothing begun since.
        let mut stray = None;
        let limit = self.events.iter().rposition(|event| matches!(event, Event::Limit(_)));
        for (at, event) in core::mem::take(&mut self.events).into_iter().enumerate() {
            let until = match event {
                Event::Introduced(version) => {
                    open = open.or(Some(if is_first(event) { None } else { Some(version) }));
                    continue;
                }
                Event::Limit(_) if limit != Some(at) => continue,
                Event::Fixed(version) => Until::Fixed(version),
                Event::LastAffected(version) => Until::LastAffected(version),
                Event::Limit(version) => Until::Limit(version),
            };
            match open.take() {
                Some(from) => {
                    self.out.certain.push(Interval { from, until });
                    stray = None;
                }
                None => stray = Some(until),
            }
            if limit == Some(at) {
                break;
            }
        }
        if let Some(from) = open {
            self.unended(from, stray);
            stray = None;
        }
        if let Some((event, why)) = self.unreadable_start {
            let interval = Interval { from: None, until: stray.unwrap_or(Until::Open) };
            self.doubt(interval, Cause::Unreadable { event, why });
        }
        self.out
    }

    /// A beginning without an end: open, unless an end is unreadable or comes before it.
    fn unended(&mut self, from: Option<&'a str>, stray: Option<Until<'a>>) {
        let interval = Interval { from, until: Until::Open };
        if let Some((event, why)) = self.unreadable_end {
            return self.doubt(interval, Cause::Unreadable { event, why });
        }
        let (Some(introduced), Some(until)) = (from, stray) else {
            return self.out.certain.push(interval);
        };
        let Some(end) = version(until) else { return self.out.certain.push(interval) };
        let cause = Cause::Inverted { introduced, until };
        let interval = match self.scheme.compare(introduced, end) {
            Ok(Ordering::Equal) => Interval { from, until },
            _ => Interval { from: Some(end), until: Until::Open },
        };
        self.doubt(interval, cause);
    }

    fn doubt(&mut self, interval: Interval<'a>, cause: Cause<'a>) {
        self.out.doubtful.push(Doubtful { interval, cause });
    }
}

pub(super) fn version(until: Until<'_>) -> Option<&str> {
    match until {
        Until::Fixed(version) | Until::LastAffected(version) | Until::Limit(version) => Some(version),
        Until::Open => None,
    }
}
