//! SPDX 2.3 (ISO/IEC 5962:2021's successor), as JSON and as tag-value, from one document.

pub(super) mod document;
mod tag_value;

use std::io::{self, Write};

use serde_json::{Value, json};

use self::document::{Document, Element};
use crate::{Options, Report, escape};

pub(crate) fn json(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let document = Document::of(report, options);
    let packages: Vec<Value> = document.elements.iter().map(package).collect();
    let contained = document.elements.iter().skip(1).map(|element| {
        json!({
            "spdxElementId": document.root(),
            "relationshipType": "CONTAINS",
            "relatedSpdxElement": element.id,
        })
    });
    let describes = json!({
        "spdxElementId": "SPDXRef-DOCUMENT",
        "relationshipType": "DESCRIBES",
        "relatedSpdxElement": document.root(),
    });
    let needs = document.needs.iter().map(|(one, other)| {
        json!({"spdxElementId": one, "relationshipType": "DEPENDS_ON", "relatedSpdxElement": other})
    });
    let holds = document.holds.iter().map(|(one, other)| {
        json!({"spdxElementId": one, "relationshipType": "CONTAINS", "relatedSpdxElement": other})
    });
    let relationships: Vec<Value> =
        std::iter::once(describes).chain(contained).chain(needs).chain(holds).collect();
    let licences = document.licences.iter();
    let licences = licences.map(|(id, name)| json!({"licenseId": id, "name": name, "extractedText": name}));
    let licences: Vec<Value> = licences.collect();
    let value = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": document.name,
        "documentNamespace": document.namespace,
        "creationInfo": {"created": document.created, "creators": [document.creator]},
        "packages": packages,
        "relationships": relationships,
        "hasExtractedLicensingInfos": if licences.is_empty() { Value::Null } else { Value::Array(licences) },
    });
    escape::document(value, out)
}

pub(crate) fn tag_value(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    tag_value::write(&Document::of(report, options), out)
}

fn package(element: &Element) -> Value {
    let references: Vec<Value> = element
        .references
        .iter()
        .map(|(category, kind, locator)| {
            json!({"referenceCategory": category, "referenceType": kind, "referenceLocator": locator})
        })
        .collect();
    let checksums: Vec<Value> = element
        .checksums
        .iter()
        .map(|(algorithm, hex)| json!({"algorithm": algorithm, "checksumValue": hex}))
        .collect();
    json!({
        "SPDXID": element.id,
        "name": element.name,
        "versionInfo": element.version,
        "supplier": element.supplier,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": element.licence.as_deref().unwrap_or("NOASSERTION"),
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": element.purpose,
        "sourceInfo": element.source_info,
        "checksums": if checksums.is_empty() { Value::Null } else { Value::Array(checksums) },
        "externalRefs": if references.is_empty() { Value::Null } else { Value::Array(references) },
    })
}
