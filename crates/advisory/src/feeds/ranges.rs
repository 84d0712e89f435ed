//! Ranges that databases write as expressions, in the shape of OSV.

use std::ops::Bound;

use plimsoll_core::{Event, Range, RangeKind};
use plimsoll_version::Scheme;
use plimsoll_version::expression::{Expression, Syntax};

/// What an expression says is affected: ranges, and versions one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    pub(super) ranges: Vec<Range>,
    pub(super) versions: Vec<String>,
}

impl Ranges {
    /// Reads an expression. A bound that has no place in the order stays in its range, where it makes the answer
    /// undetermined; an expression that is none of the syntax is said.
    pub(super) fn read(syntax: Syntax, text: &str) -> Result<Self, String> {
        let expression = Expression::read(syntax, text).map_err(|e| e.to_string())?;
        let spans = expression.spans().map_err(|e| e.to_string())?;
        let mut out = Self::default();
        for span in spans {
            out.add(syntax.scheme(), span.lower.as_ref().map(|v| &**v), span.upper.as_ref().map(|v| &**v));
        }
        Ok(out)
    }

    /// Adds what is between two bounds.
    pub(super) fn add(&mut self, scheme: Scheme, lower: Bound<&str>, upper: Bound<&str>) {
        if let (Bound::Included(from), Bound::Included(to)) = (lower, upper)
            && from == to
        {
            return self.versions.push(from.to_owned());
        }
        let from = match lower {
            Bound::Unbounded => "0".to_owned(),
            Bound::Included(version) => version.to_owned(),
            Bound::Excluded(version) => next(scheme, version),
        };
        let mut events = vec![Event::Introduced(from)];
        events.extend(match upper {
            Bound::Unbounded => None,
            Bound::Included(version) => Some(Event::LastAffected(version.to_owned())),
            Bound::Excluded(version) => Some(Event::Fixed(version.to_owned())),
        });
        self.ranges.push(Range { kind: RangeKind::Ecosystem, events });
    }
}

