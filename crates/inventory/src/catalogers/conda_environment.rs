//! Conda's environments as projects ask for them and as tools lock them.

use plimsoll_core::{Diagnostic, PackageType, Role};

use super::asked::{Wanted, ask, wanted};
use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::python::requirement;
use super::yaml::{self, Yaml};
use crate::{Interest, Pattern, Sink};

/// Environments (conda, "Creating an environment file manually").
pub(crate) const ENVIRONMENT: Document = Document {
    id: "conda-environment",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("environment.yml"), take: WHOLE },
        Interest { pattern: Pattern::Name("environment.yaml"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_environment,
};

/// Lists of archives (conda, "Building identical conda environments"), and lock files of conda-lock and pixi.
pub(crate) const LOCK: Document = Document {
    id: "conda-lock",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("conda.lock"), take: WHOLE },
        Interest { pattern: Pattern::Affixes("conda-", ".lock"), take: WHOLE },
        Interest { pattern: Pattern::Affixes("conda-lock", ".yml"), take: WHOLE },
        Interest { pattern: Pattern::Suffix("conda-lock.yml"), take: WHOLE },
        Interest { pattern: Pattern::Name("pixi.lock"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_lock,
};

fn read_environment(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("the environment", error))?;
    for entry in documents.iter().flat_map(|document| list(document.get("dependencies"))) {
        if let Some(entry) = entry.text() {
            asked(entry, out);
        }
        for entry in list(entry.get("pip")).iter().filter_map(Yaml::text) {
            requirement(entry, out);
        }
    }
    Ok(())
}

fn list(yaml: &Yaml) -> &[Yaml] {
    match yaml {
        Yaml::List(elements) => elements,
        _ => &[],
    }
}

/// `channel::name=1.0=build`, `name==1.0`, `name >=1.0` (conda, "Package match specifications").
fn asked(entry: &str, out: &mut Sink) {
    let entry = entry.rsplit_once("::").map_or(entry, |(_, entry)| entry).trim();
    let end =
        entry.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(entry.len());
    let (name, requirement) = entry.split_at(end);
    let requirement = requirement.trim();
    // One sign of equality takes every version that begins so; with a build there is one.
    let meant = match requirement.strip_prefix('=').filter(|rest| !rest.starts_with('=')) {
        Some(rest) => match rest.split_once('=') {
            Some((version, _)) => wanted(version, |version| Wanted::Exactly(version)),
            None => wanted(rest, |version| Wanted::AtLeast(version)),
        },
        None => wanted(requirement, |version| Wanted::Exactly(version)),
    };
    ask(meant, requirement, false, |version| identity::plain(PackageType::Conda, name, version), out);
}

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let explicit = text.lines().map(str::trim).filter(|line| line.contains("://") && !line.starts_with('#'));
    let explicit: Vec<(&str, &str)> =
        explicit.filter(|line| !line.contains(": ")).filter_map(archive).collect();
    if !explicit.is_empty() || text.contains("@EXPLICIT") {
        out.packages.extend(explicit.iter().map(|(name, version)| conda(name, version)));
        return Ok(());
    }
    let documents = yaml::read(&text).map_err(|error| malformed("the lock file", error))?;
    for entry in documents
        .iter()
        .flat_map(|document| list(document.get("package")).iter().chain(list(document.get("packages"))))
    {
        let text = |key: &str| entry.get(key).text();
        let stated = text("name").zip(text("version"));
        let python = text("manager") == Some("pip") || text("kind") == Some("pypi") || text("pypi").is_some();
        match (stated, text("conda").and_then(archive)) {
            (Some((name, version)), _) if python => {
                out.packages.push(identity::plain(PackageType::PyPi, name, version));
            }
            (Some((name, version)), _) | (None, Some((name, version))) => {
                out.packages.push(conda(name, version))
            }
            (None, None) => {}
        }
    }
    Ok(())
}

fn conda(name: &str, version: &str) -> plimsoll_core::Package {
    identity::plain(PackageType::Conda, name, version)
}

/// `https://example.org/linux-64/name-1.0-build.conda#digest`
fn archive(address: &str) -> Option<(&str, &str)> {
    let file = address.split('#').next()?.rsplit('/').next()?;
    let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
    let (rest, _) = stem.rsplit_once('-')?;
    rest.rsplit_once('-').filter(|(name, version)| !name.is_empty() && !version.is_empty())
}
