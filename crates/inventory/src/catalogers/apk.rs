//! apk's database of installed packages: paragraphs of lines, each a letter, a colon and a value
//! (<https://wiki.alpinelinux.org/wiki/Apk_spec>, "Installed Database V2"). apk-tools 3 writes the same form.

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, PackageType, Source, Take};

use super::os::{malformed, package, text, word};
use super::provenance;
use super::stated;
use crate::cataloger::{path_hash, path_hash_on};
use crate::{Cataloger, File, Interest, Owned, Pattern, Sink};

/// Packages of Alpine, Wolfi and their relatives, with the files they own.
pub(crate) struct Apk;

impl Cataloger for Apk {
    fn id(&self) -> &'static str {
        "apk"
    }

    fn revision(&self) -> u32 {
        3
    }

    fn interests(&self) -> &'static [Interest] {
        const TAKE: Take = Take::Whole { max: 64 << 20 };
        &[
            Interest { pattern: Pattern::Path("lib/apk/db/installed"), take: TAKE },
            Interest { pattern: Pattern::Path("usr/lib/apk/db/installed"), take: TAKE },
        ]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        // apk-tools, adb(5): a database, plain or compressed, begins so.
        if [&b"ADB."[..], b"ADBd", b"ADBc"].iter().any(|magic| bytes.starts_with(magic)) {
            let message = "the database is in apk's version 3 format (adb), which is not read: its packages are missing";
            out.diagnostics.push(Diagnostic::new(DiagnosticKind::Unsupported, message));
            return;
        }
        let mut record = Record::default();
        for (line, number) in bytes.split(|&b| b == b'\n').zip(1..) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                std::mem::take(&mut record).finish(out);
            } else {
                record.line(line, number);
            }
        }
        record.finish(out);
    }
}

#[derive(Default)]
struct Record<'a> {
    line: u64,
    name: &'a [u8],
    version: &'a [u8],
    arch: &'a [u8],
    origin: &'a [u8],
    maintainer: &'a [u8],
    /// The name of the repository that it was asked from.
    tag: &'a [u8],
    licence: &'a [u8],
    requires: &'a [u8],
    provides: &'a [u8],
    /// The hash of the current directory with a slash behind it.
    directory: Option<u64>,
    paths: Vec<u64>,
}

impl<'a> Record<'a> {
    fn line(&mut self, line: &'a [u8], number: u64) {
        if self.line == 0 {
            self.line = number;
        }
        let [letter, b':', value @ ..] = line else { return };
        match letter {
            b'P' => self.name = value,
            b'V' => self.version = value,
            b'A' => self.arch = value,
            b'o' => self.origin = value,
            b'm' => self.maintainer = value,
            b's' => self.tag = value,
            b'L' => self.licence = value,
            b'D' => self.requires = value,
            b'p' => self.provides = value,
            b'F' if value.is_empty() => self.directory = Some(path_hash(b"")),
            b'F' => self.directory = Some(path_hash_on(path_hash(value), b"/")),
            b'R' => {
                // Files that stand before any directory are the root's.
                self.paths.push(path_hash_on(self.directory.unwrap_or_else(|| path_hash(b"")), value));
            }
            _ => {}
        }
    }

    fn finish(self, out: &mut Sink) {
        if self.line == 0 {
            return;
        }
        let (Some(name), Some(version)) = (word(self.name), word(self.version)) else {
            let shown = text(self.name).unwrap_or_default();
            let message = format!("the record of package {shown:?} has no name or no version");
            out.diagnostics.push(malformed(message).offset(self.line));
            return;
        };
        if !self.paths.is_empty() {
            out.owned.push(Owned { package: name.clone(), paths: self.paths });
        }
        // A source package has one version, and its binaries have it too (APKBUILD(5), "subpackages").
        let source = word(self.origin).map(|name| Source { name, version: version.clone() });
        let mut package = package(PackageType::Apk, name, version, word(self.arch), source);
        package.vendor = text(self.maintainer);
        // Which repository that is stands in a file of its own; the merge knows it.
        package.third_party = word(self.tag)
            .map(|tag| format!("@{}", tag.trim_start_matches('@')))
            .or_else(|| provenance::of_apk(package.vendor.as_deref().unwrap_or_default()));
        package.licences = text(self.licence).and_then(|text| stated::licence(&text)).into_iter().collect();
        // A name that begins so must not be there (apk(5), "world").
        let needed = |list: &'a [u8]| {
            let names = stated::names(list, b" ", b"<>=~@");
            names.iter().filter(|name| !name.starts_with('!')).collect()
        };
        (package.requires, package.provides) = (needed(self.requires), needed(self.provides));
        out.packages.push(package);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Sink {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        Apk.parse(File { path: b"lib/apk/db/installed", size: text.len() as u64, content }, &mut out);
        out
    }

    #[test]
    fn records_and_their_files() {
        let out = read(
            "C:Q1abc=\nP:libcrypto3\nV:3.1.4-r0\nA:x86_64\nm:Ariadne <a@example.org>\no:openssl\nF:etc\nF:etc/ssl\n\
             R:openssl.cnf\na:0:0:644\nF:lib\nR:libcrypto.so.3\n\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\nF:\nR:x\n\n",
        );
        let purls: Vec<String> = out.packages.iter().map(|package| package.purl.to_string()).collect();
        assert_eq!(
            purls,
            ["pkg:apk/libcrypto3@3.1.4-r0?arch=x86_64&upstream=openssl", "pkg:apk/musl@1.2.4-r2?arch=x86_64"]
        );
        assert_eq!(out.packages[0].source_name(), "openssl");
        assert_eq!(out.owned[0].package, "libcrypto3");
        assert_eq!(out.owned[0].paths, [path_hash(b"etc/ssl/openssl.cnf"), path_hash(b"lib/libcrypto.so.3")]);
        assert_eq!(out.owned[1].paths, [path_hash(b"x")]);
    }

    #[test]
    fn a_record_says_its_licence_and_what_it_needs() {
        let out = read(
            "P:libssl3\nV:3.1.4-r0\nL:Apache-2.0\nD:!old so:libc.musl-x86_64.so.1 so:libcrypto.so.3 ca-certificates-bundle>=2020 x~1\n\
             p:so:libssl.so.3=3 cmd:openssl=3.1.4-r0\n\n",
        );
        let package = &out.packages[0];
        assert_eq!(package.licences, ["Apache-2.0"]);
        let requires: Vec<&str> = package.requires.iter().collect();
        assert_eq!(
            requires,
            ["ca-certificates-bundle", "so:libc.musl-x86_64.so.1", "so:libcrypto.so.3", "x"]
        );
        assert_eq!(package.provides.iter().collect::<Vec<_>>(), ["cmd:openssl", "so:libssl.so.3"]);
    }

    #[test]
    fn version_three_is_named_as_what_it_is() {
        let out = read("ADBd\u{1}\0\0\0installed\nP:a\nV:1\n\n");
        assert!(out.packages.is_empty());
        let kinds: Vec<DiagnosticKind> = out.diagnostics.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [DiagnosticKind::Unsupported]);
    }

    #[test]
    fn one_bad_record_loses_one_record() {
        let out = read("P:a\n\nP:b\nV:2\n\nV:1\nR:x\n\n\nP:c\nV:3\nF");
        let names: Vec<&str> = out.packages.iter().map(|package| &package.name[..]).collect();
        assert_eq!(names, ["b", "c"]);
        assert_eq!(out.diagnostics.iter().map(|d| d.offset).collect::<Vec<_>>(), [Some(1), Some(6)]);
        assert!(out.owned.is_empty());
    }
}
