use std::collections::HashMap;

use plimsoll_core::{Diagnostic, Package, PackageType, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::super::json::{self, Entries, Text};
use super::super::selection::Selection;
use crate::{Interest, Pattern, Sink};

/// Lock files of npm (npm, `package-lock.json`, versions 1 to 3).
pub(crate) const NPM: Document = Document {
    id: "node-npm-lock",
    revision: 2,
    interests: &[
        Interest { pattern: Pattern::Name("package-lock.json"), take: WHOLE },
        Interest { pattern: Pattern::Name("npm-shrinkwrap.json"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

/// Dependencies within dependencies of version 1; npm itself never nests so deep.
const MAX_DEPTH: usize = 100;
/// Folders that are looked through, and the longest that is: a name of more was made up.
const MAX_STEPS: usize = 16;
const MAX_PLACE: usize = 512;

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
    dependencies: Entries<IgnoredAny>,
    #[serde(rename = "optionalDependencies")]
    optional: Entries<IgnoredAny>,
    #[serde(rename = "peerDependencies")]
    peers: Entries<IgnoredAny>,
    #[serde(rename = "devDependencies")]
    development: Entries<IgnoredAny>,
}

/// An entry by name, as before version 3.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Dependency {
    version: Text,
    dev: Text,
    requires: Entries<IgnoredAny>,
    dependencies: Entries<Dependency>,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("npm's lock file", error))?;
    let mut selection = Selection::default();
    if lock.packages.0.is_empty() {
        let mut above = Vec::new();
        nested(&lock.dependencies, &mut above, &mut selection);
    } else {
        by_place(&lock.packages, &mut selection);
    }
    selection.finish(out);
    Ok(())
}

fn by_place(packages: &Entries<Installed>, selection: &mut Selection) {
    // A workspace has its true name where it is linked, and its version where it is.
    let linked: HashMap<&str, &str> = packages
        .0
        .iter()
        .filter(|(_, entry)| entry.link.is_true())
        .filter_map(|(place, entry)| Some((entry.resolved.some()?, named(place))))
        .collect();
    let mut places: Places<'_> = Places::default();
    for (place, entry) in packages.0.iter().filter(|(_, entry)| !entry.link.is_true()) {
        let by_place = linked.get(place.as_str()).copied().unwrap_or_else(|| named(place));
        let name = entry.name.some().unwrap_or(by_place);
        // The root is the project itself.
        let version = entry.version.some().unwrap_or("");
        let package = if place.is_empty() { None } else { package_of(name, version, entry.dev.is_true()) };
        let at = match package {
            Some(package) => selection.add(package),
            None => selection.project(),
        };
        places.add(place, at);
    }
    for (place, entry) in packages.0.iter().filter(|(_, entry)| entry.link.is_true()) {
        if let Some(at) = entry.resolved.some().and_then(|target| places.at(target)) {
            places.add(place, at);
        }
    }
    selection.says_direct();
    for (place, entry) in packages.0.iter().filter(|(_, entry)| !entry.link.is_true()) {
        let Some(at) = places.at(place) else { continue };
        // The project, and its parts in folders of their own.
        let own = place.is_empty() || linked.contains_key(place.as_str());
        if own {
            selection.own(at);
        }
        let runtime = [&entry.dependencies, &entry.optional, &entry.peers];
        for (name, _) in runtime
            .into_iter()
            .chain([&entry.development].into_iter().filter(|_| own))
            .flat_map(|list| &list.0)
        {
            let Some(other) = places.nearest(place, name) else { continue };
            selection.needs(at, other);
            if own {
                selection.direct(other);
            }
        }
    }
}

/// Where Node.js finds packages: each name in each folder.
#[derive(Default)]
struct Places<'a> {
    by_place: HashMap<&'a str, usize>,
    /// By the place around and the name in it.
    within: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Places<'a> {
    fn add(&mut self, place: &'a str, at: usize) {
        self.by_place.entry(place).or_insert(at);
        if let Some((around, name)) = split_place(place) {
            self.within.entry((around, name)).or_insert(at);
        }
    }

    fn at(&self, place: &str) -> Option<usize> {
        self.by_place.get(place).copied()
    }

    /// What a name is, to what is installed in a place (Node.js, "Loading from node_modules folders").
    fn nearest(&self, place: &str, name: &str) -> Option<usize> {
        let mut around = place;
        for _ in 0..MAX_STEPS {
            if around.len() > MAX_PLACE {
                break;
            }
            if let Some(at) = self.within.get(&(around, name)) {
                return Some(*at);
            }
            if around.is_empty() {
                break;
            }
            around = split_place(around).map_or("", |(outer, _)| outer);
        }
        None
    }
}

/// The place around, and the name in it: `node_modules/a/node_modules/@s/b` is `@s/b` in `node_modules/a`.
fn split_place(place: &str) -> Option<(&str, &str)> {
    let (around, name) = place.rsplit_once("node_modules/")?;
    Some((around.trim_end_matches('/'), name))
}

/// The package that is installed in a place.
fn named(place: &str) -> &str {
    match place.rsplit_once("node_modules/") {
        Some((_, name)) => name,
        None => place.rsplit('/').next().unwrap_or(place),
    }
}

/// Adds what is within one entry, or in the file, and says it by its names; `above` is what those around have.
fn nested<'a>(
    entries: &'a Entries<Dependency>,
    above: &mut Vec<HashMap<&'a str, usize>>,
    selection: &mut Selection,
) -> HashMap<&'a str, usize> {
    let mut here: HashMap<&str, usize> = HashMap::new();
    for (name, dependency) in &entries.0 {
        let version = dependency.version.some().unwrap_or("");
        let dev = dependency.dev.is_true();
        let package = match version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@')) {
            Some((real, version)) if !real.is_empty() => package_of(real, version, dev),
            _ => package_of(name, version, dev),
        };
        if let Some(package) = package {
            here.insert(name, selection.add(package));
        }
    }
    above.push(here);
    for (name, dependency) in &entries.0 {
        let at = above.last().and_then(|here| here.get(name.as_str())).copied();
        let deeper = above.len() <= MAX_DEPTH;
        let own = if deeper { nested(&dependency.dependencies, above, selection) } else { HashMap::new() };
        let Some(at) = at else { continue };
        for (name, _) in &dependency.requires.0 {
            let around = || above.iter().rev().find_map(|level| level.get(name.as_str()));
            if let Some(other) = own.get(name.as_str()).or_else(around) {
                selection.needs(at, *other);
            }
        }
    }
    above.pop().unwrap_or_default()
}

