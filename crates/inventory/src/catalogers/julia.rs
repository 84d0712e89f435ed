//! Julia: what Pkg selects, and projects themselves.

use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;

use super::asked::{Wanted, ask};
use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{Elements, Entries, Text};
use crate::{Interest, Pattern, Sink, path_hash};

/// Manifests (Julia, Pkg, "Project.toml and Manifest.toml"), formats 1 and 2.
pub(crate) const MANIFEST: Document = Document {
    id: "julia-manifest",
    revision: 2,
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
    // The project that it is the manifest of is no dependency.
    let directory = file.path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    let directory = file.path.get(..directory).unwrap_or_default();
    for project in [&b"Project.toml"[..], b"JuliaProject.toml"] {
        out.installed.push(path_hash(&[directory, project].concat()));
    }
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

/// Projects (Julia, Pkg, "Project.toml and Manifest.toml"). What they depend on is named there without a version.
pub(crate) const PROJECT: Document = Document {
    id: "julia-project",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("Project.toml"), take: WHOLE },
        Interest { pattern: Pattern::Name("JuliaProject.toml"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_project,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Project {
    name: Text,
    uuid: Text,
    version: Text,
}

fn read_project(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let project: Project =
        toml::from_str(&file.lossy()).map_err(|error| malformed("Julia's project", error))?;
    // Environments have neither, and other tools have files of this name.
    if let (Some(name), Some(uuid)) = (project.name.some(), project.uuid.some()) {
        let version = project.version.some().unwrap_or("");
        let package = |version: &str| {
            let mut package = identity::plain(PackageType::Julia, name, version);
            package.purl = package.purl.with("uuid", uuid);
            package
        };
        ask(Wanted::Exactly(version), version, false, package, out);
    }
    Ok(())
}
