use std::io::{self, Write};

use serde_json::{Value, json};

use super::Spec;
use super::bom::{Bom, Component, Vulnerability};
use crate::escape;
use crate::licence::Licence;

pub(super) fn write(bom: &Bom<'_>, spec: Spec, out: &mut dyn Write) -> io::Result<()> {
    let vulnerabilities: Vec<Value> = bom.vulnerabilities.iter().map(vulnerability).collect();
    let document = json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{}.schema.json", spec.number()),
        "bomFormat": "CycloneDX",
        "specVersion": spec.number(),
        "serialNumber": bom.serial,
        "version": 1,
        "metadata": {
            "timestamp": bom.time,
            "tools": {"components": [{"type": "application", "name": bom.tool.0, "version": bom.tool.1}]},
            "component": component(&bom.root),
            "properties": properties(&bom.properties),
        },
        "components": bom.components.iter().map(component).collect::<Vec<_>>(),
        "dependencies": bom
            .dependencies
            .iter()
            .map(|(reference, needs)| json!({"ref": reference, "dependsOn": needs}))
            .collect::<Vec<_>>(),
        "compositions": [{"aggregate": bom.aggregate, "assemblies": [bom.root.reference]}],
        "vulnerabilities": some(vulnerabilities),
    });
    escape::document(document, out)
}

/// A list that is left out where it is empty.
fn some(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Null } else { Value::Array(items) }
}

fn properties(properties: &[(&'static str, String)]) -> Value {
    some(properties.iter().map(|(name, value)| json!({"name": name, "value": value})).collect())
}

fn component(component: &Component) -> Value {
    let occurrences: Vec<Value> =
        component.occurrences.iter().map(|location| json!({"location": location})).collect();
    let evidence = if occurrences.is_empty() { Value::Null } else { json!({"occurrences": occurrences}) };
    let hashes = component.hash.as_ref().map(|sha1| json!([{"alg": "SHA-1", "content": sha1}]));
    json!({
        "type": component.kind,
        "bom-ref": component.reference,
        "publisher": component.publisher,
        "group": component.group,
        "name": component.name,
        "version": component.version,
        "hashes": hashes,
        "licenses": some(component.licences.iter().map(licence).collect()),
        "purl": component.purl,
        "properties": properties(&component.properties),
        "evidence": evidence,
    })
}

fn licence(licence: &Licence) -> Value {
    match licence {
        Licence::Id(id) => json!({"license": {"id": id}}),
        Licence::Expression(expression) => json!({"expression": expression}),
        Licence::Name(name) => json!({"license": {"name": name}}),
    }
}

fn vulnerability(entry: &Vulnerability) -> Value {
    let ratings = entry.ratings.iter().map(|rating| {
        json!({
            "source": {"name": rating.source},
            "score": rating.score,
            "severity": rating.severity,
            "method": rating.method,
            "vector": rating.vector,
        })
    });
    let references =
        entry.aliases.iter().map(|(id, url)| json!({"id": id, "source": {"url": url}})).collect();
    let analysis = entry.analysis.as_ref().map(|analysis| {
        json!({
            "state": analysis.state,
            "response": analysis.response.map(|response| vec![response]),
            "detail": analysis.detail,
        })
    });
    let affects = entry.affects.iter().map(|(reference, version)| {
        let versions = (!version.is_empty()).then(|| vec![json!({"version": version, "status": "affected"})]);
        json!({"ref": reference, "versions": versions})
    });
    json!({
        "bom-ref": entry.reference,
        "id": entry.id,
        "source": entry.source.as_ref().map(|(name, url)| json!({"name": name, "url": url})),
        "references": some(references),
        "ratings": ratings.collect::<Vec<_>>(),
        "cwes": Some(&entry.cwes).filter(|cwes| !cwes.is_empty()),
        "description": Some(&entry.description).filter(|text| !text.is_empty()),
        "recommendation": entry.recommendation,
        "advisories": some(entry.advisories.iter().map(|url| json!({"url": url})).collect()),
        "analysis": analysis,
        "affects": affects.collect::<Vec<_>>(),
        "properties": properties(&entry.properties),
    })
}
