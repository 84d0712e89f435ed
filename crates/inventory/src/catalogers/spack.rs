//! Spack: a specification `.spack/spec.json` in each package's folder, of the package and all that it was built
//! with.

use plimsoll_core::{Content, Package, PackageType, Purl, Take};
use serde::Deserialize;
use serde_json::Value;

use super::os::{malformed, word};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages that Spack built.
pub(crate) struct Spack;

const INTERESTS: &[Interest] =
    &[Interest { pattern: Pattern::In(".spack", "spec.json"), take: Take::Whole { max: 16 << 20 } }];

#[derive(Deserialize)]
struct Document {
    spec: Spec,
}

#[derive(Deserialize)]
struct Spec {
    nodes: Vec<Value>,
}

#[derive(Deserialize)]
struct Node {
    name: String,
    version: String,
    #[serde(default)]
    hash: String,
    /// Set where the package is not Spack's: found on the system that it was built on.
    #[serde(default)]
    external: Value,
    #[serde(default)]
    arch: Value,
}

impl Cataloger for Spack {
    fn id(&self) -> &'static str {
        "spack"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let document: Document = match serde_json::from_slice(bytes) {
            Ok(document) => document,
            Err(error) => {
                let line = u64::try_from(error.line()).unwrap_or(0);
                out.diagnostics.push(malformed(format!("no specification of Spack: {error}")).offset(line));
                return;
            }
        };
        for node in document.spec.nodes {
            match Node::deserialize(node) {
                Ok(node) if !node.external.is_null() => {}
                Ok(node) => out.packages.extend(package(node)),
                Err(error) => out.diagnostics.push(malformed(format!("a node can't be read: {error}"))),
            }
        }
    }
}

fn package(node: Node) -> Option<Package> {
    let (name, version) = (word(node.name.as_bytes())?, word(node.version.as_bytes())?);
    // The target is a name, or an object that describes one.
    let target = node.arch.get("target");
    let target = target.and_then(|target| target.get("name").or(Some(target))).and_then(Value::as_str);
    let purl = Purl::new("spack", None, &name, Some(&version)).with("hash", &node.hash);
    let arch = target.map(str::to_owned);
    Some(Package { arch, ..Package::new(PackageType::Spack, name, version, purl) })
}
