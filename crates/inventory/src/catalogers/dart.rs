//! Dart: what pub selects, and the packages in its cache.

use plimsoll_core::{Content, Dependency, Diagnostic, Package, PackageType, Role, Take};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::yaml;
use crate::{Cataloger, Interest, Pattern, Sink};

/// Lock files of pub (Dart, "Package versioning").
pub(crate) const LOCK: Document = Document {
    id: "dart-pub-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("pubspec.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_lock,
};

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("pub's lock file", error))?;
    for (name, entry) in documents.iter().flat_map(|document| document.get("packages").entries()) {
        // Part of an SDK, whose version is not here.
        if entry.get("source").text() == Some("sdk") {
            continue;
        }
        let mut package = identity::plain(PackageType::Pub, name, entry.get("version").text().unwrap_or(""));
        let url = entry.get("description").get("url").text().unwrap_or("");
        let host = url.strip_prefix("https://").filter(|_| entry.get("source").text() == Some("hosted"));
        if let Some(host) = host.filter(|host| !matches!(*host, "pub.dartlang.org" | "pub.dev")) {
            package.purl = package.purl.with("hosted_url", host);
        }
        let dependency = entry.get("dependency").text().unwrap_or_default();
        if dependency == "direct dev" {
            package.role = Role::Development;
        }
        // `direct main`, `direct dev`, `direct overridden`, `transitive`; who needs what is not in the file.
        package.dependency = match dependency.split(' ').next() {
            Some("direct") => Some(Dependency::Direct),
            Some("transitive") => Some(Dependency::Indirect),
            _ => None,
        };
        out.packages.push(package);
    }
    Ok(())
}

/// `pubspec.yaml` of packages. Those in pub's cache were fetched to be used; others are sources.
pub(crate) struct Specs;

impl Cataloger for Specs {
    fn id(&self) -> &'static str {
        "dart-pubspec"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[Interest { pattern: Pattern::Suffix("pubspec.yaml"), take: Take::Whole { max: 1 << 20 } }]
    }

    fn parse(&self, file: crate::File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let spec = match yaml::read(&String::from_utf8_lossy(bytes)) {
            Ok(documents) => documents.into_iter().next().unwrap_or_default(),
            Err(error) => {
                if is_cached(file.path) {
                    out.diagnostics.push(malformed("pubspec.yaml", error));
                }
                return;
            }
        };
        if let (Some(name), Some(version)) = (spec.get("name").text(), spec.get("version").text()) {
            let mut package = identity::plain(PackageType::Pub, name, version);
            self.place(file.path, &mut package);
            out.packages.push(package);
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        package.role = if is_cached(path) { Role::Normal } else { Role::Fixture };
    }
}

/// Whether the file is `hosted/HOST/NAME-VERSION/pubspec.yaml`.
fn is_cached(path: &[u8]) -> bool {
    path.rsplit(|&b| b == b'/').nth(3) == Some(b"hosted")
}
