//! 100,000 findings in 5,000 packages, in the order in which a scan gives them, and 1,000 rules.

use plimsoll_core::{
    Finding, FixState, ImagePath, LayerRef, Location, Package, PackageType, Purl, Severity, Shared, Status,
};
use plimsoll_rules::{Context, Rule, Ruleset, Tenths, apply};

fn main() {
    divan::main();
}

fn findings() -> Vec<Finding> {
    let one = |n: usize| {
        let at = n / 20;
        let name = format!("package-{}", at % 997);
        let version = format!("{}.2.0", at / 997);
        let purl = Purl::new("npm", None, &name, Some(&version));
        let mut package = Package::new(PackageType::Npm, name, version, purl);
        package.locations.push(Location {
            path: ImagePath::new(format!("app/node_modules/package-{}/package.json", at % 997).as_bytes())
                .unwrap(),
            layer: Some(LayerRef { index: 3, diff_id: None, created_by: None }),
        });
        // Every other finding is of a vulnerability that other packages have too.
        let id = n * 7 % 40_000;
        Finding {
            id: format!("CVE-{}-{}", 2010 + id % 16, 1000 + id),
            aliases: vec![format!("GHSA-{id:04x}-{id:04x}-{id:04x}")].into(),
            summary: "Prototype pollution in a package that is used by nearly everything".to_owned(),
            package: package.into(),
            status: Status::Affected,
            severity: Severity::ALL[n % 7],
            score_tenths: None,
            rating: None,
            severity_rule: String::new(),
            actions: Vec::new(),
            ratings: Shared::default(),
            priority: None,
            first_seen: None,
            cwes: Default::default(),
            fixed_versions: if n.is_multiple_of(3) {
                Shared::default()
            } else {
                vec!["9.0.0".to_owned()].into()
            },
            fix: if n.is_multiple_of(3) { FixState::NotAvailable } else { FixState::Available },
            evidence: Shared::default(),
            references: Shared::default(),
            disabled: None,
        }
    };
    (0..100_000).map(one).collect()
}

fn rules(make: impl Fn(usize) -> Rule) -> Ruleset {
    let rule = |n| Rule { id: format!("rule-{n:04}"), reason: "because".to_owned(), ..make(n) };
    Ruleset::new("bench", (0..1000).map(rule)).unwrap()
}

/// What an organisation's rules are like: mostly single vulnerabilities, half of them no longer there.
fn usual(n: usize) -> Rule {
    let id = n * 41;
    let cve = vec![format!("CVE-{}-{}", 2010 + id % 16, 1000 + id + 40_000 * (n % 2))];
    match n % 20 {
        0 => Rule { severity_below: Some(Severity::Low), patchable: Some(false), ..Rule::default() },
        1 => {
            Rule { package: vec![format!("package-{n}*")], severity: vec![Severity::Low], ..Rule::default() }
        }
        2 => Rule { path: vec![format!("/app/node_modules/package-{n}/**")], ..Rule::default() },
        3 => Rule { purl: vec![format!("pkg:npm/package-{n}")], ..Rule::default() },
        4..8 => Rule {
            package: vec![format!("package-{n}")],
            fix: vec![FixState::NotAvailable],
            ..Rule::default()
        },
        8..12 => Rule { cve, package: vec![format!("package-{n}")], ..Rule::default() },
        _ => Rule { cve, ..Rule::default() },
    }
}

/// Rules that name neither vulnerabilities nor packages, each of which has to be tried on every finding.
fn broad(n: usize) -> Rule {
    Rule {
        package: vec![format!("pack*-{n}")],
        severity_below: Some(Severity::ALL[n % 4]),
        patchable: Some(n.is_multiple_of(2)),
        ..Rule::default()
    }
}

/// Ids, titles, paths and names with wildcards, scores: nothing that can be looked up as a whole.
fn patterns(n: usize) -> Rule {
    match n % 5 {
        0 => Rule { cve: vec![format!("CVE-*-{n}?")], ..Rule::default() },
        1 => Rule { title_contains: vec![format!("pollution in {n}")], ..Rule::default() },
        2 => Rule { path: vec![format!("**/package-{n}/*.json")], ..Rule::default() },
        3 => Rule {
            package: vec![format!("*ge-{n}")],
            severity: vec![Severity::ALL[n % 7]],
            ..Rule::default()
        },
        _ => Rule {
            cvss_v3_below: Some(Tenths(u8::try_from(n % 100).unwrap())),
            severity: vec![Severity::ALL[n % 7]],
            ..Rule::default()
        },
    }
}

fn run(bencher: divan::Bencher<'_, '_>, rules: &Ruleset) {
    let context = Context::on("2026-01-01".parse().unwrap());
    let mut findings = findings();
    bencher.bench_local(|| apply(rules, &mut findings, &context).disabled);
}

#[divan::bench(sample_count = 10)]
fn usual_rules(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &rules(usual));
}

#[divan::bench(sample_count = 10)]
fn pattern_rules(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &rules(patterns));
}

#[divan::bench(sample_count = 10)]
fn broad_rules(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &rules(broad));
}
