//! VEX documents: reading them, making rules of them, and writing decisions as one.

mod finding;

use std::fs;
use std::path::{Path, PathBuf};

use finding::{With, finding};
use plimsoll_core::{Distro, Finding};
use plimsoll_rules::{
    Context, Image, Import, Nothing, OpenVex, RuleState, Ruleset, VexDocument, VexStatus, apply, openvex,
    vex_rules,
};

fn conformance() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/vex");
    let mut open = vec![root];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        let Ok(listing) = fs::read_dir(&folder) else {
            eprintln!("skipped: ../shared is not here");
            return Vec::new();
        };
        for entry in listing {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn statements_are_read_as_written() {
    let mut count = 0;
    for path in conformance() {
        let name = path.display().to_string();
        let document = VexDocument::parse(&name, &fs::read_to_string(&path).unwrap()).unwrap();
        let is_csaf = name.contains("/vex/csaf/");
        let mut found: Vec<String> = document
            .statements
            .iter()
            .map(|s| {
                let part = s.subcomponent.as_ref().filter(|_| !is_csaf).map_or("", |part| &part.id);
                let why = s.justification.as_deref().unwrap_or_default();
                format!("{}\t{}\t{part}\t{}\t{why}", s.vulnerability, s.product.id, s.status)
            })
            .collect();
        let expected = fs::read_to_string(path.with_extension("statements.tsv")).unwrap_or_default();
        // What a vendor recommends to install is no status.
        let mut expected: Vec<_> = expected
            .lines()
            .skip(1)
            .filter(|row| !row.contains("\trecommended\t"))
            .map(str::to_owned)
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
        count += found.len();
        // Each becomes a rule, or there is a reason why not.
        let claims = document.statements.iter().filter(|s| s.status == VexStatus::NotAffected).count();
        let import = vex_rules(&[document]);
        assert!(claims == 0 || import.rules.len() + import.lost.len() > 0, "{name}");
    }
    eprintln!("{count} statements");
}

fn statement(vulnerability: &str, product: &str, rest: &str) -> String {
    format!(
        r#"{{"vulnerability": {{"name": "{vulnerability}"}}, "products": [{{"@id": "{product}"{rest}}}], "status": "not_affected", "justification": "component_not_present"}}"#
    )
}

fn document(statements: &[String]) -> VexDocument {
    let json = format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Acme", "timestamp": "2026-01-01T00:00:00Z",
        "statements": [{}]}}"#,
        statements.join(", ")
    );
    VexDocument::parse("vex.json", &json).unwrap()
}

fn disabled(import: &Import, findings: &mut [Finding], image: Option<&Image>) -> Vec<bool> {
    let context = Context { now: "2026-02-01".parse().unwrap(), image, facts: &Nothing };
    apply(&import.rules, findings, &context);
    findings.iter().map(|finding| finding.disabled.is_some()).collect()
}

#[test]
fn a_statement_about_a_package() {
    let import = vex_rules(&[document(&[statement("CVE-1", "pkg:deb/debian/bash", "")])]);
    let mut findings = [
        finding("GHSA-1", "pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12.13").alias("CVE-1"),
        finding("CVE-1", "pkg:deb/ubuntu/bash@5.2"),
        finding("CVE-2", "pkg:deb/debian/bash@5.2"),
    ];
    assert_eq!(disabled(&import, &mut findings, None), [true, false, false]);
    let rule = findings[0].disabled.as_ref().unwrap();
    assert_eq!(
        (rule.rule.as_str(), rule.reason.as_str()),
        ("vex.json:CVE-1", "not affected: component_not_present")
    );
}

#[test]
fn a_statement_about_an_image() {
    let digest = "sha256:124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126";
    let parts = r#", "subcomponents": [{"@id": "pkg:apk/alpine/libssl3@3.0.8-r3"}]"#;
    let by_digest = statement("CVE-1", &format!("pkg:oci/alpine@{}", digest.replace(':', "%3A")), parts);
    let by_name = statement("CVE-2", "pkg:oci/alpine", parts);
    let by_url = statement("CVE-3", "pkg:oci/alpine?repository_url=ghcr.io/acme/alpine&tag=3.17", "");
    let import = vex_rules(&[document(&[by_digest, by_name, by_url])]);
    assert_eq!((import.rules.len(), import.lost.len()), (3, 0), "{:?}", import.lost);
    let mut findings =
        ["CVE-1", "CVE-2", "CVE-3", "CVE-1"].map(|id| finding(id, "pkg:apk/alpine/libssl3@3.0.8-r3"));
    findings[3] = finding("CVE-1", "pkg:apk/alpine/libssl3@3.0.8-r4");
    let image = Image {
        registry: Some("ghcr.io".into()),
        repository: Some("acme/alpine".into()),
        tags: vec!["3.17".into()],
        digests: vec![digest.into()],
        ..Image::default()
    };
    assert_eq!(disabled(&import, &mut findings, Some(&image)), [true, true, true, false]);
    assert_eq!(disabled(&import, &mut findings, None), [false; 4]);
    let other = Image { repository: Some("acme/alpine-extra".into()), ..Image::default() };
    assert_eq!(disabled(&import, &mut findings, Some(&other)), [false; 4]);
}

