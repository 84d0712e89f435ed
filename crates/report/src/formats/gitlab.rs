//! GitLab container scanning (security report schemas 15.0.7).

use std::io::{self, Write};

use plimsoll_core::{Finding, Severity};
use serde_json::{Value, json};

use crate::identity::digest;
use crate::time::Instant;
use crate::{Options, Report, advice, escape, link, score, weakness};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let time = Instant::of(report, options).local();
    let tool = &report.tool;
    let scanner = json!({
        "id": tool.name, "name": "Plimsoll", "version": tool.version,
        "vendor": {"name": "Plimsoll"}, "url": "https://github.com/plimsoll-rs/plimsoll",
    });
    let messages: Vec<Value> = report
        .assessment_reasons
        .iter()
        .filter(|reason| !reason.trim().is_empty())
        .map(|reason| json!({"level": "warn", "value": reason}))
        .collect();
    let document = json!({
        "version": "15.0.7",
        "scan": {
            "analyzer": scanner.clone(),
            "scanner": scanner,
            "start_time": time,
            "end_time": time,
            "status": "success",
            "type": "container_scanning",
            "messages": messages,
        },
        // GitLab has its own list of what is dismissed; what a rule disables is not to be raised again.
        "vulnerabilities": report.active().map(|finding| vulnerability(report, finding)).collect::<Vec<_>>(),
        "remediations": [],
    });
    escape::document(document, out)
}

fn vulnerability(report: &Report, finding: &Finding) -> Value {
    let package = &finding.package;
    let image = &report.image;
    let named = |text: &str, otherwise: &str| match text.trim() {
        "" => otherwise.to_owned(),
        text => text.to_owned(),
    };
    let place = package.locations.first().map(|at| at.path.to_text()).unwrap_or_default();
    let identifiers: Vec<Value> = std::iter::once(&finding.id)
        .chain(&finding.aliases)
        .map(|id| {
            let kind = id.split_once('-').map_or("osv", |(prefix, _)| prefix).to_ascii_lowercase();
            let kind = if kind.is_empty() { "osv".to_owned() } else { kind };
            json!({"type": kind, "name": id, "value": id, "url": link::vulnerability(id)})
        })
        .chain(weakness::numbers(finding).map(|number| {
            json!({
                "type": "cwe", "name": format!("CWE-{number}"), "value": number.to_string(), "url": weakness::url(number),
            })
        }))
        .collect();
    let vectors: Vec<Value> = score::scores(finding)
        .iter()
        .filter(|scored| scored.number() != "4.0" && (16..=128).contains(&scored.vector.len()))
        .take(10)
        .map(|scored| json!({"vendor": named(scored.source, "unknown"), "vector": scored.vector}))
        .collect();
    let links: Vec<Value> = link::all(finding).into_iter().map(|url| json!({"url": url})).collect();
    json!({
        "id": digest(&[&finding.id, &package.purl.to_string(), &place]),
        "name": shortened(&advice::title(finding), 255),
        "description": shortened(
            &format!("{} {}", named(&finding.summary, &finding.id), advice::reason(finding)),
            100_000,
        ),
        "severity": match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Negligible | Severity::None => "Info",
            Severity::Unknown => "Unknown",
        },
        "solution": shortened(&advice::solution(report, finding), 7000),
        "identifiers": identifiers,
        "cvss_vectors": Some(vectors).filter(|vectors| !vectors.is_empty()),
        "links": links,
        "location": {
            "dependency": {"package": {"name": package.name}, "version": package.version},
            "operating_system": named(&image.distro.as_ref().map(|distro| distro.title()).unwrap_or_default(), "unknown"),
            "image": named(&image.name, "image"),
        },
        "details": {
            "vulnerable_package": {
                "type": "text", "name": "Vulnerable package",
                "value": format!("{} {}", package.name, package.version),
            },
            "place": {"type": "text", "name": "Place", "value": advice::place(finding)},
        },
    })
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
