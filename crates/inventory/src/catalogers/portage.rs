//! Portage's database of installed packages: a folder `CATEGORY/NAME-VERSION` for each, with what it owns in
//! `CONTENTS` and its own name in `PF` (Package Manager Specification, "VDB").

use plimsoll_core::{Content, Package, PackageType, Purl, Take};

use super::os::word;
use crate::{Cataloger, File, Interest, Owned, Pattern, Sink, path_hash};

/// Packages of Gentoo and its relatives, with the files they own.
pub(crate) struct Portage;

const DATABASE: &str = "var/db/pkg";
const TAKE: Take = Take::Whole { max: 64 << 20 };

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::Below(DATABASE, "CONTENTS"), take: TAKE },
    Interest { pattern: Pattern::Below(DATABASE, "PF"), take: TAKE },
];

impl Cataloger for Portage {
    fn id(&self) -> &'static str {
        "portage"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let mut parts = file.path.rsplit(|&b| b == b'/');
        let (own, folder, category) = (parts.next(), parts.next(), parts.next());
        let named = if own == Some(b"CONTENTS") {
            let Some(package) = folder.and_then(split) else { return };
            Some((package, owned(bytes)))
        } else {
            split(bytes.trim_ascii()).map(|package| (package, Vec::new()))
        };
        let Some(((name, version), paths)) = named else { return };
        let category = category.and_then(word);
        let full = category.as_deref().map_or_else(|| name.clone(), |category| format!("{category}/{name}"));
        let purl = Purl::new("ebuild", category.as_deref(), &name, Some(&version));
        out.packages.push(Package::new(PackageType::Ebuild, full.clone(), version, purl));
        if !paths.is_empty() {
            out.owned.push(Owned { package: full, paths });
        }
    }
}

/// `obj PATH MD5 TIME`, `sym PATH -> TARGET TIME`; a path may have blanks.
fn owned(bytes: &[u8]) -> Vec<u64> {
    let lines = bytes.split(|&b| b == b'\n').filter_map(|line| {
        let rest = line.strip_prefix(b"obj /")?;
        let mut parts = rest.rsplitn(3, |&b| b == b' ');
        parts.nth(2).map(path_hash)
    });
    lines.collect()
}

/// The name and the version of `NAME-VERSION`. Both may have hyphens, so the version is the longest end that is
/// one (Package Manager Specification, "Version specifications").
fn split(text: &[u8]) -> Option<(String, String)> {
    let text = word(text)?;
    let at = text
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|&at| at > 0 && text.get(at + 1..).is_some_and(is_version))?;
    Some((text.get(..at)?.to_owned(), text.get(at + 1..)?.to_owned()))
}

fn is_version(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (text, revision) = match text.rsplit_once("-r") {
        Some((rest, revision)) => (rest, number(revision)),
        None => (text, true),
    };
    let mut parts = text.split('_');
    let numbers = parts.next().unwrap_or_default();
    let numbers = numbers.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(numbers);
    revision
        && numbers.split('.').all(number)
        && parts.all(|part| {
            let digits = part.trim_start_matches(|c: char| c.is_ascii_lowercase());
            let word = part.strip_suffix(digits).unwrap_or_default();
            ["alpha", "beta", "pre", "rc", "p"].contains(&word) && (digits.is_empty() || number(digits))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_come_apart() {
        for (text, name, version) in [
            ("skopeo-1.5.1", "skopeo", "1.5.1"),
            ("Getopt-Long-2.580.0", "Getopt-Long", "2.580.0"),
            ("openssl-3.0.13-r2", "openssl", "3.0.13-r2"),
            ("gtk+-2.24.33_p1-r1", "gtk+", "2.24.33_p1-r1"),
            ("foo-1-2.0b_rc1", "foo-1", "2.0b_rc1"),
            ("ca-certificates-20240203.3.98", "ca-certificates", "20240203.3.98"),
        ] {
            assert_eq!(split(text.as_bytes()), Some((name.to_owned(), version.to_owned())));
        }
        for text in ["", "-1", "foo", "foo-", "foo-bar", "foo-1.x.2"] {
            assert_eq!(split(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_package_and_its_files() {
        let mut out = Sink::default();
        let text = b"dir /usr\nobj /usr/bin/a b d41d8cd98f00b204e9800998ecf8427e 1649284374\nsym /x -> y 1\n";
        let file = File {
            path: b"var/db/pkg/app-containers/skopeo-1.5.1-r1/CONTENTS",
            size: text.len() as u64,
            content: Content::Whole(text),
        };
        Portage.parse(file, &mut out);
        assert_eq!(out.packages[0].purl.to_string(), "pkg:ebuild/app-containers/skopeo@1.5.1-r1");
        assert_eq!(out.packages[0].name, "app-containers/skopeo");
        assert_eq!(out.owned[0].paths, [path_hash(b"usr/bin/a b")]);
    }
}
