//! CSAF 2.0 (OASIS), profile VEX.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use plimsoll_core::{Finding, FixState, Status};
use plimsoll_severity::Version;
use serde_json::{Map, Value, json};

use crate::identity::{Identity, digest};
use crate::time::Instant;
use crate::{Options, Report, advice, escape, link, score, weakness};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let time = Instant::of(report, options).to_string();
    let tool = &report.tool;
    let author = options.author.clone().unwrap_or_else(|| tool.name.clone());
    // Product ids are of our own making, each defined once (mandatory test 6.1.2).
    let mut products: BTreeMap<String, &Finding> = BTreeMap::new();
    let mut by_id: BTreeMap<&str, BTreeMap<String, &Finding>> = BTreeMap::new();
    for finding in &report.findings {
        let id = product_id(finding);
        products.entry(id.clone()).or_insert(finding);
        by_id.entry(&finding.id).or_default().entry(id).or_insert(finding);
    }
    let named = if report.image.name.trim().is_empty() { "image" } else { report.image.name.trim() };
    let mut names = vec![json!({"name": named, "product_id": "image"})];
    let mut relationships = Vec::new();
    for (id, finding) in &products {
        let package = &finding.package;
        let purl = package.purl.to_string();
        let helper = is_purl(&purl).then(|| json!({"purl": purl}));
        let name = format!("{} {}", package.name, package.version);
        names.push(json!({
            "name": name,
            "product_id": format!("package-{id}"),
            "product_identification_helper": helper,
        }));
        relationships.push(json!({
            "category": "default_component_of",
            "product_reference": format!("package-{id}"),
            "relates_to_product_reference": "image",
            "full_product_name": {"name": format!("{name} in {named}"), "product_id": id},
        }));
    }
    let weaknesses = weakness::names();
    let vulnerabilities: Vec<Value> =
        by_id.iter().map(|(id, findings)| vulnerability(report, id, findings, &weaknesses)).collect();
    let document = json!({
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "lang": "en",
            "title": format!("Vulnerabilities in {named}"),
            "publisher": {
                "category": "user",
                "name": author,
                "namespace": "https://github.com/plimsoll-rs/plimsoll",
            },
            "tracking": {
                "id": format!("plimsoll-{}", Identity::of(report).uuid("csaf")),
                "status": "final",
                "version": "1",
                "initial_release_date": time,
                "current_release_date": time,
                "revision_history": [{"date": time, "number": "1", "summary": "Made from a scan."}],
                "generator": {"date": time, "engine": {"name": tool.name, "version": tool.version}},
            },
        },
        "product_tree": {
            "full_product_names": names,
            "relationships": Some(relationships).filter(|all| !all.is_empty()),
        },
        "vulnerabilities": vulnerabilities,
    });
    escape::document(document, out)
}

fn product_id(finding: &Finding) -> String {
    let place = finding.package.locations.first().map(|at| at.path.to_text()).unwrap_or_default();
    digest(&[&finding.package.purl.to_string(), &place])
}

