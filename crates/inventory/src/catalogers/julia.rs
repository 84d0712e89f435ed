//! Julia: what Pkg selects.

use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{Elements, Entries, Text};
use crate::{Interest, Pattern, Sink};

/// Manifests (Julia, Pkg, "Project.toml and Manifest.toml"), formats 1 and 2.
pub(crate) const MANIFEST: Document = Document {
    id: "julia-manifest",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("Manifest.toml"), take: WHOLE },
        Interest { pattern: Pattern::Name("JuliaManifest.toml"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Manifest {
    julia_version: Text,
    deps: Entries<Elements<Locked>>,
    /// Format 1 has the packages at the top.
    #[serde(flatten)]
    top: std::collections::BTreeMap<String, Elements<Locked>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Locked {
    uuid: Text,
    version: Text,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let manifest: Manifest =
        toml::from_str(&file.lossy()).map_err(|error| malformed("Julia's manifest", error))?;
    // What has no version is part of Julia, and has Julia's.
    let julia = manifest.julia_version.some().unwrap_or("");
    let deps = manifest.deps.0.iter().map(|(name, locked)| (name, locked));
    for (name, locked) in deps.chain(&manifest.top) {
        for locked in &locked.0 {
            let Some(uuid) = locked.uuid.some() else { continue };
            let version = locked.version.some().unwrap_or(julia);
            let mut package = identity::plain(PackageType::Julia, name, version);
            package.purl = package.purl.with("uuid", uuid);
            out.packages.push(package);
        }
    }
    Ok(())
}
