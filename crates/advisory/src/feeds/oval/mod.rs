//! OVAL definitions of distributions (OVAL 5): tests of package versions, joined by criteria.

mod azure;
mod criteria;

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};

use criteria::Condition;

use super::facts::{entry, fixed_in, word};
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

pub use azure::AzureLinux;

/// Oracle Linux's ELSA definitions, and Photon OS's PHSA ones, whose tests say in words what they test.
#[derive(Clone, Copy, Debug, Default)]
pub struct Oval;

impl Feed for Oval {
    fn about(&self) -> &'static About {
        &About {
            id: "oval",
            title: "OVAL definitions of Oracle Linux and Photon OS",
            address: "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2",
            licence: "the distribution's own",
            decides: "which version of a package an Oracle Linux or Photon OS erratum brings, by architecture and module",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        is_oval(shape) && (generator(document, "Oracle") || generator(document, "Photon"))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        super::elements(self, &document, &["definition"], &mut |definition| match advisory(&definition) {
            Ok(Some(advisory)) => emit(Parsed::Advisory(Box::new(advisory))),
            Ok(None) => Ok(()),
            Err(why) => emit(skipped(&document, definition.attribute("id").unwrap_or("a definition"), why)),
        })
    }
}

fn is_oval(shape: &Shape<'_>) -> bool {
    shape.form == Form::Xml && shape.names.first().is_some_and(|root| root == "oval_definitions")
}

/// Whether the head of the document names the publisher.
fn generator(document: &Document<'_>, name: &str) -> bool {
    let head = document.bytes.get(..4096).unwrap_or(document.bytes);
    head.windows(name.len()).any(|window| window == name.as_bytes())
}

fn advisory(definition: &Element) -> Result<Option<Advisory>, String> {
    if definition.attribute("class") != Some("patch") {
        return Ok(None);
    }
    let metadata = definition.child("metadata").ok_or("it has no metadata")?;
    let title =
        metadata.text_of("title").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    // `ELSA-2007-0057: Moderate: …`, `PHSA-2024:00001 ansible Security Update. (Important)`.
    let id = title.split([' ']).next().unwrap_or_default().trim_end_matches(':');
    if !id.starts_with("EL") && !id.starts_with("PHSA-") {
        return Err(format!("its title {title:?} does not begin with an id"));
    }
    let advisory = metadata.child("advisory");
    let references = || metadata.children("reference");
    let mut upstream: Vec<String> = references()
        .filter(|reference| reference.attribute("source") == Some("CVE"))
        .filter_map(|reference| reference.attribute("ref_id"))
        // Photon writes `CVE:00001:CVE-2023-5115`.
        .filter_map(|id| id.rsplit(':').next())
        .map(str::to_owned)
        .collect();
    upstream.dedup();
    let mut affected = Vec::new();
    if let Some(criteria) = definition.child("criteria") {
        criteria::walk(criteria, &Condition::default(), &mut |condition, name, version| {
            affected.extend(entry_of(metadata, condition, name, version));
        });
    }
    let mut seen = std::collections::HashSet::new();
    affected.retain(|entry: &Affected| seen.insert(format!("{entry:?}")));
    let ecosystem = affected.first().map_or("", |entry: &Affected| entry.ecosystem.name()).to_owned();
    let date = |name: &str| {
        let date = advisory?.child(name)?.attribute("date")?;
        Some(format!("{date}T00:00:00Z"))
    };
    let severity = advisory.and_then(|advisory| advisory.text_of("severity"));
    Ok(Some(Advisory {
        id: id.to_owned(),
        feed: "oval".to_owned(),
        upstream,
        summary: title.split_once(' ').map_or("", |(_, rest)| rest).trim().to_owned(),
        published: date("issued"),
        modified: date("updated").or_else(|| date("issued")),
        kind: super::osv::kind(id),
        ratings: severity
            .filter(|word| *word != "N/A")
            .map(|severity| word(&ecosystem, severity))
            .into_iter()
            .collect(),
        affected,
        references: references()
            .filter_map(|reference| {
                Some(Reference { kind: "WEB".to_owned(), url: reference.attribute("ref_url")?.to_owned() })
            })
            .collect(),
        ..Advisory::default()
    }))
}

/// A package that the criteria test, in the release that they name, or in those that the definition is for.
fn entry_of(metadata: &Element, condition: &Condition, name: &str, version: &str) -> Vec<Affected> {
    let platforms: Vec<Ecosystem> = match &condition.platform {
        Some(platform) => ecosystem(platform).into_iter().collect(),
        None => metadata
            .children("affected")
            .flat_map(|affected| affected.children("platform"))
            .filter_map(|platform| ecosystem(platform.text.trim()))
            .collect(),
    };
    let version = version.strip_prefix("0:").unwrap_or(version);
    platforms
        .into_iter()
        .map(|ecosystem| {
            let mut entry = entry(ecosystem, name, NameKind::Binary);
            entry.ranges = fixed_in(version);
            entry.arch = condition.arch.clone().into_iter().collect();
            entry.module.clone_from(&condition.module);
            entry
        })
        .collect()
}

/// `Oracle Linux 8`, `Photon 5`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    if let Some(release) = platform.strip_prefix("Oracle Linux ") {
        return Some(Ecosystem::with_release("Oracle Linux", release.split([' ', '.']).next()?));
    }
    let release = platform.strip_prefix("Photon OS ").or_else(|| platform.strip_prefix("Photon "))?;
    let release = if release.contains('.') { release.to_owned() } else { format!("{release}.0") };
    Some(Ecosystem::with_release("Photon OS", &release))
}
