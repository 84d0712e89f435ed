use std::io::{self, Write};

use super::Spec;
use super::bom::{Bom, Component, Vulnerability};
use crate::licence::Licence;
use crate::xml::Xml;

/// The order of the elements is the schema's.
pub(super) fn write(bom: &Bom<'_>, spec: Spec, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    let namespace = format!("http://cyclonedx.org/schema/bom/{}", spec.number());
    xml.open("bom", &[("xmlns", &namespace), ("serialNumber", &bom.serial), ("version", "1")])?;
    xml.open("metadata", &[])?;
    xml.text("timestamp", &[], &bom.time)?;
    xml.open("tools", &[])?;
    xml.open("components", &[])?;
    xml.open("component", &[("type", "application")])?;
    xml.text("name", &[], bom.tool.0)?;
    xml.text("version", &[], bom.tool.1)?;
    for _ in 0..3 {
        xml.close()?;
    }
    component(&mut xml, &bom.root)?;
    properties(&mut xml, &bom.properties)?;
    xml.close()?;
    xml.open("components", &[])?;
    for item in &bom.components {
        component(&mut xml, item)?;
    }
    xml.close()?;
    xml.open("dependencies", &[])?;
    for (reference, needs) in &bom.dependencies {
        xml.open("dependency", &[("ref", reference)])?;
        for needed in needs {
            xml.empty("dependency", &[("ref", needed)])?;
        }
        xml.close()?;
    }
    xml.close()?;
    xml.open("compositions", &[])?;
    xml.open("composition", &[])?;
    xml.text("aggregate", &[], bom.aggregate)?;
    xml.open("assemblies", &[])?;
    xml.empty("assembly", &[("ref", &bom.root.reference)])?;
    for _ in 0..3 {
        xml.close()?;
    }
    if !bom.vulnerabilities.is_empty() {
        xml.open("vulnerabilities", &[])?;
        for entry in &bom.vulnerabilities {
            vulnerability(&mut xml, entry)?;
        }
        xml.close()?;
    }
    xml.close()
}

fn properties(xml: &mut Xml<'_>, properties: &[(&'static str, String)]) -> io::Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    xml.open("properties", &[])?;
    for (name, value) in properties {
        xml.text("property", &[("name", name)], value)?;
    }
    xml.close()
}

fn optional(xml: &mut Xml<'_>, name: &'static str, text: Option<&String>) -> io::Result<()> {
    text.map_or(Ok(()), |text| xml.text(name, &[], text))
}

fn component(xml: &mut Xml<'_>, item: &Component) -> io::Result<()> {
    xml.open("component", &[("type", item.kind), ("bom-ref", &item.reference)])?;
    optional(xml, "publisher", item.publisher.as_ref())?;
    optional(xml, "group", item.group.as_ref())?;
    xml.text("name", &[], &item.name)?;
    optional(xml, "version", item.version.as_ref())?;
    if let Some(sha1) = &item.hash {
        xml.open("hashes", &[])?;
        xml.text("hash", &[("alg", "SHA-1")], sha1)?;
        xml.close()?;
    }
    licences(xml, &item.licences)?;
    optional(xml, "purl", item.purl.as_ref())?;
    properties(xml, &item.properties)?;
    if !item.occurrences.is_empty() {
        xml.open("evidence", &[])?;
        xml.open("occurrences", &[])?;
        for location in &item.occurrences {
            xml.open("occurrence", &[])?;
            xml.text("location", &[], location)?;
            xml.close()?;
        }
        xml.close()?;
        xml.close()?;
    }
    xml.close()
}

fn licences(xml: &mut Xml<'_>, licences: &[Licence]) -> io::Result<()> {
    if licences.is_empty() {
        return Ok(());
    }
    xml.open("licenses", &[])?;
    for licence in licences {
        let (name, text) = match licence {
            Licence::Expression(text) => {
                xml.text("expression", &[], text)?;
                continue;
            }
            Licence::Id(text) => ("id", text),
            Licence::Name(text) => ("name", text),
        };
        xml.open("license", &[])?;
        xml.text(name, &[], text)?;
        xml.close()?;
    }
    xml.close()
}

fn vulnerability(xml: &mut Xml<'_>, entry: &Vulnerability) -> io::Result<()> {
    xml.open("vulnerability", &[("bom-ref", &entry.reference)])?;
    xml.text("id", &[], &entry.id)?;
    if let Some((name, url)) = &entry.source {
        xml.open("source", &[])?;
        xml.text("name", &[], name)?;
        xml.text("url", &[], url)?;
        xml.close()?;
    }
    if !entry.aliases.is_empty() {
        xml.open("references", &[])?;
        for (id, url) in &entry.aliases {
            xml.open("reference", &[])?;
            xml.text("id", &[], id)?;
            xml.open("source", &[])?;
            xml.text("url", &[], url)?;
            xml.close()?;
            xml.close()?;
        }
        xml.close()?;
    }
    xml.open("ratings", &[])?;
    for rating in &entry.ratings {
        xml.open("rating", &[])?;
        xml.open("source", &[])?;
        xml.text("name", &[], &rating.source)?;
        xml.close()?;
        if let Some(score) = rating.score {
            xml.text("score", &[], &format!("{score:.1}"))?;
        }
        xml.text("severity", &[], rating.severity)?;
        rating.method.map_or(Ok(()), |method| xml.text("method", &[], method))?;
        optional(xml, "vector", rating.vector.as_ref())?;
        xml.close()?;
    }
    xml.close()?;
    if !entry.cwes.is_empty() {
        xml.open("cwes", &[])?;
        for number in &entry.cwes {
            xml.text("cwe", &[], &number.to_string())?;
        }
        xml.close()?;
    }
    if !entry.description.is_empty() {
        xml.text("description", &[], &entry.description)?;
    }
    xml.text("recommendation", &[], &entry.recommendation)?;
    if !entry.advisories.is_empty() {
        xml.open("advisories", &[])?;
        for url in &entry.advisories {
            xml.open("advisory", &[])?;
            xml.text("url", &[], url)?;
            xml.close()?;
        }
        xml.close()?;
    }
    if let Some(analysis) = &entry.analysis {
        xml.open("analysis", &[])?;
        analysis.state.map_or(Ok(()), |state| xml.text("state", &[], state))?;
        if let Some(response) = analysis.response {
            xml.open("responses", &[])?;
            xml.text("response", &[], response)?;
            xml.close()?;
        }
        xml.text("detail", &[], &analysis.detail)?;
        xml.close()?;
    }
    xml.open("affects", &[])?;
    for (reference, version) in &entry.affects {
        xml.open("target", &[])?;
        xml.text("ref", &[], reference)?;
        if !version.is_empty() {
            xml.open("versions", &[])?;
            xml.open("version", &[])?;
            xml.text("version", &[], version)?;
            xml.text("status", &[], "affected")?;
            xml.close()?;
            xml.close()?;
        }
        xml.close()?;
    }
    xml.close()?;
    properties(xml, &entry.properties)?;
    xml.close()
}
