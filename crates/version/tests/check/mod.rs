//! What must hold of every text: used on generated texts, on the fuzzers' corpus, and by the fuzzers.

use std::cmp::Ordering;

use plimsoll_version::Scheme;
use plimsoll_version::expression::{Expression, Syntax};
use plimsoll_version::range::{Event, Membership, intervals, locate};

/// The schemes whose own tools order some versions in circles; these versions have no key.
const PARTIAL: [Scheme; 3] = [Scheme::Pacman, Scheme::Maven, Scheme::Conan];

/// Everything that must hold of three texts, whatever they are.
pub(crate) fn check(scheme: Scheme, [a, b, c]: [&str; 3]) {
    let name = scheme.name();
    let order = |a: &str, b: &str| scheme.compare(a, b);
    if let Ok(order) = order(a, a) {
        assert_eq!(order, Ordering::Equal, "{name}: {a} is not itself");
    }
    assert_eq!(
        order(b, a).ok(),
        order(a, b).ok().map(Ordering::reverse),
        "{name}: {a} and {b} turned around"
    );
    let [x, y, z] = [a, b, c].map(|version| scheme.key(version));
    if let (Some(x), Some(y)) = (&x, &y) {
        assert_eq!(order(a, b), Ok(x.cmp(y)), "{name}: {a} and {b}: {x:?} {y:?}");
    }
    let keys = [&x, &y, &z].iter().filter(|key| key.is_some()).count();
    if !PARTIAL.contains(&scheme) {
        assert_eq!(x.is_some(), order(a, a).is_ok(), "{name}: {a} has an order or a key alone");
    }
    if (keys == 3 || !PARTIAL.contains(&scheme))
        && let (Ok(first), Ok(second), Ok(whole)) = (order(a, b), order(b, c), order(a, c))
        && (first == second || second.is_eq())
    {
        assert_eq!(whole, first, "{name}: {a}, {b}, {c}");
    }
    if scheme.accepts(a) {
        assert!(scheme.parses(a).is_ok(), "{name}: {a} is accepted and has no place");
    }
    if scheme.parses(a).is_ok() {
        assert!(order(a, a).is_ok(), "{name}: {a} parses and does not compare");
    }
}

/// Every range and expression of some texts ends in an answer, and the answers agree.
#[allow(dead_code)]
pub(crate) fn check_ranges(scheme: Scheme, texts: &[&str]) {
    let Some((version, texts)) = texts.split_first() else { return };
    let events: Vec<Event<'_>> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| match (at + text.len()) % 4 {
            0 => Event::Introduced(text),
            1 => Event::Fixed(text),
            2 => Event::LastAffected(text),
            _ => Event::Limit(text),
        })
        .collect();
    let all = intervals(scheme, &events);
    let all_parse =
        events.iter().map(|event| event.version()).chain([*version]).all(|text| scheme.parses(text).is_ok());
    let key = scheme.key(version).filter(|_| all_parse && all.doubtful.is_empty());
    if let (Some(key), Some(keys)) =
        (key, all.certain.iter().map(|interval| interval.keys(scheme)).collect::<Option<Vec<_>>>())
    {
        let by_key =
            keys.iter().any(|(from, until)| *from <= key && until.as_ref().is_none_or(|until| key < *until));
        let inside = matches!(locate(scheme, &events, version), Membership::Inside { .. });
        assert_eq!(inside, by_key, "{}: {version} in {events:?}", scheme.name());
    }
    for syntax in [
        Syntax::Comparators(scheme),
        Syntax::of(scheme),
        Syntax::Npm,
        Syntax::Cargo,
        Syntax::NuGet,
        Syntax::Pep440,
    ] {
        for text in texts {
            if let Ok(expression) = Expression::read(syntax, text) {
                let _ = expression.contains(version);
                let _ = expression.spans();
            }
        }
    }
}