/// What the schema takes for a package URL.
fn is_purl(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn vulnerability(
    report: &Report,
    id: &str,
    findings: &BTreeMap<String, &Finding>,
    weaknesses: &HashMap<u32, &str>,
) -> Value {
    let first = findings.values().next();
    let summary = first.map(|finding| finding.summary.trim()).filter(|summary| !summary.is_empty());
    let (mut affected, mut looked_at) = (Vec::new(), Vec::new());
    let (mut unaffected, mut fixed, mut threats) = (Vec::new(), Vec::new(), Vec::new());
    // One entry for each thing to do, with the products that it is for.
    let mut remediations: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    let mut scores: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for (product, finding) in findings {
        let claimed = finding.disabled.as_ref().and_then(|by| Some((by, by.vex.as_deref()?)));
        if let Some((by, "not_affected")) = claimed {
            unaffected.push(product.as_str());
            let why = if by.reason.trim().is_empty() { &by.rule } else { &by.reason };
            threats.push(json!({"category": "impact", "details": why, "product_ids": [product]}));
        } else if let Some((_, "fixed")) = claimed {
            fixed.push(product.as_str());
        } else if finding.status == Status::Undetermined {
            looked_at.push(product.as_str());
        } else {
            affected.push(product.as_str());
            let category = match (advice::is_fixable(finding), finding.fix) {
                (true, _) => "vendor_fix",
                (false, FixState::WontFix | FixState::EndOfLife) => "no_fix_planned",
                _ => "none_available",
            };
            let mut details = advice::solution(report, finding);
            if let Some(by) = &finding.disabled {
                details = format!("{details} Accepted by rule {}: {}", by.rule, by.reason);
            }
            remediations.entry((category, details)).or_default().push(product);
        }
        // One score of a version for a product (mandatory test 6.1.7); CSAF 2.0 has no CVSS 4.
        let all = score::scores(finding);
        let of = |wanted: &[Version]| all.iter().find(|scored| wanted.contains(&scored.version));
        let member = |scored: Option<&score::Scored<'_>>| {
            scored.map_or_else(String::new, |scored| cvss(scored).to_string())
        };
        let pair = (member(of(&[Version::V2])), member(of(&[Version::V3_1, Version::V3_0])));
        if pair != (String::new(), String::new()) {
            scores.entry(pair).or_default().push(product);
        }
    }
    let scores: Vec<Value> = scores
        .into_iter()
        .map(|((v2, v3), products)| {
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
            json!({"products": products, "cvss_v2": read(&v2), "cvss_v3": read(&v3)})
        })
        .collect();
    let remediations: Vec<Value> = remediations
        .into_iter()
        .map(|((category, details), products)| {
            json!({"category": category, "details": details, "product_ids": products})
        })
        .collect();
    let mut status = Map::new();
    for (group, products) in [
        ("fixed", fixed),
        ("known_affected", affected),
        ("known_not_affected", unaffected),
        ("under_investigation", looked_at),
    ] {
        if !products.is_empty() {
            status.insert(group.to_owned(), json!(products));
        }
    }
    let references: Vec<Value> = first
        .map(|finding| link::all(finding))
        .unwrap_or_default()
        .into_iter()
        .map(|url| json!({"category": "external", "summary": url, "url": url}))
        .collect();
    let is_cve = is_cve(id);
    // A set (test of the schema), in which the one that is the CVE has a place of its own.
    let ids: BTreeSet<&str> = std::iter::once(id)
        .chain(first.into_iter().flat_map(|finding| finding.aliases.iter().map(String::as_str)))
        .filter(|other| !(is_cve && *other == id))
        .collect();
    let ids: Vec<Value> =
        ids.into_iter().map(|other| json!({"system_name": system(other), "text": other})).collect();
    // There is a place for one (CSAF 2.0, section 3.2.3.3), with the name that MITRE has for it (mandatory test 6.1.11).
    let weakness = first.and_then(|finding| {
        weakness::numbers(finding)
            .find_map(|number| Some(json!({"id": format!("CWE-{number}"), "name": weaknesses.get(&number)?})))
    });
    json!({
        "cve": is_cve.then_some(id),
        "cwe": weakness,
        "ids": Some(ids).filter(|ids| !ids.is_empty()),
        "notes": [{"category": "description", "title": "Summary", "text": summary.unwrap_or(id)}],
        "product_status": status,
        "references": Some(references).filter(|all| !all.is_empty()),
        "remediations": Some(remediations).filter(|all| !all.is_empty()),
        "scores": Some(scores).filter(|all| !all.is_empty()),
        "threats": Some(threats).filter(|all| !all.is_empty()),
    })
}

fn is_cve(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    id.strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, number)| year.len() == 4 && digits(year) && number.len() >= 4 && digits(number))
}

/// Whose id it is.
fn system(id: &str) -> &str {
    match id.split_once('-').map_or("", |(prefix, _)| prefix) {
        "GHSA" => "GitHub Security Advisory",
        "CVE" => "CVE",
        _ => "OSV",
    }
}

fn cvss(scored: &score::Scored<'_>) -> Value {
    let severity = match scored.level {
        plimsoll_severity::Level::Negligible => "NONE".to_owned(),
        level => level.name().to_uppercase(),
    };
    json!({
        "version": scored.number(),
        "vectorString": scored.vector,
        "baseScore": scored.score(),
        "baseSeverity": (scored.version != Version::V2).then_some(severity),
    })
}
