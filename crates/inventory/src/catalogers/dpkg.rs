//! dpkg's database: the `status` file, the file lists beside it, and the `status.d` of images that were put
//! together without dpkg.

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, PackageType, Source, Take};

use super::deb822::{Paragraph, paragraphs};
use super::os::{malformed, package, text, word};
use super::provenance;
use super::stated;
use crate::{Cataloger, File, Interest, Owned, Pattern, Sink, path_hash};

/// Packages of Debian, Ubuntu and their derivatives, with the files they own.
pub(crate) struct Dpkg;

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_D: &str = "var/lib/dpkg/status.d";
const INFO: &str = "var/lib/dpkg/info";

impl Cataloger for Dpkg {
    fn id(&self) -> &'static str {
        "dpkg"
    }

    fn revision(&self) -> u32 {
        2
    }

    fn interests(&self) -> &'static [Interest] {
        const TAKE: Take = Take::Whole { max: 64 << 20 };
        &[
            Interest { pattern: Pattern::Path(STATUS), take: TAKE },
            Interest { pattern: Pattern::Directory(STATUS_D), take: TAKE },
            Interest { pattern: Pattern::DirectorySuffix(INFO, ".list"), take: TAKE },
        ]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let name = file.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        if let Some(owner) = name.strip_suffix(b".list") {
            list(owner, bytes, out);
        } else if let Some(owner) = name.strip_suffix(b".md5sums") {
            md5sums(owner, bytes, out);
        } else {
            // In status.d a file is a package's control file: being there means being installed.
            let stateless = name != b"status";
            paragraphs(bytes).for_each(|it| record(PackageType::Deb, &it, stateless, out));
        }
    }
}

/// One package, where it is installed. `stateless` records are installed by being there.
pub(super) fn record(kind: PackageType, paragraph: &Paragraph<'_>, stateless: bool, out: &mut Sink) {
    let found = |message: &str| malformed(message).offset(paragraph.line);
    let Some(name) = paragraph.get("Package").and_then(word) else {
        out.diagnostics.push(found("a record without a package name"));
        return;
    };
    match paragraph.get("Status") {
        None if stateless => {}
        None => return,
        Some(status) => match state(status) {
            State::Installed => {}
            State::Absent => return,
            State::Between(state) => {
                let message = format!("package {name} is {state}, so it is not counted as installed");
                out.diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message).offset(paragraph.line));
                return;
            }
        },
    }
    let Some(version) = paragraph.get("Version").and_then(word) else {
        out.diagnostics.push(found(&format!("package {name} has no version")));
        return;
    };
    let source = paragraph.get("Source").and_then(|source| self::source(source, &version));
    let arch = paragraph.get("Architecture").and_then(word);
    let mut package = package(kind, name, version, arch, source);
    package.vendor = paragraph.get("Maintainer").and_then(text);
    if kind == PackageType::Deb {
        let field = |name: &str| paragraph.get(name).and_then(text).unwrap_or_default();
        let maintainer = package.vendor.as_deref().unwrap_or_default();
        package.third_party =
            provenance::of_deb(&package.version, maintainer, &field("Origin"), &field("Vendor"));
    }
    let list = |field| stated::names(paragraph.get(field).unwrap_or_default(), b",|", b" (:[<=~>");
    let (before, needs) = (list("Pre-Depends"), list("Depends"));
    package.requires = before.iter().chain(needs.iter()).collect();
    package.provides = list("Provides");
    // opkg's records say it, dpkg's do not.
    package.licences =
        paragraph.get("License").and_then(text).and_then(|text| stated::licence(&text)).into_iter().collect();
    out.packages.push(package);
}

enum State {
    Installed,
    Absent,
    Between(String),
}

/// dpkg(1), "Package states": the third word counts, whatever is wanted of the package. One that waits for a
/// trigger is unpacked and configured.
fn state(status: &[u8]) -> State {
    let state = status.split(u8::is_ascii_whitespace).rfind(|word| !word.is_empty()).unwrap_or_default();
    match state {
        b"installed" | b"triggers-pending" | b"triggers-awaited" => State::Installed,
        b"unpacked" | b"half-configured" | b"half-installed" => {
            State::Between(String::from_utf8_lossy(state).into_owned())
        }
        _ => State::Absent,
    }
}

/// `NAME` or `NAME (VERSION)` (deb-control(5), "Source").
fn source(value: &[u8], version: &str) -> Option<Source> {
    let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let name = words.next().and_then(word)?;
    let own = words.next().and_then(|own| own.strip_prefix(b"(")?.strip_suffix(b")")).and_then(word);
    Some(Source { name, version: own.unwrap_or_else(|| version.to_owned()) })
}

/// One absolute path a line. The file is named `PACKAGE.list` or `PACKAGE:ARCH.list`.
pub(super) fn list(owner: &[u8], bytes: &[u8], out: &mut Sink) {
    let name = owner.split(|&b| b == b':').next().unwrap_or_default();
    let paths = bytes.split(|&b| b == b'\n').filter_map(|line| line.strip_prefix(b"/"));
    own(name, paths, out);
}