/// The version after which a range begins that leaves its own bound out, as events have no way to say so: the least
/// one above it where the order has one, else the least that anybody would publish.
pub(super) fn next(scheme: Scheme, version: &str) -> String {
    match scheme {
        Scheme::Semver
        | Scheme::Npm
        | Scheme::Hex
        | Scheme::Pub
        | Scheme::Julia
        | Scheme::Swift
        | Scheme::Go => after_semver(version),
        // Before any post-release; versions of somebody's own (`+x`) are not above their base here (PEP 440,
        // "Exclusive ordered comparison").
        Scheme::Pep440 if !version.contains(['+', '.']) || version.split('.').all(is_number) => {
            format!("{version}.post0.dev0")
        }
        // `^` sorts after the end and before everything else that may follow.
        Scheme::Rpm => format!("{version}^"),
        Scheme::Dpkg => format!("{version}A~"),
        Scheme::Portage | Scheme::Apk => match version.rsplit_once("-r") {
            Some((base, revision)) if is_number(revision) => {
                format!("{base}-r{}", revision.parse::<u64>().unwrap_or_default().saturating_add(1))
            }
            // A version without a revision is its revision 0.
            _ => format!("{version}-r1"),
        },
        _ => format!("{version}.0.0.1"),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// SemVer 2.0.0, 11: after `1.2.3` comes `1.2.4-0`, after `1.2.3-a` comes `1.2.3-a.0`.
fn after_semver(version: &str) -> String {
    let plain = version.split('+').next().unwrap_or(version);
    if plain.contains('-') {
        return format!("{plain}.0");
    }
    let mut parts: Vec<&str> = plain.split('.').collect();
    while parts.len() < 3 {
        parts.push("0");
    }
    let last = parts.pop().and_then(|last| last.parse::<u64>().ok()).map(|last| last.saturating_add(1));
    match last {
        Some(last) => format!("{}.{last}-0", parts.join(".")),
        None => version.to_owned(),
    }
}

/// The events that a list of what is *not* affected leaves: RustSec's and RubySec's databases name the versions that
/// are patched and those that never were affected.
pub(super) fn all_but(syntax: Syntax, safe: &[String]) -> Result<Ranges, String> {
    let scheme = syntax.scheme();
    let mut spans: Vec<(Bound<String>, Bound<String>)> = Vec::new();
    for text in safe {
        let expression = Expression::read(syntax, text).map_err(|e| e.to_string())?;
        for span in expression.spans().map_err(|e| e.to_string())? {
            spans.push((span.lower.map(|v| v.into_owned()), span.upper.map(|v| v.into_owned())));
        }
    }
    let start = |bound: &Bound<String>| match bound {
        Bound::Unbounded => None,
        Bound::Included(version) | Bound::Excluded(version) => Some(version.clone()),
    };
    spans.sort_by(|(a, _), (b, _)| match (start(a), start(b)) {
        (None, None) => std::cmp::Ordering::Equal,
        (None, _) => std::cmp::Ordering::Less,
        (_, None) => std::cmp::Ordering::Greater,
        (Some(a), Some(b)) => scheme.compare(&a, &b).unwrap_or(std::cmp::Ordering::Equal),
    });
    let mut out = Ranges::default();
    // Up to where everything is dealt with: what follows is affected until the next safe span begins.
    let mut from = Bound::Unbounded;
    let mut open = true;
    for (lower, upper) in &spans {
        let until = match lower {
            Bound::Unbounded => None,
            Bound::Included(version) => Some(Bound::Excluded(version.as_str())),
            Bound::Excluded(version) => Some(Bound::Included(version.as_str())),
        };
        if let Some(until) = until
            && open
            && is_before(scheme, from, until)
        {
            out.add(scheme, from, until);
        }
        match upper {
            Bound::Unbounded => {
                open = false;
                break;
            }
            Bound::Included(version) => from = further(scheme, from, Bound::Excluded(version.as_str())),
            Bound::Excluded(version) => from = further(scheme, from, Bound::Included(version.as_str())),
        }
    }
    if open {
        out.add(scheme, from, Bound::Unbounded);
    }
    Ok(out)
}

fn version(bound: Bound<&str>) -> Option<&str> {
    match bound {
        Bound::Unbounded => None,
        Bound::Included(version) | Bound::Excluded(version) => Some(version),
    }
}

fn is_before(scheme: Scheme, lower: Bound<&str>, upper: Bound<&str>) -> bool {
    let (Some(from), Some(to)) = (version(lower), version(upper)) else { return true };
    match scheme.compare(from, to) {
        Ok(std::cmp::Ordering::Less) => true,
        Ok(std::cmp::Ordering::Equal) => matches!((lower, upper), (Bound::Included(_), Bound::Included(_))),
        _ => false,
    }
}

fn further<'a>(scheme: Scheme, a: Bound<&'a str>, b: Bound<&'a str>) -> Bound<&'a str> {
    match (version(a), version(b)) {
        (Some(left), Some(right)) if scheme.compare(left, right).is_ok_and(|order| order.is_gt()) => a,
        _ => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ranges: &Ranges) -> Vec<String> {
        let show = |range: &Range| {
            let events = range.events.iter().map(|event| match event {
                Event::Introduced(version) => format!(">={version}"),
                Event::Fixed(version) => format!("<{version}"),
                Event::LastAffected(version) => format!("<={version}"),
                Event::Limit(version) => format!("|{version}"),
            });
            events.collect::<Vec<_>>().join(" ")
        };
        let versions = ranges.versions.iter().map(|version| format!("={version}"));
        ranges.ranges.iter().map(show).chain(versions).collect()
    }

    #[test]
    fn expressions_become_ranges_and_versions() {
        let read = |syntax, text| shown(&Ranges::read(syntax, text).unwrap());
        let npm = Syntax::Comparators(Scheme::Npm);
        assert_eq!(read(npm, ">= 12.10.0, < 12.10.2"), [">=12.10.0 <12.10.2"]);
        assert_eq!(read(npm, "> 2.1.0, < 3.0.0"), [">=2.1.1-0 <3.0.0"]);
        assert_eq!(read(npm, "= 1.1.6"), ["=1.1.6"]);
        assert_eq!(read(npm, "<= 1.2.1"), [">=0 <=1.2.1"]);
        assert_eq!(
            read(Syntax::Maven, "(,2.6.0.Final],[3.0.0.Alpha1,3.0.0.Beta2]"),
            [">=0 <=2.6.0.Final", ">=3.0.0.Alpha1 <=3.0.0.Beta2"]
        );
    }

    #[test]
    fn what_is_not_safe_is_affected() {
        let all = |safe: &[&str]| {
            let safe: Vec<String> = safe.iter().map(|&text| text.to_owned()).collect();
            shown(&all_but(Syntax::RubyGems, &safe).unwrap())
        };
        assert_eq!(all(&[">= 1.5.4"]), [">=0 <1.5.4"]);
        // RubySec CVE-2024-21647, where the end of `~> 5.6.8` is `5.7`'s first pre-release.
        assert_eq!(all(&[">= 6.4.2", "~> 5.6.8"]), [">=0 <5.6.8", ">=5.7.a <6.4.2"]);
        assert_eq!(all(&["< 1.0", ">= 2.0"]), [">=1.0 <2.0"]);
        assert_eq!(all(&[]), [">=0"]);
        assert_eq!(all(&["< 1", ">= 3, < 4", ">= 2, < 3.5"]), [">=1 <2", ">=4"]);
    }

    #[test]
    fn a_bound_that_is_left_out_is_next_to_what_follows() {
        for (scheme, version) in [
            (Scheme::Semver, "1.2.3"),
            (Scheme::Semver, "1.2.3-rc.1"),
            (Scheme::Pep440, "1.2"),
            (Scheme::Rpm, "1.2-3.azl3"),
            (Scheme::Dpkg, "1.2-3"),
            (Scheme::Maven, "11.6"),
        ] {
            let next = next(scheme, version);
            assert!(scheme.compare(version, &next).unwrap().is_lt(), "{version} {next}");
        }
        let after = |scheme: Scheme, version: &str, later: &str| {
            assert!(scheme.compare(&next(scheme, version), later).unwrap().is_le(), "{later}");
        };
        after(Scheme::Semver, "1.2.3", "1.2.4-alpha");
        after(Scheme::Rpm, "1.2-3.azl3", "1.2-3.azl3.1");
        after(Scheme::Dpkg, "1.2-3", "1.2-3+b1");
        after(Scheme::Pep440, "1.2", "1.2.post1");
    }
}
