//! OpenVEX out of what rules decided.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::{Disabled, Finding};
use serde::Serialize;

use super::{Justification, VexStatus};
/// What a written document says of itself. All of it is given, so that the same decisions give the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenVex {
    /// The document's id, an IRI.
    pub id: String,
    /// Who answers for it.
    pub author: String,
    /// When it was made, RFC 3339.
    pub timestamp: String,
    /// The document's version, from 1.
    pub version: u32,
    /// The image, as a package URL (`pkg:oci/name@sha256:…`); without it the packages are the products.
    pub image: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: &'a str,
    author: &'a str,
    timestamp: &'a str,
    version: u32,
    tooling: &'static str,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    vulnerability: Vulnerability<'a>,
    products: Vec<Product>,
    status: VexStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<Justification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<String>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    aliases: BTreeSet<&'a str>,
}

#[derive(Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<Product>,
}

/// What a rule decided about a vulnerability.
#[derive(Default)]
struct Decision<'a> {
    disabled: Option<&'a Disabled>,
    aliases: BTreeSet<&'a str>,
    purls: BTreeSet<String>,
}

/// Writes an OpenVEX document (v0.2.0) with a statement for each finding that a rule disables.
///
/// A rule that says so ([`Rule::vex`](crate::Rule::vex), [`Rule::justification`](crate::Rule::justification)) makes
/// it `not_affected` or `fixed`. Any other decision does not make a package unaffected: it becomes `affected`, with
/// the reason as the action statement.
pub fn openvex(findings: &[Finding], about: &OpenVex) -> String {
    // One statement for each vulnerability and rule, with all packages, in an order that does not depend on the
    // findings'.
    let mut decided: BTreeMap<(&str, &str), Decision<'_>> = BTreeMap::new();
    for finding in findings {
        let Some(disabled) = &finding.disabled else { continue };
        let decision = decided.entry((&finding.id, &disabled.rule)).or_default();
        decision.disabled = Some(disabled);
        decision.aliases.extend(finding.aliases.iter().map(String::as_str));
        decision.purls.insert(finding.package.purl.to_string());
    }
    let statements = decided.into_iter().map(|((name, _), Decision { disabled, aliases, purls })| {
        let reason = disabled.map_or("", |disabled| disabled.reason.as_str());
        let justification =
            disabled.and_then(|disabled| disabled.justification.as_deref()).and_then(Justification::read);
        let status = match disabled.and_then(|disabled| disabled.vex.as_deref()) {
            Some("fixed") => VexStatus::Fixed,
            Some(_) => VexStatus::NotAffected,
            None if justification.is_some() => VexStatus::NotAffected,
            None => VexStatus::Affected,
        };
        let package = |id| Product { id, subcomponents: Vec::new() };
        let packages: Vec<_> = purls.into_iter().map(package).collect();
        let products = match &about.image {
            Some(image) => vec![Product { id: image.clone(), subcomponents: packages }],
            None => packages,
        };
        let until = disabled.and_then(|disabled| disabled.until.as_deref());
        let until = until.map(|day| format!(" (until {day})")).unwrap_or_default();
        Statement {
            vulnerability: Vulnerability { name, aliases },
            products,
            status,
            justification,
            impact_statement: (status == VexStatus::NotAffected).then_some(reason),
            action_statement: (status == VexStatus::Affected).then(|| format!("{reason}{until}")),
        }
    });
    let document = Document {
        context: "https://openvex.dev/ns/v0.2.0",
        id: &about.id,
        author: &about.author,
        timestamp: &about.timestamp,
        version: about.version.max(1),
        tooling: concat!("plimsoll/", env!("CARGO_PKG_VERSION")),
        statements: statements.collect(),
    };
    // Strings and lists of them: nothing that JSON can't say.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