/// `HASH  PATH` a line, without a leading slash.
fn md5sums(owner: &[u8], bytes: &[u8], out: &mut Sink) {
    let paths = bytes.split(|&b| b == b'\n').filter_map(|line| {
        let path = line.get(32..)?.trim_ascii_start();
        Some(path.strip_prefix(b"./").unwrap_or(path))
    });
    own(owner, paths, out);
}

fn own<'a>(name: &[u8], paths: impl Iterator<Item = &'a [u8]>, out: &mut Sink) {
    let Some(package) = word(name) else { return };
    let paths: Vec<u64> = paths.filter(|path| !path.is_empty() && *path != b".").map(path_hash).collect();
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
        Dpkg.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        out
    }

    fn shown(out: &Sink) -> Vec<String> {
        out.packages.iter().map(|package| package.purl.to_string()).collect()
    }

    #[test]
    fn a_record_says_what_it_needs() {
        let out = read(
            STATUS,
            "Package: mawk\nStatus: install ok installed\nVersion: 1\nProvides: awk, nawk (= 1)\nPre-Depends: libc6 (>= 2.34)\n\
             Depends: debconf (>= 0.5) | debconf-2.0, python3:any, libm[amd64]\n\n",
        );
        let package = &out.packages[0];
        let requires: Vec<&str> = package.requires.iter().collect();
        assert_eq!(requires, ["debconf", "debconf-2.0", "libc6", "libm", "python3"]);
        assert_eq!(package.provides.iter().collect::<Vec<_>>(), ["awk", "nawk"]);
    }

    #[test]
    fn a_record_gives_name_version_architecture_and_source() {
        let out = read(
            STATUS,
            "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9\n\
             Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>\n\n\
             Package: bash\nEssential: yes\nStatus: hold ok installed\nArchitecture: amd64\n\
             Source: bash (5.2.15-2)\nVersion: 5.2.15-2+b7\n\n\
             Package: git-core\nStatus: install ok installed\nArchitecture: all\nSource: git (1:2.14.2-1)\n\
             Version: 1:2.14.2-1\nDescription: a\n Version: 9\n",
        );
        assert_eq!(
            shown(&out),
            [
                "pkg:deb/libc6@2.36-9?arch=amd64&upstream=glibc",
                "pkg:deb/bash@5.2.15-2%2Bb7?arch=amd64&upstream=bash%405.2.15-2",
                "pkg:deb/git-core@1:2.14.2-1?arch=all&upstream=git",
            ]
        );
        assert_eq!(out.packages[1].source, Some(Source { name: "bash".into(), version: "5.2.15-2".into() }));
        assert!(out.packages[0].vendor.as_deref().is_some_and(|vendor| vendor.starts_with("GNU Libc")));
        assert!(out.diagnostics.is_empty());
    }

    #[test]
    fn states_decide_what_is_installed() {
        for (status, counts, note) in [
            ("install ok installed", true, false),
            ("hold ok installed", true, false),
            ("deinstall reinstreq installed", true, false),
            ("install ok triggers-pending", true, false),
            ("deinstall ok config-files", false, false),
            ("purge ok not-installed", false, false),
            ("install ok unpacked", false, true),
            ("install reinstreq half-installed", false, true),
            ("install ok half-configured", false, true),
        ] {
            let out = read(STATUS, &format!("Package: a\nStatus: {status}\nVersion: 1\n"));
            assert_eq!((out.packages.len() == 1, out.diagnostics.len() == 1), (counts, note), "{status}");
            assert!(out.diagnostics.iter().all(|diagnostic| !diagnostic.kind.is_partial()));
        }
        assert!(read(STATUS, "Package: a\nVersion: 1\n").packages.is_empty());
        assert_eq!(read("var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n").packages.len(), 1);
    }

    #[test]
    fn one_bad_record_loses_one_record() {
        let out = read(
            STATUS,
            "Status: install ok installed\nVersion: 1\n\nPackage: a\nStatus: install ok installed\n\n\
             \x00\u{1}junk\nPackage: b\nStatus: install ok installed\nVersion: 2\n",
        );
        assert_eq!(shown(&out), ["pkg:deb/b@2"]);
        assert_eq!(out.diagnostics.iter().map(|d| d.offset).collect::<Vec<_>>(), [Some(1), Some(4)]);
    }

    #[test]
    fn lists_name_what_a_package_owns() {
        let list = read("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n");
        assert_eq!(list.owned[0].package, "libc6");
        assert_eq!(list.owned[0].paths, [path_hash(b"lib"), path_hash(b"lib/x86_64-linux-gnu/libc.so.6")]);
        let sums = read(
            "var/lib/dpkg/status.d/tzdata.md5sums",
            "d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n\nshort\n",
        );
        assert_eq!(sums.owned[0].package, "tzdata");
        assert_eq!(sums.owned[0].paths, [path_hash(b"usr/share/zoneinfo/UTC")]);
        assert!(sums.packages.is_empty());
    }
}
