//! Other tools' files as rules.

mod finding;

use std::fs;
use std::path::Path;

use finding::{With, finding};
use plimsoll_core::FixState;
use plimsoll_rules::{Category, Context, Format, Import, Rule, apply, import};

/// A real file, if ../shared is here.
fn shared(path: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/rules").join(path);
    let text = fs::read_to_string(path).ok();
    if text.is_none() {
        eprintln!("skipped: ../shared is not here");
    }
    text
}

fn read(format: Format, text: &str) -> Import {
    import(format, "f", text).unwrap()
}

fn rules(import: &Import) -> Vec<&Rule> {
    import.rules.rules().collect()
}

fn lost(import: &Import) -> Vec<String> {
    import.lost.iter().map(ToString::to_string).collect()
}

fn day(text: &str) -> plimsoll_rules::Date {
    text.parse().unwrap()
}

#[test]
fn formats_are_recognised() {
    for (file, text, expected) in [
        ("a/.trivyignore", "CVE-1", Some(Format::TrivyIgnore)),
        (".trivyignore.yaml", "", Some(Format::TrivyIgnoreYaml)),
        (".grype.yaml", "", Some(Format::Grype)),
        ("osv-scanner.toml", "", Some(Format::OsvScanner)),
        ("list.json", r#"{"items": [{"cve_id": "CVE-1"}]}"#, Some(Format::HarborAllowlist)),
        ("x.json", r#"{"properties": {"exemptionCategory": "waiver"}}"#, Some(Format::AzureExemption)),
        ("x.json", r#"{"filters": [{"criteria": {}}]}"#, Some(Format::InspectorFilters)),
        ("x.json", "{}", None),
        ("x.txt", "", None),
    ] {
        assert_eq!(Format::detect(file, text), expected, "{file} {text}");
    }
    assert_eq!("osv-scanner".parse(), Ok(Format::OsvScanner));
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("expected trivyignore"));
}

#[test]
fn trivyignore() {
    let import = read(
        Format::TrivyIgnore,
        "# not reachable\nCVE-2019-0001\n\nCVE-2019-0002 # waiting\nCVE-2019-0003 exp:2020-01-01 key:value\n\
         CVE-2019-0004 exp:soon\nAVD-DS-0002\nGPL-3.0\nCVE-*\nCVE-2019-0001\n",
    );
    let rules = rules(&import);
    let shown: Vec<_> =
        rules.iter().map(|rule| (rule.id.as_str(), rule.reason.as_str(), rule.expires)).collect();
    assert_eq!(
        shown,
        [
            ("f:CVE-2019-0001", "not reachable", None),
            ("f:CVE-2019-0002", "waiting", None),
            ("f:CVE-2019-0003", "listed in f", Some(day("2019-12-31"))),
            ("f:CVE-2019-0001#5", "listed in f", None),
        ]
    );
    let lost = lost(&import);
    assert!(
        lost[0].starts_with("f:6: CVE-2019-0004 exp:soon was not carried over: \"soon\" is not a date"),
        "{lost:?}"
    );
    assert!(lost[1].starts_with("f:7: AVD-DS-0002 was not carried over: it is no vulnerability's id"));
    assert!(lost[2].starts_with("f:8: GPL-3.0"));
    assert!(lost[3].starts_with("f:9: CVE-* was not carried over: \"CVE-*\" has wildcards"));
    assert_eq!(lost.len(), 4);
}

#[test]
fn trivyignore_yaml() {
    let import = read(
        Format::TrivyIgnoreYaml,
        "vulnerabilities:\n  - id: CVE-1-1\n    paths: [/usr/lib/**]\n    purls:\n      - pkg:deb/debian/bash\n    \
         expired_at: 2026-05-10 # revisit\n    statement: Not exploitable\n  - id: CVE-1-2\n    path: /x\n  - id: \
         CVE-1-3\n    paths: ['{a,b}']\nsecrets:\n  - id: aws\n",
    );
    let rules = rules(&import);
    assert_eq!(rules.len(), 1);
    let expected = Rule {
        id: "f:CVE-1-1".into(),
        reason: "Not exploitable".into(),
        expires: Some(day("2026-05-09")),
        cve: vec!["CVE-1-1".into()],
        path: vec!["/usr/lib/**".into()],
        purl: vec!["pkg:deb/debian/bash".into()],
        ..Rule::default()
    };
    assert_eq!(rules[0], &expected);
    let lost = lost(&import);
    assert!(lost[0].starts_with("f:8: CVE-1-2") && lost[0].ends_with("path is not known"), "{lost:?}");
    assert!(lost[1].starts_with("f:10: CVE-1-3"), "{lost:?}");
    assert!(lost[2].starts_with("f:13: aws was not carried over: it is of the section secrets"), "{lost:?}");
}

#[test]
fn grype() {
    let import = read(
        Format::Grype,
        "fail-on-severity: high\nignore:\n  - vulnerability: CVE-1\n    fix-state: not-fixed\n    reason: why\n    \
         package: {name: linux-.*, version: '1.0', type: deb, upstream-name: linux}\n  - package:\n      location: \
         /usr/**\n  - namespace: debian:distro:debian:12\n    vulnerability: CVE-2\n  - vulnerability: CVE-3\n    \
         match-type: cpe-match\n  - package: {name: 'a|b'}\n  - vulnerability: [CVE-4]\n    fix-state: fixed\n  - {}\n",
    );
    let rules = rules(&import);
    assert_eq!(rules.len(), 3);
    assert_eq!(rules[0].cve, ["CVE-1"]);
    assert_eq!(rules[0].fix, [FixState::NotAvailable]);
    assert_eq!(rules[0].package, ["linux-*"]);
    assert_eq!(rules[0].version, ["1.0"]);
    assert_eq!(rules[0].ecosystem, ["deb"]);
    assert_eq!(rules[0].source_package, ["linux"]);
    assert_eq!(rules[0].reason, "why");
    assert_eq!(rules[1].path, ["/usr/**"]);
    assert_eq!((&rules[2].os, &rules[2].category), (&vec!["debian:12".to_owned()], &vec![Category::Os]));
    let lost = lost(&import);
    assert_eq!(lost.len(), 4, "{lost:?}");
    assert!(lost[0].contains("match-type has no rule that says the same"), "{lost:?}");
    assert!(lost[1].contains("is more than a name with wildcards"), "{lost:?}");
    assert!(lost[2].contains("vulnerability is no single value"), "{lost:?}");
    assert!(lost[3].contains("no criterion"), "{lost:?}");
}

#[test]
fn osv_scanner() {
    let import = read(
        Format::OsvScanner,
        "LoadPath = 'a'\n[[IgnoredVulns]]\nid = 'GHSA-1'\nignoreUntil = 2026-08-02\nreason = 'r'\n[[IgnoredVulns]]\nid = \
         'GHSA-2'\nignoreUntilTime = 2024-08-02\n[[PackageOverrides]]\nname = 'zlib'\necosystem = 'Debian'\nversion = \
         '1'\nignore = true\n[[PackageOverrides]]\necosystem = 'npm'\nvulnerability.ignore = true\neffectiveUntil = \
         2026-08-02T23:59:59Z\n[[PackageOverrides]]\nname = 'ms'\nlicense.override = ['MIT']\n[[PackageOverrides]]\nname \
         = 'x'\ngroup = 'dev'\nignore = true\n",
    );
    let rules = rules(&import);
    let shown: Vec<_> = rules.iter().map(|rule| (rule.id.as_str(), rule.expires)).collect();
    assert_eq!(
        shown,
        [
            ("f:GHSA-1", Some(day("2026-08-01"))),
            ("f:Debian+zlib+1", None),
            ("f:npm", Some(day("2026-08-02"))),
        ]
    );
    let lost = lost(&import);
    assert_eq!(lost[0], "f:1: LoadPath was not carried over: it says nothing about findings");
    assert_eq!(lost[1], "f:6: GHSA-2 was not carried over: ignoreUntilTime is not known");
    assert_eq!(lost[2], "f:18: ms was not carried over: it is about licences, which have no findings");
    assert_eq!(lost[3], "f:21: x was not carried over: packages of an image have no dependency groups");
}

#[test]
fn harbor_allowlist() {
    // 2026-01-01T00:00:00Z
    let import = read(
        Format::HarborAllowlist,
        r#"{"items": [{"cve_id": "CVE-1"}, {"id": 2}], "expires_at": 1767225600}"#,
    );
    assert_eq!(rules(&import)[0].expires, Some(day("2025-12-31")));
    assert_eq!(lost(&import), ["f: {id} was not carried over: it has no cve_id"]);
    let forever = read(
        Format::HarborAllowlist,
        r#"{"cve_allowlist": {"items": [{"cve_id": "CVE-1"}], "expires_at": 0}}"#,
    );
    assert_eq!(rules(&forever)[0].expires, None);
    let broken = read(Format::HarborAllowlist, r#"{"items": [{"cve_id": "CVE-1"}], "expires_at": "soon"}"#);
    assert!(broken.rules.is_empty() && broken.lost.len() == 1);
}

#[test]
fn azure_exemption() {
    let exemption = |scope: &str, policy: &str| {
        format!(
            r#"{{"value": [{{"name": "x", "id": "/subscriptions/1/{scope}/providers/Microsoft.Authorization/policyExemptions/x",
            "properties": {{"displayName": "Old registry", "description": "going away", "exemptionCategory": "waiver",
            "policyDefinitionReferenceIds": ["{policy}"], "expiresOn": "2026-12-31T23:59:00.0000000Z",
            "metadata": {{"requestedBy": "Storage team"}}}}}}]}}"#
        )
    };
    let registry = "resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/Acme";
    let import =
        read(Format::AzureExemption, &exemption(registry, "containerRegistryVulnerabilityAssessment"));
    let rules = rules(&import);
    assert_eq!(rules[0].registry, ["acme.azurecr.io"]);
    assert_eq!(rules[0].reason, "Old registry going away (waiver)");
    assert_eq!(rules[0].owner.as_deref(), Some("Storage team"));
    assert_eq!(rules[0].expires, Some(day("2026-12-31")));
    let other = read(Format::AzureExemption, &exemption(registry, "requiredTags"));
    assert!(lost(&other)[0].ends_with("the policy requiredTags is not about vulnerabilities in images"));
    let wide = read(
        Format::AzureExemption,
        &exemption("resourceGroups/g", "containerRegistryVulnerabilityAssessment"),
    );
    assert!(wide.rules.is_empty() && lost(&wide)[0].contains("its scope is a resource group"));
}

