//! .NET: what a program is deployed with, and what a project asks for.

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::json::{self, Entries, Text};
use super::{identity, xml};
use crate::cataloger::path_hash_on;
use crate::{Interest, Pattern, Sink, path_hash};

/// Dependency manifests beside programs (.NET SDK, `runtime-configuration-file`, `.deps.json`).
pub(crate) const DEPS: Document = Document {
    id: "dotnet-deps",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Suffix(".deps.json"), take: WHOLE }],
    role: Role::Normal,
    read: read_deps,
};

/// Lock files of NuGet.
pub(crate) const LOCK: Document = Document {
    id: "dotnet-nuget-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("packages.lock.json"), take: WHOLE }],
    role: Role::Declared,
    read: read_lock,
};

/// What NuGet resolved for the last build of a project.
pub(crate) const ASSETS: Document = Document {
    id: "dotnet-project-assets",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("project.assets.json"), take: WHOLE }],
    role: Role::Declared,
    read: read_assets,
};

/// References to packages in projects, and the versions that are kept for all projects of a folder. NuGet takes
/// the lowest version that a reference allows, which is the one that is named.
pub(crate) const PROJECT: Document = Document {
    id: "dotnet-project",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Suffix(".csproj"), take: WHOLE },
        Interest { pattern: Pattern::Suffix(".fsproj"), take: WHOLE },
        Interest { pattern: Pattern::Suffix(".vbproj"), take: WHOLE },
        Interest { pattern: Pattern::Suffix("packages.props"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_project,
};

/// The older list of a project's packages.
pub(crate) const CONFIG: Document = Document {
    id: "dotnet-packages-config",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("packages.config"), take: WHOLE }],
    role: Role::Declared,
    read: read_config,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Deps {
    #[serde(rename = "runtimeTarget")]
    runtime_target: RuntimeTarget,
    targets: Entries<Entries<Target>>,
    libraries: Entries<Library>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RuntimeTarget {
    name: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Target {
    runtime: Option<Entries<IgnoredAny>>,
    #[serde(rename = "runtimeTargets")]
    runtime_targets: Option<Entries<IgnoredAny>>,
    native: Option<IgnoredAny>,
    resources: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Library {
    r#type: Text,
}

/// The assemblies of a deployed package: beside the manifest, whatever folder they had in the package.
fn installed(manifest: &[u8], target: Option<&&Target>, out: &mut Sink) {
    let end = manifest.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    let directory = path_hash(manifest.get(..end).unwrap_or_default());
    let lists = target.into_iter().flat_map(|target| [&target.runtime, &target.runtime_targets]);
    for (path, _) in lists.flatten().flat_map(|files| &files.0) {
        let name = path.rsplit('/').next().unwrap_or(path);
        out.installed.push(path_hash_on(directory, name.as_bytes()));
        if name != path {
            out.installed.push(path_hash_on(directory, path.as_bytes()));
        }
    }
}

fn read_deps(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let deps: Deps = json::read(file.bytes).map_err(|error| malformed("dependency manifest", error))?;
    let wanted = deps.runtime_target.name.some();
    let target = deps.targets.0.iter().find(|(name, _)| Some(name.as_str()) == wanted);
    let target: Option<HashMap<&str, &Target>> =
        target.map(|(_, libraries)| libraries.0.iter().map(|(key, target)| (key.as_str(), target)).collect());
    for (key, library) in &deps.libraries.0 {
        let Some((name, version)) = key.split_once('/') else { continue };
        // What only passes on what it depends on brings no file of its own.
        let deployed = target.as_ref().is_none_or(|target| {
            target.get(key.as_str()).is_none_or(|t| {
                t.runtime.is_some()
                    || t.runtime_targets.is_some()
                    || t.native.is_some()
                    || t.resources.is_some()
            })
        });
        if deployed {
            let mut package = identity::plain(PackageType::Nuget, name, version);
            if library.r#type.some() == Some("project") {
                // The program itself: a package of the gallery may have the same name.
                package.ecosystem = None;
            }
            out.packages.push(package);
            let files = target.as_ref().and_then(|target| target.get(key.as_str()));
            installed(file.path, files, out);
        }
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    dependencies: Entries<Entries<Locked>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Locked {
    r#type: Text,
    resolved: Text,
}

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("NuGet's lock file", error))?;
    for (name, locked) in lock.dependencies.0.iter().flat_map(|(_, framework)| &framework.0) {
        if locked.r#type.some() != Some("Project") {
            add(name, locked.resolved.some().unwrap_or(""), false, out);
        }
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Assets {
    libraries: Entries<Library>,
}

fn read_assets(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let assets: Assets = json::read(file.bytes).map_err(|error| malformed("NuGet's assets file", error))?;
    for (key, library) in &assets.libraries.0 {
        if let Some((name, version)) =
            key.split_once('/').filter(|_| library.r#type.some() != Some("project"))
        {
            add(name, version, false, out);
        }
    }
    Ok(())
}

fn read_project(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let root = xml::read(&file.lossy()).map_err(|error| malformed("project", error))?;
    if root.name != "Project" {
        return Err(malformed("project", "its first element is not a Project"));
    }
    for reference in root.children("ItemGroup").flat_map(|group| &group.children) {
        let known = ["PackageReference", "PackageVersion", "GlobalPackageReference"]
            .contains(&reference.name.as_str());
        let name = reference.attribute("Include").or_else(|| reference.attribute("Update"));
        let attribute = |name| reference.attribute(name).or_else(|| reference.text_of(name));
        let version = attribute("VersionOverride").or_else(|| attribute("Version"));
        if let (true, Some(name), Some(version)) = (known, name, version) {
            let exact = version.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(version);
            // Ranges, patterns and properties.
            let open = exact.contains(['[', '(', ',', '*', '$']);
            add(name, if open { "" } else { exact }, false, out);
        }
    }
    Ok(())
}

fn read_config(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let root = xml::read(&file.lossy()).map_err(|error| malformed("packages.config", error))?;
    for package in root.children("package") {
        if let (Some(name), Some(version)) = (package.attribute("id"), package.attribute("version")) {
            let dev = package
                .attribute("developmentDependency")
                .is_some_and(|dev| dev.eq_ignore_ascii_case("true"));
            add(name, version, dev, out);
        }
    }
    Ok(())
}

fn add(name: &str, version: &str, dev: bool, out: &mut Sink) {
    let mut package = identity::plain(PackageType::Nuget, name.trim(), version.trim());
    if dev {
        package.role = Role::Development;
    }
    if !package.name.is_empty() {
        out.packages.push(package);
    }
}
