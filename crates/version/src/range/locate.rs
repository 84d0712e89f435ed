use super::intervals::{self, Interval};
use super::{Cause, Event, Membership, Until};
use crate::{Scheme, Unparsable};

/// Whether `version` is in the range of `events`.
///
/// What cannot be read never means "affected for ever": a version is outside, or inside, only where the events that
/// can be read say so whatever the others might be, and undetermined otherwise. A version that has no place in the
/// order is inside a range of all versions and undetermined in every other.
pub fn locate<'a>(scheme: Scheme, events: &[Event<'a>], version: &str) -> Membership<'a> {
    if let Some(membership) = locate_in_one(scheme, events, version) {
        return membership;
    }
    let all = intervals::intervals_for(scheme, events, version);
    let mut undecided = None;
    for interval in &all.certain {
        match place(scheme, *interval, version) {
            Ok(Place::Within) => return Membership::Inside { from: interval.from, until: interval.until },
            Ok(_) => {}
            Err(why) => undecided = undecided.or(Some(why)),
        }
    }
    if let Some(why) = undecided {
        return Membership::Undetermined { cause: Cause::Version(why) };
    }
    for doubtful in &all.doubtful {
        match place(scheme, doubtful.interval, version) {
            Ok(Place::Before | Place::After) => {}
            Ok(Place::Within) | Err(_) => return Membership::Undetermined { cause: doubtful.cause },
        }
    }
    let intervals = all.certain.iter().chain(all.doubtful.iter().map(|doubtful| &doubtful.interval));
    let mut fixed =
        intervals.filter_map(|interval| match (interval.until, place(scheme, *interval, version)) {
            (Until::Fixed(fixed), Ok(Place::After)) => Some(fixed),
            _ => None,
        });
    Membership::Outside { fixed: fixed.next_back() }
}

/// Most ranges: one beginning and perhaps one end after it, all of which can be read.
fn locate_in_one<'a>(scheme: Scheme, events: &[Event<'a>], version: &str) -> Option<Membership<'a>> {
    let (introduced, until) = match *events {
        [Event::Introduced(introduced)] => (introduced, Until::Open),
        [Event::Introduced(introduced), end] | [end, Event::Introduced(introduced)] => {
            (introduced, until(end)?)
        }
        _ => return None,
    };
    scheme.parses(version).ok()?;
    let from = if introduced == "0" { None } else { Some(introduced) };
    if let Some(from) = from {
        scheme.parses(from).ok()?;
    }
    if let Some(end) = intervals::version(until) {
        scheme.parses(end).ok()?;
        let order = from.map(|from| scheme.compare(from, end)).transpose().ok()?;
        let is_in_order = match until {
            Until::LastAffected(_) => order.is_none_or(|order| order.is_le()),
            _ => order.is_none_or(|order| order.is_lt()),
        };
        if !is_in_order {
            return None;
        }
    }
    Some(match (place(scheme, Interval { from, until }, version).ok()?, until) {
        (Place::Within, _) => Membership::Inside { from, until },
        (Place::After, Until::Fixed(fixed)) => Membership::Outside { fixed: Some(fixed) },
        _ => Membership::Outside { fixed: None },
    })
}

fn until(event: Event<'_>) -> Option<Until<'_>> {
    match event {
        Event::Introduced(_) => None,
        Event::Fixed(version) => Some(Until::Fixed(version)),
        Event::LastAffected(version) => Some(Until::LastAffected(version)),
        Event::Limit(version) => Some(Until::Limit(version)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Within,
    After,
}

fn place(scheme: Scheme, interval: Interval<'_>, version: &str) -> Result<Place, Unparsable> {
    if let Some(from) = interval.from
        && scheme.decides(version, from)?.is_lt()
    {
        return Ok(Place::Before);
    }
    let after = match interval.until {
        Until::Fixed(end) | Until::Limit(end) => scheme.decides(version, end)?.is_ge(),
        Until::LastAffected(end) => scheme.decides(version, end)?.is_gt(),
        Until::Open => false,
    };
    Ok(if after { Place::After } else { Place::Within })
}
