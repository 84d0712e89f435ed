//! Nix: `nix/store/HASH-NAME-VERSION[-OUTPUT]`. The store's paths name what is installed; the database of an image
//! that was put together by Nix is mostly left out.

use plimsoll_core::{Package, PackageType, Purl, Take};

use super::os::word;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages of a Nix store.
pub(crate) struct Nix;

const STORE: &str = "nix/store";

const INTERESTS: &[Interest] = &[Interest { pattern: Pattern::Children(STORE), take: Take::Skip }];

/// Characters of a store path's hash, in Nix's own base 32 (Nix manual, "Store Path Specification").
const HASH: usize = 32;

/// Names of outputs besides `out`, as nixpkgs uses them ("Multiple-output packages").
const OUTPUTS: &[&str] = &[
    "bin", "dev", "lib", "libgcc", "man", "doc", "devdoc", "info", "debug", "static", "data", "dist",
    "getent", "terminfo",
];

/// Endings of sources and instructions, which are no packages.
const NO_PACKAGE: &[&str] = &[
    ".drv", ".patch", ".diff", ".lock", ".tar", ".gz", ".xz", ".bz2", ".zip", ".tgz", ".json", ".sh", ".nix",
    ".conf", ".gem", ".crate",
];

impl Cataloger for Nix {
    fn id(&self) -> &'static str {
        "nix"
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
}

fn named(path: &[u8]) -> Option<Package> {
    let child = path.strip_prefix(STORE.as_bytes())?.strip_prefix(b"/")?;
    let child = word(child.split(|&b| b == b'/').next()?)?;
    let (hash, rest) = (child.get(..HASH)?, child.get(HASH..)?.strip_prefix('-')?);
    let base32 = |c: u8| c.is_ascii_digit() || (c.is_ascii_lowercase() && !b"eotu".contains(&c));
    if !hash.bytes().all(base32) || NO_PACKAGE.iter().any(|ending| rest.ends_with(ending)) {
        return None;
    }
    // The version begins at the first hyphen that no letter follows (Nix manual, `builtins.parseDrvName`). That a
    // version begins with a digit keeps generated names such as `unit-.service` out.
    let hyphens = rest.match_indices('-').map(|(at, _)| at);
    let at = hyphens.into_iter().find(|at| rest.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit))?;
    let (name, version) = (rest.get(..at)?, rest.get(at + 1..)?);
    let version = match version.rsplit_once('-') {
        Some((version, output)) if OUTPUTS.contains(&output) => version,
        _ => version,
    };
    let purl = Purl::new("nix", None, name, Some(version));
    (!name.is_empty()).then(|| Package::new(PackageType::Nix, name, version, purl))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_paths_name_packages() {
        const HASH: &str = "h0cnbmfcn93xm5dg2x27ixhag1cwndga";
        for (rest, expected) in [
            ("glibc-2.34-210-bin/share/man/glibc.1", Some(("glibc", "2.34-210"))),
            ("glibc-2.34-210/lib/libc.so.6", Some(("glibc", "2.34-210"))),
            ("bash-interactive-5.2p37", Some(("bash-interactive", "5.2p37"))),
            ("python3.12-requests-2.32.3/lib/x", Some(("python3.12-requests", "2.32.3"))),
            ("glibc-2.34-210.drv", None),
            ("source/a", None),
            ("curl-8.5.0.tar.xz", None),
        ] {
            let package = named(format!("nix/store/{HASH}-{rest}").as_bytes());
            let found = package.as_ref().map(|package| (&package.name[..], &package.version[..]));
            assert_eq!(found, expected, "{rest}");
        }
        for path in ["nix/store", "nix/store/x", "nix/store/.links/abc", "usr/glibc-2.34"] {
            assert_eq!(named(path.as_bytes()), None);
        }
    }
}
