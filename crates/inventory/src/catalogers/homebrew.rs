//! Homebrew: a receipt `Cellar/NAME/VERSION/INSTALL_RECEIPT.json` in each installed formula's folder, and a copy of its
//! definition `Caskroom/NAME/.metadata/VERSION/TIME/Casks/NAME.rb` for each cask. The folders name the package.

use plimsoll_core::{Content, Package, PackageType, Purl, Take};
use serde::Deserialize;

use super::json::{self, Maybe, Text};
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
        3
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        if let Some(package) = named(file.path) {
            out.packages.push(package);
        } else if let (Content::Whole(bytes), b"INSTALL_RECEIPT.json") = (file.content, name(file.path)) {
            out.packages.extend(received(bytes));
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        if let Some(named) = named(path) {
            *package = named;
        }
    }
}

fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or_default()
}

/// What a receipt says that was moved or copied out of its folders: where the formula's definition stood, and which
/// version was stable in it (Homebrew, `Tab`).
fn received(bytes: &[u8]) -> Option<Package> {
    let receipt: Receipt = json::read(bytes).ok()?;
    let source = receipt.source.0?;
    let path = source.path.some()?;
    let formula = path.rsplit('/').next()?.strip_suffix(".rb")?;
    let version = source.versions.0.filter(|_| source.spec.some() == Some("stable"))?;
    Some(brew(word(formula.as_bytes())?, word(version.stable.some()?.as_bytes())?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Receipt {
    source: Maybe<Defined>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Defined {
    spec: Text,
    path: Text,
    versions: Maybe<Versions>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Versions {
    stable: Text,
}

fn brew(name: String, version: String) -> Package {
    let purl = Purl::new("brew", None, &name, Some(&version));
    Package::new(PackageType::Brew, name, version, purl)
}

fn named(path: &[u8]) -> Option<Package> {
    let parts: Vec<&[u8]> = path.rsplit(|&b| b == b'/').take(7).collect();
    let (version, name) = match parts.as_slice() {
        [b"INSTALL_RECEIPT.json", version, name, b"Cellar", ..]
        | [_, b"Casks", _, version, b".metadata", name, b"Caskroom"] => (word(version)?, word(name)?),
        _ => return None,
    };
    Some(brew(name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_elsewhere_names_its_definition() {
        let receipt = |path: &str| {
            format!(
                r#"{{"source":{{"spec":"stable","versions":{{"stable":"3.3.1","head":null}},"path":"{path}"}}}}"#
            )
        };
        let package = received(receipt("/x/homebrew-core/Formula/o/openssl@3.rb").as_bytes()).unwrap();
        assert_eq!(package.purl.to_string(), "pkg:brew/openssl%403@3.3.1");
        // The list of all formulas.
        assert_eq!(received(receipt("/x/api/formula.jws.json").as_bytes()), None);
        assert_eq!(received(b"{}"), None);
    }

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
