use std::collections::{BTreeMap, HashMap};

use plimsoll_core::{Algorithm, Digest, Package, clean};

use crate::contents::contents;
use crate::identity::{Identity, digest};
use crate::licence::Licence;
use crate::time::Instant;
use crate::{Options, Report, graph, link};

/// What both forms write.
pub(super) struct Document {
    pub name: String,
    pub namespace: String,
    pub created: String,
    pub creator: String,
    /// The image first, then what is in it.
    pub elements: Vec<Element>,
    /// Licences that SPDX does not list, by their references.
    pub licences: BTreeMap<String, String>,
    /// Ids of packages that need another, and of that.
    pub needs: Vec<(String, String)>,
    /// Ids of archives that hold another, and of that.
    pub holds: Vec<(String, String)>,
}

pub(super) struct Element {
    pub id: String,
    pub name: String,
    pub version: Option<String>,
    pub supplier: Option<String>,
    pub purpose: Option<&'static str>,
    pub source_info: Option<String>,
    /// The expression that its metadata states.
    pub licence: Option<String>,
    /// Algorithms and digests in hexadecimal.
    pub checksums: Vec<(&'static str, String)>,
    /// Category, type and locator.
    pub references: Vec<(&'static str, &'static str, String)>,
}

impl Document {
    pub(super) fn of(report: &Report, options: &Options) -> Self {
        let image = &report.image;
        let named = if image.name.is_empty() { "image" } else { &image.name };
        let mut advisories: HashMap<&Package, Vec<String>> = HashMap::new();
        for finding in &report.findings {
            advisories.entry(&finding.package).or_default().extend(link::vulnerability(&finding.id));
        }
        let mut elements = vec![Element {
            id: "SPDXRef-image".to_owned(),
            name: named.to_owned(),
            version: image.digest.as_ref().or(image.config_digest.as_ref()).map(Digest::to_string),
            supplier: None,
            purpose: Some("CONTAINER"),
            source_info: image.platform.as_ref().map(|platform| format!("platform {platform}")),
            licence: None,
            checksums: image
                .digest
                .iter()
                .filter(|digest| digest.algorithm() == Algorithm::Sha256)
                .map(|digest| ("SHA256", digest.hex()))
                .collect(),
            references: Vec::new(),
        }];
        if let Some(distro) = &image.distro {
            elements.push(Element {
                id: "SPDXRef-distribution".to_owned(),
                name: distro.id.clone(),
                version: Some(distro.version.clone()).filter(|version| !version.is_empty()),
                supplier: None,
                purpose: Some("OPERATING_SYSTEM"),
                source_info: distro.pretty_name.clone(),
                licence: None,
                checksums: Vec::new(),
                references: Vec::new(),
            });
        }
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut licences = BTreeMap::new();
        let first = elements.len();
        for assessed in &report.packages {
            let package = &assessed.package;
            let purl = package.purl.to_string();
            let count = seen.entry(purl.clone()).and_modify(|count| *count += 1).or_insert(1);
            let mut references = vec![("PACKAGE-MANAGER", "purl", purl.clone())];
            let known = advisories.get(package).into_iter().flatten();
            references.extend(known.map(|url| ("SECURITY", "advisory", url.clone())));
            references.dedup();
            elements.push(Element {
                id: format!("SPDXRef-package-{}", digest(&[&purl, &count.to_string()])),
                name: package.name.clone(),
                version: Some(package.version.clone()).filter(|version| !version.is_empty()),
                supplier: package.vendor.as_deref().and_then(supplier),
                purpose: None,
                source_info: source_info(package),
                licence: declared(package, &mut licences),
                checksums: package.sha1.iter().map(|sha1| ("SHA1", sha1.clone())).collect(),
                references,
            });
        }
        let id = |at: usize| elements.get(first + at).map(|element| element.id.clone());
        let needs = graph::dependencies(report).into_iter().enumerate();
        let needs = needs.flat_map(|(at, needs)| needs.into_iter().map(move |other| (at, other)));
        let needs = needs.filter_map(|(at, other)| Some((id(at)?, id(other)?))).collect();
        let held = contents(report).into_iter().enumerate();
        let held = held.flat_map(|(at, held)| held.into_iter().map(move |other| (at, other)));
        let holds = held.filter_map(|(at, other)| Some((id(at)?, id(other)?))).collect();
        let uuid = Identity::of(report).uuid("spdx");
        Self {
            name: named.to_owned(),
            namespace: format!("https://plimsoll-rs.github.io/spdx/{uuid}"),
            created: Instant::of(report, options).to_string(),
            creator: format!("Tool: {}-{}", report.tool.name, report.tool.version),
            elements,
            licences,
            needs,
            holds,
        }
    }

    pub(super) fn root(&self) -> &str {
        self.elements.first().map_or("", |element| &element.id)
    }
}

/// `Organization: name`, as the grammar has it: parentheses would be an address (SPDX 2.3, section 7.5).
fn supplier(vendor: &str) -> Option<String> {
    let name: String = clean(vendor).to_string().replace(['(', ')'], "");
    let name = name.trim();
    (!name.is_empty()).then(|| format!("Organization: {name}"))
}

/// The licences that a package's metadata states as one expression; words that SPDX does not list become references
/// (SPDX 2.3, section 10; 3.0.1, annex "SPDX license expressions").
pub(in crate::formats) fn declared(
    package: &Package,
    licences: &mut BTreeMap<String, String>,
) -> Option<String> {
    let all = Licence::of(package);
    let is_one = all.len() == 1;
    let parts: Vec<String> = all
        .into_iter()
        .map(|licence| match licence {
            Licence::Id(id) => id,
            Licence::Expression(expression) if is_one => expression,
            Licence::Expression(expression) => format!("({expression})"),
            Licence::Name(name) => {
                let reference = format!("LicenseRef-{}", digest(&[&name]));
                licences.entry(reference.clone()).or_insert(name);
                reference
            }
        })
        .collect();
    // Several are what it may be under, or all at once: that is not said, and all is the careful reading.
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

/// Where it was found, and the source package it was built from.
fn source_info(package: &Package) -> Option<String> {
    let mut facts: Vec<String> = package
        .locations
        .iter()
        .map(|at| match at.layer.as_ref() {
            Some(layer) => format!("found in {} of layer {}", at.path, layer.index),
            None => format!("found in {}", at.path),
        })
        .collect();
    if let Some(source) = &package.source {
        facts.push(format!("built from {} {}", source.name, source.version));
    }
    (!facts.is_empty()).then(|| facts.join("; "))
}
