//! A report with one of everything, made by hand.

use std::collections::BTreeMap;

use plimsoll_core::{
    Action, Assessment, Coverage, CoverageCounts, Diagnostic, DiagnosticKind, Disabled, Distro, Evidence,
    Finding, FixState, ImagePath, LayerRef, Location, NameKind, Package, PackageType, Place, Plan, Purl,
    Remaining, Remedy, Severity, Source, Status, Step, Verdict,
};
use plimsoll_report::{
    AdvisorySet, Assessed, CoverageReport, FORMAT, FORMAT_VERSION, Gap, ImageSummary, Report, RulesSummary,
    Tool, Unidentified, Upgrade,
};

pub(crate) fn layer(index: u32) -> LayerRef {
    LayerRef { index, diff_id: None, created_by: Some("RUN make".into()) }
}

pub(crate) fn deb(name: &str, version: &str, source: &str) -> Package {
    let purl = Purl::new("deb", Some("debian"), name, Some(version)).with("distro", "debian-12");
    let mut package = Package::new(PackageType::Deb, name, version, purl);
    package.source = Some(Source { name: source.into(), version: version.into() });
    package.ecosystem = Some("Debian:12".to_owned().into());
    package.locations =
        vec![Location { path: ImagePath::new(b"var/lib/dpkg/status").unwrap(), layer: Some(layer(0)) }];
    package
}

pub(crate) fn pypi(name: &str, version: &str) -> Package {
    let mut package =
        Package::new(PackageType::PyPi, name, version, Purl::new("pypi", None, name, Some(version)));
    let path = format!("usr/lib/python3/dist-packages/{name}.dist-info/METADATA");
    package.locations =
        vec![Location { path: ImagePath::new(path.as_bytes()).unwrap(), layer: Some(layer(1)) }];
    package
}

pub(crate) fn finding(
    id: &str,
    package: Package,
    severity: Severity,
    fixed: &[&str],
    summary: &str,
) -> Finding {
    let ecosystem = package.ecosystem.clone().unwrap();
    let (name, version) = (package.name.clone(), package.version.clone());
    Finding {
        id: id.into(),
        aliases: vec!["GHSA-aaaa-bbbb-cccc".into()],
        summary: summary.into(),
        package,
        status: Status::Affected,
        severity,
        score_tenths: Some(75),
        rating: None,
        severity_rule: "advisory".into(),
        actions: Vec::new(),
        ratings: Vec::new(),
        priority: None,
        fixed_versions: fixed.iter().map(ToString::to_string).collect(),
        fix: if fixed.is_empty() { FixState::NotAvailable } else { FixState::Available },
        evidence: vec![Evidence {
            verdict: Verdict::Affected,
            advisory: id.into(),
            feed: "osv".into(),
            published: None,
            modified: None,
            ecosystem,
            name,
            name_kind: NameKind::Source,
            version,
            scheme: "dpkg".into(),
            range: "< 2".into(),
            reason: "inside".into(),
        }],
        references: Vec::new(),
        disabled: None,
    }
}

fn step(remedy: Remedy, text: &str, places: Vec<Place>) -> Step {
    let fixes = places.iter().map(|place| place.fixes).sum();
    let action = Action { remedy, text: text.into() };
    Step { action, fixes, risk: 50, severities: BTreeMap::new(), places, vulnerabilities: Vec::new() }
}

fn plan() -> Plan {
    let place = |layer, base, fixes| {
        let instruction = Some(if base { "ADD file" } else { "RUN apt-get install \u{1b}[2J" }.to_owned());
        Place { layer, instruction, base, fixes }
    };
    let (package, from, to) = ("jinja2".into(), "2.11.2".into(), "3.1.3".into());
    Plan {
        base: None,
        findings: 4,
        fixed: 3,
        steps: vec![
            step(
                Remedy::Rebuild { base: None, command: None },
                "Rebuild on a current debian:12, without cached layers: fixes 2 of 4.",
                vec![place(0, true, 1), place(1, false, 1)],
            ),
            step(
                Remedy::Upgrade { package, from, to, command: None },
                "Upgrade jinja2 from 2.11.2 to 3.1.3 in the instruction `RUN pip install`: fixes 1 of 4.",
                vec![place(1, false, 1)],
            ),
        ],
        remaining: vec![Remaining { state: FixState::NotAvailable, undetermined: false, findings: 1 }],
    }
}

