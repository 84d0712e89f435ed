//! What must hold for any rules and any findings.

mod finding;

use finding::finding;
use plimsoll_core::{Finding, FixState, ImagePath, LayerRef, Location, Rating, Severity};
use plimsoll_rules::{Action, Category, Context, Image, Nothing, Rule, Ruleset, Tenths, apply};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const IDS: [&str; 8] = ["CVE-1", "cve-2", "CVE-3", "GHSA-a", "GHSA-b", "CVE-*", "*-3", "*"];
const NAMES: [&str; 8] = ["a", "B", "a_b", "a-b", "zlib", "?", "z*", "*b"];
const LEVELS: [Severity; 7] = Severity::ALL;

fn rule() -> impl Strategy<Value = Rule> {
    let texts = |from: &'static [&'static str]| {
        subsequence(from, 0..=from.len().min(2))
            .prop_map(|texts| texts.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let first = (
        texts(&IDS),
        texts(&NAMES),
        subsequence(&LEVELS[..], 0..=3),
        proptest::option::of(select(&LEVELS[..])),
        proptest::option::of(any::<bool>()),
        subsequence(vec![FixState::Available, FixState::WontFix, FixState::Unknown], 0..=2),
        subsequence(vec![Category::Os, Category::Language], 0..=1),
    );
    let second = (
        proptest::option::of(0..=100_u8),
        texts(&["/app/**", "/usr/*", "**/x"]),
        texts(&["pkg:npm/a", "pkg:pypi/a-b@1", "pkg:deb/zlib"]),
        texts(&["shop", "store"]),
        texts(&["sha256:aa"]),
        any::<bool>(),
        proptest::option::of(select(vec!["2025-12-31", "2026-01-01"])),
    );
    (first, second).prop_map(|(first, second)| {
        let (cve, package, severity, severity_below, patchable, fix, category) = first;
        let (cvss, path, purl, repository, digest, keep, expires) = second;
        Rule {
            reason: "x".to_owned(),
            cve,
            package,
            severity,
            severity_below,
            patchable,
            fix,
            category,
            cvss_v3_below: cvss.map(Tenths),
            path,
            purl,
            repository,
            digest,
            action: if keep { Action::Keep } else { Action::Disable },
            expires: expires.map(|day| day.parse().unwrap()),
            ..Rule::default()
        }
    })
}

/// Some rules, the invalid ones (those without any criterion) left out.
fn rules() -> impl Strategy<Value = Vec<Rule>> {
    proptest::collection::vec(rule(), 0..8).prop_map(|rules| {
        let name = |(at, rule): (usize, Rule)| Rule { id: format!("r{at}"), ..rule };
        let valid = |rule: &Rule| Ruleset::new("test", [rule.clone()]).is_ok();
        rules.into_iter().enumerate().map(name).filter(valid).collect()
    })
}

fn some_finding() -> impl Strategy<Value = Finding> {
    (
        select(vec!["CVE-1", "CVE-2", "CVE-3", "GHSA-a"]),
        subsequence(vec!["GHSA-a", "GHSA-b", "CVE-3"], 0..=2),
        select(vec!["pkg:npm/a@1", "pkg:pypi/a-b@1", "pkg:pypi/a_b", "pkg:deb/debian/zlib@1", "pkg:npm/b@2"]),
        select(&LEVELS[..]),
        any::<bool>(),
        proptest::option::of(select(vec!["AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"])),
        subsequence(vec!["/app/a/x", "/usr/x"], 0..=2),
    )
        .prop_map(|(id, aliases, purl, severity, fixed, vector, paths)| {
            let mut finding = finding(id, purl);
            finding.aliases = aliases.into_iter().map(str::to_owned).collect();
            finding.severity = severity;
            if fixed {
                finding.fixed_versions.push("2".to_owned());
            }
            finding.ratings.extend(vector.map(|value| Rating {
                source: "NVD".to_owned(),
                scheme: "CVSS_V3".to_owned(),
                value: value.to_owned(),
            }));
            finding.package.locations = paths
                .into_iter()
                .map(|path| Location {
                    path: ImagePath::new(path.as_bytes()).unwrap(),
                    layer: Some(LayerRef { index: 0, diff_id: None, created_by: None }),
                })
                .collect();
            finding
        })
}

fn image() -> Image {
    Image { repository: Some("shop".to_owned()), digests: vec!["sha256:aa".to_owned()], ..Image::default() }
}

fn applied(rules: &[Rule], findings: &[Finding]) -> Vec<Finding> {
    let rules = Ruleset::new("test", rules.to_vec()).unwrap();
    let image = image();
    let context = Context { now: "2026-01-01".parse().unwrap(), image: Some(&image), facts: &Nothing };
    let mut findings = findings.to_vec();
    let report = apply(&rules, &mut findings, &context);
    assert_eq!(report.disabled, findings.iter().filter(|finding| finding.disabled.is_some()).count());
    findings
}

proptest! {
    #[test]
    fn order_has_no_part(
        rules in rules(),
        findings in proptest::collection::vec(some_finding(), 0..8),
        turn in 0..8_usize,
    ) {
        let expected = applied(&rules, &findings);
        let mut turned_rules = rules.clone();
        turned_rules.rotate_left(turn.min(rules.len()));
        turned_rules.reverse();
        prop_assert_eq!(&applied(&turned_rules, &findings), &expected);
        let mut turned = findings.clone();
        turned.reverse();
        let mut found = applied(&rules, &turned);
        found.reverse();
        prop_assert_eq!(&found, &expected);
    }

    #[test]
    fn twice_is_once_and_nothing_else_changes(
        rules in rules(),
        findings in proptest::collection::vec(some_finding(), 0..8),
    ) {
        let once = applied(&rules, &findings);
        prop_assert_eq!(&applied(&rules, &once), &once);
        let without = |findings: &[Finding]| {
            findings.iter().map(|f| Finding { disabled: None, ..f.clone() }).collect::<Vec<_>>()
        };
        prop_assert_eq!(without(&once), findings);
    }

    /// The rule that decides is the nearest of those that match when each is tried alone.
    #[test]
    fn the_nearest_matching_rule_decides(rules in rules(), finding in some_finding()) {
        let alone = |rule: &&Rule| {
            let rule = Rule { action: Action::Disable, ..(*rule).clone() };
            applied(&[rule], std::slice::from_ref(&finding)).remove(0).disabled.is_some()
        };
        let nearest = rules.iter().filter(alone).min_by_key(|rule| {
            (rule.scope(), rule.action == Action::Disable, rule.id.clone())
        });
        let expected = nearest.filter(|rule| rule.action == Action::Disable).map(|rule| rule.id.clone());
        let found = applied(&rules, std::slice::from_ref(&finding)).remove(0).disabled.map(|disabled| disabled.rule);
        prop_assert_eq!(found, expected);
    }

    /// One more criterion never matches more.
    #[test]
    fn a_criterion_narrows(rule in rule(), more in rule(), finding in some_finding()) {
        let narrow = Rule {
            id: "n".to_owned(),
            severity_below: rule.severity_below.or(more.severity_below),
            purl: if rule.purl.is_empty() { more.purl } else { rule.purl.clone() },
            cve: if rule.cve.is_empty() { more.cve } else { rule.cve.clone() },
            action: Action::Disable,
            ..rule.clone()
        };
        let wide = Rule { id: "w".to_owned(), action: Action::Disable, ..rule };
        let hit = |rule: Rule| {
            Ruleset::new("test", [rule.clone()]).is_ok()
                && applied(&[rule], std::slice::from_ref(&finding)).remove(0).disabled.is_some()
        };
        prop_assume!(Ruleset::new("test", [wide.clone()]).is_ok());
        prop_assert!(!hit(narrow) || hit(wide));
    }

    #[test]
    fn any_text_is_rules_or_an_error(text in "\\PC{0,200}") {
        let _ = Ruleset::parse("x", &text);
    }
}
