//! Gleam: what projects ask for and what was selected.

use plimsoll_core::{Diagnostic, Origin, PackageType, Role};
use serde::Deserialize;

use super::asked::{Wanted, ask, wanted};
use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{Elements, Text};
use crate::{Interest, Pattern, Sink};

/// Manifests of Gleam, which are its lock files.
pub(crate) const MANIFEST: Document = Document {
    id: "gleam-manifest",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("manifest.toml"), take: WHOLE }],
    role: Role::Declared,
    read: read_manifest,
};

/// Projects (Gleam, "gleam.toml").
pub(crate) const PROJECT: Document = Document {
    id: "gleam-project",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("gleam.toml"), take: WHOLE }],
    role: Role::Declared,
    read: read_project,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Manifest {
    packages: Elements<Listed>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Listed {
    name: Text,
    version: Text,
    source: Text,
    requirements: Elements<Text>,
}

fn read_manifest(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let manifest: Manifest =
        toml::from_str(&file.lossy()).map_err(|error| malformed("manifest.toml", error))?;
    // Other tools have files of this name.
    for listed in manifest.packages.0.iter().filter(|listed| listed.source.some() == Some("hex")) {
        if let (Some(name), Some(version)) = (listed.name.some(), listed.version.some()) {
            let mut package = identity::plain(PackageType::Hex, name, version);
            package.requires = listed.requirements.0.iter().filter_map(Text::some).collect();
            out.packages.push(package);
        }
    }
    Ok(())
}

fn read_project(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let project: toml::Table =
        toml::from_str(&file.lossy()).map_err(|error| malformed("gleam.toml", error))?;
    for (key, dev) in [("dependencies", false), ("dev-dependencies", true), ("dev_dependencies", true)] {
        let list = project.get(key).and_then(|list| list.as_table());
        for (name, dependency) in list.into_iter().flatten() {
            let text = |key: &str| dependency.get(key).and_then(|value| value.as_str());
            let origin = text("git").map(|url| Origin {
                url: format!("git+{url}"),
                revision: text("ref").map(str::to_owned),
                editable: false,
            });
            let requirement = dependency.as_str().or_else(|| text("version")).unwrap_or("");
            // A folder of the project.
            if requirement.is_empty() && origin.is_none() {
                continue;
            }
            let package = |version: &str| {
                let mut package = identity::plain(PackageType::Hex, name, version);
                if origin.is_some() {
                    package.ecosystem = None;
                    package.origin = origin;
                }
                package
            };
            ask(wanted(requirement, |version| Wanted::Exactly(version)), requirement, dev, package, out);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_who_needs_whom() {
        use super::super::document::needs;
        let gleam = "packages = [\n  { name = \"a\", version = \"1.0.0\", build_tools = [\"gleam\"], requirements = [\"b\"], source = \"hex\" },\n  \
            { name = \"b\", version = \"2.0.0\", build_tools = [\"gleam\"], requirements = [], source = \"hex\" },\n]\n";
        assert_eq!(needs(&MANIFEST, "manifest.toml", gleam), ["a@1.0.0: b", "b@2.0.0:"]);
    }
}
