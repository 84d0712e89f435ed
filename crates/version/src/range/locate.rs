use super::intervals::{Interval, intervals};
use super::{Cause, Event, Membership, Until};
use crate::{Scheme, Unparsable};

/// Whether `version` is in the range of `events`.
///
/// What cannot be read never means "affected for ever": a version is outside, or inside, only where the events that
/// can be read say so whatever the others might be, and undetermined otherwise. A version that has no place in the
/// order is inside a range of all versions and undetermined in every other.
pub fn locate<'a>(scheme: Scheme, events: &[Event<'a>], version: &str) -> Membership<'a> {
    let all = intervals(scheme, events);
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