/// A package, where it has a name. A version that is an address or a place says nothing of the version.
pub(super) fn package_of(name: &str, version: &str, dev: bool) -> Option<Package> {
    let version = if version.contains(':') { "" } else { version };
    if name.is_empty() {
        return None;
    }
    let mut package = identity::slashed(PackageType::Npm, name, version);
    if dev {
        package.role = Role::Development;
    }
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::super::super::document::needs;
    use super::*;

    /// npm, "package-lock.json", `packages`: each is found from where it is installed.
    #[test]
    fn each_place_finds_the_nearest() {
        let text = r#"{"lockfileVersion":3,"packages":{
            "":{"name":"app","dependencies":{"a":"1","w":"*"},"devDependencies":{"t":"1"}},
            "node_modules/a":{"version":"1.0.0","dependencies":{"b":"^1","c":"1"},"optionalDependencies":{"gone":"1"}},
            "node_modules/a/node_modules/b":{"version":"1.0.0","dependencies":{"c":"1"}},
            "node_modules/b":{"version":"2.0.0"},
            "node_modules/c":{"name":"@real/c","version":"1.0.0","peerDependencies":{"b":"2"}},
            "node_modules/t":{"version":"1.0.0","dev":true,"devDependencies":{"a":"1"}},
            "node_modules/w":{"resolved":"packages/w","link":true},
            "packages/w":{"version":"3.0.0","dependencies":{"b":"2"}}}}"#;
        assert_eq!(
            needs(&NPM, "package-lock.json", text),
            [
                "@real/c@1.0.0 indirect: b@2.0.0",
                "a@1.0.0 direct: @real/c@1.0.0 b@1.0.0",
                "b@1.0.0 indirect: @real/c@1.0.0",
                "b@2.0.0 direct:",
                "t@1.0.0 direct development:",
                "w@3.0.0 direct: b@2.0.0",
            ]
        );
    }

    /// The same of version 1, where what is within an entry is installed within it.
    #[test]
    fn what_is_within_is_found_first() {
        let text = r#"{"lockfileVersion":1,"requires":true,"dependencies":{
            "a":{"version":"1.0.0","requires":{"b":"^1","c":"1"},"dependencies":{
                "b":{"version":"1.0.0","requires":{"c":"1"}}}},
            "b":{"version":"2.0.0","requires":true},
            "c":{"version":"npm:@real/c@1.0.0","requires":{"b":"2","gone":"1"}}}}"#;
        assert_eq!(
            needs(&NPM, "package-lock.json", text),
            [
                "@real/c@1.0.0: b@2.0.0",
                "a@1.0.0: @real/c@1.0.0 b@1.0.0",
                "b@1.0.0: @real/c@1.0.0",
                "b@2.0.0:"
            ]
        );
    }
}
