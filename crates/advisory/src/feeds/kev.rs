//! CISA's catalogue of known exploited vulnerabilities.

use plimsoll_core::{Advisory, Reference};
use serde::Deserialize;

use super::facts::rating;
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// The KEV catalogue. Its records speak of no package; they carry the rating `KEV`, whose value is the day on which
/// the vulnerability was added.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kev;

#[derive(Deserialize)]
struct Catalogue {
    vulnerabilities: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerability {
    #[serde(rename = "cveID")]
    id: String,
    vulnerability_name: Option<String>,
    date_added: String,
    known_ransomware_campaign_use: Option<String>,
    notes: Option<String>,
    #[serde(default)]
    cwes: Vec<String>,
}

impl Feed for Kev {
    fn about(&self) -> &'static About {
        &About {
            id: "kev",
            title: "CISA Known Exploited Vulnerabilities",
            address: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
            licence: "public domain (U.S. government)",
            decides: "which vulnerabilities are known to be exploited, and since when",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["catalogVersion", "vulnerabilities"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let catalogue: Catalogue = super::json(self, &document)?;
        for (index, vulnerability) in catalogue.vulnerabilities.into_iter().enumerate() {
            match Vulnerability::deserialize(vulnerability) {
                Ok(vulnerability) => emit(Parsed::Advisory(Box::new(advisory(vulnerability))))?,
                Err(e) => emit(skipped(&document, &format!("vulnerability {index}"), e))?,
            }
        }
        emit(Parsed::Complete(self.about().id.to_owned()))
    }
}

fn advisory(vulnerability: Vulnerability) -> Advisory {
    let mut ratings = vec![rating("CISA", "KEV", &vulnerability.date_added)];
    if vulnerability.known_ransomware_campaign_use.as_deref() == Some("Known") {
        ratings.push(rating("CISA", "KEV-ransomware", "known"));
    }
    let notes = vulnerability.notes.unwrap_or_default();
    let links = notes.split([';', ' ']).map(str::trim).filter(|text| text.starts_with("http"));
    Advisory {
        id: vulnerability.id,
        feed: "kev".to_owned(),
        summary: vulnerability.vulnerability_name.unwrap_or_default(),
        published: Some(vulnerability.date_added),
        ratings,
        cwes: vulnerability.cwes,
        references: links.map(|url| Reference { kind: "WEB".to_owned(), url: url.to_owned() }).collect(),
        ..Advisory::default()
    }
}