#[test]
fn what_cannot_be_said_is_reported() {
    let parts = r#", "subcomponents": [{"@id": "pkg:golang/b@v1"}]"#;
    let import = vex_rules(&[document(&[
        statement("CVE-1", "pkg:golang/a@v1", parts),
        statement("CVE-2", "Acme Shop 4", ""),
        statement("CVE-3", "pkg:npm/*", ""),
        statement("CVE-*", "pkg:npm/a", ""),
        statement("CVE-5", "pkg:npm/", ""),
    ])]);
    assert!(import.rules.is_empty());
    let whys: Vec<_> = import.lost.iter().map(|lost| lost.why.as_str()).collect();
    assert!(whys[0].starts_with("it holds for pkg:golang/a@v1 in another package"), "{whys:?}");
    assert!(whys[1].starts_with("nothing but the name \"Acme Shop 4\""), "{whys:?}");
    assert!(whys[2].contains("wildcards"), "{whys:?}");
    assert!(whys[3].contains("wildcards"), "{whys:?}");
    assert!(whys[4].contains("has no name"), "{whys:?}");
}

#[test]
fn the_latest_statement_counts() {
    let dated = |status: &str, timestamp: &str| {
        format!(
            r#"{{"vulnerability": {{"name": "CVE-1"}}, "products": [{{"@id": "pkg:npm/a"}}], "status": "{status}", "timestamp": "{timestamp}"}}"#
        )
    };
    let early = dated("not_affected", "2026-01-01T23:30:00-02:00");
    let late = dated("affected", "2026-01-02T01:31:00Z");
    for order in [[early.clone(), late.clone()], [late.clone(), early.clone()]] {
        assert!(vex_rules(&[document(&order)]).rules.is_empty());
    }
    let later = dated("fixed", "2026-01-03T00:00:00Z");
    let import = vex_rules(&[document(&[later]), document(&[early, late])]);
    assert_eq!(import.rules.rules().next().unwrap().reason, "fixed");
}

#[test]
fn a_statement_that_matches_nothing_names_its_nearest_finding() {
    let import = vex_rules(&[document(&[statement("CVE-1", "pkg:deb/debian/bash?distro=debian-12", "")])]);
    let mut findings = [finding("CVE-1", "pkg:deb/debian/bash@5.2?distro=debian-12.13")];
    let context = Context::on("2026-02-01".parse().unwrap());
    let report = apply(&import.rules, &mut findings, &context);
    assert_eq!(report.rules[0].state, RuleState::Unused);
    assert_eq!(
        report.rules[0].near_misses[0].to_string(),
        "CVE-1 in pkg:deb/debian/bash@5.2?distro=debian-12.13: purl is \
         pkg:deb/debian/bash@5.2?distro=debian-12.13, not pkg:deb/debian/bash?distro=debian-12"
    );
}

#[test]
fn without_its_vulnerability_the_nearest_finding_is_of_its_package() {
    let import = vex_rules(&[document(&[statement("CVE-1", "pkg:golang/example.com/a/b", "")])]);
    let mut findings =
        [finding("CVE-2", "pkg:golang/example.com/a/b@v1"), finding("CVE-3", "pkg:golang/b@v1")];
    let report = apply(&import.rules, &mut findings, &Context::on("2026-02-01".parse().unwrap()));
    let near: Vec<_> = report.rules[0].near_misses.iter().map(ToString::to_string).collect();
    assert_eq!(near, ["CVE-2 in pkg:golang/example.com/a/b@v1: cve is CVE-2, not CVE-1"]);
}

