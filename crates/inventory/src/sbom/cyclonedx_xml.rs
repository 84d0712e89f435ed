//! CycloneDX 1.x, XML.

use super::Document;
use super::cyclonedx::{Component, Hash, Property};
use crate::catalogers::json::{Elements, Text};
use crate::catalogers::xml::{self, Element};

/// Components within components that are followed.
const DEPTH: u32 = 32;

pub(super) fn read(bytes: &[u8]) -> Result<Document, String> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let bom = xml::read(&text).map_err(|error| error.to_string())?;
    if bom.name != "bom" {
        return Err(format!("its first element is {:?} and not bom", short(&bom.name)));
    }
    let mut document = Document::default();
    if let Some(subject) = bom.child("metadata").and_then(|metadata| metadata.child("component")) {
        document.add_subject(&component(subject, 0));
    }
    for one in bom.child("components").into_iter().flat_map(|list| list.children("component")) {
        document.add(&component(one, 0), 0);
    }
    Ok(document)
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn component(element: &Element, depth: u32) -> Component {
    let text = |name: &str| Text(element.text_of(name).map(str::to_owned));
    let list = |list: &'static str, item: &'static str| {
        element.child(list).into_iter().flat_map(move |list| list.children(item))
    };
    let property = |one: &Element| Property {
        name: Text(one.attribute("name").map(str::to_owned)),
        value: Text(Some(one.text.clone())),
    };
    let hash = |one: &Element| Hash {
        alg: Text(one.attribute("alg").map(str::to_owned)),
        content: Text(Some(one.text.clone())),
    };
    let inner = |one: &Element| component(one, depth + 1);
    Component {
        kind: Text(element.attribute("type").map(str::to_owned)),
        group: text("group"),
        name: text("name"),
        version: text("version"),
        purl: text("purl"),
        scope: text("scope"),
        hashes: Elements(list("hashes", "hash").map(hash).collect()),
        properties: Elements(list("properties", "property").map(property).collect()),
        components: Elements(if depth < DEPTH {
            list("components", "component").map(inner).collect()
        } else {
            Vec::new()
        }),
    }
}
