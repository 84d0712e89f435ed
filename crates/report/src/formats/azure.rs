//! Microsoft Defender for Cloud's sub-assessments: `AzureContainerRegistryVulnerability`, and the older
//! `ContainerRegistryVulnerability` (API 2019-01-01-preview). A list, as the API answers it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::{Finding, FixState, PackageType, Status};
use plimsoll_severity::{Version, export};
use serde_json::{Value, json};

use crate::identity::Identity;
use crate::reference::Name;
use crate::time::Instant;
use crate::{Options, Report, advice, escape, link, score, weakness};

/// The keys of the two recommendations that the sub-assessments belong to.
const KEY: &str = "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5";
const KEY_2019: &str = "dbd0cb49-b563-45e7-9724-889e799fa648";

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    list(report, options, KEY, out, current)
}

pub(crate) fn write_2019(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    list(report, options, KEY_2019, out, seed_era)
}

/// What both forms say of the image.
struct Image {
    name: Name,
    digest: String,
    time: String,
}

fn list(
    report: &Report,
    options: &Options,
    key: &str,
    out: &mut dyn Write,
    of: fn(&Report, &Image, &Finding) -> Value,
) -> io::Result<()> {
    let digest = report.image.digest.as_ref().or(report.image.config_digest.as_ref());
    let image = Image {
        name: Name::of(&report.image),
        digest: digest.map(ToString::to_string).unwrap_or_default(),
        time: Instant::of(report, options).to_string(),
    };
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let value: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            // The same as long as the finding is there: whatever else is found, and in whatever order.
            let known_by = format!("{key} {} {} {}", image.digest, finding.id, finding.package.purl);
            let before = names.entry(known_by.clone()).or_default();
            let name = Identity::named(&known_by).uuid(&before.to_string());
            *before += 1;
            let mut properties = of(report, &image, finding);
            if let Value::Object(properties) = &mut properties {
                properties.insert("displayName".to_owned(), json!(advice::title(finding)));
                properties.insert("id".to_owned(), json!(finding.id));
                properties.insert("status".to_owned(), status(finding));
                properties.insert("remediation".to_owned(), json!(advice::solution(report, finding)));
                properties.insert("description".to_owned(), json!(description(finding)));
                properties.insert("timeGenerated".to_owned(), json!(image.time));
                properties.insert("resourceDetails".to_owned(), resource(&image));
            }
            json!({
                "id": format!(
                    "{}/providers/Microsoft.Security/assessments/{key}/subAssessments/{name}",
                    resource_id(&image)
                ),
                "name": name,
                "type": "Microsoft.Security/assessments/subAssessments",
                "properties": properties,
            })
        })
        .collect();
    escape::document(json!({"value": value}), out)
}

fn description(finding: &Finding) -> &str {
    if finding.summary.is_empty() { &finding.id } else { &finding.summary }
}

/// A finding that a rule disables is not applicable, and exempt for the rule's reason.
fn status(finding: &Finding) -> Value {
    let severity = export::azure(score::level(finding.severity)).name();
    match &finding.disabled {
        Some(by) => json!({
            "code": "NotApplicable", "cause": "Exempt", "severity": severity,
            "description": format!("{} (rule {})", by.reason, by.rule),
        }),
        None => json!({
            "code": "Unhealthy", "cause": "", "severity": severity,
            "description": "The resource is unhealthy",
        }),
    }
}

fn resource(image: &Image) -> Value {
    json!({"source": "Azure", "id": resource_id(image)})
}

fn resource_id(image: &Image) -> String {
    format!("/repositories/{}/images/{}", image.name.repository, image.digest)
}

fn links(finding: &Finding) -> Value {
    link::all(finding).into_iter().map(|url| json!({"title": finding.id, "link": url})).collect()
}

fn cvss(finding: &Finding, with_vector: bool) -> Value {
    let scores = score::scores(finding);
    let of = |wanted: &[Version]| {
        scores.iter().find(|scored| wanted.contains(&scored.version)).map(|scored| {
            let vector = with_vector.then_some(scored.vector);
            json!({"base": scored.score(), "cvssVectorString": vector})
        })
    };
    json!({"2.0": of(&[Version::V2]), "3.0": of(&[Version::V3_1, Version::V3_0])})
}