#[test]
fn inspector_filters() {
    let filter = |criteria: &str| {
        let text = format!(
            r#"{{"filters": [{{"action": "SUPPRESS", "name": "x", "reason": "r", "criteria": {{{criteria}}}}}]}}"#
        );
        read(Format::InspectorFilters, &text)
    };
    let import = filter(
        r#""vulnerabilityId": [{"comparison": "PREFIX", "value": "CVE-2019"}],
        "severity": [{"comparison": "EQUALS", "value": "LOW"}, {"comparison": "EQUALS", "value": "UNTRIAGED"}],
        "fixAvailable": [{"comparison": "EQUALS", "value": "NO"}],
        "ecrImageRepositoryName": [{"comparison": "EQUALS", "value": "shop"}],
        "resourceType": [{"comparison": "EQUALS", "value": "AWS_ECR_CONTAINER_IMAGE"}],
        "epssScore": [{"lowerInclusive": 0.0, "upperInclusive": 0.1}],
        "vulnerablePackages": [{"name": {"comparison": "EQUALS", "value": "a"}}, {"name": {"comparison": "EQUALS", "value": "b"}}]"#,
    );
    let rules = rules(&import);
    assert_eq!(rules.len(), 2);
    assert_eq!(rules[0].cve, ["CVE-2019*"]);
    assert_eq!(rules[0].patchable, Some(false));
    assert_eq!(rules[0].repository, ["shop"]);
    assert_eq!(rules[0].epss_above, None);
    assert_eq!(rules[0].epss_below.unwrap().to_string(), "0.100001");
    assert_eq!((&rules[0].package, &rules[1].package), (&vec!["a".to_owned()], &vec!["b".to_owned()]));
    for (criteria, why) in [
        (
            r#""resourceType": [{"comparison": "EQUALS", "value": "AWS_EC2_INSTANCE"}]"#,
            "about no finding in an image",
        ),
        (r#""inspectorScore": [{"upperInclusive": 5}]"#, "inspectorScore has no rule that says the same"),
        (r#""severity": [{"comparison": "NOT_EQUALS", "value": "LOW"}]"#, "compared by NOT_EQUALS"),
        (
            r#""vulnerabilityId": [{"comparison": "EQUALS", "value": "CVE-*"}]"#,
            "whose wildcards are characters there",
        ),
        (r#""findingStatus": [{"comparison": "EQUALS", "value": "ACTIVE"}]"#, "no criterion"),
    ] {
        let import = filter(criteria);
        assert!(import.rules.is_empty() && lost(&import)[0].contains(why), "{:?}", import.lost);
    }
}

#[test]
fn real_files() {
    for (path, format, count, losses) in [
        ("trivy/dot.trivyignore", Format::TrivyIgnore, 5, 4),
        ("trivyignore-altinn.yaml", Format::TrivyIgnoreYaml, 1, 0),
        ("grype-ggshield.yaml", Format::Grype, 12, 0),
        ("grype-kics.yaml", Format::Grype, 5, 0),
        ("harbor-cve-allowlist-project.json", Format::HarborAllowlist, 7, 0),
        ("azure-policy-exemption.json", Format::AzureExemption, 0, 1),
        ("inspector2-list-filters.json", Format::InspectorFilters, 0, 2),
        ("osv-scanner/image-ubuntu20-04-unimportant-config.toml", Format::OsvScanner, 26, 0),
        ("osv-scanner/internal-config-testdatainner-osv-scanner-load-path.toml", Format::OsvScanner, 0, 1),
        ("osv-scanner/internal-config-unknown-key-1.toml", Format::OsvScanner, 0, 1),
        ("osv-scanner/internal-config-unknown-key-3.toml", Format::OsvScanner, 0, 1),
        ("osv-scanner/internal-config-unknown-key-5.toml", Format::OsvScanner, 0, 1),
        ("osv-scanner/internal-config-unknown-key-7.toml", Format::OsvScanner, 0, 2),
        ("osv-scanner/pkg-osvscanner-filter-all-configs-a-osv-scanner.toml", Format::OsvScanner, 4, 0),
        ("osv-scanner/source-osv-scanner-composite-config.toml", Format::OsvScanner, 3, 2),
        ("osv-scanner/source-osv-scanner-empty-config.toml", Format::OsvScanner, 0, 0),
        ("osv-scanner/source-osv-scanner-partial-ignores-config.toml", Format::OsvScanner, 5, 0),
        ("osv-scanner/source-osv-scanner-unknown-config.toml", Format::OsvScanner, 1, 5),
    ] {
        let Some(text) = shared(path) else { return };
        if path.starts_with("osv-scanner/source-osv-scanner-empty") {
            // A file of comments only says what it is by its name alone.
        } else if !path.contains("load-path") {
            assert_eq!(Format::detect(path, &text), Some(format), "{path}");
        }
        let import = import(format, path, &text).unwrap();
        assert_eq!((import.rules.len(), import.lost.len()), (count, losses), "{path}: {:?}", import.lost);
    }
}

#[test]
fn imported_rules_are_applied_like_others() {
    let import = read(Format::Grype, "ignore:\n  - package: {name: jinja2, location: /usr/bin/**}\n");
    let mut findings = [
        finding("CVE-1", "pkg:pypi/jinja2@1").at("/usr/bin/x", 0),
        finding("CVE-1", "pkg:pypi/jinja2@1").at("/opt/x", 0),
    ];
    apply(&import.rules, &mut findings, &Context::on(day("2026-01-01")));
    assert_eq!(
        findings.map(|finding| finding.disabled.map(|disabled| disabled.rule)),
        [Some("f:jinja2+/usr/bin/**".to_owned()), None]
    );
}
