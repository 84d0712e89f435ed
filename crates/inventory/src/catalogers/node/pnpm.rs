use std::collections::HashMap;

use plimsoll_core::{Diagnostic, Package, Role};

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::selection::Selection;
use super::super::yaml::{self, Yaml};
use super::lock::package_of;
use crate::{Interest, Pattern, Sink};

/// Lock files of pnpm (pnpm specification, `lockfile/5` to `lockfile/9.0`).
pub(crate) const PNPM: Document = Document {
    id: "node-pnpm-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("pnpm-lock.yaml"), take: WHOLE }],
    role: Role::Declared,
    read,
};

/// What is needed to run.
const RUNTIME: &[&str] = &["dependencies", "optionalDependencies"];

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("pnpm's lock file", error))?;
    for document in &documents {
        let version = document.get("lockfileVersion").text().unwrap_or_default();
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        let mut lock = Lock::default();
        for (key, entry) in document.get("packages").entries() {
            if let Some(package) = package(key, entry, major.is_some_and(|major| major < 6)) {
                let at = lock.selection.add(package);
                lock.places.insert(key, at);
            }
        }
        lock.read(document);
        // Before version 9 each says itself whether it is for development.
        if major.is_some_and(|major| major >= 9) {
            lock.selection.trace_development();
        }
        lock.selection.finish(out);
    }
    Ok(())
}

#[derive(Default)]
struct Lock<'a> {
    selection: Selection,
    places: HashMap<&'a str, usize>,
}

impl<'a> Lock<'a> {
    /// Who needs whom: in version 9 by what was resolved for which peers, before by the packages themselves.
    fn read(&mut self, document: &'a Yaml) {
        let snapshots = document.get("snapshots").entries();
        for (key, _) in snapshots {
            let bare = key.split('(').next().unwrap_or(key);
            if let Some(at) = self.places.get(bare).copied() {
                self.places.insert(key, at);
            }
        }
        for (key, entry) in snapshots.iter().chain(document.get("packages").entries()) {
            let Some(at) = self.places.get(key.as_str()).copied() else { continue };
            for (name, value) in RUNTIME.iter().flat_map(|list| entry.get(list).entries()) {
                if let Some(other) = self.find(name, value) {
                    self.selection.needs(at, other);
                }
            }
        }
        self.selection.says_direct();
        let importers = document.get("importers").entries().iter().map(|(_, importer)| importer);
        for importer in importers.chain([document]) {
            for (name, value) in RUNTIME.iter().flat_map(|list| importer.get(list).entries()) {
                self.find(name, value).into_iter().for_each(|at| self.selection.direct(at));
            }
            for (name, value) in importer.get("devDependencies").entries() {
                self.find(name, value).into_iter().for_each(|at| self.selection.direct_development(at));
            }
        }
    }

    /// What a version stands for beside a name: a key of its own where it is another's name.
    fn find(&self, name: &str, value: &Yaml) -> Option<usize> {
        let version = value.text().or_else(|| value.get("version").text())?;
        let joined =
            [format!("{name}@{version}"), format!("/{name}@{version}"), format!("/{name}/{version}")];
        std::iter::once(version)
            .chain(joined.iter().map(String::as_str))
            .find_map(|key| self.places.get(key).copied())
    }
}

fn package(key: &str, entry: &Yaml, before_6: bool) -> Option<Package> {
    let dev = entry.get("dev").text() == Some("true");
    let stated = entry.get("version").text();
    // What does not come from a registry has its name and version beside it.
    if let Some(name) = entry.get("name").text() {
        return package_of(name, stated.unwrap_or_default(), dev);
    }
    let key = key.split('(').next().unwrap_or(key);
    let (name, version) = if before_6 { slash(key) } else { at(key) }?;
    package_of(name, stated.unwrap_or(version), dev)
}

/// `/name/1.0.0`, `/@scope/name/1.0.0_peer@2.0.0`, and the same after a registry's name.
fn slash(key: &str) -> Option<(&str, &str)> {
    let path = match key.strip_prefix('/') {
        Some(path) => path,
        None => key.split_once('/')?.1,
    };
    // Peers follow an underscore, and may have slashes.
    let path = path.split_once('_').map_or(path, |(front, _)| if front.contains('/') { front } else { path });
    let (name, version) = path.rsplit_once('/')?;
    version.starts_with(|c: char| c.is_ascii_digit()).then_some((name, version))
}

/// `name@1.0.0`, `/@scope/name@1.0.0`.
fn at(key: &str) -> Option<(&str, &str)> {
    let key = key.strip_prefix('/').unwrap_or(key);
    let from = usize::from(key.starts_with('@'));
    let at = from + key.get(from..)?.find('@')?;
    Some((key.get(..at)?, key.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::super::super::document::needs;
    use super::*;

    #[test]
    fn version_9_resolves_for_peers() {
        let text = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        \
            version: 1.0.0(b@2.0.0)\n    devDependencies:\n      t:\n        specifier: ^1\n        version: '@real/t@1.0.0'\n\
            packages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  b@2.0.0:\n    resolution: {integrity: x}\n  \
            '@real/t@1.0.0':\n    resolution: {integrity: x}\n  u@1.0.0:\n    resolution: {integrity: x}\n\
            snapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      b: 2.0.0\n  b@2.0.0: {}\n  '@real/t@1.0.0':\n    \
            optionalDependencies:\n      u: 1.0.0\n  u@1.0.0: {}\n";
        assert_eq!(
            needs(&PNPM, "pnpm-lock.yaml", text),
            [
                "@real/t@1.0.0 direct development: u@1.0.0",
                "a@1.0.0 direct: b@2.0.0",
                "b@2.0.0 indirect:",
                "u@1.0.0 indirect development:",
            ]
        );
    }

    #[test]
    fn earlier_versions_have_slashes_in_front() {
        for (version, a, b, real) in [
            ("5.4", "/@s/a/1.0.0_b@2.0.0", "/b/2.0.0", "/b/2.0.0"),
            ("'6.0'", "/@s/a@1.0.0(b@2.0.0)", "/b@2.0.0", "/b@2.0.0"),
        ] {
            let peers = if version == "5.4" { "1.0.0_b@2.0.0" } else { "1.0.0(b@2.0.0)" };
            let text = format!(
                "lockfileVersion: {version}\ndependencies:\n  '@s/a': {peers}\npackages:\n  {a}:\n    dependencies:\n      \
                 alias: {real}\n      c: 1.0.0\n    dev: false\n  {b}:\n    dev: true\n"
            );
            assert_eq!(
                needs(&PNPM, "pnpm-lock.yaml", &text),
                ["@s/a@1.0.0 direct: b@2.0.0", "b@2.0.0 indirect development:"],
                "{version}"
            );
        }
    }
}