fn seed_era(_: &Report, image: &Image, finding: &Finding) -> Value {
    let published = finding.evidence.iter().find_map(|evidence| evidence.modified.as_deref());
    json!({
        "category": finding.package.kind,
        "impact": description(finding),
        "additionalData": {
            "assessedResourceType": "ContainerRegistryVulnerability",
            "type": if finding.status == Status::Affected { "Vulnerability" } else { "Potential Vulnerability" },
            "cvss": cvss(finding, false),
            "patchable": advice::is_fixable(finding),
            "cve": [{"title": finding.id, "link": link::vulnerability(&finding.id).unwrap_or_default()}],
            "publishedTime": published,
            "vendorReferences": links(finding),
            "repositoryName": image.name.repository,
            "imageDigest": image.digest,
        },
    })
}

fn current(report: &Report, image: &Image, finding: &Finding) -> Value {
    let package = &finding.package;
    let modified = finding.evidence.iter().find_map(|evidence| evidence.modified.as_deref());
    let scores = score::scores(finding);
    let v3 = scores.iter().find(|scored| matches!(scored.version, Version::V3_0 | Version::V3_1));
    let is_os = package.kind.is_os();
    let distro = report.image.distro.as_ref();
    let os_version = distro.map(|distro| format!("{}_{}", distro.id, distro.version));
    let fix = match (advice::is_fixable(finding), finding.fix) {
        (true, _) => "FixAvailable",
        (_, FixState::WontFix | FixState::EndOfLife) => "WontFix",
        (_, FixState::Deferred) => "Scheduled",
        (_, FixState::NotAvailable) => "NoFixAvailable",
        _ => "Unknown",
    };
    let evidence: Vec<String> = package.locations.iter().map(|at| at.path.to_text()).collect();
    json!({
        "additionalData": {
            "assessedResourceType": "AzureContainerRegistryVulnerability",
            "cvssV30Score": v3.map(score::Scored::score),
            "vulnerabilityDetails": {
                "cveId": finding.id,
                "severity": export::azure(score::level(finding.severity)).name(),
                "exploitabilityAssessment": {
                    "exploitStepsPublished": false,
                    "exploitStepsVerified": false,
                    "isInExploitKit": score::exploited(finding).is_some(),
                    "exploitUris": [],
                    "types": [],
                },
                "lastModifiedDate": modified,
                "workarounds": [],
                "references": links(finding),
                "weaknesses": {
                    "cwe": weakness::numbers(finding).map(|number| json!({"id": format!("CWE-{number}")})).collect::<Vec<_>>(),
                },
                "cvss": cvss(finding, true),
            },
            "artifactDetails": {
                "repositoryName": image.name.repository,
                "registryHost": image.name.registry.clone().unwrap_or_default(),
                "artifactType": "ContainerImage",
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": image.digest,
                "tags": image.name.tag.iter().collect::<Vec<_>>(),
            },
            "softwareDetails": {
                "category": if is_os { "OS" } else { "Language" },
                "language": if is_os { "" } else { language(package.kind) },
                "packageName": package.name,
                "version": package.version,
                "vendor": package.vendor.clone().unwrap_or_else(|| package.source_name().to_owned()),
                "fixedVersion": finding.fixed_versions.join(", "),
                "fixStatus": fix,
                "osDetails": {"osPlatform": "linux", "osVersion": os_version.unwrap_or_default()},
                "evidence": evidence,
            },
        },
    })
}

fn language(kind: PackageType) -> &'static str {
    match kind {
        PackageType::PyPi => "python",
        PackageType::Npm => "javascript",
        PackageType::Golang => "go",
        PackageType::Maven => "java",
        PackageType::Cargo => "rust",
        PackageType::Gem => "ruby",
        PackageType::Nuget => "dotnet",
        PackageType::Composer => "php",
        kind => kind.purl_type(),
    }
}
