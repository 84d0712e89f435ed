//! Rust sources: what `Cargo.lock` selects and `Cargo.toml` asks for. What a program was built from is read from the program.

use plimsoll_core::{Diagnostic, Origin, PackageType, Role};
use serde::Deserialize;

use super::asked::{Wanted, ask, wanted};
use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{Elements, Maybe, Text};
use crate::{Interest, Pattern, Sink};

/// Lock files of Cargo, all versions.
pub(crate) const LOCK: Document = Document {
    id: "cargo-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("Cargo.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    package: Elements<Locked>,
    /// The project itself, in the first version of the format.
    root: Maybe<Locked>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Locked {
    name: Text,
    version: Text,
    source: Text,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = toml::from_str(&file.lossy()).map_err(|error| malformed("Cargo.lock", error))?;
    for locked in lock.package.0.iter().chain(&lock.root.0) {
        let Some(name) = locked.name.some() else { continue };
        let mut package = identity::plain(PackageType::Cargo, name, locked.version.some().unwrap_or(""));
        // A crate without a source is part of the project; one of crates.io may have the same name.
        if locked.source.some().is_none() {
            package.ecosystem = None;
        }
        out.packages.push(package);
    }
    Ok(())
}

/// Manifests of Cargo (The Cargo Book, "Specifying Dependencies").
pub(crate) const MANIFEST: Document = Document {
    id: "cargo-manifest",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("Cargo.toml"), take: WHOLE }],
    role: Role::Declared,
    read: read_manifest,
};

fn read_manifest(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    // Sources of crates that were fetched: what they ask for is asked by no project.
    if file.path.windows(13).any(|part| part == b"registry/src/") {
        return Ok(());
    }
    let manifest: toml::Table =
        toml::from_str(&file.lossy()).map_err(|error| malformed("Cargo.toml", error))?;
    if let Some(name) = manifest.get("package").and_then(|own| own.get("name")).and_then(|name| name.as_str())
    {
        let version = manifest.get("package").and_then(|own| own.get("version")?.as_str()).unwrap_or("");
        let own = |version: &str| {
            let mut package = identity::plain(PackageType::Cargo, name, version);
            package.ecosystem = None;
            package
        };
        ask(Wanted::Exactly(version), version, false, own, out);
    }
    let targets = manifest.get("target").and_then(|targets| targets.as_table());
    let workspace = manifest.get("workspace").and_then(|workspace| workspace.as_table());
    let targets = targets.into_iter().flat_map(|targets| targets.values()).filter_map(|it| it.as_table());
    for table in targets.chain(workspace).chain([&manifest]) {
        for (key, dev) in [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let list = table.get(key).and_then(|list| list.as_table());
            for (name, dependency) in list.into_iter().flatten() {
                dependency_of(name, dependency, dev, out);
            }
        }
    }
    Ok(())
}

fn dependency_of(name: &str, dependency: &toml::Value, dev: bool, out: &mut Sink) {
    let text = |key: &str| dependency.get(key).and_then(|value| value.as_str());
    let name = text("package").unwrap_or(name);
    let requirement = dependency.as_str().or_else(|| text("version"));
    let origin = match (text("git"), text("rev")) {
        (Some(url), Some(commit)) if commit.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Some(Origin { url: format!("git+{url}"), revision: Some(commit.to_owned()), editable: false })
        }
        _ => None,
    };
    // What comes from a folder or from wherever a branch points to has no state that is named.
    if requirement.is_none() && origin.is_none() {
        return;
    }
    let requirement = requirement.unwrap_or("");
    let package = |version: &str| {
        let mut package = identity::plain(PackageType::Cargo, name, version);
        if origin.is_some() {
            package.ecosystem = None;
            package.origin = origin;
        }
        package
    };
    ask(wanted(requirement, |version| Wanted::AtLeast(version)), requirement, dev, package, out);
}
