//! Swift and Objective-C: what the Swift Package Manager and CocoaPods select.

use plimsoll_core::{Diagnostic, Package, PackageType, Purl, Role};
use serde::Deserialize;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{self, Elements, Text};
use super::yaml::{self, Yaml};
use crate::{Interest, Pattern, Sink};

/// Resolved packages of the Swift Package Manager, versions 1 to 3.
pub(crate) const RESOLVED: Document = Document {
    id: "swift-resolved",
    revision: 2,
    interests: &[
        Interest { pattern: Pattern::Name("Package.resolved"), take: WHOLE },
        Interest { pattern: Pattern::Name(".package.resolved"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_resolved,
};

/// Lock files of CocoaPods.
pub(crate) const PODFILE_LOCK: Document = Document {
    id: "swift-podfile-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("Podfile.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_podfile,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resolved {
    pins: Elements<Pin>,
    object: Pins,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pins {
    pins: Elements<Pin>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pin {
    identity: Text,
    kind: Text,
    location: Text,
    #[serde(rename = "repositoryURL")]
    repository: Text,
    state: State,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct State {
    version: Text,
}

fn read_resolved(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let resolved: Resolved = json::read(file.bytes).map_err(|error| malformed("Package.resolved", error))?;
    for pin in resolved.pins.0.iter().chain(&resolved.object.pins.0) {
        // Swift packages are named by their repositories. A branch or a commit is no version.
        let location = pin.location.some().filter(|location| !location.is_empty());
        let Some(location) = location.or_else(|| pin.repository.some()) else {
            registered(pin, out);
            continue;
        };
        let name = repository(location);
        out.packages.push(identity::slashed(
            PackageType::Swift,
            &name,
            pin.state.version.some().unwrap_or(""),
        ));
    }
    Ok(())
}

/// A package of a registry is named `scope.name` and has no repository (Swift Evolution, SE-0292); advisories speak of
/// repositories.
fn registered(pin: &Pin, out: &mut Sink) {
    let identity = pin.identity.some().filter(|_| pin.kind.some() == Some("registry"));
    if let (Some((scope, name)), Some(version)) =
        (identity.and_then(|identity| identity.split_once('.')), pin.state.version.some())
    {
        let purl = Purl::new("swift", Some(scope), name, Some(version));
        let mut package = Package::new(PackageType::Swift, format!("{scope}.{name}"), version, purl);
        package.ecosystem = None;
        out.packages.push(package);
    }
}

/// `https://github.com/apple/swift-nio.git` and `git@github.com:apple/swift-nio` without all that varies.
fn repository(location: &str) -> String {
    let location = location.split_once("://").map_or(location, |(_, rest)| rest);
    let location = location.rsplit_once('@').map_or(location, |(_, rest)| rest);
    let location = location.trim_end_matches('/');
    let location = location.strip_suffix(".git").unwrap_or(location);
    match location.split_once(':') {
        Some((host, path)) if !host.contains('/') && !path.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{host}/{path}")
        }
        _ => location.to_owned(),
    }
}

fn read_podfile(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("Podfile.lock", error))?;
    let Some(Yaml::List(pods)) = documents.first().map(|document| document.get("PODS")) else {
        return Err(malformed("Podfile.lock", "it has no list of pods"));
    };
    for pod in pods {
        // `Name (1.0)`, with what it depends on below it.
        let (text, needs) = match pod {
            Yaml::Text(text) => (text, None),
            Yaml::Map(entries) => match entries.first() {
                Some((text, needs)) => (text, Some(needs)),
                None => continue,
            },
            _ => continue,
        };
        let Some((name, version)) =
            text.split_once(" (").map(|(name, rest)| (name, rest.trim_end_matches(')')))
        else {
            continue;
        };
        // A part of a pod is a path within it.
        let (pod, part) = name.split_once('/').unwrap_or((name, ""));
        let mut purl = Purl::new("cocoapods", None, pod, Some(version));
        purl.subpath = Some(part.to_owned()).filter(|part| !part.is_empty());
        let needs = needs.into_iter().flat_map(Yaml::elements).filter_map(Yaml::text);
        let mut package = Package::new(PackageType::Cocoapods, name, version, purl);
        package.requires = needs.filter_map(|need| need.split(" (").next()).collect();
        out.packages.push(package);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_registries_have_no_repository() {
        let text = r#"{"pins":[{"identity":"mona.linked-list","kind":"registry","location":"","state":{"version":"1.2.0"}},
            {"identity":"x","kind":"localSourceControl","location":"","state":{"version":"1.0.0"}}],"version":3}"#;
        let mut out = Sink::default();
        read_resolved(&File { path: b"Package.resolved", bytes: text.as_bytes() }, &mut out).unwrap();
        let found: Vec<String> = out.packages.iter().map(|package| package.purl.to_string()).collect();
        assert_eq!(found, ["pkg:swift/mona/linked-list@1.2.0"]);
        assert_eq!(out.packages[0].ecosystem, None);
    }

    #[test]
    fn repositories_have_one_name() {
        for location in [
            "https://github.com/apple/swift-nio.git",
            "https://github.com/apple/swift-nio/",
            "https://user:token@github.com/apple/swift-nio",
            "git@github.com:apple/swift-nio.git",
            "ssh://git@github.com/apple/swift-nio.git",
        ] {
            assert_eq!(repository(location), "github.com/apple/swift-nio", "{location}");
        }
    }
}
