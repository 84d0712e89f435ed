//! PHP: packages as Composer installs them, and as it selects them.

mod pear;

use plimsoll_core::{Diagnostic, PackageType, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

pub(crate) use self::pear::PEAR;
use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::json::{self, Elements, Entries, Text};
use super::stated;
use crate::{Interest, Pattern, Sink};

/// What Composer installed (Composer, `vendor/composer/installed.json`).
pub(crate) const INSTALLED: Document = Document {
    id: "php-composer-installed",
    revision: 2,
    interests: &[Interest { pattern: Pattern::In("composer", "installed.json"), take: WHOLE }],
    role: Role::Normal,
    read: read_installed,
};

/// Lock files of Composer.
pub(crate) const LOCK: Document = Document {
    id: "php-composer-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("composer.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_lock,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Listed {
    name: Text,
    version: Text,
    license: Elements<Text>,
    require: Entries<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lists {
    packages: Elements<Listed>,
    #[serde(rename = "packages-dev")]
    dev: Elements<Listed>,
}

fn read_installed(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let error = |error| malformed("Composer's list of what is installed", error);
    // Composer 1 wrote the list alone.
    let is_list = file.bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    let packages: Elements<Listed> = if is_list {
        json::read(file.bytes).map_err(error)?
    } else {
        json::read::<Lists>(file.bytes).map_err(error)?.packages
    };
    add(&packages, false, out);
    Ok(())
}

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lists: Lists = json::read(file.bytes).map_err(|error| malformed("composer.lock", error))?;
    add(&lists.packages, false, out);
    add(&lists.dev, true, out);
    Ok(())
}

fn add(packages: &Elements<Listed>, dev: bool, out: &mut Sink) {
    for listed in &packages.0 {
        let Some(name) = listed.name.some() else { continue };
        let mut package = identity::slashed(PackageType::Composer, name, listed.version.some().unwrap_or(""));
        let licences = listed.license.0.iter().filter_map(Text::some);
        package.licences = licences.filter_map(stated::licence).collect();
        // What has no slash is PHP itself and its extensions.
        package.requires =
            listed.require.0.iter().map(|(name, _)| name).filter(|name| name.contains('/')).collect();
        if dev {
            package.role = Role::Development;
        }
        out.packages.push(package);
    }
}
