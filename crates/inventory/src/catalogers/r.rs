//! R: installed packages, and what renv selects.

use plimsoll_core::{Content, Diagnostic, PackageType, Role, Take};
use serde::Deserialize;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::json::{self, Entries, Text};
use super::{header, identity};
use crate::{Cataloger, Interest, Pattern, Sink};

/// Lock files of renv.
pub(crate) const RENV_LOCK: Document = Document {
    id: "r-renv-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("renv.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_renv,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    #[serde(rename = "Packages")]
    packages: Entries<Locked>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Locked {
    package: Text,
    version: Text,
    repository: Text,
}

fn read_renv(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("renv's lock file", error))?;
    for (_, locked) in &lock.packages.0 {
        // What comes from elsewhere has names of its own.
        if let (Some(name), Some(version), Some(_)) =
            (locked.package.some(), locked.version.some(), locked.repository.some())
        {
            out.packages.push(identity::plain(PackageType::Cran, name, version));
        }
    }
    Ok(())
}

/// Descriptions of packages ("Writing R Extensions", "The DESCRIPTION file"). R adds a field where it installs one.
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn id(&self) -> &'static str {
        "r-installed"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[Interest { pattern: Pattern::Name("DESCRIPTION"), take: Take::Whole { max: 1 << 20 } }]
    }

    fn parse(&self, file: crate::File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let [name, version, built, priority] =
            header::first(bytes, ["package", "version", "built", "priority"]);
        // Other kinds of software have files of this name, and sources of packages are not installed.
        let (Some(name), Some(version), Some(_)) = (name, version, built) else { return };
        if name.is_empty() || version.is_empty() {
            return;
        }
        let mut package = identity::plain(PackageType::Cran, &name, &version);
        // Part of R itself, and with its version.
        if priority.as_deref() == Some("base") {
            package.ecosystem = None;
        }
        out.packages.push(package);
    }
}
