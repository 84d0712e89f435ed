//! Rust sources: what `Cargo.lock` selects and `Cargo.toml` asks for. What a program was built from is read from the program.

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, Origin, PackageType, Role};
use serde::Deserialize;

use super::asked::{Wanted, ask, wanted};
use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{Elements, Maybe, Text};
use super::selection::Selection;
use crate::{Interest, Pattern, Sink};

/// Lock files of Cargo, all versions.
pub(crate) const LOCK: Document = Document {
    id: "cargo-lock",
    revision: 2,
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
    dependencies: Elements<Text>,
}

/// Versions of one crate that are looked through.
const MOST: usize = 64;

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = toml::from_str(&file.lossy()).map_err(|error| malformed("Cargo.lock", error))?;
    let mut selection = Selection::default();
    let mut known: HashMap<&str, Vec<(&str, usize)>> = HashMap::new();
    let mut places = Vec::new();
    for locked in lock.package.0.iter().chain(&lock.root.0) {
        let Some(name) = locked.name.some() else { continue };
        let version = locked.version.some().unwrap_or("");
        let mut package = identity::plain(PackageType::Cargo, name, version);
        // A crate without a source is part of the project; one of crates.io may have the same name.
        let own = locked.source.some().is_none();
        if own {
            package.ecosystem = None;
        }
        let at = selection.add(package);
        if own {
            selection.own(at);
        }
        known.entry(name).or_default().push((version, at));
        places.push((at, locked));
    }
    selection.says_direct();
    for (at, locked) in places {
        for wanted in locked.dependencies.0.iter().filter_map(Text::some) {
            // `name`, where there are several `name version`, where those are from several sources `name version (source)`.
            let mut words = wanted.split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next());
            let all = known.get(name).map_or(&[][..], Vec::as_slice);
            let found =
                all.iter().take(MOST).find(|(other, _)| version.is_none_or(|version| version == *other));
            let Some((_, other)) = found else { continue };
            selection.needs(at, *other);
            if locked.source.some().is_none() {
                selection.direct(*other);
            }
        }
    }
    selection.finish(out);
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

#[cfg(test)]
mod tests {
    use super::super::document::needs;
    use super::*;

    #[test]
    fn crates_are_told_by_version_where_there_are_several() {
        let text = "version = 4\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"a\", \"b 2.0.0\"]\n\
            [[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\n \"b 1.0.0 (registry+x)\",\n]\n\
            [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\
            [[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+x\"\n";
        assert_eq!(
            needs(&LOCK, "Cargo.lock", text),
            [
                "a@1.0.0 direct: b@1.0.0",
                "app@0.1.0 direct: a@1.0.0 b@2.0.0",
                "b@1.0.0 indirect:",
                "b@2.0.0 direct:"
            ]
        );
    }
}
