//! Amazon ECR's answer to DescribeImageScanFindings, as basic scanning fills it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::{Assessment, Finding, Severity};
use serde_json::{Value, json};

use crate::reference::Name;
use crate::time::Instant;
use crate::{Options, Report, advice, escape, headline, link, score};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = &report.image;
    let name = Name::of(image);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.active() {
        *counts.entry(severity(finding.severity)).or_default() += 1;
    }
    let status = match report.assessment {
        Assessment::NotApplicable | Assessment::NothingToScan => "UNSUPPORTED_IMAGE",
        _ => "COMPLETE",
    };
    let account = options.aws.as_ref().map_or("000000000000", |(account, _)| account);
    let document = json!({
        "registryId": account,
        "repositoryName": repository(&name.repository),
        "imageId": {
            "imageDigest": image.digest.as_ref().or(image.config_digest.as_ref()).map(ToString::to_string),
            "imageTag": name.tag,
        },
        "imageScanStatus": {"status": status, "description": headline(report)},
        "imageScanFindings": {
            "imageScanCompletedAt": Instant::of(report, options).to_string(),
            "vulnerabilitySourceUpdatedAt":
                report.advisories.newest.as_deref().and_then(Instant::parse).map(|time| time.to_string()),
            "findingSeverityCounts": counts,
            "findings": report.active().map(finding).collect::<Vec<_>>(),
        },
    });
    escape::document(document, out)
}

/// What ECR takes for a repository's name: lower case, two characters or more.
fn repository(name: &str) -> String {
    let part = |part: &str| {
        let plain: String = part
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        plain.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    };
    let parts: Vec<String> = name.split('/').map(part).filter(|part| !part.is_empty()).collect();
    let name: String = parts.join("/").chars().take(256).collect();
    let name = name.trim_end_matches(['-', '/']);
    if name.len() < 2 { format!("image{name}") } else { name.to_owned() }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Negligible | Severity::None => "INFORMATIONAL",
        Severity::Unknown => "UNDEFINED",
    }
}

fn finding(finding: &Finding) -> Value {
    let package = &finding.package;
    let mut attributes = vec![
        ("package_name", package.name.clone()),
        ("package_version", package.version.clone()),
        ("fixed_version", finding.fixed_versions.join(", ")),
        ("package_path", advice::place(finding)),
    ];
    for scored in score::scores(finding) {
        let (vector, number) = match scored.number() {
            "2.0" => ("CVSS2_VECTOR", "CVSS2_SCORE"),
            "4.0" => ("CVSS4_VECTOR", "CVSS4_SCORE"),
            _ => ("CVSS3_VECTOR", "CVSS3_SCORE"),
        };
        if attributes.iter().all(|(key, _)| *key != vector) {
            attributes.push((vector, scored.vector.to_owned()));
            attributes.push((number, format!("{:.1}", scored.score())));
        }
    }
    let attributes: Vec<Value> = attributes
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| json!({"key": key, "value": value.chars().take(256).collect::<String>()}))
        .collect();
    json!({
        "name": finding.id,
        "description": finding.summary,
        "uri": link::vulnerability(&finding.id),
        "severity": severity(finding.severity),
        "attributes": attributes,
    })
}
