//! Homebrew: a receipt `Cellar/NAME/VERSION/INSTALL_RECEIPT.json` in each installed package's folder. The folders
//! name the package; the receipt only says that it is one.

use plimsoll_core::{Package, PackageType, Purl, Take};

use super::os::word;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages that Homebrew installed.
pub(crate) struct Homebrew;

const INTERESTS: &[Interest] =
    &[Interest { pattern: Pattern::Name("INSTALL_RECEIPT.json"), take: Take::Whole { max: 1 << 20 } }];

impl Cataloger for Homebrew {
    fn id(&self) -> &'static str {
        "homebrew"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        out.packages.extend(named(file.path));
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        if let Some(named) = named(path) {
            *package = named;
        }
    }
}

fn named(path: &[u8]) -> Option<Package> {
    let mut parts = path.rsplit(|&b| b == b'/').skip(1);
    let (version, name) = (parts.next().and_then(word)?, parts.next().and_then(word)?);
    if parts.next() != Some(b"Cellar") {
        return None;
    }
    let purl = Purl::new("brew", None, &name, Some(&version));
    Some(Package::new(PackageType::Brew, name, version, purl))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_name_the_package() {
        let package =
            named(b"home/linuxbrew/.linuxbrew/Cellar/openssl@3/3.3.1_1/INSTALL_RECEIPT.json").unwrap();
        assert_eq!((&package.name[..], &package.version[..]), ("openssl@3", "3.3.1_1"));
        assert_eq!(named(b"a/b/c/INSTALL_RECEIPT.json"), None);
        assert_eq!(named(b"INSTALL_RECEIPT.json"), None);
    }
}
