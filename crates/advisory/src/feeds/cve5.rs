//! CVE records, format 5: what the CNA that assigned a CVE says of it, and what CISA adds.

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, Rating, Reference};
use serde::Deserialize;

use super::facts::{rating, vector};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// Records of the CVE list. They carry CVSS vectors, weaknesses and CISA's SSVC; their affected products are free
/// text that names no package of an ecosystem.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cve5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    cve_metadata: Metadata,
    containers: Containers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    state: Option<String>,
    assigner_short_name: Option<String>,
    date_published: Option<String>,
    date_updated: Option<String>,
    date_rejected: Option<String>,
}

#[derive(Deserialize)]
struct Containers {
    cna: Container,
    #[serde(default)]
    adp: Vec<Container>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    title: Option<String>,
    provider_metadata: Option<Provider>,
    #[serde(default)]
    descriptions: Vec<Text>,
    #[serde(default)]
    metrics: Vec<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    problem_types: Vec<Problem>,
    #[serde(default)]
    references: Vec<Link>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    short_name: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    lang: Option<String>,
    value: String,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    descriptions: Vec<Weakness>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Weakness {
    cwe_id: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    url: Option<String>,
}

impl Feed for Cve5 {
    fn about(&self) -> &'static About {
        &About {
            id: "cve",
            title: "CVE List",
            address: "https://github.com/CVEProject/cvelistV5/releases",
            licence: "CVE terms of use: free with attribution",
            decides: "the CNA's CVSS vectors and weaknesses, and CISA's SSVC decision points",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["cveMetadata"]) || shape.has(&["dataType", "containers"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        match serde_json::from_slice::<Record>(document.bytes) {
            Ok(record) => emit(Parsed::Advisory(Box::new(advisory(record)))),
            Err(e) => emit(skipped(&document, "the record", e)),
        }
    }
}

fn advisory(record: Record) -> Advisory {
    let Record { cve_metadata: meta, containers } = record;
    let rejected = meta.state.as_deref() == Some("REJECTED");
    let mut ratings = Vec::new();
    let mut cwes = BTreeSet::new();
    let mut references: Vec<Reference> = Vec::new();
    let assigner = meta.assigner_short_name.as_deref().unwrap_or("CNA");
    let title = containers.cna.title.clone();
    let description = containers
        .cna
        .descriptions
        .iter()
        .find(|text| text.lang.as_deref().is_some_and(|lang| lang.starts_with("en")));
    let summary = title.or_else(|| description.map(|text| text.value.clone())).unwrap_or_default();
    for (index, container) in std::iter::once(containers.cna).chain(containers.adp).enumerate() {
        let provider = container.provider_metadata.and_then(|provider| provider.short_name);
        let source = provider.as_deref().unwrap_or(if index == 0 { assigner } else { "ADP" });
        container.metrics.iter().for_each(|metric| rate(metric, source, &mut ratings));
        cwes.extend(
            container
                .problem_types
                .into_iter()
                .flat_map(|problem| problem.descriptions)
                .filter_map(|w| w.cwe_id),
        );
        references.extend(
            container
                .references
                .into_iter()
                .filter_map(|link| Some(Reference { kind: "WEB".to_owned(), url: link.url? })),
        );
    }
    let mut seen = BTreeSet::new();
    references.retain(|reference| seen.insert(reference.url.clone()));
    Advisory {
        id: meta.cve_id,
        feed: "cve".to_owned(),
        summary,
        published: meta.date_published,
        withdrawn: if rejected { meta.date_rejected.or_else(|| meta.date_updated.clone()) } else { None },
        modified: meta.date_updated,
        ratings,
        cwes: cwes.into_iter().collect(),
        references,
        ..Advisory::default()
    }
}

fn rate(metric: &serde_json::Map<String, serde_json::Value>, source: &str, ratings: &mut Vec<Rating>) {
    for version in ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"] {
        if let Some(text) = metric.get(version).and_then(|cvss| cvss["vectorString"].as_str()) {
            ratings.push(vector(source, text));
        }
    }
    let Some(other) = metric.get("other").filter(|other| other["type"] == "ssvc") else { return };
    let options = other["content"]["options"].as_array().map_or(&[][..], Vec::as_slice);
    if let Some(exploitation) = options.iter().find_map(|option| option["Exploitation"].as_str()) {
        ratings.push(rating(source, "SSVC-exploitation", exploitation));
    }
}
