//! Perl: distributions as CPAN clients install and select them.

use plimsoll_core::{Content, Diagnostic, Package, PackageType, Role, Take};
use serde::Deserialize;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::json::{self, Text};
use super::{identity, yaml};
use crate::{Cataloger, Interest, Pattern, Sink};

/// What Carton selects.
pub(crate) const SNAPSHOT: Document = Document {
    id: "perl-cpanfile-snapshot",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("cpanfile.snapshot"), take: WHOLE }],
    role: Role::Declared,
    read: read_snapshot,
};

/// Distributions stand two columns in, what they hold stands deeper.
fn read_snapshot(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    for line in text.lines() {
        let Some(name) = line.strip_prefix("  ").filter(|name| !name.starts_with(' ')) else { continue };
        if let Some((name, version)) = name.trim_end().rsplit_once('-') {
            add(name, version, out);
        }
    }
    Ok(())
}

fn add(name: &str, version: &str, out: &mut Sink) {
    if !name.is_empty() {
        out.packages.push(identity::plain(PackageType::Cpan, name, version));
    }
}

/// Metadata of distributions (`CPAN::Meta::Spec`). Clients keep it where they record what they installed; elsewhere
/// it belongs to sources.
pub(crate) struct Metadata;

impl Cataloger for Metadata {
    fn id(&self) -> &'static str {
        "perl-metadata"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        const TAKE: Take = Take::Whole { max: 4 << 20 };
        &[
            Interest { pattern: Pattern::Name("MYMETA.json"), take: TAKE },
            Interest { pattern: Pattern::Name("META.json"), take: TAKE },
            Interest { pattern: Pattern::Name("META.yml"), take: TAKE },
        ]
    }

    fn parse(&self, file: crate::File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let before = out.packages.len();
        match metadata(bytes) {
            Ok(Some((name, version))) => add(&name, &version, out),
            Ok(None) => {}
            Err(diagnostic) if is_installed(file.path) => out.diagnostics.push(diagnostic),
            Err(_) => {}
        }
        for package in out.packages.iter_mut().skip(before) {
            self.place(file.path, package);
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        package.role = if is_installed(path) { Role::Normal } else { Role::Fixture };
    }
}

/// Whether the file is `.meta/DISTRIBUTION/MYMETA.json`.
fn is_installed(path: &[u8]) -> bool {
    path.rsplit(|&b| b == b'/').nth(2) == Some(b".meta")
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Json {
    name: Text,
    version: Text,
    #[serde(rename = "meta-spec")]
    specification: Specification,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Specification {
    version: Text,
}

/// Name and version, where the file is such metadata.
fn metadata(bytes: &[u8]) -> Result<Option<(String, String)>, Diagnostic> {
    let error = |error: String| malformed("metadata of a distribution", error);
    if bytes.trim_ascii_start().starts_with(b"{") {
        let json: Json = json::read(bytes).map_err(|e| error(e.to_string()))?;
        let named =
            json.name.some().zip(json.version.some()).filter(|_| json.specification.version.some().is_some());
        return Ok(named.map(|(name, version)| (name.to_owned(), version.to_owned())));
    }
    let documents = yaml::read(&String::from_utf8_lossy(bytes)).map_err(|e| error(e.to_string()))?;
    let document = documents.into_iter().next().unwrap_or_default();
    let named = document.get("name").text().zip(document.get("version").text());
    let is_metadata = document.get("meta-spec").get("version").text().is_some();
    Ok(named.filter(|_| is_metadata).map(|(name, version)| (name.to_owned(), version.to_owned())))
}
