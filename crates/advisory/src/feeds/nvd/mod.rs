//! The National Vulnerability Database, JSON 2.0: what NVD and others say of a CVE, and which products it is about.

mod cpe;

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, Rating, Reference};
use serde::Deserialize;

use cpe::Configuration;

use super::facts::vector;
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// The yearly feeds, and pages of the API. Their records speak of products by their CPE, in an ecosystem of its own:
/// no package of a distribution or a language is ever taken for one of those by its name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nvd;

#[derive(Deserialize)]
struct Page {
    vulnerabilities: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Item {
    cve: Cve,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cve {
    id: String,
    published: Option<String>,
    last_modified: Option<String>,
    vuln_status: Option<String>,
    #[serde(default)]
    descriptions: Vec<Text>,
    #[serde(default)]
    metrics: std::collections::BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    weaknesses: Vec<Weakness>,
    #[serde(default)]
    configurations: Vec<serde_json::Value>,
    #[serde(default)]
    references: Vec<Link>,
}

#[derive(Deserialize)]
struct Text {
    lang: String,
    value: String,
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(default)]
    description: Vec<Text>,
}

#[derive(Deserialize)]
struct Link {
    url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    cvss_data: CvssData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvssData {
    vector_string: String,
}

impl Feed for Nvd {
    fn about(&self) -> &'static About {
        &About {
            id: "nvd",
            title: "National Vulnerability Database",
            address: "https://nvd.nist.gov/feeds/json/cve/2.0/",
            licence: "public domain (U.S. government)",
            decides: "CVSS vectors and weaknesses of every CVE, and the versions of the products that it is about",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["vulnerabilities", "format"]) || shape.has(&["vulnerabilities", "totalResults"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let page: Page = super::json(self, &document)?;
        for (index, item) in page.vulnerabilities.into_iter().enumerate() {
            match Item::deserialize(item) {
                Ok(Item { cve }) => emit(Parsed::Advisory(Box::new(advisory(cve))))?,
                Err(e) => emit(skipped(&document, &format!("vulnerability {index}"), e))?,
            }
        }
        Ok(())
    }
}

fn advisory(cve: Cve) -> Advisory {
    let english = |texts: &[Text]| texts.iter().find(|text| text.lang == "en").map(|text| text.value.clone());
    let modified = cve.last_modified.map(utc);
    let rejected = cve.vuln_status.as_deref() == Some("Rejected");
    let cwes: BTreeSet<String> = cve
        .weaknesses
        .iter()
        .flat_map(|weakness| &weakness.description)
        // `NVD-CWE-noinfo` and `NVD-CWE-Other` name none.
        .filter(|text| text.value.starts_with("CWE-"))
        .map(|text| text.value.clone())
        .collect();
    Advisory {
        affected: cpe::affected(
            cve.configurations
                .into_iter()
                .filter_map(|value| Configuration::deserialize(value).ok())
                .collect(),
        ),
        ratings: ratings(cve.metrics),
        summary: english(&cve.descriptions).unwrap_or_default(),
        withdrawn: modified.clone().filter(|_| rejected),
        id: cve.id,
        feed: "nvd".to_owned(),
        published: cve.published.map(utc),
        modified,
        cwes: cwes.into_iter().collect(),
        references: cve
            .references
            .into_iter()
            .filter_map(|link| Some(Reference { kind: "WEB".to_owned(), url: link.url? }))
            .collect(),
        ..Advisory::default()
    }
}

/// NVD's dates are UTC and do not say so.
fn utc(date: String) -> String {
    if date.ends_with('Z') || date.contains('+') { date } else { format!("{date}Z") }
}

/// NVD's own ratings first, the newest CVSS first; then those of others, under their names.
fn ratings(mut metrics: std::collections::BTreeMap<String, serde_json::Value>) -> Vec<Rating> {
    let mut primary = Vec::new();
    let mut secondary = Vec::new();
    for version in ["cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"] {
        let Some(list) =
            metrics.remove(version).and_then(|list| Vec::<serde_json::Value>::deserialize(list).ok())
        else {
            continue;
        };
        for metric in list.into_iter().filter_map(|metric| Metric::deserialize(metric).ok()) {
            let source = match metric.source.as_deref() {
                Some("nvd@nist.gov") | None => "NVD",
                Some(other) => other,
            };
            let rating = vector(source, &metric.cvss_data.vector_string);
            let list = if metric.kind.as_deref() == Some("Primary") { &mut primary } else { &mut secondary };
            list.push(rating);
        }
    }
    primary.append(&mut secondary);
    primary
}
