//! What must hold for any text. Shared by the fuzz targets and the tests that replay their corpora.

use plimsoll_core::{
    Finding, FixState, ImagePath, LayerRef, Location, Package, PackageType, Purl, Severity, Shared, Status,
};
use plimsoll_rules::{Context, Format, Image, Nothing, Ruleset, VexDocument, apply, import, vex_rules};

/// Every format of another tool.
pub const FORMATS: [Format; 7] = [
    Format::TrivyIgnore,
    Format::TrivyIgnoreYaml,
    Format::Grype,
    Format::OsvScanner,
    Format::HarborAllowlist,
    Format::AzureExemption,
    Format::InspectorFilters,
];

/// A rules file or an error of one line; what is one reads again as the same.
pub fn rules(text: &str) {
    match Ruleset::parse("fuzz", text) {
        Ok(rules) => {
            let again = Ruleset::parse("again", &rules.to_toml()).unwrap();
            assert_eq!(rules.rules().collect::<Vec<_>>(), again.rules().collect::<Vec<_>>());
            let _ = rules.run_examples("2026-01-01".parse().unwrap(), &Nothing);
            applied(&rules);
        }
        Err(e) => assert!(!e.to_string().contains('\n'), "{e}"),
    }
}

/// Another tool's file, whatever its format, or an error.
pub fn foreign(format: Format, text: &str) {
    if let Ok(import) = import(format, "fuzz", text) {
        applied(&import.rules);
        for lost in import.lost {
            assert!(!lost.to_string().contains('\n'), "{lost}");
        }
    }
}

/// A VEX document or an error.
pub fn vex(text: &str) {
    if let Ok(document) = VexDocument::parse("fuzz", text) {
        applied(&vex_rules(&[document]).rules);
    }
}

/// Applies rules twice: the second time must change nothing.
fn applied(rules: &Ruleset) {
    let image = Image { repository: Some("acme/shop".into()), tags: vec!["1".into()], ..Image::default() };
    let context = Context { now: "2026-01-01".parse().unwrap(), image: Some(&image), facts: &Nothing };
    let mut findings = [finding("CVE-2020-28493", "pypi", "jinja2"), finding("CVE-2019-0001", "deb", "bash")];
    let report = apply(rules, &mut findings, &context);
    let once = findings.clone();
    assert_eq!(apply(rules, &mut findings, &context), report);
    assert_eq!(findings, once);
    for rule in report.rules {
        let _ = rule.to_string();
    }
}

fn finding(id: &str, kind: &str, name: &str) -> Finding {
    let purl = Purl::new(kind, Some("debian").filter(|_| kind == "deb"), name, Some("1.0"));
    let mut package = Package::new(PackageType::from_purl_type(kind).unwrap(), name, "1.0", purl);
    package.locations.push(Location {
        path: ImagePath::new(b"usr/lib/x").unwrap(),
        layer: Some(LayerRef { index: 0, diff_id: None, created_by: None }),
    });
    Finding {
        id: id.to_owned(),
        aliases: vec!["GHSA-g3rq-g295-4j3m".to_owned()].into(),
        summary: "A summary".to_owned(),
        package: package.into(),
        status: Status::Affected,
        severity: Severity::Low,
        score_tenths: None,
        rating: None,
        severity_rule: String::new(),
        actions: Vec::new(),
        ratings: Shared::default(),
        priority: None,
        first_seen: None,
        cwes: Default::default(),
        fixed_versions: Shared::default(),
        fix: FixState::Unknown,
        evidence: Shared::default(),
        references: Shared::default(),
        disabled: None,
    }
}
