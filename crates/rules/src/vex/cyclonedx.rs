//! CycloneDX 1.4 and later: the `vulnerabilities` of a BOM, which may speak of components of another BOM.

use std::collections::HashMap;

use super::{VexDocument, VexProduct, VexStatement, VexStatus};
use crate::import::Node;

pub(super) fn read(node: &Node, document: &mut VexDocument) {
    let metadata = node.get("metadata");
    document.id = node.text_at("serialNumber").map(str::to_owned);
    document.author = metadata
        .and_then(|of| of.get("supplier").or(of.get("manufacturer")).or(of.get("manufacture")))
        .and_then(|of| of.text_at("name"))
        .map(str::to_owned);
    let issued = metadata.and_then(|of| of.text_at("timestamp")).map(str::to_owned);
    let mut components = HashMap::new();
    let mut open: Vec<&Node> = metadata.and_then(|of| of.get("component")).into_iter().collect();
    open.extend(node.get("components").map(Node::items).unwrap_or_default());
    while let Some(component) = open.pop() {
        open.extend(component.get("components").map(Node::items).unwrap_or_default());
        if let Some(id) = component.text_at("bom-ref") {
            components.insert(id, component);
        }
    }
    for vulnerability in node.get("vulnerabilities").map(Node::items).unwrap_or_default() {
        let Some(analysis) = vulnerability.get("analysis") else { continue };
        let id = vulnerability.text_at("id").unwrap_or_default();
        let status = match analysis.text_at("state") {
            Some("not_affected" | "false_positive") => VexStatus::NotAffected,
            Some("exploitable") => VexStatus::Affected,
            Some("resolved" | "resolved_with_pedigree") => VexStatus::Fixed,
            Some("in_triage") => VexStatus::UnderInvestigation,
            other => {
                document.lose(id, &format!("its state is {}", other.unwrap_or("missing")));
                continue;
            }
        };
        let others = vulnerability.get("references").map(Node::items).unwrap_or_default();
        let aliases: Vec<String> =
            others.iter().filter_map(|other| other.text_at("id")).map(str::to_owned).collect();
        for affected in vulnerability.get("affects").map(Node::items).unwrap_or_default() {
            let reference = affected.text_at("ref").unwrap_or_default();
            document.statements.push(VexStatement {
                vulnerability: id.to_owned(),
                aliases: aliases.clone(),
                product: product(reference, &components),
                subcomponent: None,
                versions: versions(affected),
                status,
                justification: analysis.text_at("justification").map(str::to_owned),
                impact: analysis.text_at("detail").map(str::to_owned),
                timestamp: analysis.text_at("lastUpdated").map(str::to_owned).or(issued.clone()),
            });
        }
    }
}

/// A component of this BOM, or of another (BOM-Link, `urn:cdx:serial/version#reference`).
fn product(reference: &str, components: &HashMap<&str, &Node>) -> VexProduct {
    let local = match reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#')) {
        Some((_, local)) => local,
        None => reference,
    };
    let component = components.get(local);
    // References are mostly package URLs themselves, in links percent-encoded once more, or not.
    let encoded = local.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("pkg%3A"));
    let local = if encoded { decoded(local) } else { local.to_owned() };
    let mut product = VexProduct { id: reference.to_owned(), ..VexProduct::new(&local) };
    product.id = reference.to_owned();
    if let Some(component) = component {
        product.cpe = component.text_at("cpe").map(str::to_owned);
        if let Some(purl) = component.text_at("purl") {
            product.purls = vec![purl.to_owned()];
        }
    }
    product
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit =
            |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The versions and ranges that a statement is limited to.
fn versions(affected: &Node) -> Vec<String> {
    let entries = affected.get("versions").map(Node::items).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| entry.text_at("version").or(entry.text_at("range")))
        .map(str::to_owned)
        .collect()
}

/// The same as a rule has them.
pub(super) fn as_criteria(versions: &[String]) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for version in versions {
        if version.starts_with("vers:") || version.contains('|') {
            all.extend(ranges(version)?);
        } else {
            all.push(crate::import::literal_version(version)?);
        }
    }
    Ok(all)
}

/// A version range (`vers:scheme/>=1.0|<2.0|5.1`): bounds in ascending order, pairs of which are intervals.
fn ranges(text: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("the version range {text:?} can't be said in a rule");
    let bounds = text.split_once('/').map(|(_, bounds)| bounds).ok_or_else(wrong)?;
    let mut all = Vec::new();
    let mut lower: Option<(&str, &str)> = None;
    let mut upper: Option<&str> = None;
    for bound in bounds.split('|').map(str::trim) {
        let sign = ["<=", ">=", "<", ">", "="].into_iter().find(|sign| bound.starts_with(sign));
        let version = bound.get(sign.unwrap_or_default().len()..).unwrap_or_default().trim();
        if version.is_empty() || version.contains(['!', '*', '<', '>', '=', ',']) {
            return Err(wrong());
        }
        match (sign, lower.take()) {
            (Some("<" | "<="), Some((sign, from))) => {
                all.push(format!("{sign} {from}, {} {version}", sign_of(bound)))
            }
            (Some("<" | "<="), None) if all.is_empty() => all.push(format!("{} {version}", sign_of(bound))),
            // A second lower bound in a row, or an upper one without a lower: not in order, or not meant so.
            (Some(">" | ">="), None) if upper.is_none_or(|upper| ascends(upper, version)) => {
                lower = Some((sign_of(bound), version));
                continue;
            }
            (Some("=") | None, None) => all.push(version.to_owned()),
            _ => return Err(wrong()),
        }
        upper = Some(version);
    }
    all.extend(lower.map(|(sign, from)| format!("{sign} {from}")));
    Ok(all)
}

fn sign_of(bound: &str) -> &str {
    bound.trim_end_matches(|c| !matches!(c, '<' | '>' | '='))
}

/// Whether one version is plainly below another: numbers between dots. Without the order of an ecosystem nothing
/// more can be told, and bounds out of order would turn an interval into everything but it.
fn ascends(a: &str, b: &str) -> bool {
    let numbers =
        |text: &str| text.split('.').map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
    numbers(a).zip(numbers(b)).is_some_and(|(a, b)| a < b)
}

#[cfg(test)]
mod tests {
    use super::{decoded, ranges};

    #[test]
    fn version_ranges() {
        for (range, expected) in [
            ("vers:generic/>=2.9|<=4.1", Some(vec![">= 2.9, <= 4.1"])),
            ("vers:semver/<1.5.0|>=7.0.0", Some(vec!["< 1.5.0", ">= 7.0.0"])),
            ("vers:semver/<7.0.0|>=1.5.0", None),
            ("vers:npm/1.2|>2|<3|5", Some(vec!["1.2", "> 2, < 3", "5"])),
            ("vers:npm/*", None),
            ("vers:npm/!=1", None),
            ("vers:npm/>1|>2", None),
            (">1", None),
            ("vers:deb/<1.0~rc|>=1.0", None),
        ] {
            let found = ranges(range).ok();
            assert_eq!(
                found.as_ref().map(|all| all.iter().map(String::as_str).collect()),
                expected,
                "{range}"
            );
        }
    }

    #[test]
    fn percent_encoding() {
        assert_eq!(decoded("pkg%3Anpm/a%zz%2"), "pkg:npm/a%zz%2");
    }
}
