//! The list of components that GraalVM embeds in native images: CycloneDX in JSON, compressed with gzip (GraalVM,
//! "Embed a Software Bill of Materials into Native Executables").

use flate2::Decompress;
use memchr::memmem;
use plimsoll_core::{Confidence, Diagnostic, DiagnosticKind, Identity, Purl};
use serde::Deserialize;

use super::super::identity;
use super::super::json::{self, Elements, Text};
use super::compressed::{Outcome, Trial};
use super::layout::Layout;
use super::window::{Detector, Window};
use crate::Sink;

/// A gzip header of deflated data without a name or anything else (RFC 1952, 2.3), and how long it is.
const MAGIC: &[u8] = b"\x1f\x8b\x08\0";
const HEADER: usize = 10;
const MAX_LIST: usize = 16 << 20;
const MAX_OPEN: usize = 4;

/// Finds the embedded list while the file goes by.
#[derive(Default)]
pub(super) struct Embedded {
    open: Vec<Trial>,
    list: Option<Vec<u8>>,
}

impl Detector for Embedded {
    fn look(&mut self, window: &Window<'_>, _layout: &Layout) {
        if self.list.is_some() {
            return;
        }
        for trial in std::mem::take(&mut self.open) {
            self.go_on(trial, window.fresh());
        }
        let from = window.search_from(HEADER);
        for at in memmem::find_iter(window.bytes.get(from..).unwrap_or_default(), MAGIC).map(|at| from + at) {
            // What begins too late is found in the next window.
            let Some(rest) = window.bytes.get(at + HEADER..) else { return };
            if self.list.is_some() || self.open.len() >= MAX_OPEN {
                return;
            }
            self.go_on(Trial::new(Decompress::new(false)), rest);
        }
    }

    fn report(&mut self, out: &mut Sink) {
        let Some(text) = self.list.take() else { return };
        match json::read::<Document>(&text) {
            Ok(document) => document.components.0.iter().for_each(|component| component.add(out, 0)),
            Err(error) => out.diagnostics.push(Diagnostic::new(
                DiagnosticKind::Malformed,
                format!("list of components embedded in a native image: {error}"),
            )),
        }
    }
}

impl Embedded {
    fn go_on(&mut self, mut trial: Trial, input: &[u8]) {
        match trial.feed(input, MAX_LIST, may_be_list) {
            Outcome::Open => self.open.push(trial),
            Outcome::Whole if is_list(&trial.text) => self.list = Some(trial.text),
            Outcome::Whole | Outcome::Nothing => {}
        }
    }
}

/// An object whose first key may be any of the format's.
fn may_be_list(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let key = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    text.is_empty() || key.is_some_and(|key| key.is_empty() || key.starts_with(b"\""))
}

fn is_list(text: &[u8]) -> bool {
    memmem::find(text, b"\"CycloneDX\"").is_some()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Document {
    components: Elements<Component>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Component {
    group: Text,
    name: Text,
    version: Text,
    purl: Text,
    components: Elements<Component>,
}

impl Component {
    fn add(&self, out: &mut Sink, depth: u32) {
        let purl = self.purl.some().and_then(|purl| purl.parse::<Purl>().ok());
        let group = self.group.some().or_else(|| purl.as_ref()?.namespace.as_deref());
        if let (Some(name), Some(version)) = (self.name.some(), self.version.some()) {
            let mut package = identity::maven(group.unwrap_or(""), name, version);
            package.identity = Some(Identity {
                confidence: Confidence::High,
                evidence: "list embedded in the program".to_owned(),
            });
            out.packages.push(package);
        }
        if depth < 16 {
            self.components.0.iter().for_each(|component| component.add(out, depth + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use plimsoll_core::Content;

    use super::super::Executables;
    use super::super::sample::{Part, elf};
    use super::*;
    use crate::{Cataloger, File};

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> Sink {
        let file = elf(&[Part { address: 0x40_0000, writable: false, bytes }]);
        let mut out = Sink::default();
        let size = u64::try_from(file.len()).unwrap();
        Executables.parse(File { path: b"bin/app", size, content: Content::Whole(&file) }, &mut out);
        out
    }

    #[test]
    fn components_of_native_images_are_found_wherever_the_windows_end() {
        let list = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
            {"type":"library","group":"io.micronaut","name":"core","version":"4.2.3","purl":"pkg:maven/io.micronaut/core@4.2.3"},
            {"type":"library","name":"basic-lib","version":"1.0","components":[{"group":"g.h","name":"in","version":"2"}]}]}"#;
        for before in [0, 0x3_efa0, 0x3_eff8, 0x3_f000, 0x3_f080, 0x7_ef20] {
            let mut bytes = gzip("{\"other\":1}");
            bytes.resize(bytes.len() + before, b' ');
            bytes.extend(gzip(list));
            bytes.extend(MAGIC);
            let found: Vec<_> = read(bytes).packages.into_iter().map(|p| (p.name, p.version)).collect();
            let expected = [("io.micronaut:core", "4.2.3"), ("basic-lib", "1.0"), ("g.h:in", "2")];
            assert_eq!(found, expected.map(|(n, v)| (n.to_owned(), v.to_owned())), "{before:x}");
        }
    }

    #[test]
    fn what_is_no_list_is_left() {
        for text in ["", "{}", "[1]", "{\"bomFormat\":\"other\"}"] {
            assert!(read(gzip(text)).packages.is_empty(), "{text}");
        }
        let out = read(gzip("{\"bomFormat\":\"CycloneDX\",}"));
        assert_eq!((out.packages.len(), out.diagnostics.len()), (0, 1));
    }
}
