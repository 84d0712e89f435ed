//! What an archive is. What a build wrote for being found comes first (`pom.properties`), then what it wrote for
//! other tools and for people (the manifest), then what the file is called; each with how sure it is. An archive
//! that holds others' classes has their `pom.properties` too: those are packages of their own.

use std::collections::HashMap;

use plimsoll_core::{Confidence, Identity, Package};

use super::super::{identity, stated};
use super::jar::Jar;
use super::known;
use super::manifest::Manifest;
use super::pom::Project;

/// What a `pom.properties` names.
#[derive(Debug)]
pub(super) struct Pom {
    group: String,
    artifact: String,
    version: String,
    /// Where it is in the archive.
    path: Vec<u8>,
}

impl Pom {
    pub(super) fn new(properties: &HashMap<String, String>, path: &[u8]) -> Option<Self> {
        let value = |key: &str| {
            properties
                .get(key)
                .map(|v| v.trim())
                .filter(|v| !v.is_empty() && !v.contains("${"))
                .map(str::to_owned)
        };
        let (artifact, version) = (value("artifactId")?, value("version")?);
        Some(Self { group: value("groupId")?, artifact, version, path: path.to_owned() })
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        (&self.group, &self.artifact, &self.version) == (&other.group, &other.artifact, &other.version)
    }
}

/// The packages of an archive. What is only part of it comes with its place in it.
pub(super) fn packages(mut jar: Jar) -> Vec<(Package, Option<Vec<u8>>)> {
    let own = own_pom(&jar);
    let licences = jar.manifest.as_ref().map(licences).unwrap_or_default();
    let mut out: Vec<(Package, Option<Vec<u8>>)> = Vec::new();
    if own.is_none()
        && let Some(mut package) = by_hints(&jar)
    {
        let place = format!("META-INF/maven/{}/", package.name.replace(':', "/"));
        describe(&mut package, jar.projects.remove(place.as_bytes()));
        out.push((package, None));
    }
    for (index, pom) in jar.poms.into_iter().enumerate() {
        let mut package = maven(&pom.group, &pom.artifact, &pom.version, Confidence::High, "pom.properties");
        let place = pom.path.strip_suffix(b"pom.properties").unwrap_or_default();
        describe(&mut package, jar.projects.remove(place));
        out.push((package, (own != Some(index)).then_some(pom.path)));
    }
    // The manifest speaks of the archive, not of what was put into it.
    for (package, _) in out.iter_mut().filter(|(package, part)| part.is_none() && package.licences.is_empty())
    {
        package.licences.clone_from(&licences);
    }
    out
}

/// What the project file beside says.
fn describe(package: &mut Package, project: Option<Project>) {
    let project = project.unwrap_or_default();
    (package.requires, package.licences) = (project.requires, project.licences);
}

/// `Bundle-License`: names or addresses with attributes, separated by commas (OSGi Core 8, 3.2.1.11).
fn licences(manifest: &Manifest) -> Vec<String> {
    let Some(value) = manifest.get("bundle-license") else { return Vec::new() };
    // Quoted attributes may have commas.
    let mut quoted = false;
    let parts = value.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let names = parts.filter_map(|part| part.split(';').next()).map(|name| name.trim().trim_matches('"'));
    names.filter_map(stated::licence).filter(|name| name != "<<EXTERNAL>>").collect()
}

/// The `pom.properties` that is the archive's own: the one that its name speaks of, or the only one where the name
/// speaks of nothing else.
fn own_pom(jar: &Jar) -> Option<usize> {
    let stem = stem(&jar.file);
    let named = Named::new(stem, jar.manifest.as_ref());
    let by_name = jar.poms.iter().position(|pom| {
        pom.artifact == named.artifact
            || stem == pom.artifact
            || stem
                .strip_prefix(pom.artifact.as_str())
                .and_then(|rest| rest.strip_prefix(['-', '_']))
                .is_some_and(|rest| rest.starts_with(pom.version.as_str()))
    });
    let only = || match (jar.poms.as_slice(), named.version) {
        ([_], None) => Some(0),
        ([pom], Some(version)) if pom.version == version => Some(0),
        _ => None,
    };
    by_name.or_else(only)
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// Artifact and version as a file's name has them.
struct Named<'a> {
    artifact: &'a str,
    version: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn new(stem: &'a str, manifest: Option<&Manifest>) -> Self {
        // `log4j-1.2-api-2.17.1`: what the manifest says tells which number is the version.
        let stated = manifest.into_iter().flat_map(|m| VERSIONS.iter().filter_map(|name| m.get(name)));
        for version in stated {
            if let Some((artifact, version)) = stem.len().checked_sub(version.len()).and_then(|at| {
                let (front, back) = (stem.get(..at)?, stem.get(at..)?);
                Some((front.strip_suffix(['-', '_'])?, back))
                    .filter(|(front, back)| *back == version && !front.is_empty())
            }) {
                return Self { artifact, version: Some(version) };
            }
        }
        let numbered = |rest: &str| {
            let rest = rest.strip_prefix('v').unwrap_or(rest);
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '+' | '-' | '_'))
        };
        for separator in ['-', '_'] {
            for (at, _) in stem.match_indices(separator).filter(|(at, _)| *at > 0) {
                if let (Some(artifact), Some(rest)) = (stem.get(..at), stem.get(at + 1..).filter(|rest| numbered(rest)))
                    // `kafka_2.13` is a name: a Scala version, which a version would follow.
                    && (separator == '-' || rest.matches('.').count() >= 2)
                {
                    return Self { artifact, version: Some(rest) };
                }
            }
        }
        Self { artifact: stem, version: None }
    }
}

