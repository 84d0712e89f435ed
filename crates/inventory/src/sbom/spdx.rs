//! SPDX 2.x, JSON (ISO/IEC 5962, clauses 6 and 7).

use plimsoll_core::Source;
use serde::Deserialize;

use super::Document;
use super::component::{self, Stated};
use crate::catalogers::json::{self, Elements, Text};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bom {
    name: Text,
    packages: Elements<Described>,
}

/// A package, as both of the format's syntaxes write it.
#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) name: Text,
    pub(super) version_info: Text,
    pub(super) source_info: Text,
    pub(super) primary_package_purpose: Text,
    pub(super) external_refs: Elements<Reference>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) reference_type: Text,
    pub(super) reference_locator: Text,
}

pub(super) fn read(bytes: &[u8]) -> Result<Document, serde_json::Error> {
    let bom: Bom = json::read(bytes)?;
    let mut document = Document { subject: bom.name.some().map(str::to_owned), ..Document::default() };
    bom.packages.0.iter().for_each(|package| document.describe(package));
    Ok(document)
}

impl Document {
    pub(super) fn describe(&mut self, package: &Described) {
        let text = |text: &Text| {
            let text = text.some().unwrap_or_default();
            if matches!(text, "NOASSERTION" | "NONE") { String::new() } else { text.to_owned() }
        };
        let (name, version) = (text(&package.name), text(&package.version_info));
        let purl = package
            .external_refs
            .0
            .iter()
            // The type may be written as the URL of its definition.
            .filter(|reference| reference.reference_type.some().is_some_and(|kind| kind.ends_with("purl")))
            .find_map(|reference| reference.reference_locator.some().map(str::to_owned));
        match package.primary_package_purpose.some().unwrap_or_default() {
            "OPERATING-SYSTEM" | "OPERATING_SYSTEM" if purl.is_none() => {
                let distro = component::distro(&name, &version, &Default::default());
                self.distro = self.distro.take().or(distro);
                return;
            }
            "CONTAINER" | "DEVICE" | "FILE" | "SOURCE" | "ARCHIVE" if purl.is_none() => return,
            _ => {}
        }
        let info = package.source_info.some().unwrap_or_default();
        let source = info.strip_prefix("built package from: ").map(|built| {
            let (name, version) = built.trim().split_once(' ').unwrap_or((built.trim(), ""));
            Source { name: name.to_owned(), version: version.trim().to_owned() }
        });
        let paths = paths(info);
        self.stated.push(Stated { purl, name, version, source, paths, ..Stated::default() });
    }
}

/// Where Syft found a package: it says so in a sentence that ends with the paths.
fn paths(info: &str) -> Vec<String> {
    let Some(rest) = info.strip_prefix("acquired package info from") else { return Vec::new() };
    let list = rest.split_once(": ").map_or("", |(_, list)| list);
    list.split(", ").map(str::trim).filter(|path| path.starts_with('/')).map(str::to_owned).collect()
}
