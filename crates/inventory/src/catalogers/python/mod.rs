//! Python: what pip, setuptools and their like leave beside the modules they install.

mod archive;
mod lock;
mod origin;
mod project;
mod record;
mod requirements;
mod setup;
mod stated;

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, PackageType, Take};

use super::{header, identity};

use crate::{Cataloger, File, Interest, Pattern, Sink};

pub(crate) use self::archive::Archives;
pub(crate) use self::lock::{PIPFILE, TOML};
pub(crate) use self::origin::Origins;
pub(crate) use self::project::{PIPFILE_PROJECT, PYPROJECT};
pub(crate) use self::record::Records;
pub(crate) use self::requirements::{REQUIREMENTS, requirement};
pub(crate) use self::setup::SETUP;

/// Descriptions can be long; the headers in front of them are all that is read.
const MAX: usize = 16 << 20;
const TAKE: Take = Take::Whole { max: 16 << 20 };

/// Core metadata of installed distributions: `METADATA` of a `.dist-info` directory (PyPA, "Recording installed
/// projects"), and `PKG-INFO` of `.egg-info`, which may also be the file itself, and of `EGG-INFO`.
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn id(&self) -> &'static str {
        "python-installed"
    }

    fn revision(&self) -> u32 {
        2
    }

    fn interests(&self) -> &'static [Interest] {
        &[
            Interest { pattern: Pattern::In("dist-info", "METADATA"), take: TAKE },
            Interest { pattern: Pattern::In("egg-info", "PKG-INFO"), take: TAKE },
            Interest { pattern: Pattern::In("EGG-INFO", "PKG-INFO"), take: TAKE },
            Interest { pattern: Pattern::Suffix(".egg-info"), take: TAKE },
        ]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        metadata(bytes, out);
    }
}

/// Reads one file of core metadata (PyPA, "Core metadata specifications": RFC 822 headers).
fn metadata(bytes: &[u8], out: &mut Sink) {
    let [name, version] = header::first(bytes, ["name", "version"]);
    match name.filter(|name| !name.is_empty()) {
        Some(name) => {
            let version = version.unwrap_or_default();
            let mut package = identity::plain(PackageType::PyPi, &name, &version);
            (package.licences, package.requires) = (stated::licences(bytes), stated::requires(bytes));
            out.packages.push(package);
        }
        None => out
            .diagnostics
            .push(Diagnostic::new(DiagnosticKind::Malformed, "Python metadata without a Name header")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, String)> {
        let mut out = Sink::default();
        metadata(text.as_bytes(), &mut out);
        out.packages.into_iter().map(|p| (p.name, p.version, p.purl.to_string())).collect()
    }

    #[test]
    fn the_name_stays_as_written_and_its_url_is_normal() {
        assert_eq!(
            read("Metadata-Version: 2.1\nName: Typing_Extensions\nVersion: 4.4.0\n\nName: no\n"),
            [("Typing_Extensions".into(), "4.4.0".into(), "pkg:pypi/typing-extensions@4.4.0".into())]
        );
    }

    #[test]
    fn metadata_without_a_version_is_a_package_of_unknown_version() {
        assert_eq!(read("Name: a\n"), [("a".into(), String::new(), "pkg:pypi/a".into())]);
    }

    #[test]
    fn metadata_without_a_name_is_named_as_trouble() {
        let mut out = Sink::default();
        metadata(b"Version: 1\n\nName: in-the-description\n", &mut out);
        assert!(out.packages.is_empty());
        assert_eq!(out.diagnostics.len(), 1);
    }
}
