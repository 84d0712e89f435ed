//! pacman's local database: a folder for each package, with its description in `desc` and what it owns in `files`
//! (libalpm, `be_local.c`).

use plimsoll_core::{Content, PackageType, Source, Take};

use super::os::{malformed, package, text, word};
use crate::{Cataloger, File, Interest, Owned, Pattern, Sink, path_hash};

/// Packages of Arch Linux and its relatives, with the files they own.
pub(crate) struct Pacman;

const LOCAL: &str = "var/lib/pacman/local";
const TAKE: Take = Take::Whole { max: 16 << 20 };

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::Below(LOCAL, "desc"), take: TAKE },
    Interest { pattern: Pattern::Below(LOCAL, "files"), take: TAKE },
];

impl Cataloger for Pacman {
    fn id(&self) -> &'static str {
        "pacman"
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
        if parts.next() == Some(b"files") {
            files(parts.next().unwrap_or_default(), bytes, out);
        } else {
            description(bytes, out);
        }
    }
}

/// Each line with the `%SECTION%` that it stands in.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut section: &[u8] = b"";
    bytes.split(|&b| b == b'\n').filter_map(move |line| {
        let line = line.trim_ascii();
        if let [b'%', name @ .., b'%'] = line {
            section = name;
            return None;
        }
        (!line.is_empty()).then_some((section, line))
    })
}

fn description(bytes: &[u8], out: &mut Sink) {
    let value = |name: &[u8]| lines(bytes).find(|(section, _)| *section == name).map(|(_, line)| line);
    let (Some(name), Some(version)) = (value(b"NAME").and_then(word), value(b"VERSION").and_then(word))
    else {
        out.diagnostics.push(malformed("the description has no name or no version"));
        return;
    };
    let source = value(b"BASE").and_then(word).map(|name| Source { name, version: version.clone() });
    let arch = value(b"ARCH").and_then(word);
    let mut package = package(PackageType::Alpm, name, version, arch, source);
    package.vendor = value(b"PACKAGER").and_then(text);
    // `glibc>=2.27`, `libfoo.so=1-64`; both sides may have the version.
    let names = |wanted: &'static [u8]| {
        let names = lines(bytes).filter(move |(section, _)| *section == wanted).map(|(_, line)| line);
        let bare = names.map(|line| line.split(|b| b"<>=:".contains(b)).next().unwrap_or_default());
        bare.filter_map(|name| std::str::from_utf8(name).ok()).collect()
    };
    (package.requires, package.provides) = (names(b"DEPENDS"), names(b"PROVIDES"));
    out.packages.push(package);
}

/// The folder is named `NAME-VERSION-RELEASE`.
fn files(folder: &[u8], bytes: &[u8], out: &mut Sink) {
    let mut parts = folder.rsplitn(3, |&b| b == b'-');
    let Some(package) = parts.nth(2).and_then(word) else { return };
    let paths: Vec<u64> = lines(bytes)
        .filter(|(section, path)| *section == b"FILES" && !path.ends_with(b"/"))
        .map(|(_, path)| path_hash(path))
        .collect();
    if !paths.is_empty() {
        out.owned.push(Owned { package, paths });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Sink {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        Pacman.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        out
    }

    #[test]
    fn a_package_and_its_files() {
        let out = read(
            "var/lib/pacman/local/gcc-libs-14.2.1-1/desc",
            "%NAME%\ngcc-libs\n\n%VERSION%\n14.2.1+r753-1\n\n%BASE%\ngcc\n\n%ARCH%\nx86_64\n\n%PACKAGER%\nA <a@b>\n\n\
             %DEPENDS%\nglibc>=2.27\nsh\n\n%PROVIDES%\nlibgcc_s.so=1-64\n",
        );
        assert_eq!(
            out.packages[0].purl.to_string(),
            "pkg:alpm/gcc-libs@14.2.1%2Br753-1?arch=x86_64&upstream=gcc"
        );
        assert_eq!(out.packages[0].requires.iter().collect::<Vec<_>>(), ["glibc", "sh"]);
        assert_eq!(out.packages[0].provides.iter().collect::<Vec<_>>(), ["libgcc_s.so"]);
        let files = read(
            "var/lib/pacman/local/gcc-libs-14.2.1-1/files",
            "%FILES%\nusr/\nusr/lib/libgcc_s.so.1\n\n%BACKUP%\netc/x\tabc\n",
        );
        assert_eq!(files.owned[0].package, "gcc-libs");
        assert_eq!(files.owned[0].paths, [path_hash(b"usr/lib/libgcc_s.so.1")]);
        assert_eq!(read("var/lib/pacman/local/a-1-1/desc", "%NAME%\na\n\n%VERSION%\n").diagnostics.len(), 1);
    }
}
