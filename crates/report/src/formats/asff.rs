//! AWS Security Finding Format, as Security Hub's BatchImportFindings takes it.

use std::io::{self, Write};

use plimsoll_core::{Finding, Severity};
use serde_json::{Map, Value, json};

use crate::reference::Name;
use crate::time::Instant;
use crate::{Options, Report, advice, escape, identity, link, score};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let none = ("000000000000".to_owned(), "us-east-1".to_owned());
    let (account, region) = options.aws.as_ref().unwrap_or(&none);
    let time = Instant::of(report, options).to_string();
    let findings: Vec<Value> =
        report.findings.iter().map(|finding| entry(report, finding, account, region, &time)).collect();
    escape::document(json!({"Findings": findings}), out)
}

fn entry(report: &Report, finding: &Finding, account: &str, region: &str, time: &str) -> Value {
    let package = &finding.package;
    let image = &report.image;
    let name = Name::of(image);
    let named = text(&image.name).unwrap_or_else(|| "image".to_owned());
    let digest = image.digest.as_ref().or(image.config_digest.as_ref()).map(ToString::to_string);
    let resource = digest.clone().unwrap_or_else(|| named.clone());
    let place = package.locations.first();
    let scores: Vec<Value> = score::scores(finding)
        .iter()
        .map(|scored| {
            json!({
                "Version": scored.number(), "BaseScore": scored.score(),
                "BaseVector": text(scored.vector), "Source": text(scored.source),
            })
        })
        .collect();
    let fixed = text(&finding.fixed_versions.join(", "));
    let summary = text(&finding.summary).unwrap_or_else(|| finding.id.clone());
    let mut other = Map::new();
    for (key, value) in [
        ("purl", Some(package.purl.to_string())),
        ("aliases", Some(finding.aliases.join(", "))),
        ("fixed", fixed.clone()),
    ] {
        if let Some(value) = value.as_deref().and_then(text) {
            other.insert(key.to_owned(), json!(shortened(&value, 1024)));
        }
    }
    let note = finding.disabled.as_ref().map(|by| {
        json!({
            "Text": shortened(&format!("{} (rule {})", by.reason, by.rule), 512),
            "UpdatedBy": report.tool.name, "UpdatedAt": time,
        })
    });
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("{resource}/{}", identity::digest(&[
            &finding.id, &package.purl.to_string(), &place.map(|at| at.path.to_text()).unwrap_or_default(),
        ])),
        "ProductArn": format!("arn:aws:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "Plimsoll",
        "GeneratorId": format!("plimsoll/{}", finding.id),
        "AwsAccountId": account,
        "Region": region,
        "Types": ["Software and Configuration Checks/Vulnerabilities/CVE"],
        "FirstObservedAt": finding.first_seen.as_deref().and_then(Instant::parse).map(|time| time.to_string()),
        "CreatedAt": time,
        "UpdatedAt": time,
        "Severity": {
            "Label": match finding.severity {
                Severity::Critical => "CRITICAL",
                Severity::High => "HIGH",
                Severity::Medium => "MEDIUM",
                Severity::Low => "LOW",
                _ => "INFORMATIONAL",
            },
            "Original": finding.severity.name(),
        },
        "Title": shortened(&advice::title(finding), 256),
        "Description": shortened(&summary, 1024),
        "Remediation": {"Recommendation": {
            "Text": shortened(&advice::solution(report, finding), 512),
            "Url": link::vulnerability(&finding.id),
        }},
        "ProductFields": {"ProviderName": "Plimsoll", "ProviderVersion": report.tool.version},
        "Resources": [{
            "Type": "Container",
            "Id": resource,
            "Partition": "aws",
            "Region": region,
            "Details": {
                "Container": {"ImageName": named, "ImageId": digest},
                "AwsEcrContainerImage": {"RepositoryName": text(&name.repository), "ImageDigest": digest},
                "Other": other,
            },
        }],
        "Vulnerabilities": [{
            "Id": finding.id,
            "VulnerablePackages": [{
                "Name": text(&package.name),
                "Version": text(&package.version),
                "Architecture": package.arch.as_deref().and_then(text),
                "PackageManager": package.kind,
                "FilePath": place.and_then(|at| text(&at.path.to_text())),
                "FixedInVersion": fixed,
                "SourceLayerHash": place.and_then(|at| at.layer.as_ref()).and_then(|layer| layer.diff_id.as_ref()),
            }],
            "Cvss": scores,
            "RelatedVulnerabilities": finding.aliases.iter().filter_map(|alias| text(alias)).collect::<Vec<_>>(),
            "ReferenceUrls": link::all(finding),
            "FixAvailable": if advice::is_fixable(finding) { "YES" } else { "NO" },
            "EpssScore": score::epss(finding),
            "ExploitAvailable": score::exploited(finding).map(|_| "YES"),
        }],
        "Workflow": {"Status": if finding.disabled.is_some() { "SUPPRESSED" } else { "NEW" }},
        "Note": note,
        "RecordState": "ACTIVE",
    })
}

/// AWS takes no empty texts.
fn text(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
