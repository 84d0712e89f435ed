//! CycloneDX 1.6 (ECMA-424), JSON.

use std::collections::HashMap;
use std::io::{self, Write};

use plimsoll_core::{Distro, Package, PackageType};
use serde::Serialize;

use crate::{ImageSummary, Tool};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bom<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    tools: Tools<'a>,
    component: Component<'a>,
}

#[derive(Serialize)]
struct Tools<'a> {
    components: [Component<'a>; 1],
}

#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Component<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bom_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

/// Writes the packages as a CycloneDX 1.6 bill of materials in JSON. There is no serial number and no time in it,
/// so that the same image gives the same bytes.
///
/// # Errors
/// Those of `out`.
pub fn write_cyclonedx(
    image: &ImageSummary,
    packages: &[Package],
    distro: Option<&Distro>,
    tool: &Tool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut seen = HashMap::new();
    let mut components: Vec<Component<'_>> = packages.iter().map(|p| component(p, &mut seen)).collect();
    components.extend(distro.map(operating_system));
    let image = Component {
        r#type: "container",
        bom_ref: image.digest.as_ref().or(image.config_digest.as_ref()).map(ToString::to_string),
        name: &image.name,
        ..Component::default()
    };
    let tool = Component {
        r#type: "application",
        name: &tool.name,
        version: Some(&tool.version),
        ..Component::default()
    };
    let bom = Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        version: 1,
        metadata: Metadata { tools: Tools { components: [tool] }, component: image },
        components,
    };
    serde_json::to_writer_pretty(&mut *out, &bom)?;
    out.write_all(b"\n")
}

fn component<'a>(package: &'a Package, seen: &mut HashMap<String, u32>) -> Component<'a> {
    let purl = package.purl.to_string();
    // The same package in several places is several components; their references must differ.
    let count = seen.entry(purl.clone()).and_modify(|count| *count += 1).or_insert(1);
    let bom_ref = if *count == 1 { purl.clone() } else { format!("{purl}#{count}") };
    let (group, name) = match (package.kind, &package.purl.namespace) {
        (PackageType::Maven | PackageType::Npm | PackageType::Composer, Some(namespace)) => {
            (Some(namespace.as_str()), package.purl.name.as_str())
        }
        _ => (None, package.name.as_str()),
    };
    let mut properties = Vec::new();
    let mut property = |name, value: String| properties.push(Property { name, value });
    property("plimsoll:type", package.kind.to_string());
    for at in &package.locations {
        property("plimsoll:path", at.path.to_text());
        if let Some(diff_id) = at.layer.as_ref().and_then(|layer| layer.diff_id.as_ref()) {
            property("plimsoll:layer:diffId", diff_id.to_string());
        }
    }
    if let Some(source) = &package.source {
        property("plimsoll:source:name", source.name.clone());
        property("plimsoll:source:version", source.version.clone());
    }
    if let Some(owner) = &package.owned_by {
        property("plimsoll:ownedBy", owner.clone());
    }
    if let Some(module) = &package.module {
        property("plimsoll:module", module.clone());
    }
    Component {
        r#type: "library",
        bom_ref: Some(bom_ref),
        group,
        name,
        version: Some(package.version.as_str()).filter(|version| !version.is_empty()),
        purl: Some(purl),
        properties,
    }
}

fn operating_system(distro: &Distro) -> Component<'_> {
    Component {
        r#type: "operating-system",
        bom_ref: Some(format!("os:{}@{}", distro.id, distro.version)),
        name: &distro.id,
        version: Some(distro.version.as_str()).filter(|version| !version.is_empty()),
        purl: None,
        properties: Vec::new(),
        group: None,
    }
}
