//! Reports with one of everything, made by hand.

// Each test binary uses its part of them.
#![allow(dead_code)]

use std::collections::BTreeMap;

use plimsoll_core::{
    Action, Assessment, Coverage, CoverageCounts, Dependency, Diagnostic, DiagnosticKind, Digest, Disabled,
    Distro, Evidence, Finding, FixState, ImagePath, LayerRef, Location, NameKind, Package, PackageType,
    Place, Plan, Purl, Rating, Reference, Remaining, Remedy, Severity, Shared, Source, Status, Step, Verdict,
};
use plimsoll_report::{
    AdvisorySet, Assessed, CoverageReport, FORMAT, FORMAT_VERSION, Gap, ImageSummary, Report, RulesSummary,
    Tool, Unidentified, Upgrade,
};

/// What every harmful thing is in: a terminal's escapes, a build system's commands, markup, formulas, and line feeds.
pub(crate) const EVIL: &str = "=cmd|'/C calc'!A0\u{1b}]0;x\u{7}\u{9b}31m\r\n::set-output name=a::b\n##[add-path]/x ##vso[task.x]y ##teamcity[z]\n\u{202e}gpj\u{200b}\u{2028}injected_line\n<script>alert(1)</script><img src=x onerror=alert(1)>]]><!--x--> &amp; \" ' `code` | a | [x](javascript:y) @everyone </text>\\ \u{ffff} \u{e0041}{{ 7*7 }} ${x}";

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
        aliases: vec!["GHSA-aaaa-bbbb-cccc".into()].into(),
        summary: summary.into(),
        package: package.into(),
        status: Status::Affected,
        severity,
        score_tenths: Some(75),
        rating: None,
        severity_rule: "advisory".into(),
        actions: Vec::new(),
        ratings: Shared::default(),
        priority: None,
        first_seen: None,
        cwes: Default::default(),
        fixed_versions: fixed.iter().map(ToString::to_string).collect(),
        fix: if fixed.is_empty() { FixState::NotAvailable } else { FixState::Available },
        evidence: vec![Evidence {
            verdict: Verdict::Affected,
            advisory: id.into(),
            feed: "osv".into(),
            published: None,
            modified: None,
            ecosystem,
            name: name.into(),
            name_kind: NameKind::Source,
            version: version.into(),
            scheme: "dpkg".into(),
            range: "< 2".into(),
            reason: "inside".into(),
        }]
        .into(),
        references: Shared::default(),
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
        day: None,
        assessment: Assessment::Unhealthy,
        assessment_reasons: Vec::new(),
        counts: BTreeMap::from([(Severity::High, 2), (Severity::Medium, 1), (Severity::Low, 1)]),
        coverage: CoverageReport {
            counts: CoverageCounts { packages: 5, assessed: 3, no_feed: 2, ..CoverageCounts::default() },
            gaps: vec![Gap { coverage: Coverage::NoFeed, ecosystem: "Go".into(), packages: 2 }],
            unidentified: Unidentified {
                executables: 1,
                archives: 0,
                paths: vec!["/usr/bin/app".into()],
                ..Unidentified::default()
            },
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

fn rating(source: &str, scheme: &str, value: &str) -> Rating {
    Rating { source: source.into(), scheme: scheme.into(), value: value.into() }
}

/// Digests, every kind of rating, references, and the same package twice.
pub(crate) fn full() -> Report {
    let mut report = report();
    let digest = |n: u8| Some(Digest::sha256([n; 32]));
    report.image.name = "registry.example:5000/team/app:1.2".into();
    (report.image.digest, report.image.config_digest) = (digest(1), digest(2));
    report.image.tags = vec!["registry.example:5000/team/app:1.2".into(), "latest".into()];
    report.image.created = Some("2026-10-01T00:00:00Z".into());
    report.day = Some("2026-11-24".into());
    for (at, layer) in (0u8..).zip(&mut report.image.layers) {
        layer.diff_id = digest(10 + at);
    }
    let layers = report.image.layers.clone();
    let place = |package: &mut Package| {
        for location in &mut package.locations {
            location.layer = location.layer.as_ref().and_then(|at| layers.get(at.index as usize)).cloned();
        }
    };
    report.packages.iter_mut().for_each(|assessed| place(&mut assessed.package));
    report.packages[0].package.vendor = Some("Debian OpenSSL Team <openssl@example.org> (team)".into());
    for (at, (licence, requires)) in [
        ("MIT AND (ISC OR curl)", &["openssl"][..]),
        ("GPLv2+ and others", &[]),
        ("Apache-2.0", &["libssl3"]),
    ]
    .into_iter()
    .enumerate()
    {
        let package = &mut report.packages[at].package;
        package.licences = vec![licence.to_owned()];
        package.requires = requires.iter().collect();
        package.dependency = Some(if at == 0 { Dependency::Direct } else { Dependency::Indirect });
    }
    report.packages[2].package.licences.push("BSD, more or less".to_owned());
    let mut twice = report.packages[2].clone();
    twice.package.locations[0].path = ImagePath::new(b"opt/app/lib/jinja2/METADATA").unwrap();
    report.packages.push(twice.clone());
    for finding in &mut report.findings {
        place(&mut finding.package);
        finding.ratings = vec![
            rating("NVD", "CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
            rating("NVD", "CVSS_V2", "(AV:N/AC:L/Au:N/C:P/I:N/A:N)"),
            rating("GHSA", "CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"),
            rating("Debian", "word", "low"),
            rating("CISA", "KEV", "2024-01-02"),
            rating("FIRST", "EPSS", "0.250000"),
        ]
        .into();
        finding.rating = Some(finding.ratings[0].clone());
        finding.priority = Some(77);
        finding.cwes = vec!["CWE-20".into(), "CWE-1333".into()].into();
        finding.first_seen = Some("2026-10-02".into());
        finding.references = vec![
            Reference { kind: "WEB".into(), url: "https://example.org/advisory?id=1".into() },
            Reference { kind: "WEB".into(), url: "javascript:alert(1)".into() },
        ]
        .into();
    }
    report.findings[0].package.vendor = report.packages[0].package.vendor.clone();
    for finding in &mut report.findings {
        let listed =
            report.packages.iter().find(|assessed| assessed.package.purl == finding.package.purl).unwrap();
        finding.package.licences.clone_from(&listed.package.licences);
        finding.package.requires.clone_from(&listed.package.requires);
    }
    let mut second = report.findings[3].clone();
    second.package = twice.package.into();
    report.findings.push(second);
    let mut harmless = report.findings[0].clone();
    harmless.id = "CVE-2023-0001".into();
    harmless.disabled = Some(Disabled {
        rule: "vex".into(),
        reason: "the code is not there".into(),
        vex: Some("not_affected".into()),
        justification: Some("vulnerable_code_not_present".into()),
        ..Disabled::default()
    });
    report.findings.push(harmless);
    report.findings[2].status = Status::Undetermined;
    report.findings[2].id = "GHSA-zzzz-yyyy-xxxx".into();
    report.findings[2].aliases = vec!["TEMP-0000001-ABCDEF".into()].into();
    report
}

/// The same with everything that comes from an image, a feed or a rule file made [`EVIL`].
pub(crate) fn hostile() -> Report {
    let mut report = full();
    let evil = || EVIL.to_owned();
    report.image.name = evil();
    report.image.tags = vec![evil()];
    report.image.platform = Some(evil());
    report.image.created = Some(evil());
    report.day = Some(evil());
    report.assessment_reasons = vec![evil()];
    report.advisories.newest = Some(evil());
    report.coverage.gaps[0].ecosystem = evil();
    report.coverage.unidentified.paths = vec![evil()];
    report.rules.notes = vec![evil()];
    report.diagnostics[0].message = evil();
    report.diagnostics[0].path = Some(evil());
    if let Some(distro) = &mut report.image.distro {
        (distro.id, distro.version, distro.pretty_name) = (evil(), evil(), Some(evil()));
    }
    for layer in &mut report.image.layers {
        layer.created_by = Some(evil());
    }
    let spoil = |package: &mut Package| {
        (package.name, package.version) = (evil(), evil());
        package.purl = Purl::new("pypi", Some(EVIL), EVIL, Some(EVIL)).with(EVIL, EVIL);
        package.source = Some(Source { name: evil(), version: evil() });
        (package.vendor, package.owned_by, package.module) = (Some(evil()), Some(evil()), Some(evil()));
        package.arch = Some(evil());
        package.licences = vec![evil(), "MIT".into()];
        package.provides = [EVIL].into_iter().collect();
        package.requires = [EVIL].into_iter().collect();
        package.locations[0].path = ImagePath::new(EVIL.replace("..", "").as_bytes()).unwrap();
        if let Some(layer) = &mut package.locations[0].layer {
            layer.created_by = Some(evil());
        }
    };
    report.packages.iter_mut().for_each(|assessed| spoil(&mut assessed.package));
    for finding in &mut report.findings {
        spoil(&mut finding.package);
        (finding.id, *finding.aliases, finding.summary) = (evil(), vec![evil()], evil());
        finding.fixed_versions = vec![evil()].into();
        finding.references = vec![Reference { kind: evil(), url: evil() }].into();
        finding.severity_rule = evil();
        finding.cwes = vec![evil(), "CWE-79".into()].into();
        finding.first_seen = Some(evil());
        finding.actions =
            vec![Action { remedy: Remedy::Remove { package: evil(), command: Some(evil()) }, text: evil() }];
        finding.ratings = vec![
            rating(EVIL, EVIL, EVIL),
            rating(EVIL, "CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
        ]
        .into();
        finding.rating = Some(rating(EVIL, "word", EVIL));
        for evidence in &mut finding.evidence {
            (evidence.advisory, evidence.feed, evidence.range, evidence.reason) =
                (EVIL.into(), EVIL.into(), EVIL.into(), EVIL.into());
            (evidence.name, evidence.version, evidence.scheme) = (EVIL.into(), EVIL.into(), EVIL.into());
        }
    }
    report.findings[4].disabled =
        Some(Disabled { rule: evil(), reason: evil(), until: Some(evil()), ..Disabled::default() });
    for step in &mut report.plan.steps {
        step.action.text = evil();
        for place in &mut step.places {
            place.instruction = Some(evil());
        }
    }
    for upgrade in &mut report.upgrades {
        (upgrade.name, upgrade.from, upgrade.to) = (evil(), evil(), evil());
        (upgrade.fixes, upgrade.leaves) = (vec![evil()], vec![evil()]);
    }
    report
}

/// An image in which nothing was found.
pub(crate) fn empty() -> Report {
    let mut report = report();
    report.image = ImageSummary::default();
    (report.packages, report.findings, report.upgrades) = (Vec::new(), Vec::new(), Vec::new());
    report.diagnostics.clear();
    report.plan = Plan::default();
    report.counts.clear();
    report.coverage = CoverageReport::default();
    report.advisories = AdvisorySet::default();
    (report.assessment, report.rules) = (Assessment::NothingToScan, RulesSummary::default());
    report
}