/// Attributes that state the archive's version, in the order in which they are believed.
const VERSIONS: &[&str] =
    &["implementation-version", "bundle-version", "plugin-version", "specification-version"];

/// The archive by its name, its manifest and its directories.
fn by_hints(jar: &Jar) -> Option<Package> {
    let empty = Manifest::default();
    let manifest = jar.manifest.as_ref().unwrap_or(&empty);
    if let Some(plugin) = jenkins_plugin(manifest) {
        return Some(plugin);
    }
    let named = Named::new(stem(&jar.file), Some(manifest));
    let stated = || ["implementation-version", "bundle-version"].iter().find_map(|name| manifest.get(name));
    // Of an archive with no number in its name, only the manifest can tell what it is called.
    let (artifact, version, by_name) = match named.version {
        Some(version) => (named.artifact, version, true),
        None => (titled(manifest, &jar.directories)?, stated()?, false),
    };
    if !artifact.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let what = if by_name { "file name" } else { "MANIFEST.MF" };
    let (group, confidence, evidence) = match group(artifact, manifest, &jar.directories) {
        Some(Group { name, confidence, evidence }) => (name, confidence, format!("{what}, {evidence}")),
        None => (String::new(), Confidence::Low, format!("{what}, no group")),
    };
    Some(maven(&group, artifact, version, confidence, &evidence))
}

/// Plugins of Jenkins say what they are in attributes of their own (Jenkins, "Plugin structure").
fn jenkins_plugin(manifest: &Manifest) -> Option<Package> {
    let (group, version) = (manifest.get("group-id")?, manifest.get("plugin-version")?);
    let artifact = manifest.get("short-name").or_else(|| manifest.get("extension-name"))?;
    // Snapshots add who built them, and when: `1.0-SNAPSHOT (private-01/01/2024-user)`.
    let version = version.split_whitespace().next()?;
    Some(maven(group, artifact, version, Confidence::High, "MANIFEST.MF: Short-Name, Plugin-Version"))
}

/// The artifact where the manifest names it in the form of one.
fn titled<'a>(manifest: &'a Manifest, directories: &'a [(String, String)]) -> Option<&'a str> {
    let names = ["bundle-name", "implementation-title"].iter().filter_map(|name| manifest.get(name));
    let titled = names.chain(manifest.symbolic_name()).find(|title| {
        title.contains('-')
            && title.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    });
    titled.or_else(|| match directories {
        [(_, artifact)] => Some(artifact),
        _ => None,
    })
}

struct Group {
    name: String,
    confidence: Confidence,
    evidence: &'static str,
}

/// The group of an artifact, where something tells it.
fn group(artifact: &str, manifest: &Manifest, directories: &[(String, String)]) -> Option<Group> {
    let found =
        |name: &str, confidence, evidence| Some(Group { name: name.to_owned(), confidence, evidence });
    if let Some((group, _)) = directories.iter().find(|(_, named)| named == artifact) {
        return found(group, Confidence::Medium, "directory under META-INF");
    }
    if let Some(group) = known::group(artifact) {
        return found(group, Confidence::Medium, "well-known artifact");
    }
    if let Some(group) = manifest.get("implementation-vendor-id").filter(|id| is_group(id)) {
        return found(group, Confidence::Medium, "MANIFEST.MF: Implementation-Vendor-Id");
    }
    for (name, evidence) in [
        (manifest.symbolic_name(), "MANIFEST.MF: Bundle-SymbolicName"),
        (manifest.get("automatic-module-name"), "MANIFEST.MF: Automatic-Module-Name"),
        (manifest.get("implementation-title"), "MANIFEST.MF: Implementation-Title"),
    ] {
        // `com.fasterxml.jackson.core.jackson-databind`, and `org.example:artifact` as sbt writes titles.
        let front = name.and_then(|name| name.strip_suffix(artifact));
        let group =
            front.and_then(|front| front.strip_suffix(['.', ':', '#'])).filter(|group| is_group(group));
        if let Some(group) = group {
            return found(group, Confidence::Low, evidence);
        }
    }
    None
}

/// Whether the text has the form of a group: names of a domain in reverse.
fn is_group(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    text.contains('.') && text.split('.').all(part)
}

fn maven(group: &str, artifact: &str, version: &str, confidence: Confidence, evidence: &str) -> Package {
    let mut package = identity::maven(group, artifact, version);
    package.identity = Some(Identity { confidence, evidence: evidence.to_owned() });
    package
}
