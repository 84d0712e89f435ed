use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::super::json::{self, Elements, Entries, Text};
use crate::{Interest, Pattern, Sink};

/// Lock files in TOML that list packages one by one: of poetry, pdm and uv, and the common form `pylock.toml`
/// (PyPA, "pylock.toml specification").
pub(crate) const TOML: Document = Document {
    id: "python-lock",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("poetry.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("pdm.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("uv.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("pylock.toml"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_toml,
};

/// Lock files of pipenv.
pub(crate) const PIPFILE: Document = Document {
    id: "python-pipfile-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("Pipfile.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_pipfile,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    package: Elements<Locked>,
    packages: Elements<Locked>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Locked {
    name: Text,
    version: Text,
    /// Of older poetry.
    category: Text,
    /// Of newer poetry, and of pdm.
    groups: Elements<Text>,
    source: Source,
}

/// Where uv takes a package from.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Source {
    r#virtual: Text,
    editable: Text,
}

fn read_toml(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = toml::from_str(&file.lossy()).map_err(|error| malformed("Python's lock file", error))?;
    for package in lock.package.0.iter().chain(&lock.packages.0) {
        let Some(name) = package.name.some() else { continue };
        let groups: Vec<&str> = package.groups.0.iter().filter_map(Text::some).collect();
        let dev = package.category.some() == Some("dev")
            || !groups.is_empty() && !groups.iter().any(|group| matches!(*group, "main" | "default"));
        // The project itself is listed by uv, in the folder that the lock file stands in.
        let own =
            [&package.source.r#virtual, &package.source.editable].iter().any(|at| at.some() == Some("."));
        if !own {
            add(name, package.version.some().unwrap_or(""), dev, out);
        }
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pipfile {
    default: Entries<Pinned>,
    develop: Entries<Pinned>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pinned {
    version: Text,
}

fn read_pipfile(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Pipfile = json::read(file.bytes).map_err(|error| malformed("pipenv's lock file", error))?;
    for (entries, dev) in [(&lock.default, false), (&lock.develop, true)] {
        for (name, pinned) in &entries.0 {
            // What comes from a repository or a folder has no version here.
            if let Some(version) = pinned.version.some() {
                add(name, version.trim_start_matches('='), dev, out);
            }
        }
    }
    Ok(())
}

pub(super) fn add(name: &str, version: &str, dev: bool, out: &mut Sink) {
    if !name.is_empty() {
        let mut package = identity::plain(PackageType::PyPi, name, version);
        if dev {
            package.role = Role::Development;
        }
        out.packages.push(package);
    }
}
