//! Ranges: the algorithm of the OSV schema, and what real records do.

mod generate;

use generate::{Random, amount, neighbour, version};
use plimsoll_version::Scheme;
use plimsoll_version::expression::{Expression, Syntax};
use plimsoll_version::range::{Cause, Event, Membership, Until, intervals, listed, locate};

use Event::{Fixed, Introduced, LastAffected, Limit};

fn inside(scheme: Scheme, events: &[Event<'_>], version: &str) -> Option<bool> {
    match locate(scheme, events, version) {
        Membership::Inside { .. } => Some(true),
        Membership::Outside { .. } => Some(false),
        Membership::Undetermined { .. } => None,
    }
}

#[test]
fn events_come_in_any_order() {
    let events = [Fixed("1.2"), Introduced("2.0"), Introduced("1.0"), Fixed("2.1")];
    for (version, expected) in
        [("0.9", false), ("1.0", true), ("1.2", false), ("2.0.5", true), ("2.1", false)]
    {
        assert_eq!(inside(Scheme::Pep440, &events, version), Some(expected), "{version}");
    }
    let between = Membership::Outside { fixed: Some("1.2") };
    assert_eq!(locate(Scheme::Pep440, &events, "1.5"), between);
}

#[test]
fn at_one_version_fixed_comes_before_introduced_and_that_before_last_affected() {
    let events = [Introduced("0"), Fixed("0.13.0"), Introduced("0.13.0"), Fixed("0.14")];
    assert_eq!(inside(Scheme::Pep440, &events, "0.13.0"), Some(true));
    assert_eq!(inside(Scheme::Pep440, &events, "0.12"), Some(true));
    let one = [LastAffected("4.0.0"), Introduced("4.0.0")];
    for (version, expected) in [("3.9", false), ("4.0.0", true), ("4.0.1", false)] {
        assert_eq!(inside(Scheme::Npm, &one, version), Some(expected), "{version}");
    }
}

#[test]
fn an_inverted_pair_is_in_doubt_and_not_for_ever() {
    let events = [Introduced("9.4.0"), Fixed("9.3.4")];
    assert_eq!(inside(Scheme::Bitnami, &events, "9.3.3"), Some(false));
    let cause = Cause::Inverted { introduced: "9.4.0", until: Until::Fixed("9.3.4") };
    assert_eq!(locate(Scheme::Bitnami, &events, "9.5.0"), Membership::Undetermined { cause });
    assert_eq!(intervals(Scheme::Bitnami, &events).certain, []);
    // A good pair beside it still decides.
    let events = [Introduced("9.4.0"), Fixed("9.3.4"), Introduced("8.0.0"), Fixed("8.1.0")];
    assert_eq!(inside(Scheme::Bitnami, &events, "8.0.5"), Some(true));
    assert_eq!(inside(Scheme::Bitnami, &events, "9.4.0"), None);
}

#[test]
fn an_empty_pair_holds_nothing() {
    let events = [Introduced("1.0.0"), Fixed("1.0.0")];
    assert_eq!(inside(Scheme::Semver, &events, "0.9.0"), Some(false));
    assert_eq!(locate(Scheme::Semver, &events, "1.0.0"), Membership::Outside { fixed: Some("1.0.0") });
    assert_eq!(intervals(Scheme::Semver, &events).doubtful.len(), 1);
}

#[test]
fn an_unreadable_end_is_in_doubt_from_the_beginning_on() {
    let events = [Introduced("0.2"), Fixed("0.2.0-n653")];
    assert_eq!(inside(Scheme::Pep440, &events, "0.1"), Some(false));
    assert_eq!(inside(Scheme::Pep440, &events, "0.3"), None);
    let events = [Introduced("0"), Fixed("1.0"), Introduced("2.0"), Fixed("2019-09-12")];
    assert_eq!(inside(Scheme::Pep440, &events, "0.5"), Some(true));
    assert_eq!(inside(Scheme::Pep440, &events, "1.5"), Some(false));
    assert_eq!(inside(Scheme::Pep440, &events, "2.5"), None);
}

#[test]
fn an_unreadable_beginning_is_in_doubt_up_to_its_end() {
    let events = [Introduced("nightly.2026-03-10.0"), Fixed("4.5.0")];
    assert_eq!(inside(Scheme::Bitnami, &events, "4.4.0"), None);
    assert_eq!(locate(Scheme::Bitnami, &events, "4.5.0"), Membership::Outside { fixed: Some("4.5.0") });
}

#[test]
fn an_unreadable_version_is_in_doubt_except_in_all_versions() {
    let all = [Introduced("0")];
    assert_eq!(inside(Scheme::Go, &all, "(devel)"), Some(true));
    assert_eq!(inside(Scheme::Go, &[Introduced("0"), Fixed("1.0.0")], "(devel)"), None);
    assert_eq!(inside(Scheme::Go, &[], "(devel)"), Some(true));
}

#[test]
fn no_bound_is_no_bound() {
    assert_eq!(inside(Scheme::Dpkg, &[], "1.0"), Some(true));
    assert_eq!(inside(Scheme::Dpkg, &[Fixed("1.0")], "0.9"), Some(true));
    assert_eq!(inside(Scheme::Dpkg, &[Fixed("1.0")], "1.0"), Some(false));
    assert_eq!(inside(Scheme::Dpkg, &[Introduced("1.0")], "2.0"), Some(true));
}

#[test]
fn zero_is_before_all_versions() {
    let events = [Introduced("0"), Fixed("0.0.0-20200622213623-75b288015ac9")];
    assert_eq!(inside(Scheme::Go, &events, "v0.0.0-20190308221718-c2843e01d9a2"), Some(true));
    assert_eq!(inside(Scheme::Go, &events, "v0.0.0-20210101000000-75b288015ac9"), Some(false));
    let events = [Introduced("0"), Fixed("1.0.0")];
    assert_eq!(inside(Scheme::Semver, &events, "0.0.0-alpha"), Some(true));
    assert_eq!(inside(Scheme::Dpkg, &events, "0~rc1"), Some(true));
    let lowest = [Introduced("0.0.0-0"), Fixed("0.1.0-0")];
    assert_eq!(inside(Scheme::Semver, &lowest, "0.0.0-alpha"), Some(true));
    assert_eq!(inside(Scheme::Semver, &lowest, "0.1.0-alpha"), Some(false));
}

#[test]
fn go_versions_are_the_same_with_and_without_their_letters() {
    let events = [Introduced("1.21.0-0"), Fixed("1.21.3")];
    for (version, expected) in [
        ("go1.21.2", true),
        ("go1.21rc2", true),
        ("1.21rc2", true),
        ("go1.21.3", false),
        ("go1.20.14", false),
    ] {
        assert_eq!(inside(Scheme::Go, &events, version), Some(expected), "{version}");
    }
    assert_eq!(inside(Scheme::Go, &[Introduced("0"), Fixed("1.21.0-rc.4")], "go1.21rc3"), Some(true));
    assert_eq!(inside(Scheme::Go, &[Introduced("0"), Fixed("1.21.0-rc.4")], "go1.21rc10"), Some(false));
    assert_eq!(inside(Scheme::Go, &events, "go1.21.3 X:boringcrypto"), Some(false));
}

#[test]
fn nothing_is_said_beyond_the_highest_limit() {
    let events = [Introduced("1.0"), Limit("2.0"), Limit("1.5")];
    assert_eq!(inside(Scheme::Pep440, &events, "1.7"), Some(true));
    assert_eq!(locate(Scheme::Pep440, &events, "2.0"), Membership::Outside { fixed: None });
}

#[test]
fn lists_go_by_the_order_and_junk_in_them_costs_itself_only() {
    let versions = ["1.0", "junk ::", "2.0.0"];
    assert_eq!(listed(Scheme::Pep440, versions, "1.0.0"), Some("1.0"));
    assert_eq!(listed(Scheme::Pep440, versions, "2.0"), Some("2.0.0"));
    assert_eq!(listed(Scheme::Pep440, versions, "junk ::"), Some("junk ::"));
    assert_eq!(listed(Scheme::Pep440, versions, "3.0"), None);
}

/// "Evaluation" of the OSV schema, word for word: the last event at or below the version decides.
fn evaluate(scheme: Scheme, events: &[Event<'_>], version: &str) -> bool {
    let mut sorted = events.to_vec();
    let rank = |event: &Event<'_>| match event {
        Introduced(_) => 1,
        LastAffected(_) => 2,
        _ => 0,
    };
    sorted.sort_by(|a, b| match (*a == Introduced("0"), *b == Introduced("0")) {
        (false, false) => scheme.compare(a.version(), b.version()).unwrap().then(rank(a).cmp(&rank(b))),
        (a, b) => b.cmp(&a),
    });
    let mut vulnerable = false;
    for event in sorted {
        let order = scheme.compare(version, event.version()).unwrap();
        match event {
            Introduced("0") => vulnerable = true,
            Introduced(_) if order.is_ge() => vulnerable = true,
            Fixed(_) if order.is_ge() => vulnerable = false,
            LastAffected(_) if order.is_gt() => vulnerable = false,
            _ => {}
        }
    }
    vulnerable
}

#[test]
fn the_schemas_algorithm_intervals_and_keys_say_the_same() {
    for (seed, scheme) in Scheme::ALL.iter().copied().enumerate() {
        let mut random = Random::new(seed as u64 + 5000);
        let mut checked = 0;
        for _ in 0..amount(500, 50_000) {
            let a = version(&mut random, scheme);
            let mut texts = vec![a.clone()];
            for _ in 0..5 {
                let near = neighbour(&mut random, scheme, texts.last().unwrap());
                texts.push(near);
            }
            texts.retain(|text| scheme.parses(text).is_ok() && scheme.key(text).is_some());
            if texts.len() < 3 {
                continue;
            }
            let probe = texts.pop().unwrap();
            let events: Vec<Event<'_>> = texts
                .iter()
                .enumerate()
                .map(|(at, text)| match (at, random.below(3)) {
                    (0, 0) => Introduced("0"),
                    (0, _) | (_, 0) => Introduced(text),
                    (_, 1) => Fixed(text),
                    _ => LastAffected(text),
                })
                .collect();
            let all = intervals(scheme, &events);
            if !all.doubtful.is_empty() {
                continue;
            }
            checked += 1;
            let expected = evaluate(scheme, &events, &probe);
            let name = scheme.name();
            assert_eq!(inside(scheme, &events, &probe), Some(expected), "{name}: {probe} in {events:?}");
            let key = scheme.key(&probe).unwrap();
            let by_key = all.certain.iter().any(|interval| {
                let (from, until) = interval.keys(scheme).unwrap();
                from <= key && until.is_none_or(|until| key < until)
            });
            assert_eq!(by_key, expected, "{name}: {probe} in {all:?}");
        }
        assert!(checked > 50, "{}: only {checked} ranges", scheme.name());
    }
}

#[test]
fn expressions_and_their_spans() {
    let cases = [
        (Syntax::Comparators(Scheme::Maven), "> 2.1.0, < 3.0.0", "2.1.0", false),
        (Syntax::Comparators(Scheme::Maven), "= 1.1.6", "1.1.6", true),
        (Syntax::Comparators(Scheme::Npm), "=1.13.6||=1.14.2", "1.14.2", true),
        (Syntax::Comparators(Scheme::Npm), ">= 1.0.0, < 2.0.0", "2.0.0-beta", true),
        (Syntax::Comparators(Scheme::RubyGems), ">=5.1.0 <=5.1.1", "5.1.1", true),
        (Syntax::Comparators(Scheme::Go), "<v2.8.0", "v2.7.0", true),
        (Syntax::Comparators(Scheme::Dpkg), "", "1.0", true),
        (Syntax::Comparators(Scheme::Dpkg), "*", "1.0", true),
        (Syntax::Npm, "^1.2.3 || 2.x", "2.9.0", true),
        (Syntax::Npm, ">=1.0.0", "2.0.0-beta", false),
        (Syntax::Npm, "^0.0.3", "0.0.4", false),
        (Syntax::Npm, "~1", "1.9.9", true),
        (Syntax::Cargo, "1.2", "1.9.0", true),
        (Syntax::Cargo, "0.2.3", "0.3.0", false),
        (Syntax::Cargo, ">=1.2, <1.5", "1.4.9", true),
        (Syntax::Cargo, "1.*", "1.8.0", true),
        (Syntax::Cargo, "=1.2", "1.2.9", true),
        (Syntax::Maven, "(,2.6.0.Final],[3.0.0.Alpha1,3.0.0.Beta2]", "3.0.0.Beta1", true),
        (Syntax::Maven, "(,2.6.0.Final],[3.0.0.Alpha1,3.0.0.Beta2]", "2.7", false),
        (Syntax::Maven, "[1.0]", "1.0.0", true),
        (Syntax::NuGet, "[1.0,2.0)", "2.0.0", false),
        (Syntax::NuGet, "1.0", "7.0.0", true),
        (Syntax::NuGet, "(1.0,)", "1.0.0.0", false),
        (Syntax::RubyGems, "~> 2.2, >= 2.2.1", "2.9", true),
        (Syntax::RubyGems, "~> 2.2.0", "2.3.0", false),
        (Syntax::RubyGems, "~> 2.2", "3.0.a", false),
        (Syntax::Pep440, "~=1.4.2", "1.4.9", true),
        (Syntax::Pep440, "~=1.4.2", "1.5", false),
        (Syntax::Pep440, ">=1.0,!=1.3.*,<2", "1.3.5", false),
        (Syntax::Pep440, ">=1.0,!=1.3.*,<2", "1.4", true),
        (Syntax::Pep440, "<2.0", "2.0rc1", false),
        (Syntax::Pep440, "==1.1", "1.1+local", true),
        (Syntax::Pep440, ">1.1", "1.1.post1", false),
        (Syntax::Pep440, "===1.0+Downstream1", "1.0+downstream1", true),
    ];
    for (syntax, text, version, expected) in cases {
        let expression = Expression::read(syntax, text).unwrap();
        assert_eq!(expression.contains(version), Ok(expected), "{version} in {text} ({syntax:?})");
    }
    let spans = |syntax, text| {
        let expression = Expression::read(syntax, text).unwrap();
        let scheme = syntax.scheme();
        expression.spans().unwrap().iter().map(|span| span.keys(scheme).unwrap()).collect::<Vec<_>>()
    };
    let key = |version: &str| Scheme::Semver.key(version).unwrap();
    assert_eq!(spans(Syntax::Cargo, "^0.10.2"), [(key("0.10.2"), Some(key("0.11.0-0")))]);
    assert_eq!(spans(Syntax::Npm, "1.0.0 - 2.0.0"), [(key("1.0.0"), Some(key("2.0.0").next()))]);
    assert_eq!(spans(Syntax::Comparators(Scheme::Semver), ">1.0.0, !=1.5.0").len(), 2);
    assert_eq!(spans(Syntax::Comparators(Scheme::Semver), ">2.0.0, <1.0.0"), []);
}

#[test]
fn a_bound_that_stops_making_sense_still_decides_for_versions_that_part_from_it_before() {
    let events = [Introduced("0"), Fixed("4.10-1-r1")];
    assert_eq!(inside(Scheme::Apk, &events, "4.17-r0"), Some(false));
    assert_eq!(inside(Scheme::Apk, &events, "4.9.2-r3"), Some(true));
    assert_eq!(inside(Scheme::Apk, &events, "4.10-r0"), None);
    assert_eq!(inside(Scheme::Apk, &[Introduced("0"), Fixed("4.11-r0")], "4.10-1-r1"), Some(true));
    assert_eq!(intervals(Scheme::Apk, &events).doubtful.len(), 1);
}