#[test]
fn csaf_components_of_an_operating_system() {
    let json = r#"{"document": {"csaf_version": "2.0", "publisher": {"name": "Red Hat"},
        "tracking": {"id": "x", "current_release_date": "2026-01-01T00:00:00Z"}},
        "product_tree": {"branches": [
            {"product": {"product_id": "rhel8", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8"}}},
            {"product": {"product_id": "samba", "product_identification_helper": {"purl": "pkg:rpm/redhat/samba"}}},
            {"product": {"product_id": "samba.src", "product_identification_helper": {"purl": "pkg:rpm/redhat/samba?arch=src"}}}],
          "relationships": [
            {"product_reference": "samba", "relates_to_product_reference": "rhel8", "full_product_name": {"product_id": "rhel8:samba"}},
            {"product_reference": "samba.src", "relates_to_product_reference": "rhel8", "full_product_name": {"product_id": "rhel8:samba.src"}}]},
        "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_not_affected": ["rhel8:samba", "rhel8:samba.src"]},
          "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["rhel8:samba"]}],
          "threats": [{"category": "impact", "details": "Low"}]}]}"#;
    let import = vex_rules(&[VexDocument::parse("rh.json", json).unwrap()]);
    assert_eq!(import.rules.len(), 2, "{:?}", import.lost);
    let rule = import.rules.rules().next().unwrap();
    assert_eq!(rule.os, ["rhel:8"]);
    assert_eq!(rule.reason, "not affected: vulnerable_code_not_present: Low");
    assert_eq!(rule.owner.as_deref(), Some("Red Hat"));
    let distro = |version: &str| Image {
        distro: Some(Distro { id: "rhel".into(), version: version.into(), ..Distro::default() }),
        ..Image::default()
    };
    let mut findings =
        [finding("CVE-1", "pkg:rpm/redhat/samba@4"), finding("CVE-1", "pkg:rpm/redhat/samba-libs@4")];
    findings[1].package.source = Some(plimsoll_core::Source { name: "samba".into(), version: "4".into() });
    assert_eq!(disabled(&import, &mut findings, Some(&distro("8.10"))), [true, true]);
    assert_eq!(disabled(&import, &mut findings, Some(&distro("9.1"))), [false, false]);
}

#[test]
fn cyclonedx_by_link_and_by_component() {
    let json = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5",
        "components": [{"bom-ref": "c", "purl": "pkg:npm/a@1"}],
        "vulnerabilities": [
          {"id": "CVE-1", "analysis": {"state": "not_affected", "justification": "code_not_reachable"}, "affects": [
            {"ref": "c"},
            {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:npm/b@1"},
            {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm/c", "versions": [{"version": "1"}, {"range": "vers:npm/>=2|<3"}]}]}]}"#;
    let import = vex_rules(&[VexDocument::parse("bom.json", json).unwrap()]);
    assert_eq!(import.rules.len(), 3, "{:?}", import.lost);
    let mut findings =
        ["a@1", "b@1", "c@1", "c@2"].map(|package| finding("CVE-1", &format!("pkg:npm/{package}")));
    // The fourth would need the order of versions.
    assert_eq!(disabled(&import, &mut findings, None), [true, true, true, false]);
}

#[test]
fn errors_are_one_line() {
    for (text, expected) in
        [("", "v.json:1: EOF while parsing"), ("{}", "v.json:1: not a VEX document"), ("[[", "v.json:1: ")]
    {
        let error = VexDocument::parse("v.json", text).unwrap_err().to_string();
        assert!(error.starts_with(expected) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn decisions_become_a_document() {
    let rules = Ruleset::parse(
        "rules.toml",
        "
        [[rule]]
        id = 'not-used'
        reason = 'the urlize filter is not used'
        cve = 'CVE-1'
        justification = 'vulnerable_code_not_in_execute_path'

        [[rule]]
        id = 'accepted'
        reason = 'we patch what can be patched'
        expires = 2026-12-31
        cve = 'CVE-2'
        ",
    )
    .unwrap();
    let mut findings = [
        finding("CVE-2", "pkg:npm/b@1"),
        finding("CVE-1", "pkg:npm/b@1").alias("GHSA-1"),
        finding("CVE-1", "pkg:npm/a@1"),
        finding("CVE-3", "pkg:npm/a@1"),
    ];
    apply(&rules, &mut findings, &Context::on("2026-02-01".parse().unwrap()));
    let about = OpenVex {
        id: "https://acme.example/vex/1".into(),
        author: "Acme".into(),
        timestamp: "2026-02-01T00:00:00Z".into(),
        version: 1,
        image: Some("pkg:oci/shop@sha256:aa".into()),
    };
    let json = openvex(&findings, &about);
    let again = VexDocument::parse("out.json", &json).unwrap();
    assert!(again.lost.is_empty());
    let shown: Vec<_> = again
        .statements
        .iter()
        .map(|s| {
            let part = s.subcomponent.as_ref().unwrap().id.as_str();
            (s.vulnerability.as_str(), part, s.status.to_string(), s.impact.as_deref())
        })
        .collect();
    let why = Some("the urlize filter is not used");
    assert_eq!(
        shown,
        [
            ("CVE-1", "pkg:npm/a@1", "not_affected".to_owned(), why),
            ("CVE-1", "pkg:npm/b@1", "not_affected".to_owned(), why),
            ("CVE-2", "pkg:npm/b@1", "affected".to_owned(), None),
        ]
    );
    assert!(
        json.contains("\"action_statement\": \"we patch what can be patched (until 2026-12-31)\""),
        "{json}"
    );
    findings.reverse();
    assert_eq!(openvex(&findings, &about), json);
}
