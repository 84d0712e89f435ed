//! The dependency list that cargo-auditable embeds (its `PARSING.md`: zlib-compressed JSON in the linker section
//! `.dep-v0`).
//!
//! A section's place is named by headers that an ELF file has at its end, so the list is found by what it is: a
//! zlib stream that begins as such a list does.

use flate2::Decompress;
use memchr::memchr_iter;
use plimsoll_core::{Diagnostic, DiagnosticKind, Package, PackageType};
use serde::Deserialize;

use super::super::super::identity;
use super::super::compressed::{Outcome, Trial};
use super::super::layout::Layout;
use super::super::window::{Detector, Window};
use crate::Sink;

/// Longest list that is read: as much as cargo-auditable's own reader takes.
const MAX_LIST: usize = 8 << 20;
/// Streams of which the beginning fits and the end has not gone by.
const MAX_OPEN: usize = 4;
const PREFIX: &[u8] = b"{\"packages\":";

/// Finds the embedded list while the file goes by.
#[derive(Default)]
pub(in super::super) struct Auditable {
    open: Vec<Trial>,
    list: Option<Vec<u8>>,
    /// A decoder that is used again, for most beginnings are none.
    spare: Option<Decompress>,
}

impl Detector for Auditable {
    fn look(&mut self, window: &Window<'_>, layout: &Layout) {
        if self.list.is_some() {
            return;
        }
        for trial in std::mem::take(&mut self.open) {
            self.go_on(trial, window.fresh());
        }
        // Two bytes of header and three bits of the first block must be seen to begin.
        let from = window.search_from(3);
        let Some(part) = window.bytes.get(from..) else { return };
        if is_code(layout, window.at(from), window.at(window.bytes.len().saturating_sub(1))) {
            return;
        }
        for at in memchr_iter(0x78, part) {
            let Some(rest) = part.get(at..).filter(|rest| begins(rest)) else { continue };
            if self.list.is_some() || self.open.len() >= MAX_OPEN {
                return;
            }
            let mut decoder = self.spare.take().unwrap_or_else(|| Decompress::new(true));
            decoder.reset(true);
            self.go_on(Trial::new(decoder), rest);
        }
    }

    fn report(&mut self, out: &mut Sink) {
        let Some(text) = self.list.take() else { return };
        match serde_json::from_slice::<List>(&text) {
            Ok(list) => {
                let linked = list.packages.iter().filter(|package| package.kind != "build");
                out.packages.extend(linked.map(|p| {
                    let needed = p.dependencies.iter().filter_map(|at| list.packages.get(*at));
                    let linked = needed.filter(|package| package.kind != "build");
                    let requires =
                        linked.map(|package| format!("{}@{}", package.name, package.version)).collect();
                    Package { requires, ..identity::plain(PackageType::Cargo, &p.name, &p.version) }
                }));
            }
            Err(error) => out.diagnostics.push(Diagnostic::new(
                DiagnosticKind::Malformed,
                format!("list of crates embedded by cargo-auditable: {error}"),
            )),
        }
    }
}

impl Auditable {
    fn go_on(&mut self, mut trial: Trial, input: &[u8]) {
        match trial.feed(input, MAX_LIST, may_be_list) {
            Outcome::Open => self.open.push(trial),
            Outcome::Whole => self.list = Some(trial.text),
            Outcome::Nothing => self.spare = Some(trial.decoder),
        }
    }
}

/// Whether everything from `first` to `last` is machine code that stands apart.
fn is_code(layout: &Layout, first: u64, last: u64) -> bool {
    layout.code_around(first).is_some_and(|(_, until)| last < until)
}

/// Whether a list can begin with the text.
fn may_be_list(text: &[u8]) -> bool {
    PREFIX.starts_with(text.get(..PREFIX.len()).unwrap_or(text))
}

/// Whether a zlib stream can begin so: a header of the usual window size and no dictionary (RFC 1950, 2.2), and a
/// first block that is compressed (RFC 1951, 3.2.3).
fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, 0x01 | 0x5e | 0x9c | 0xda, block, ..] if matches!(block & 0b110, 0b010 | 0b100))
}

#[derive(Deserialize)]
struct List {
    packages: Vec<Crate>,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    /// `runtime` where it is not said; what only builds the program is not in it.
    #[serde(default)]
    kind: String,
    /// Places in the list.
    #[serde(default)]
    dependencies: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::super::super::Executables;
    use super::super::super::sample::{Part, elf};
    use super::*;
    use crate::{Cataloger, File};
    use plimsoll_core::Content;

    fn list(packages: usize) -> String {
        let packages: Vec<String> = (0..packages)
            .map(|i| {
                format!(r#"{{"name":"crate-{i}","version":"{}.0.{}","source":"crates.io"}}"#, i % 7, i * i)
            })
            .collect();
        format!(
            r#"{{"packages":[{},{{"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"}}]}}"#,
            packages.join(",")
        )
    }

    fn compressed(text: &str, level: u32) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn program(before: usize, section: &[u8]) -> Vec<u8> {
        // Beginnings of zlib streams that are none, and one that is no list.
        let mut bytes = b"\x78\x9c\x05x\x01\x04x\xda".repeat(before / 8);
        bytes.extend(compressed("{\"other\":1}", 9));
        bytes.extend_from_slice(section);
        bytes.extend(b"\x78\x9c\x05".repeat(100));
        elf(&[Part { address: 0x40_0000, writable: false, bytes }])
    }

    fn read(file: &[u8]) -> Sink {
        let mut out = Sink::default();
        let size = u64::try_from(file.len()).unwrap();
        Executables.parse(File { path: b"bin/app", size, content: Content::Whole(file) }, &mut out);
        out
    }

    #[test]
    fn the_list_is_found_wherever_the_windows_end() {
        for level in [1, 6, 9] {
            for before in [0, 0x3_efd0, 0x3_f0b0, 0x4_0000, 0x7_eee0] {
                let out = read(&program(before, &compressed(&list(500), level)));
                assert_eq!(out.packages.len(), 500, "{level} {before:x}");
                let last = out.packages.last().unwrap();
                assert_eq!(last.purl.to_string(), "pkg:cargo/crate-499@2.0.249001");
            }
        }
    }

    #[test]
    fn a_list_that_is_no_list_is_named_as_trouble() {
        let out = read(&program(64, &compressed(r#"{"packages":[{"name":1}]}"#, 6)));
        assert_eq!((out.packages.len(), out.diagnostics.len()), (0, 1));
    }

    #[test]
    fn what_grows_without_end_is_left() {
        let bomb = format!("{{\"packages\":[{}", " ".repeat(MAX_LIST));
        let out = read(&program(64, &compressed(&bomb, 9)));
        assert!(out.packages.is_empty());
    }

    #[test]
    fn a_file_cut_anywhere_does_no_harm() {
        let file = program(64, &compressed(&list(3), 6));
        for len in 0..file.len() {
            read(&file[..len]);
        }
    }
}
