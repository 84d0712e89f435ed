use plimsoll_core::{Diagnostic, Role};

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::yaml::{self, Yaml};
use super::lock::add;
use crate::{Interest, Pattern, Sink};

/// Lock files of pnpm (pnpm specification, `lockfile/5` to `lockfile/9.0`).
pub(crate) const PNPM: Document = Document {
    id: "node-pnpm-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("pnpm-lock.yaml"), take: WHOLE }],
    role: Role::Declared,
    read,
};

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("pnpm's lock file", error))?;
    for document in &documents {
        let version = document.get("lockfileVersion").text().unwrap_or_default();
        let before_6 =
            version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|n| n < 6);
        for (key, entry) in document.get("packages").entries() {
            package(key, entry, before_6, out);
        }
    }
    Ok(())
}

fn package(key: &str, entry: &Yaml, before_6: bool, out: &mut Sink) {
    let dev = entry.get("dev").text() == Some("true");
    let stated = entry.get("version").text();
    // What does not come from a registry has its name and version beside it.
    if let Some(name) = entry.get("name").text() {
        add(name, stated.unwrap_or_default(), dev, out);
        return;
    }
    let key = key.split('(').next().unwrap_or(key);
    let split = if before_6 { slash(key) } else { at(key) };
    if let Some((name, version)) = split {
        add(name, stated.unwrap_or(version), dev, out);
    }
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
