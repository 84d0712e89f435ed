//! Every criterion: what it holds for, and that what is absent meets none.

mod finding;

use std::cmp::Ordering;

use finding::{With, finding};
use plimsoll_core::{Distro, Finding, FixState, Package, Severity, Status};
use plimsoll_rules::{Context, Date, Facts, Image, Ruleset, Share, apply};

struct Known;

impl Facts for Known {
    fn epss(&self, finding: &Finding) -> Option<Share> {
        (finding.id == "CVE-2020-28493").then_some(Share(40_000))
    }

    fn kev(&self, finding: &Finding) -> Option<bool> {
        (finding.id != "CVE-2000-0001").then_some(finding.id == "CVE-2021-44228")
    }

    fn first_seen(&self, finding: &Finding) -> Option<Date> {
        (finding.id == "CVE-2020-28493").then(|| "2026-01-01".parse().unwrap())
    }

    /// Only whole numbers separated by dots have an order here.
    fn compare(&self, _: &Package, a: &str, b: &str) -> Option<Ordering> {
        let numbers =
            |text: &str| text.split('.').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
        Some(numbers(a)?.cmp(&numbers(b)?))
    }
}

fn jinja() -> Finding {
    let mut jinja = finding("CVE-2020-28493", "pkg:pypi/jinja2@2.10.1")
        .alias("GHSA-g3rq-g295-4j3m")
        .alias("PYSEC-2021-66")
        .severity(Severity::Medium)
        .fixed("2.11.3")
        .rated("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L")
        .rated("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")
        .at("/usr/lib/python3/site-packages/Jinja2-2.10.1.dist-info/METADATA", 3);
    jinja.summary = "Regular Expression Denial of Service (ReDoS) in Jinja2".to_owned();
    jinja
}

fn ssl() -> Finding {
    let mut ssl = finding("CVE-2023-0001", "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.5")
        .severity(Severity::Negligible)
        .ecosystem("Debian:12")
        .at("/var/lib/dpkg/status", 0);
    ssl.package.source = Some(plimsoll_core::Source { name: "openssl".into(), version: "3.0.11-1".into() });
    ssl.fix = FixState::WontFix;
    ssl
}

/// Nothing is known of this one.
fn bare() -> Finding {
    let mut bare = finding("CVE-2000-0001", "pkg:generic/thing");
    bare.status = Status::Undetermined;
    bare
}

/// Which of the three findings a rule with these criteria disables.
fn hits(criteria: &str) -> Vec<&'static str> {
    let toml = format!("[[rule]]\nid = \"r\"\nreason = \"test\"\n{criteria}\n");
    let rules = Ruleset::parse("rules.toml", &toml).unwrap_or_else(|e| panic!("{e}"));
    let mut findings = [jinja(), ssl(), bare()];
    let image = Image {
        registry: Some("ghcr.io".into()),
        project: Some("acme".into()),
        repository: Some("acme/shop".into()),
        tags: vec!["1.4".into(), "latest".into()],
        digests: vec!["sha256:aa".into()],
        distro: Some(Distro { id: "debian".into(), version: "12.5".into(), ..Default::default() }),
        base_layers: Some(2),
        ..Default::default()
    };
    let context = Context { now: "2026-03-02".parse().unwrap(), image: Some(&image), facts: &Known };
    let report = apply(&rules, &mut findings, &context);
    let names = ["jinja", "ssl", "bare"];
    let hits: Vec<_> = findings
        .iter()
        .zip(names)
        .filter(|(finding, _)| finding.disabled.is_some())
        .map(|(_, name)| name)
        .collect();
    assert_eq!(report.disabled, hits.len());
    assert_eq!(report.rules[0].matched, hits.len());
    hits
}

