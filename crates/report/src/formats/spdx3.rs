//! SPDX 3.0.1, JSON-LD: packages, vulnerabilities and how they relate.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use plimsoll_core::{Algorithm, Package, Status};
use plimsoll_severity::{Level, Version};
use serde_json::{Map, Value, json};

use crate::contents::contents;
use crate::formats::spdx::document::declared;
use crate::identity::{Identity, digest};
use crate::time::Instant;
use crate::{Options, Report, advice, escape, graph, link, score};

const CREATION: &str = "_:creation";

/// The graph, and the namespace that its ids begin with.
struct Graph {
    namespace: String,
    elements: Vec<Value>,
}

impl Graph {
    fn id(&self, name: &str) -> String {
        format!("{}#{name}", self.namespace)
    }

    /// Adds an element and returns its id.
    fn add(&mut self, kind: &str, name: &str, properties: Value) -> String {
        let id = self.id(name);
        let mut element = Map::from_iter([
            ("type".to_owned(), json!(kind)),
            ("spdxId".to_owned(), json!(id)),
            ("creationInfo".to_owned(), json!(CREATION)),
        ]);
        if let Value::Object(properties) = properties {
            element.extend(properties);
        }
        self.elements.push(Value::Object(element));
        id
    }
}

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let uuid = Identity::of(report).uuid("spdx-3");
    let mut graph =
        Graph { namespace: format!("https://plimsoll-rs.github.io/spdx/{uuid}"), elements: Vec::new() };
    let image = &report.image;
    let named = if image.name.is_empty() { "image" } else { &image.name };
    let agent = graph.add("SoftwareAgent", "agent", json!({"name": report.tool.name}));
    graph.elements.insert(
        0,
        json!({
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": Instant::of(report, options).to_string(),
            "createdBy": [agent],
            "comment": format!("{} {}", report.tool.name, report.tool.version),
        }),
    );
    let digest_of = image.digest.as_ref().or(image.config_digest.as_ref());
    let hash = image.digest.as_ref().map(|digest| {
        let algorithm = match digest.algorithm() {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
        };
        json!([{"type": "Hash", "algorithm": algorithm, "hashValue": digest.hex()}])
    });
    let root = graph.add(
        "software_Package",
        "image",
        json!({
            "name": named,
            "software_packageVersion": digest_of,
            "software_primaryPurpose": "container",
            "verifiedUsing": hash,
        }),
    );
    let mut contained = Vec::new();
    if let Some(distro) = &image.distro {
        contained.push(graph.add(
            "software_Package",
            "distribution",
            json!({
                "name": distro.id,
                "software_packageVersion": Some(&distro.version).filter(|version| !version.is_empty()),
                "software_primaryPurpose": "operatingSystem",
            }),
        ));
    }
    let first = contained.len();
    let ids = packages(report, &mut graph, &mut contained);
    for (at, needs) in graph::dependencies(report).iter().enumerate().filter(|(_, needs)| !needs.is_empty()) {
        let of = |at: usize| contained.get(first + at).cloned();
        let needs: Vec<String> = needs.iter().filter_map(|at| of(*at)).collect();
        let properties = json!({"from": of(at), "relationshipType": "dependsOn", "to": needs});
        graph.add("Relationship", &format!("needs-{at}"), properties);
    }
    for (at, held) in contents(report).iter().enumerate().filter(|(_, held)| !held.is_empty()) {
        let of = |at: usize| contained.get(first + at).cloned();
        let held: Vec<String> = held.iter().filter_map(|at| of(*at)).collect();
        let properties = json!({"from": of(at), "relationshipType": "contains", "to": held});
        graph.add("Relationship", &format!("holds-{at}"), properties);
    }
    let licensed = licences(report, &mut graph, contained.get(first..).unwrap_or_default());
    if !contained.is_empty() {
        let properties = json!({"from": root, "relationshipType": "contains", "to": contained});
        graph.add("Relationship", "contents", properties);
    }
    vulnerabilities(report, &mut graph, &ids);
    let described: Vec<Value> =
        graph.elements.iter().filter_map(|element| element.get("spdxId")).cloned().collect();
    let bom = graph.add(
        "software_Sbom",
        "bom",
        json!({"software_sbomType": ["analyzed"], "rootElement": [root], "element": described.clone()}),
    );
    let mut profiles = vec!["core", "software"];
    profiles.extend(Some("simpleLicensing").filter(|_| licensed));
    profiles.extend(Some("security").filter(|_| !report.findings.is_empty()));
    graph.add(
        "SpdxDocument",
        "document",
        json!({
            "name": named,
            "rootElement": [bom.clone()],
            "element": described.into_iter().chain([json!(bom)]).collect::<Vec<_>>(),
            "profileConformance": profiles,
        }),
    );
    let document =
        json!({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph.elements});
    escape::document(document, out)
}

