use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::super::json::{self, Entries};
use super::lock::add;
use crate::{Interest, Pattern, Sink};

/// Lock files of Deno, versions 3 and later.
pub(crate) const DENO: Document = Document {
    id: "node-deno-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("deno.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    packages: Registries,
    #[serde(flatten)]
    top: Registries,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Registries {
    npm: Entries<Anything>,
    jsr: Entries<Anything>,
}

#[derive(Deserialize)]
struct Anything(#[allow(dead_code)] IgnoredAny);

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("Deno's lock file", error))?;
    for registries in [&lock.packages, &lock.top] {
        for (key, _) in &registries.npm.0 {
            if let Some((name, version)) = split(key) {
                add(name, version, false, out);
            }
        }
        for (key, _) in &registries.jsr.0 {
            let Some((name, version)) = split(key) else { continue };
            // JSR has names of its own, of which no feed for npm speaks.
            let mut package = identity::slashed(PackageType::Npm, name, version);
            package.purl = package.purl.with("repository_url", "https://jsr.io");
            package.ecosystem = None;
            out.packages.push(package);
        }
    }
    Ok(())
}

/// `name@1.0.0`, with the peers it was resolved for behind an underscore.
fn split(key: &str) -> Option<(&str, &str)> {
    let from = usize::from(key.starts_with('@'));
    let at = from + key.get(from..)?.find('@')?;
    let version = key.get(at + 1..)?;
    Some((key.get(..at)?, version.split('_').next().unwrap_or(version)))
}
