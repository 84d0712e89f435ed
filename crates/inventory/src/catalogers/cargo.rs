//! Rust sources: what `Cargo.lock` selects. What a program was built from is read from the program.

use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;

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
