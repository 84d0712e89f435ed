//! The manifest of images that chisel cut out of Ubuntu's packages, and that have no dpkg database: JSON lines
//! ("jsonwall"), compressed with zstd as chisel writes them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, PackageType, Take};
use serde::Deserialize;

use super::os::{malformed, package, word};
use crate::{Cataloger, File, Interest, Owned, Pattern, Sink, path_hash};

/// Packages of Ubuntu that are there in slices, with the files they own.
pub(crate) struct Chisel;

/// Uncompressed bytes of a manifest that are read, and of one line of it.
const MANIFEST: u64 = 256 << 20;
const LINE: u64 = 1 << 20;
/// 2^27 bytes, the largest window that the `zstd` command itself accepts unasked.
const WINDOW_LOG: u32 = 27;

const INTERESTS: &[Interest] = &[Interest {
    pattern: Pattern::Path("var/lib/chisel/manifest.wall"),
    take: Take::Whole { max: 64 << 20 },
}];

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    arch: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    slices: Vec<String>,
}

impl Cataloger for Chisel {
    fn id(&self) -> &'static str {
        "chisel"
    }

    fn revision(&self) -> u32 {
        2
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        if bytes.starts_with(b"{") {
            read(bytes, out);
            return;
        }
        let decoder = zstd::stream::read::Decoder::with_buffer(bytes).and_then(|mut decoder| {
            decoder.window_log_max(WINDOW_LOG)?;
            Ok(decoder)
        });
        match decoder {
            Ok(decoder) => read(BufReader::new(decoder.take(MANIFEST)), out),
            Err(error) => out.diagnostics.push(malformed(format!("the manifest is no zstd stream: {error}"))),
        }
    }
}

fn read(mut lines: impl BufRead, out: &mut Sink) {
    let mut owned: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        match (&mut lines).take(LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                let message = format!("the manifest can't be read to its end: {error}");
                let diagnostic = Diagnostic::new(DiagnosticKind::Truncated, message);
                out.diagnostics.push(diagnostic.offset(number));
                break;
            }
        }
        match serde_json::from_slice::<Line>(&line) {
            Ok(line) if line.kind == "package" => {
                let Some((name, version)) = word(line.name.as_bytes()).zip(word(line.version.as_bytes()))
                else {
                    out.diagnostics.push(malformed("a package without a name or a version").offset(number));
                    continue;
                };
                let arch = word(line.arch.as_bytes());
                out.packages.push(package(PackageType::Deb, name, version, arch, None));
            }
            Ok(line) if line.kind == "path" && !line.path.ends_with('/') => {
                let hash = path_hash(line.path.strip_prefix('/').unwrap_or(&line.path).as_bytes());
                // A slice is named `PACKAGE_SLICE`, and no package's name has an underscore.
                for package in line.slices.iter().filter_map(|slice| slice.split('_').next()) {
                    match owned.get_mut(package) {
                        Some(paths) => paths.push(hash),
                        None => drop(owned.insert(package.to_owned(), vec![hash])),
                    }
                }
            }
            Ok(_) => {}
            Err(error) => {
                out.diagnostics.push(malformed(format!("not a line of a manifest: {error}")).offset(number));
                break;
            }
        }
    }
    out.owned.extend(owned.into_iter().map(|(package, paths)| Owned { package, paths }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Sink {
        let mut out = Sink::default();
        let path = b"var/lib/chisel/manifest.wall";
        Chisel.parse(File { path, size: bytes.len() as u64, content: Content::Whole(bytes) }, &mut out);
        out
    }

    #[test]
    fn packages_and_paths() {
        let text = r#"{"jsonwall":"1.0","schema":"1.0","count":4}
{"kind":"content","slice":"openssl_bins","path":"/usr/bin/openssl"}
{"kind":"package","name":"openssl","version":"3.0.13-0ubuntu3.5","sha256":"0","arch":"amd64"}
{"kind":"path","path":"/etc/","mode":"0755","slices":["openssl_config"]}
{"kind":"path","path":"/usr/bin/openssl","mode":"0755","slices":["openssl_bins"],"sha256":"0"}
{"kind":"slice","name":"openssl_bins"}
"#;
        let bytes = zstd::encode_all(text.as_bytes(), 3).unwrap();
        let out = parse(&bytes);
        assert!(out.diagnostics.is_empty(), "{:?}", out.diagnostics);
        assert_eq!(out.packages[0].purl.to_string(), "pkg:deb/openssl@3.0.13-0ubuntu3.5?arch=amd64");
        let paths = vec![path_hash(b"usr/bin/openssl")];
        assert_eq!(out.owned, [Owned { package: "openssl".into(), paths }]);
        assert_eq!(parse(&bytes[..bytes.len() - 4]).diagnostics.len(), 1);
        assert_eq!(parse(b"hello").diagnostics.len(), 1);
        assert_eq!(parse(&zstd::encode_all(&b"hello\n{}\n"[..], 3).unwrap()).diagnostics.len(), 1);
    }
}