fn packages<'r>(
    report: &'r Report,
    graph: &mut Graph,
    contained: &mut Vec<String>,
) -> HashMap<&'r Package, String> {
    let mut ids = HashMap::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    for assessed in &report.packages {
        let package = &assessed.package;
        let purl = package.purl.to_string();
        let count = seen.entry(purl.clone()).and_modify(|count| *count += 1).or_insert(1);
        let name = format!("package-{}", digest(&[&purl, &count.to_string()]));
        let places: Vec<String> = package.locations.iter().map(|at| at.path.to_text()).collect();
        let id = graph.add(
            "software_Package",
            &name,
            json!({
                "name": package.name,
                "software_packageVersion": Some(&package.version).filter(|version| !version.is_empty()),
                "software_packageUrl": purl,
                "software_sourceInfo": Some(places.join("; ")).filter(|places| !places.is_empty()),
            }),
        );
        contained.push(id.clone());
        ids.entry(package).or_insert(id);
    }
    ids
}

/// What packages' own metadata states of licences (SPDX 3.0.1, "SimpleLicensing"); whether any does.
fn licences(report: &Report, graph: &mut Graph, ids: &[String]) -> bool {
    // The packages of each expression, and the texts of what SPDX does not list.
    let mut expressions: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    let mut texts = BTreeMap::new();
    for (assessed, id) in report.packages.iter().zip(ids) {
        if let Some(expression) = declared(&assessed.package, &mut texts) {
            expressions.entry(expression).or_default().push(id);
        }
    }
    let texts: BTreeMap<String, String> = texts
        .into_iter()
        .map(|(reference, text)| {
            let properties = json!({"name": text, "simplelicensing_licenseText": text});
            let id = graph.add("simplelicensing_SimpleLicensingText", &reference, properties);
            (reference, id)
        })
        .collect();
    for (expression, packages) in &expressions {
        let named = digest(&[expression]);
        let words = expression.split([' ', '(', ')']);
        let uris: BTreeMap<&str, &String> = words
            .filter_map(|word| texts.get_key_value(word))
            .map(|(reference, id)| (reference.as_str(), id))
            .collect();
        let uris: Vec<Value> = uris
            .into_iter()
            .map(|(key, value)| json!({"type": "DictionaryEntry", "key": key, "value": value}))
            .collect();
        let id = graph.add(
            "simplelicensing_LicenseExpression",
            &format!("licence-{named}"),
            json!({
                "simplelicensing_licenseExpression": expression,
                "simplelicensing_customIdToUri": Some(uris).filter(|uris| !uris.is_empty()),
            }),
        );
        for (at, package) in packages.iter().enumerate() {
            let properties = json!({"from": package, "relationshipType": "hasDeclaredLicense", "to": [id]});
            graph.add("Relationship", &format!("licence-{named}-{at}"), properties);
        }
    }
    !expressions.is_empty()
}

fn vulnerabilities(report: &Report, graph: &mut Graph, ids: &HashMap<&Package, String>) {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for (number, finding) in report.findings.iter().enumerate() {
        let Some(package) = ids.get(&*finding.package) else { continue };
        let vulnerability = known.entry(&finding.id).or_insert_with(|| {
            let identifiers: Vec<Value> = std::iter::once(&finding.id)
                .chain(&finding.aliases)
                .map(|id| {
                    let kind = if id.starts_with("CVE-") { "cve" } else { "securityOther" };
                    let locator: Vec<String> = link::vulnerability(id).into_iter().collect();
                    json!({
                        "type": "ExternalIdentifier",
                        "externalIdentifierType": kind,
                        "identifier": id,
                        "identifierLocator": Some(locator).filter(|locator| !locator.is_empty()),
                    })
                })
                .collect();
            graph.add(
                "security_Vulnerability",
                &format!("vulnerability-{}", digest(&[&finding.id])),
                json!({
                    "name": finding.id,
                    "summary": Some(&finding.summary).filter(|summary| !summary.is_empty()),
                    "externalIdentifier": identifiers,
                }),
            )
        });
        let relates = |kind: &str| json!({"from": vulnerability, "relationshipType": kind, "to": [package]});
        let mut with = |kind: &str, name: String, relation: &str, more: Value| {
            let mut properties = relates(relation);
            if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
                all.extend(more);
            }
            graph.add(kind, &name, properties);
        };
        match finding.status {
            Status::Undetermined => with(
                "security_VexUnderInvestigationVulnAssessmentRelationship",
                format!("investigated-{number}"),
                "underInvestigationFor",
                json!({"security_statusNotes": advice::reason(finding)}),
            ),
            _ => with(
                "security_VexAffectedVulnAssessmentRelationship",
                format!("affected-{number}"),
                "affects",
                json!({"security_actionStatement": advice::solution(report, finding)}),
            ),
        }
        for (at, scored) in score::scores(finding).iter().enumerate() {
            let severity = match scored.level {
                Level::Critical => "critical",
                Level::High => "high",
                Level::Medium => "medium",
                Level::Low => "low",
                _ => "none",
            };
            let kind = match scored.version {
                Version::V2 => "security_CvssV2VulnAssessmentRelationship",
                Version::V3_0 | Version::V3_1 => "security_CvssV3VulnAssessmentRelationship",
                _ => "security_CvssV4VulnAssessmentRelationship",
            };
            let severity = (scored.version != Version::V2).then_some(severity);
            let more = json!({
                // A decimal, which JSON's numbers are not.
                "security_score": format!("{:.1}", scored.score()),
                "security_vectorString": scored.vector,
                "security_severity": severity,
            });
            with(kind, format!("score-{number}-{at}"), "hasAssessmentFor", more);
        }
    }
}
