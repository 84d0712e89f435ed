//! SARIF 2.1.0 (OASIS), as code scanning services read it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use plimsoll_core::{Finding, Severity, Status};
use serde_json::{Value, json};

use crate::{Options, Report, advice, escape, identity, link, score, weakness};

pub(crate) fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<Value> = Vec::new();
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        index.entry(&finding.id).or_insert_with(|| {
            rules.push(rule(finding));
            rules.len() - 1
        });
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let fingerprint = identity::fingerprint(finding);
            let count = seen.entry(fingerprint.clone()).and_modify(|count| *count += 1).or_insert(1);
            let fingerprint = format!("{fingerprint}:{count}");
            result(report, finding, index.get(finding.id.as_str()).copied(), &fingerprint)
        })
        .collect();
    let notifications: Vec<Value> = report
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let level = if diagnostic.kind.is_partial() { "warning" } else { "note" };
            json!({"level": level, "message": {"text": diagnostic.to_string()}})
        })
        .collect();
    let taxonomies: Vec<Value> = taxonomy(report).into_iter().collect();
    let image = &report.image;
    let category: String = image
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "informationUri": "https://github.com/plimsoll-rs/plimsoll",
                "rules": rules,
                "supportedTaxonomies": taxonomies.iter().map(|_| json!({"name": "CWE", "index": 0})).collect::<Vec<_>>(),
            }},
            "taxonomies": taxonomies,
            "automationDetails": {"id": format!("plimsoll/{category}/")},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
            "properties": {
                "imageName": image.name,
                "imageDigest": image.digest,
                "imageConfigDigest": image.config_digest,
                "imageTags": image.tags,
                "assessment": report.assessment,
                "assessmentReasons": report.assessment_reasons,
                "coverage": report.coverage,
                "advisories": report.advisories,
            },
        }],
    });
    escape::document(document, out)
}

/// The weaknesses that rules refer to (SARIF 2.1.0, section 3.19.3), if there are any.
fn taxonomy(report: &Report) -> Option<Value> {
    let numbers: BTreeSet<u32> = report.findings.iter().flat_map(weakness::numbers).collect();
    let taxa = numbers
        .iter()
        .map(|number| json!({"id": format!("CWE-{number}"), "helpUri": weakness::url(*number)}));
    let taxa: Vec<Value> = taxa.collect();
    (!taxa.is_empty()).then(|| {
        json!({
            "name": "CWE",
            "organization": "MITRE",
            "informationUri": "https://cwe.mitre.org/",
            "shortDescription": {"text": "The MITRE Common Weakness Enumeration"},
            "taxa": taxa,
        })
    })
}

fn rule(finding: &Finding) -> Value {
    let summary = if finding.summary.is_empty() { &finding.id } else { &finding.summary };
    let url = link::vulnerability(&finding.id);
    let severity = finding.severity;
    let mut tags = vec!["vulnerability".to_owned(), "security".to_owned(), severity.name().to_uppercase()];
    tags.extend(weakness::numbers(finding).map(|number| format!("external/cwe/cwe-{number:03}")));
    tags.extend(score::exploited(finding).map(|_| "known-exploited".to_owned()));
    let help = format!(
        "{summary} | Severity: {severity} | Package: {} | Fixed in: {} | More: {}",
        finding.package.name,
        if advice::is_fixable(finding) { finding.fixed_versions.join(", ") } else { "-".to_owned() },
        url.as_deref().unwrap_or("-"),
    );
    let relationships: Vec<Value> = weakness::numbers(finding)
        .map(|number| {
            json!({
                "target": {"id": format!("CWE-{number}"), "toolComponent": {"name": "CWE", "index": 0}},
                "kinds": ["superset"],
            })
        })
        .collect();
    json!({
        "id": finding.id,
        "name": "VulnerablePackage",
        "shortDescription": {"text": shortened(&format!("{}: {summary}", finding.id), 1000)},
        "fullDescription": {"text": shortened(summary, 1000)},
        "helpUri": url,
        "help": {"text": help},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {
            "security-severity": security_severity(finding),
            "precision": if finding.status == Status::Affected { "very-high" } else { "low" },
            "tags": tags,
        },
        "relationships": relationships,
    })
}

fn result(report: &Report, finding: &Finding, rule: Option<usize>, fingerprint: &str) -> Value {
    let package = &finding.package;
    let message = format!(
        "{}. {} {}",
        advice::title(finding),
        advice::solution(report, finding),
        advice::reason(finding)
    );
    let locations: Vec<Value> = package
        .locations
        .iter()
        .take(10)
        .map(|at| {
            let text = match &at.layer {
                Some(layer) => format!(
                    "{}: {} {} in layer {}",
                    report.image.name, package.name, package.version, layer.index
                ),
                None => format!("{}: {} {}", report.image.name, package.name, package.version),
            };
            location(&link::path(&at.path.to_text()), &text, finding)
        })
        .collect();
    let locations = if locations.is_empty() {
        // Code scanning shows nothing that has no place.
        vec![location(&link::path(&report.image.name), &report.image.name, finding)]
    } else {
        locations
    };
    let suppressions = finding.disabled.iter().map(|by| {
        let until = by.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        json!({
            "kind": "external",
            "status": "accepted",
            "justification": format!("{} (rule {}{until})", by.reason, by.rule),
        })
    });
    let suppressions: Vec<Value> = suppressions.collect();
    json!({
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": {"text": message},
        "locations": locations,
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "plimsoll/v1": fingerprint,
        },
        "suppressions": suppressions,
        "properties": {
            "purl": package.purl,
            "severity": finding.severity,
            "status": finding.status,
            "priority": finding.priority,
            "firstSeen": finding.first_seen,
            "fixedVersions": finding.fixed_versions,
            "fixState": finding.fix,
            "aliases": finding.aliases,
            "layer": package.locations.first().and_then(|at| at.layer.as_ref()),
        },
    })
}

fn location(uri: &str, text: &str, finding: &Finding) -> Value {
    let uri = if uri.is_empty() { "image" } else { uri };
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            // Package databases have no line of a package that would stay the same; services ask for one.
            "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
        },
        "logicalLocations": [{
            "name": finding.package.name,
            "fullyQualifiedName": finding.package.purl.to_string(),
            "kind": "package",
        }],
        "message": {"text": text},
    })
}

/// Code scanning's number (a text), by which it tells critical, high, medium and low: the score, or the middle of
/// the level where that and the score disagree or there is none.
fn security_severity(finding: &Finding) -> Option<String> {
    let (low, high, middle) = match finding.severity {
        Severity::Critical => (9.0, 10.0, 9.5),
        Severity::High => (7.0, 8.9, 8.0),
        Severity::Medium => (4.0, 6.9, 5.5),
        Severity::Low => (0.1, 3.9, 2.0),
        Severity::Negligible => (0.1, 1.0, 0.5),
        Severity::None => (0.0, 0.0, 0.0),
        Severity::Unknown => return None,
    };
    let score = score::score(finding).filter(|score| (low..=high).contains(score)).unwrap_or(middle);
    Some(format!("{score:.1}"))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Unknown => "warning",
        Severity::Low | Severity::Negligible | Severity::None => "note",
    }
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
