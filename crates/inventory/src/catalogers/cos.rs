//! Container-Optimized OS: the list of the packages that an image was built from.

use plimsoll_core::{Content, Package, PackageType, Purl, Take};
use serde::Deserialize;

use super::os::{malformed, word};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages of Container-Optimized OS.
pub(crate) struct Cos;

const INTERESTS: &[Interest] =
    &[Interest { pattern: Pattern::Path("etc/cos-package-info.json"), take: Take::Whole { max: 16 << 20 } }];

#[derive(Deserialize)]
struct Info {
    /// What the image was built with, but does not hold, is listed apart.
    #[serde(rename = "installedPackages", default)]
    installed: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Installed {
    #[serde(default)]
    category: String,
    name: String,
    version: String,
}

impl Cataloger for Cos {
    fn id(&self) -> &'static str {
        "cos"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let info: Info = match serde_json::from_slice(bytes) {
            Ok(info) => info,
            Err(error) => {
                let line = u64::try_from(error.line()).unwrap_or(0);
                out.diagnostics.push(malformed(format!("no list of packages: {error}")).offset(line));
                return;
            }
        };
        for package in info.installed {
            match Installed::deserialize(package).ok().and_then(named) {
                Some(package) => out.packages.push(package),
                None => out.diagnostics.push(malformed("a package without a name or a version")),
            }
        }
    }
}

fn named(installed: Installed) -> Option<Package> {
    let (name, version) = (word(installed.name.as_bytes())?, word(installed.version.as_bytes())?);
    let purl = Purl::new("cos", None, &name, Some(&version)).with("category", &installed.category);
    Some(Package::new(PackageType::Cos, name, version, purl))
}
