//! What the builds of Gradle and sbt select.

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, DiagnosticKind, Role};
use serde::Deserialize;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::json::{self, Elements, Entries, Text};
use super::super::{identity, xml};
use crate::{Interest, Pattern, Sink};

/// Lock files of Gradle (Gradle, "Locking Versions").
pub(crate) const GRADLE: Document = Document {
    id: "java-gradle-lock",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Suffix("gradle.lockfile"), take: WHOLE },
        Interest { pattern: Pattern::InSuffix("dependency-locks", ".lockfile"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_gradle,
};

/// What Gradle verifies by checksum or signature (Gradle, "Verifying dependencies").
pub(crate) const VERIFICATION: Document = Document {
    id: "java-gradle-verification",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("verification-metadata.xml"), take: WHOLE }],
    role: Role::Declared,
    read: read_verification,
};

/// Version catalogs (Gradle, "Version Catalogs").
pub(crate) const CATALOG: Document = Document {
    id: "java-gradle-catalog",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Suffix(".versions.toml"), take: WHOLE }],
    role: Role::Declared,
    read: read_catalog,
};

/// Lock files of sbt's plugin for them.
pub(crate) const SBT: Document = Document {
    id: "java-sbt-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Suffix(".sbt.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_sbt,
};

fn read_gradle(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut foreign = None;
    for line in text.lines() {
        let line = line.trim();
        let (coordinates, configurations) = line.split_once('=').unwrap_or((line, ""));
        if line.is_empty() || line.starts_with('#') || coordinates == "empty" {
            continue;
        }
        let parts: Vec<&str> = coordinates.split(':').collect();
        if let [group, artifact, version] = parts.as_slice() {
            let mut configurations =
                configurations.split(',').map(str::trim).filter(|name| !name.is_empty()).peekable();
            let dev = configurations.peek().is_some() && configurations.all(|name| name.starts_with("test"));
            add(group, artifact, version, dev, out);
        } else {
            foreign = Some(Diagnostic::new(
                DiagnosticKind::Malformed,
                "Gradle's lock file has a line that is no dependency",
            ));
        }
    }
    foreign.map_or(Ok(()), Err)
}

fn read_verification(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let root =
        xml::read(&file.lossy()).map_err(|error| malformed("Gradle's verification metadata", error))?;
    for component in root.child("components").into_iter().flat_map(|list| list.children("component")) {
        let attribute = |name| component.attribute(name).unwrap_or("");
        add(attribute("group"), attribute("name"), attribute("version"), false, out);
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Catalog {
    versions: Entries<Version>,
    libraries: Entries<Library>,
}

/// `"1.0"`, or a table of what is allowed.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Version {
    Text(String),
    Rich(Rich),
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Rich {
    r#ref: Text,
    strictly: Text,
    require: Text,
    prefer: Text,
}

impl Version {
    fn stated(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Rich(rich) => {
                [&rich.strictly, &rich.require, &rich.prefer].into_iter().find_map(Text::some).unwrap_or("")
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Library {
    /// `"group:artifact:version"`
    Text(String),
    Table {
        #[serde(default)]
        module: Text,
        #[serde(default)]
        group: Text,
        #[serde(default)]
        name: Text,
        version: Option<Version>,
    },
}

fn read_catalog(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let catalog: Catalog =
        toml::from_str(&file.lossy()).map_err(|error| malformed("version catalog", error))?;
    let versions: HashMap<&str, &str> =
        catalog.versions.0.iter().map(|(name, version)| (name.as_str(), version.stated())).collect();
    for (_, library) in &catalog.libraries.0 {
        match library {
            Library::Text(text) => {
                let mut parts = text.split(':');
                if let (Some(group), Some(artifact)) = (parts.next(), parts.next()) {
                    add(group, artifact, parts.next().unwrap_or(""), false, out);
                }
            }
            Library::Table { module, group, name, version } => {
                let pair = module.some().and_then(|module| module.split_once(':'));
                let Some((group, artifact)) = pair.or_else(|| Some((group.some()?, name.some()?))) else {
                    continue;
                };
                let version = match version {
                    Some(Version::Rich(rich)) if rich.r#ref.some().is_some() => {
                        rich.r#ref.some().and_then(|name| versions.get(name)).copied().unwrap_or("")
                    }
                    Some(version) => version.stated(),
                    None => "",
                };
                add(group, artifact, version, false, out);
            }
        }
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sbt {
    dependencies: Elements<Module>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Module {
    org: Text,
    name: Text,
    version: Text,
    configurations: Elements<Text>,
}

fn read_sbt(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Sbt = json::read(file.bytes).map_err(|error| malformed("sbt's lock file", error))?;
    for module in &lock.dependencies.0 {
        let (Some(org), Some(name)) = (module.org.some(), module.name.some()) else { continue };
        let mut configurations = module.configurations.0.iter().filter_map(Text::some).peekable();
        let dev = configurations.peek().is_some() && configurations.all(|name| name.starts_with("test"));
        add(org, name, module.version.some().unwrap_or(""), dev, out);
    }
    Ok(())
}

/// Adds what Maven's coordinates name.
pub(super) fn add(group: &str, artifact: &str, version: &str, dev: bool, out: &mut Sink) {
    let (group, artifact, version) = (group.trim(), artifact.trim(), version.trim());
    if group.is_empty() || artifact.is_empty() {
        return;
    }
    let mut package = identity::maven(group, artifact, version);
    if dev {
        package.role = Role::Development;
    }
    out.packages.push(package);
}
