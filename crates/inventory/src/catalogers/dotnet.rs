//! .NET: what a program is deployed with, and what a project asks for.

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, Package, PackageType, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::json::{self, Elements, Entries, Text};
use super::selection::Selection;
use super::{identity, xml};
use crate::cataloger::path_hash_on;
use crate::{Interest, Pattern, Sink, path_hash};

/// Dependency manifests beside programs (.NET SDK, `runtime-configuration-file`, `.deps.json`).
pub(crate) const DEPS: Document = Document {
    id: "dotnet-deps",
    revision: 3,
    interests: &[Interest { pattern: Pattern::Suffix(".deps.json"), take: WHOLE }],
    role: Role::Normal,
    read: read_deps,
};

/// Lock files of NuGet.
pub(crate) const LOCK: Document = Document {
    id: "dotnet-nuget-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("packages.lock.json"), take: WHOLE }],
    role: Role::Declared,
    read: read_lock,
};

/// What NuGet resolved for the last build of a project.
pub(crate) const ASSETS: Document = Document {
    id: "dotnet-project-assets",
    revision: 2,
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
    dependencies: Entries<Text>,
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
            let needs = target.as_ref().and_then(|target| target.get(key.as_str()));
            let needs = needs.into_iter().flat_map(|target| &target.dependencies.0);
            package.requires =
                needs.filter_map(|(name, version)| Some(format!("{name}@{}", version.some()?))).collect();
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
    dependencies: Entries<IgnoredAny>,
}

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("NuGet's lock file", error))?;
    // Each framework has a selection of its own.
    for (_, framework) in &lock.dependencies.0 {
        let mut selection = Selection::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        selection.says_direct();
        for (name, locked) in &framework.0 {
            let at = match nuget(name, locked.resolved.some().unwrap_or(""), false) {
                Some(package) if locked.r#type.some() != Some("Project") => selection.add(package),
                _ => selection.project(),
            };
            if locked.r#type.some() == Some("Direct") {
                selection.direct(at);
            }
            known.insert(name.to_lowercase(), at);
        }
        for (name, locked) in &framework.0 {
            let Some(at) = known.get(&name.to_lowercase()) else { continue };
            let needs = locked.dependencies.0.iter().filter_map(|(name, _)| known.get(&name.to_lowercase()));
            needs.for_each(|other| selection.needs(*at, *other));
        }
        selection.finish(out);
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Assets {
    libraries: Entries<Library>,
    targets: Entries<Entries<Target>>,
    #[serde(rename = "projectFileDependencyGroups")]
    asked: Entries<Elements<Text>>,
}

fn read_assets(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let assets: Assets = json::read(file.bytes).map_err(|error| malformed("NuGet's assets file", error))?;
    let mut selection = Selection::default();
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    for (key, library) in &assets.libraries.0 {
        let Some((name, version)) = key.split_once('/') else { continue };
        let at = match nuget(name, version, false) {
            Some(package) if library.r#type.some() != Some("project") => selection.add(package),
            _ => selection.project(),
        };
        by_key.insert(key, at);
    }
    selection.says_direct();
    // What a framework takes of a name is one version, whichever range asks for it.
    for (_, target) in &assets.targets.0 {
        let mut known: HashMap<String, usize> = HashMap::new();
        for (key, _) in &target.0 {
            if let (Some((name, _)), Some(at)) = (key.split_once('/'), by_key.get(key.as_str())) {
                known.insert(name.to_lowercase(), *at);
            }
        }
        for (key, entry) in &target.0 {
            let Some(at) = by_key.get(key.as_str()) else { continue };
            let needs = entry.dependencies.0.iter().filter_map(|(name, _)| known.get(&name.to_lowercase()));
            needs.for_each(|other| selection.needs(*at, *other));
        }
        for wanted in assets.asked.0.iter().flat_map(|(_, list)| &list.0).filter_map(Text::some) {
            // `Newtonsoft.Json >= 13.0.1`
            let name = wanted.split(' ').next().unwrap_or_default().to_lowercase();
            known.get(&name).into_iter().for_each(|at| selection.direct(*at));
        }
    }
    selection.finish(out);
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
    out.packages.extend(nuget(name, version, dev));
}

fn nuget(name: &str, version: &str, dev: bool) -> Option<Package> {
    let mut package = identity::plain(PackageType::Nuget, name.trim(), version.trim());
    if dev {
        package.role = Role::Development;
    }
    (!package.name.is_empty()).then_some(package)
}

#[cfg(test)]
mod tests {
    use super::super::document::needs;
    use super::*;

    #[test]
    fn names_are_the_same_in_any_case() {
        let lock = r#"{"version":1,"dependencies":{"net6.0":{
            "A":{"type":"Direct","requested":"[1.0, )","resolved":"1.2.0","dependencies":{"b.c":"2.0.0"}},
            "B.C":{"type":"Transitive","resolved":"2.1.0"},
            "app":{"type":"Project","dependencies":{"A":"1.0"}}}}}"#;
        assert_eq!(
            needs(&LOCK, "packages.lock.json", lock),
            ["A@1.2.0 direct: B.C@2.1.0", "B.C@2.1.0 indirect:"]
        );
        let assets = r#"{"targets":{"net6.0":{
            "A/1.2.0":{"type":"package","dependencies":{"b.c":"2.0.0"}},"B.C/2.1.0":{"type":"package"}}},
            "libraries":{"A/1.2.0":{"type":"package"},"B.C/2.1.0":{"type":"package"}},
            "projectFileDependencyGroups":{"net6.0":["a >= 1.0"]}}"#;
        assert_eq!(
            needs(&ASSETS, "project.assets.json", assets),
            ["A@1.2.0 direct: B.C@2.1.0", "B.C@2.1.0 indirect:"]
        );
    }

    #[test]
    fn a_deployed_program_says_what_was_resolved() {
        let deps = r#"{"runtimeTarget":{"name":"t"},"targets":{"t":{
            "app/1.0.0":{"dependencies":{"Serilog":"2.12.0"},"runtime":{"app.dll":{}}},
            "Serilog/2.12.0":{"runtime":{"lib/Serilog.dll":{}}}}},
            "libraries":{"app/1.0.0":{"type":"project"},"Serilog/2.12.0":{"type":"package"}}}"#;
        assert_eq!(needs(&DEPS, "app.deps.json", deps), ["Serilog@2.12.0:", "app@1.0.0: Serilog@2.12.0"]);
    }
}
