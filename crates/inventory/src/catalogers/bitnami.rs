//! What Bitnami's images say of the software that Bitnami built: an SPDX document beside each component, and in
//! older images one list of all.

use std::collections::BTreeMap;

use plimsoll_core::{Content, Package, PackageType, Purl, Take};
use serde::Deserialize;

use super::os::{malformed, word};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Bitnami's own builds.
pub(crate) struct Bitnami;

const TAKE: Take = Take::Whole { max: 32 << 20 };

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::Path("opt/bitnami/.bitnami_components.json"), take: TAKE },
    // A component's document is `opt/bitnami/COMPONENT/.spdx-COMPONENT.spdx`.
    Interest { pattern: Pattern::Suffix(".spdx"), take: Take::Peek(1) },
];

impl Cataloger for Bitnami {
    fn id(&self) -> &'static str {
        "bitnami"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn peeked(&self, path: &[u8], _size: u64, _head: &[u8]) -> Take {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        if path.starts_with(b"opt/bitnami/") && name.starts_with(b".spdx-") { TAKE } else { Take::Skip }
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let result =
            if file.path.ends_with(b".spdx") { document(bytes, out) } else { components(bytes, out) };
        if let Err(error) = result {
            let line = u64::try_from(error.line()).unwrap_or(0);
            out.diagnostics.push(malformed(format!("not the JSON that was expected: {error}")).offset(line));
        }
    }
}

#[derive(Deserialize)]
struct Component {
    version: String,
    #[serde(default)]
    arch: String,
    #[serde(default)]
    distro: String,
}

fn components(bytes: &[u8], out: &mut Sink) -> Result<(), serde_json::Error> {
    let components: BTreeMap<String, serde_json::Value> = serde_json::from_slice(bytes)?;
    for (name, component) in components {
        match Component::deserialize(component) {
            Ok(Component { version, arch, distro }) => {
                let purl = Purl::new("bitnami", None, &name, Some(&version)).with("arch", &arch);
                out.packages.extend(package(purl.with("distro", &distro)));
            }
            Err(error) => out.diagnostics.push(malformed(format!("component {name:?}: {error}"))),
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    packages: Vec<Described>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    #[serde(default)]
    external_refs: Vec<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
}

/// Only Bitnami's own packages count; what the document says of their dependencies is not installed by it.
fn document(bytes: &[u8], out: &mut Sink) -> Result<(), serde_json::Error> {
    let document: Document = serde_json::from_slice(bytes)?;
    let references = document.packages.into_iter().flat_map(|package| package.external_refs);
    for reference in references.filter(|reference| reference.reference_type == "purl") {
        match reference.reference_locator.parse::<Purl>() {
            Ok(purl) if purl.kind == "bitnami" => out.packages.extend(package(purl)),
            Ok(_) => {}
            Err(error) => out.diagnostics.push(malformed(error.to_string())),
        }
    }
    Ok(())
}

fn package(purl: Purl) -> Option<Package> {
    let name = word(purl.name.as_bytes())?;
    let version = word(purl.version.as_deref()?.as_bytes())?;
    let arch = purl.qualifiers.get("arch").cloned();
    Some(Package { arch, ..Package::new(PackageType::Bitnami, name, version, purl) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Sink {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        Bitnami.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        out
    }

    #[test]
    fn components_and_documents() {
        let list = read(
            "opt/bitnami/.bitnami_components.json",
            r#"{"gosu":{"arch":"amd64","distro":"debian-10","type":"NAMI","version":"1.14.0-1"},"x":{"a":1}}"#,
        );
        assert_eq!(
            list.packages[0].purl.to_string(),
            "pkg:bitnami/gosu@1.14.0-1?arch=amd64&distro=debian-10"
        );
        assert_eq!(list.packages[0].ecosystem.as_ref().unwrap().as_str(), "Bitnami");
        assert_eq!((list.packages.len(), list.diagnostics.len()), (1, 1));
        let document = read(
            "opt/bitnami/redis/.spdx-redis.spdx",
            r#"{"packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/redis@7.2.4-1"},
               {"referenceType":"cpe23Type","referenceLocator":"cpe"}]},
               {"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:golang/a/b@v1"}]},{"name":"x"}]}"#,
        );
        assert_eq!(document.packages.len(), 1);
        assert_eq!(read("opt/bitnami/redis/.spdx-redis.spdx", "{").diagnostics.len(), 1);
        assert_eq!(Bitnami.peeked(b"srv/x.spdx", 9, b"{"), Take::Skip);
        assert_eq!(Bitnami.peeked(b"opt/bitnami/redis/.spdx-redis.spdx", 9, b"{"), TAKE);
    }
}
