//! CycloneDX 1.x, JSON (ECMA-424).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Document;
use super::component::{self, Stated};
use crate::catalogers::json::{self, Elements, Maybe, Text};

/// Components within components that are followed.
const DEPTH: u32 = 32;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bom {
    metadata: Maybe<Metadata>,
    components: Elements<Component>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Metadata {
    component: Maybe<Component>,
}

/// A component, as both of the format's syntaxes write it.
#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
pub(super) struct Component {
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) group: Text,
    pub(super) name: Text,
    pub(super) version: Text,
    pub(super) purl: Text,
    pub(super) scope: Text,
    pub(super) hashes: Elements<Hash>,
    pub(super) properties: Elements<Property>,
    pub(super) components: Elements<Component>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
pub(super) struct Property {
    pub(super) name: Text,
    pub(super) value: Text,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
pub(super) struct Hash {
    pub(super) alg: Text,
    pub(super) content: Text,
}

pub(super) fn read(bytes: &[u8]) -> Result<Document, serde_json::Error> {
    let bom: Bom = json::read(bytes)?;
    let mut document = Document::default();
    if let Some(subject) = bom.metadata.0.and_then(|metadata| metadata.component.0) {
        document.add_subject(&subject);
    }
    bom.components.0.iter().for_each(|component| document.add(component, 0));
    Ok(document)
}

impl Document {
    /// What the document describes, with what may stand in it.
    pub(super) fn add_subject(&mut self, subject: &Component) {
        self.subject = subject.name.some().map(|name| match subject.version.some() {
            Some(version) => format!("{name}@{version}"),
            None => name.to_owned(),
        });
        // An image's own distribution is sometimes all that there is of it.
        if subject.kind.some() == Some("operating-system") {
            self.add(subject, 0);
        } else {
            subject.components.0.iter().for_each(|component| self.add(component, 1));
        }
    }

    pub(super) fn add(&mut self, component: &Component, depth: u32) {
        let text = |text: &Text| text.some().unwrap_or_default().to_owned();
        let mut properties: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for property in &component.properties.0 {
            if let (Some(name), Some(value)) = (property.name.some(), property.value.some()) {
                properties.entry(name.to_owned()).or_default().push(value.to_owned());
            }
        }
        let (name, version) = (text(&component.name), text(&component.version));
        match component.kind.some().unwrap_or("library") {
            "operating-system" => {
                let distro = component::distro(&name, &version, &properties);
                self.distro = self.distro.take().or(distro);
            }
            // Of these only what is a package has a package URL.
            "file" | "data" | "device" | "machine-learning-model" | "cryptographic-asset" | "container"
                if component.purl.some().is_none() => {}
            _ => {
                let mut stated = Stated {
                    purl: component.purl.some().map(str::to_owned),
                    group: component.group.some().map(str::to_owned),
                    name,
                    version,
                    sha1: component
                        .hashes
                        .0
                        .iter()
                        .find(|hash| hash.alg.some() == Some("SHA-1"))
                        .and_then(|hash| hash.content.some())
                        .map(str::to_owned),
                    development: component.scope.some() == Some("excluded"),
                    ..Stated::default()
                };
                component::properties(&mut stated, &properties);
                self.stated.push(stated);
            }
        }
        if depth < DEPTH {
            component.components.0.iter().for_each(|inner| self.add(inner, depth + 1));
        }
    }
}
