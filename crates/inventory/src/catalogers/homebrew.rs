//! Homebrew: a receipt `Cellar/NAME/VERSION/INSTALL_RECEIPT.json` in each installed formula's folder, and a copy of its
//! definition `Caskroom/NAME/.metadata/VERSION/TIME/Casks/NAME.rb` for each cask. The folders name the package.

use plimsoll_core::{Package, PackageType, Purl, Take};

use super::os::word;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages that Homebrew installed.
pub(crate) struct Homebrew;

const TAKE: Take = Take::Whole { max: 1 << 20 };

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::Name("INSTALL_RECEIPT.json"), take: TAKE },
    Interest { pattern: Pattern::InSuffix("Casks", ".rb"), take: TAKE },
    Interest { pattern: Pattern::InSuffix("Casks", ".json"), take: TAKE },
];

impl Cataloger for Homebrew {
    fn id(&self) -> &'static str {
        "homebrew"
    }

    fn revision(&self) -> u32 {
        2
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
    let parts: Vec<&[u8]> = path.rsplit(|&b| b == b'/').take(7).collect();
    let (version, name) = match parts.as_slice() {
        [b"INSTALL_RECEIPT.json", version, name, b"Cellar", ..]
        | [_, b"Casks", _, version, b".metadata", name, b"Caskroom"] => (word(version)?, word(name)?),
        _ => return None,
    };
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
        let cask = b"opt/homebrew/Caskroom/firefox/.metadata/130.0.1/20240917094315.744/Casks/firefox.json";
        let package = named(cask).unwrap();
        assert_eq!((&package.name[..], &package.version[..]), ("firefox", "130.0.1"));
        assert_eq!(named(b"homebrew-cask/Casks/firefox.rb"), None);
        assert_eq!(named(b"a/b/c/INSTALL_RECEIPT.json"), None);
        assert_eq!(named(b"INSTALL_RECEIPT.json"), None);
    }
}