#[test]
fn each_criterion() {
    for (criteria, expected) in [
        ("cve = 'CVE-2020-28493'", "jinja"),
        ("cve = ['cve-2020-28493', 'CVE-1']", "jinja"),
        ("vulnerability = 'ghsa-g3rq-g295-4j3m'", "jinja"),
        ("cve = 'CVE-2020-2849'", ""),
        ("cve = 'CVE-202*'", "jinja ssl"),
        ("title_contains = 'redos'", "jinja"),
        ("title_contains = 'zzz'", ""),
        ("category = 'os'", "ssl"),
        ("category = ['language', 'other']", "jinja bare"),
        ("severity = 'medium'", "jinja"),
        ("severity = ['medium', 'unknown']", "jinja bare"),
        ("severity_below = 'critical'", "jinja ssl"),
        ("severity_below = 'medium'", "ssl"),
        ("severity_below = 'negligible'", ""),
        // 5.3 and 7.5: all sources must be on the rule's side.
        ("cvss_v3_below = 7.0", ""),
        ("cvss_v3_below = 7.6", "jinja"),
        ("cvss_v3_above = 5.2", "jinja"),
        ("cvss_v3_above = 5.3", ""),
        ("cvss_v3_below = 10", "jinja"),
        ("cvss_v2_below = 10.0", ""),
        ("cvss_v4_below = 10.0", ""),
        ("epss_below = 0.05", "jinja"),
        ("epss_above = 0.05", ""),
        ("epss_below = 1", "jinja"),
        ("kev = false", "jinja ssl"),
        ("kev = true", ""),
        ("patchable = true", "jinja"),
        ("patchable = false", "ssl bare"),
        ("fix = ['wont-fix', 'end-of-life']", "ssl"),
        ("fix = 'unknown'", "bare"),
        ("status = 'undetermined'", "bare"),
        ("package = 'Jinja2'", "jinja"),
        ("package = 'jinja*'", "jinja"),
        ("package = 'openssl'", ""),
        ("source_package = 'openssl'", "ssl"),
        ("source_package = 'jinja2'", "jinja"),
        ("purl = 'pkg:pypi/jinja2'", "jinja"),
        ("purl = 'pkg:pypi/jinja2@2.10.1'", "jinja"),
        ("purl = 'pkg:pypi/jinja2@2.10'", ""),
        ("purl = 'pkg:pypi/jinja2?arch=any'", ""),
        ("purl = 'pkg:deb/debian/libssl3?arch=amd64'", "ssl"),
        ("purl = 'pkg:deb/libssl3'", "ssl"),
        ("purl = 'pkg:deb/ubuntu/libssl3'", ""),
        ("purl = 'pkg:deb/debian/libssl3?distro=debian-12'", ""),
        ("purl = 'pkg:deb/debian/libssl3?distro=debian-12*'", "ssl"),
        ("version = '2.10.1'", "jinja"),
        ("version = '< 2.10.2'", "jinja"),
        ("version = '>= 2.9, < 2.10'", ""),
        ("version = ['9', '> 2.9, != 2.10.2']", "jinja"),
        ("ecosystem = 'PyPI'", "jinja"),
        ("ecosystem = 'debian'", "ssl"),
        ("ecosystem = 'Debian:12'", "ssl"),
        ("ecosystem = 'Debian:1'", ""),
        ("ecosystem = 'deb'", "ssl"),
        ("path = '/usr/lib/**'", "jinja"),
        ("path = '/usr/lib/*'", ""),
        ("layer = 3", "jinja"),
        ("layer = [0, 'sha256:00']", "ssl"),
        ("base_image = true", "ssl"),
        ("base_image = false", "jinja"),
        ("age_days_below = 61", "jinja"),
        ("age_days_above = 60", ""),
        ("age_days_above = 59", "jinja"),
        ("os = 'debian'", "jinja ssl bare"),
        ("os = 'debian:12'", "jinja ssl bare"),
        ("os = 'debian:12.5'", "jinja ssl bare"),
        ("os = 'debian:1'", ""),
        ("os = 'ubuntu'", ""),
        ("registry = 'ghcr.io'", "jinja ssl bare"),
        ("organisation = '*'", ""),
        ("project = ['other', 'acme']", "jinja ssl bare"),
        ("repository = 'acme/*'", "jinja ssl bare"),
        ("tag = 'latest'", "jinja ssl bare"),
        ("tag = '2.*'", ""),
        ("digest = 'sha256:aa'", "jinja ssl bare"),
        ("cve = '*'\npackage = 'libssl3'\nseverity = 'negligible'", "ssl"),
        ("cve = 'CVE-2023-0001'\npackage = 'jinja2'", ""),
    ] {
        assert_eq!(hits(criteria).join(" "), expected, "{criteria}");
    }
}

#[test]
fn a_package_in_several_places_must_match_in_each() {
    let toml = "[[rule]]\nid = 'docs'\nreason = 'not used'\npath = '/usr/share/doc/**'";
    let rules = Ruleset::parse("rules.toml", toml).unwrap();
    let context = Context::on("2026-01-01".parse().unwrap());
    let mut findings = [
        finding("CVE-1", "pkg:npm/a@1").at("/usr/share/doc/x/package.json", 0),
        finding("CVE-1", "pkg:npm/a@1").at("/usr/share/doc/x/package.json", 0).at("/app/package.json", 0),
        finding("CVE-1", "pkg:npm/a@1"),
    ];
    apply(&rules, &mut findings, &context);
    assert_eq!(findings.map(|finding| finding.disabled.is_some()), [true, false, false]);
}

#[test]
fn long_lists_mean_the_same_as_short_ones() {
    let many = |prefix: &str| (0..50).map(|n| format!("'{prefix}-{n}'")).collect::<Vec<_>>().join(", ");
    for (criteria, expected) in [
        (format!("cve = [{}, 'ghsa-G3RQ-g295-4j3m']", many("CVE-1")), "jinja"),
        (format!("cve = [{}, 'CVE-2023-*']", many("CVE-1")), "ssl"),
        (format!("cve = [{}]", many("CVE-1")), ""),
        (format!("package = [{}, 'JINJA2']", many("a")), "jinja"),
        (format!("source_package = [{}, 'OpenSSL']", many("a")), "ssl"),
    ] {
        assert_eq!(hits(&criteria).join(" "), expected, "{criteria}");
    }
    let rule = format!("[[rule]]\nid = 'r'\nreason = 'x'\npackage = [{}, 'Zope.Interface']", many("a"));
    let rules = Ruleset::parse("rules.toml", &rule).unwrap();
    let mut findings =
        [finding("CVE-1", "pkg:pypi/zope-interface@1"), finding("CVE-1", "pkg:npm/zope-interface@1")];
    apply(&rules, &mut findings, &Context::on("2026-01-01".parse().unwrap()));
    assert_eq!(findings.map(|finding| finding.disabled.is_some()), [true, false]);
}
