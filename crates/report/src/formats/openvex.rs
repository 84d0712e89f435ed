//! OpenVEX 0.2: what the report says of each vulnerability in the image, as statements.

use std::io::{self, Write};

use plimsoll_core::{Finding, Purl, Status};
use serde_json::{Value, json};

use crate::identity::Identity;
use crate::time::Instant;
use crate::{Options, Report, advice, escape, link};

/// The words that the specification knows ("Status Justifications").
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = product(report);
    let time = Instant::of(report, options).to_string();
    let mut statements: Vec<Value> =
        report.findings.iter().map(|finding| statement(report, finding, &image, &time)).collect();
    // Statements are a set: the same package in two places makes one.
    let mut seen = std::collections::HashSet::new();
    statements.retain(|statement| seen.insert(statement.to_string()));
    let author =
        options.author.clone().unwrap_or_else(|| format!("{} {}", report.tool.name, report.tool.version));
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("https://openvex.dev/docs/public/vex-{}", Identity::of(report).hex()),
        "author": author,
        "role": "Document Creator",
        "timestamp": time,
        "version": 1,
        "tooling": format!("{} {}", report.tool.name, report.tool.version),
        "statements": statements,
    });
    escape::document(document, out)
}

/// The image as a package URL: of the type oci, whose version is the manifest's digest; where the image has none it
/// is a thing of no type, known by its configuration.
fn product(report: &Report) -> Value {
    let image = &report.image;
    let name = image.name.rsplit('/').next().unwrap_or_default();
    let name = name.split(['@', ':']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    let name = if name.is_empty() { "image".to_owned() } else { name.to_ascii_lowercase() };
    let (kind, version) = match (&image.digest, &image.config_digest) {
        (Some(digest), _) => ("oci", Some(digest.to_string())),
        (None, id) => ("generic", id.as_ref().map(ToString::to_string)),
    };
    let purl = Purl::new(kind, None, &name, version.as_deref()).to_string();
    json!({"@id": purl, "identifiers": {"purl": purl}})
}

fn statement(report: &Report, finding: &Finding, image: &Value, time: &str) -> Value {
    let purl = finding.package.purl.to_string();
    let mut product = image.clone();
    if let Value::Object(product) = &mut product {
        product.insert("subcomponents".to_owned(), json!([{"@id": purl, "identifiers": {"purl": purl}}]));
    }
    let url = link::vulnerability(&finding.id);
    let vulnerability = json!({
        "@id": url,
        "name": finding.id,
        "description": Some(&finding.summary).filter(|summary| !summary.is_empty()),
        "aliases": Some(&finding.aliases).filter(|aliases| !aliases.is_empty()),
    });
    let until = |by: &plimsoll_core::Disabled| {
        by.until.as_ref().map(|day| format!(" until {day}")).unwrap_or_default()
    };
    let claimed = finding.disabled.as_ref().and_then(|by| by.vex.as_deref());
    if let (Some(by), Some(status @ ("not_affected" | "fixed"))) = (&finding.disabled, claimed) {
        let impact = (status == "not_affected").then_some(&by.reason);
        return json!({
            "vulnerability": vulnerability,
            "timestamp": time,
            "products": [product],
            "status": status,
            "justification": by.justification.as_deref().filter(|word| impact.is_some() && JUSTIFICATIONS.contains(word)),
            "impact_statement": impact,
            "status_notes": advice::reason(finding),
        });
    }
    // Another rule is its owner's decision, which need not mean that the package is not affected.
    let (status, action) = match (finding.status, &finding.disabled) {
        (Status::Undetermined, _) => ("under_investigation", None),
        (_, Some(by)) => {
            ("affected", Some(format!("Accepted{}: {} (rule {})", until(by), by.reason, by.rule)))
        }
        (_, None) => ("affected", Some(advice::solution(report, finding))),
    };
    json!({
        "vulnerability": vulnerability,
        "timestamp": time,
        "products": [product],
        "status": status,
        "status_notes": advice::reason(finding),
        "action_statement": action,
    })
}
