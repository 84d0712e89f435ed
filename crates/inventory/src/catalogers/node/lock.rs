use std::collections::HashMap;

use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::super::json::{self, Entries, Text};
use crate::{Interest, Pattern, Sink};

/// Lock files of npm (npm, `package-lock.json`, versions 1 to 3).
pub(crate) const NPM: Document = Document {
    id: "node-npm-lock",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("package-lock.json"), take: WHOLE },
        Interest { pattern: Pattern::Name("npm-shrinkwrap.json"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

/// Dependencies within dependencies of version 1; npm itself never nests so deep.
const MAX_DEPTH: usize = 100;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    packages: Entries<Installed>,
    dependencies: Entries<Dependency>,
}

/// An entry by the place it is installed in.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Installed {
    name: Text,
    version: Text,
    link: Text,
    resolved: Text,
    dev: Text,
}

/// An entry by name, as before version 3.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Dependency {
    version: Text,
    dev: Text,
    dependencies: Entries<Dependency>,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("npm's lock file", error))?;
    if lock.packages.0.is_empty() {
        dependencies(&lock.dependencies, 0, out);
    }
    // A workspace has its true name where it is linked, and its version where it is.
    let linked: HashMap<&str, &str> = lock
        .packages
        .0
        .iter()
        .filter(|(_, entry)| entry.link.is_true())
        .filter_map(|(place, entry)| Some((entry.resolved.some()?, named(place))))
        .collect();
    for (place, entry) in &lock.packages.0 {
        // The root is the project itself.
        if place.is_empty() || entry.link.is_true() {
            continue;
        }
        let by_place = linked.get(place.as_str()).copied().unwrap_or_else(|| named(place));
        let name = entry.name.some().unwrap_or(by_place);
        add(name, entry.version.some().unwrap_or(""), entry.dev.is_true(), out);
    }
    Ok(())
}

/// The package that is installed in a place.
fn named(place: &str) -> &str {
    match place.rsplit_once("node_modules/") {
        Some((_, name)) => name,
        None => place.rsplit('/').next().unwrap_or(place),
    }
}

fn dependencies(entries: &Entries<Dependency>, depth: usize, out: &mut Sink) {
    for (name, dependency) in &entries.0 {
        let version = dependency.version.some().unwrap_or("");
        let dev = dependency.dev.is_true();
        match version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@')) {
            Some((real, version)) if !real.is_empty() => add(real, version, dev, out),
            _ => add(name, version, dev, out),
        }
        if depth < MAX_DEPTH {
            dependencies(&dependency.dependencies, depth + 1, out);
        }
    }
}

/// Adds a package. A version that is an address or a place says nothing of the version.
pub(super) fn add(name: &str, version: &str, dev: bool, out: &mut Sink) {
    let version = if version.contains(':') { "" } else { version };
    if !name.is_empty() {
        let mut package = identity::slashed(PackageType::Npm, name, version);
        if dev {
            package.role = Role::Development;
        }
        out.packages.push(package);
    }
}
