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
    let all = intervals::intervals(scheme, events);
    let unbounded = Interval { from: None, until: Until::Open };
    if let Err(why) = scheme.parses(version) {
        return match all.certain.iter().find(|interval| **interval == unbounded) {
            Some(Interval { from, until }) => Membership::Inside { from: *from, until: *until },
            None => Membership::Undetermined { cause: Cause::Version(why) },
        };
    }
    for Interval { from, until } in &all.certain {
        match place(scheme, Interval { from: *from, until: *until }, version) {
            Ok(Place::Within) => return Membership::Inside { from: *from, until: *until },
            Ok(_) => {}
            Err(why) => return Membership::Undetermined { cause: Cause::Version(why) },
        }
    }
    let doubt = |interval| place(scheme, interval, version) == Ok(Place::Within);
    if let Some(doubtful) = all.doubtful.iter().find(|doubtful| doubt(doubtful.interval)) {
        return Membership::Undetermined { cause: doubtful.cause };
    }
    let intervals = all.certain.iter().chain(all.doubtful.iter().map(|doubtful| &doubtful.interval));
    let mut fixed = intervals
        .filter(|interval| place(scheme, **interval, version) == Ok(Place::After))
        .filter_map(|interval| match interval.until {
            Until::Fixed(fixed) => Some(fixed),
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
        && scheme.compare(version, from)?.is_lt()
    {
        return Ok(Place::Before);
    }
    let after = match interval.until {
        Until::Fixed(end) | Until::Limit(end) => scheme.compare(version, end)?.is_ge(),
        Until::LastAffected(end) => scheme.compare(version, end)?.is_gt(),
        Until::Open => false,
    };
    Ok(if after { Place::After } else { Place::Within })
}
