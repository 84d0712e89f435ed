//! What a report says of rules.

mod finding;

use finding::{With, finding};
use plimsoll_core::{Disabled, Severity};
use plimsoll_rules::{Context, Date, Image, Nothing, RuleState, Ruleset, apply, matches};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn near(rules: &str, findings: &mut [plimsoll_core::Finding], context: &Context<'_>) -> Vec<String> {
    let rules = Ruleset::parse("rules.toml", rules).unwrap();
    let report = apply(&rules, findings, context);
    report.rules[0].near_misses.iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_holds_through_its_last_day() {
    let rules = Ruleset::parse(
        "rules.toml",
        "[[rule]]\nid = 'r'\nreason = 'why'\nexpires = 2026-01-31\ncve = 'CVE-1'\n",
    )
    .unwrap();
    let mut findings = [finding("CVE-1", "pkg:npm/a@1")];
    let report = apply(&rules, &mut findings, &Context::on(day("2026-01-31")));
    assert_eq!(report.rules[0].state, RuleState::Used);
    let disabled = Disabled {
        rule: "r".into(),
        reason: "why".into(),
        until: Some("2026-01-31".into()),
        ..Disabled::default()
    };
    assert_eq!(findings[0].disabled, Some(disabled));

    let report = apply(&rules, &mut findings, &Context::on(day("2026-02-01")));
    assert_eq!(findings[0].disabled, None);
    assert_eq!(report.disabled, 0);
    let line = report.rules[0].to_string();
    assert_eq!(line, "rules.toml:1: rule \"r\" expired after 2026-01-31; it would match 1 finding");
}

#[test]
fn the_nearest_scope_decides() {
    let rules = "
        [[rule]]
        id = 'everywhere'
        reason = 'x'
        severity_below = 'high'

        [[rule]]
        id = 'here'
        reason = 'x'
        repository = 'shop'
        cve = ['CVE-1', 'CVE-2']

        [[rule]]
        id = 'but-not-this'
        reason = 'x'
        action = 'keep'
        digest = 'sha256:aa'
        cve = 'CVE-2'
    ";
    let rules = Ruleset::parse("rules.toml", rules).unwrap();
    let mut findings =
        ["CVE-1", "CVE-2", "CVE-3"].map(|id| finding(id, "pkg:npm/a@1").severity(Severity::Low));
    let mut image =
        Image { repository: Some("shop".into()), digests: vec!["sha256:aa".into()], ..Default::default() };
    let by = |findings: &[plimsoll_core::Finding]| {
        findings.iter().map(|f| f.disabled.as_ref().map_or("-", |d| &d.rule).to_owned()).collect::<Vec<_>>()
    };
    let context = Context { now: day("2026-01-01"), image: Some(&image), facts: &Nothing };
    let report = apply(&rules, &mut findings, &context);
    assert_eq!(by(&findings), ["here", "-", "everywhere"]);
    assert_eq!((report.disabled, report.kept), (2, 1));
    let counts: Vec<_> = report.rules.iter().map(|rule| (rule.matched, rule.decided)).collect();
    assert_eq!(counts, [(3, 1), (2, 1), (1, 1)]);

    image.repository = Some("store".into());
    image.digests.clear();
    let context = Context { now: day("2026-01-01"), image: Some(&image), facts: &Nothing };
    let report = apply(&rules, &mut findings, &context);
    assert_eq!(by(&findings), ["everywhere"; 3]);
    assert_eq!(
        report.rules[1].to_string(),
        "rules.toml:7: rule \"here\" is for other images; nearest: repository is store, not shop"
    );
    assert_eq!(
        report.rules[2].to_string(),
        "rules.toml:13: rule \"but-not-this\" is for other images; nearest: digest is not known, wanted sha256:aa"
    );
}

#[test]
fn near_misses_name_the_field_that_differs() {
    let context = Context::on(day("2026-01-01"));
    let rule = |criteria: &str| format!("[[rule]]\nid = 'r'\nreason = 'x'\n{criteria}");
    let mut findings = [
        finding("CVE-1", "pkg:deb/debian/bash@5.2?distro=debian-12.13").severity(Severity::High),
        finding("CVE-2", "pkg:deb/debian/bash@5.2").severity(Severity::Low),
        finding("CVE-3", "pkg:npm/a@1").severity(Severity::Low),
    ];
    assert_eq!(
        near(&rule("cve = 'CVE-1'\npurl = 'pkg:deb/debian/bash?distro=debian-12'"), &mut findings, &context),
        [
            "CVE-1 in pkg:deb/debian/bash@5.2?distro=debian-12.13: purl is pkg:deb/debian/bash@5.2?distro=debian-12.13, \
          not pkg:deb/debian/bash?distro=debian-12"
        ]
    );
    assert_eq!(
        near(&rule("cve = 'CVE-1'\nseverity_below = 'medium'\npackage = 'zsh'"), &mut findings, &context),
        [
            "CVE-1 in pkg:deb/debian/bash@5.2?distro=debian-12.13: package is bash, not zsh; severity_below is high, not \
          below medium"
        ]
    );
    assert_eq!(
        near(&rule("package = 'bash'\nkev = true\nseverity_below = 'medium'"), &mut findings, &context),
        ["CVE-2 in pkg:deb/debian/bash@5.2: kev is not known, wanted true"]
    );
    assert!(near(&rule("cve = 'CVE-9'"), &mut findings, &context).is_empty());
    assert!(near(&rule("severity = 'critical'"), &mut findings, &context).is_empty());
}

#[test]
fn examples_in_a_file_are_tried() {
    let rules = Ruleset::parse(
        "rules.toml",
        r#"
        [[rule]]
        id = "urlize-not-used"
        reason = "the urlize filter is not used by our templates"
        expires = 2026-12-31
        cve = "CVE-2020-28493"
        package = "jinja2"
        path = "/app/**"

        [[test]]
        name = "as it is"
        cve = "GHSA-g3rq-g295-4j3m"
        aliases = "CVE-2020-28493"
        purl = "pkg:pypi/jinja2@2.10.1"
        path = "/app/lib/METADATA"
        disabled_by = "urlize-not-used"

        [[test]]
        name = "next year"
        now = 2027-01-01
        cve = "CVE-2020-28493"
        purl = "pkg:pypi/jinja2@2.10.1"
        path = "/app/lib/METADATA"

        [[test]]
        name = "wrong"
        cve = "CVE-2020-28493"
        purl = "pkg:pypi/flask@1"
        disabled_by = "urlize-not-used"
        "#,
    )
    .unwrap();
    let outcomes = rules.run_examples(day("2026-06-01"), &Nothing);
    assert_eq!(outcomes.iter().map(|outcome| outcome.passed()).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(outcomes[2].source, "rules.toml:25");
    assert_eq!(outcomes[2].found, None);
}

#[test]
fn rules_written_and_read_again_are_the_same() {
    let text = "
        [[rule]]
        id = 'all'
        reason = 'a \"reason\"'
        owner = 'me'
        created = 2026-01-01
        expires = 2026-02-01
        action = 'keep'
        cve = ['CVE-1', 'GHSA-*']
        severity_below = 'high'
        cvss_v3_above = 4.0
        epss_below = 0.0125
        kev = false
        fix = 'wont-fix'
        layer = [0, 'sha256:00']
        base_image = true
        age_days_above = 30
        os = 'debian:12'
    ";
    let rules = Ruleset::parse("rules.toml", text).unwrap();
    let again = Ruleset::parse("again.toml", &rules.to_toml()).unwrap();
    assert_eq!(rules.rules().collect::<Vec<_>>(), again.rules().collect::<Vec<_>>());
}

#[test]
fn which_findings_each_rule_matches_and_what_rules_lack() {
    let rules = Ruleset::parse(
        "rules.toml",
        "
        [[rule]]
        id = 'a'
        reason = 'x'
        owner = 'me'
        created = 2026-01-01
        expires = 2026-01-02
        package = 'a'

        [[rule]]
        id = 'b'
        reason = 'x'
        cve = ['CVE-1', 'GHSA-1']
        ",
    )
    .unwrap();
    let findings = [finding("CVE-1", "pkg:npm/a@1").alias("GHSA-1"), finding("CVE-2", "pkg:npm/a@1")];
    let context = Context::on(day("2026-06-01"));
    assert_eq!(matches(&rules, &findings, &context), [vec![0, 1], vec![0]]);
    let remarks: Vec<_> = rules.remarks().iter().map(ToString::to_string).collect();
    assert_eq!(remarks.len(), 3);
    assert_eq!(remarks[2], "rules.toml:10: rule \"b\" never expires");
}