pub(crate) fn report() -> Report {
    let (libssl, openssl) = (deb("libssl3", "3.0.9-1", "openssl"), deb("openssl", "3.0.9-1", "openssl"));
    let jinja = pypi("jinja2", "2.11.2");
    let mut waived = finding("CVE-2020-28493", jinja.clone(), Severity::Medium, &["2.11.3"], "Slow urlize");
    waived.disabled = Some(Disabled {
        rule: "no-urlize".into(),
        reason: "the filter is not used".into(),
        until: Some("2027-01-31".into()),
        ..Disabled::default()
    });
    let findings = vec![
        finding(
            "CVE-2023-5363",
            libssl.clone(),
            Severity::High,
            &["3.0.11-1~deb12u2"],
            "Key length is truncated",
        ),
        finding(
            "CVE-2023-5363",
            openssl.clone(),
            Severity::High,
            &["3.0.11-1~deb12u2"],
            "Key length is truncated",
        ),
        finding("CVE-2023-9999", openssl.clone(), Severity::Low, &[], "Nothing much"),
        finding(
            "CVE-2024-22195",
            jinja.clone(),
            Severity::Medium,
            &["3.1.3"],
            "Cross-site scripting in xmlattr",
        ),
        waived,
    ];
    let packages =
        [libssl, openssl, jinja].map(|package| Assessed { package, coverage: Coverage::Assessed }).to_vec();
    Report {
        format: FORMAT.into(),
        format_version: FORMAT_VERSION,
        tool: Tool { name: "plimsoll".into(), version: "0.0.0".into() },
        image: ImageSummary {
            name: "app.tar".into(),
            source: "docker-archive".into(),
            platform: Some("linux/amd64".into()),
            distro: Some(Distro { id: "debian".into(), version: "12".into(), ..Distro::default() }),
            layers: vec![layer(0), layer(1)],
            ..ImageSummary::default()
        },
        assessment: Assessment::Unhealthy,
        assessment_reasons: Vec::new(),
        counts: BTreeMap::from([(Severity::High, 2), (Severity::Medium, 1), (Severity::Low, 1)]),
        coverage: CoverageReport {
            counts: CoverageCounts { packages: 5, assessed: 3, no_feed: 2, ..CoverageCounts::default() },
            gaps: vec![Gap { coverage: Coverage::NoFeed, ecosystem: "Go".into(), packages: 2 }],
            unidentified: Unidentified { executables: 1, archives: 0, paths: vec!["/usr/bin/app".into()] },
            support: None,
        },
        advisories: AdvisorySet {
            records: 40_000,
            generation: 3,
            newest: Some("2026-10-25T00:59:51Z".into()),
            starter: false,
        },
        packages,
        findings,
        upgrades: vec![Upgrade {
            kind: PackageType::Deb,
            name: "openssl".into(),
            from: "3.0.9-1".into(),
            to: "3.0.11-1~deb12u2".into(),
            same_major: None,
            brings: Vec::new(),
            within_major: None,
            command: Some("apt-get update && apt-get install --only-upgrade libssl3 openssl".into()),
            fixes: vec!["CVE-2023-5363".into()],
            leaves: vec!["CVE-2023-9999".into()],
        }],
        plan: plan(),
        rules: RulesSummary {
            rules: 2,
            disabled: 1,
            kept: 0,
            raw_counts: BTreeMap::from([(Severity::High, 2), (Severity::Medium, 2), (Severity::Low, 1)]),
            raw_assessment: Some(Assessment::Unhealthy),
            notes: vec!["rule \"old\" expired on 2026-01-01 and no longer holds".into()],
        },
        diagnostics: vec![
            Diagnostic::new(DiagnosticKind::Malformed, "record 3 has no version")
                .at("/var/lib/dpkg/status")
                .in_layer(1),
        ],
    }
}
