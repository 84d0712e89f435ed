use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::super::json::{self, Entries};
use super::lock::package_of;
use crate::{Interest, Pattern, Sink};

/// Lock files of Deno, versions 3 and later.
pub(crate) const DENO: Document = Document {
    id: "node-deno-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("deno.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    packages: Registries,
    /// Modules by their addresses.
    remote: Entries<Anything>,
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
            out.packages.extend(split(key).and_then(|(name, version)| package_of(name, version, false)));
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
    for (name, version) in lock.remote.0.iter().filter_map(|(address, _)| remote(address)) {
        let mut package = identity::slashed(PackageType::Npm, &name, version);
        let host = name.split('/').next().unwrap_or_default();
        package.purl = package.purl.with("repository_url", &format!("https://{host}"));
        package.ecosystem = None;
        out.packages.push(package);
    }
    Ok(())
}

/// The module of `https://deno.land/x/name@1.0.0/mod.ts`: the host, the path up to the version, and the version.
fn remote(address: &str) -> Option<(String, &str)> {
    let (host, path) = address.strip_prefix("https://")?.split_once('/')?;
    let (name, rest) = path.split_once('@')?;
    let (version, _) = rest.split_once('/')?;
    (!name.is_empty() && !version.is_empty()).then(|| (format!("{host}/{name}"), version))
}

/// `name@1.0.0`, with the peers it was resolved for behind an underscore.
fn split(key: &str) -> Option<(&str, &str)> {
    let from = usize::from(key.starts_with('@'));
    let at = from + key.get(from..)?.find('@')?;
    let version = key.get(at + 1..)?;
    Some((key.get(..at)?, version.split('_').next().unwrap_or(version)))
}
