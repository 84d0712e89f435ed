use plimsoll_core::{Content, Diagnostic, Package, Role, Take};

use super::super::zip::{self, Budget, Visitor, Want};
use super::metadata;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Archives up to this size are held; larger ones are streamed.
const HELD: u64 = 16 << 20;

/// Distributions that are archives: eggs, which Python imports as they are (setuptools, "The Internal Structure of
/// Python Eggs"), and wheels, which pip has yet to install (PyPA, "Binary distribution format").
pub(crate) struct Archives;

impl Cataloger for Archives {
    fn id(&self) -> &'static str {
        "python-archive"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[
            Interest { pattern: Pattern::Suffix(".egg"), take: Take::Peek(4) },
            Interest { pattern: Pattern::Suffix(".whl"), take: Take::Peek(4) },
        ]
    }

    fn peeked(&self, _path: &[u8], size: u64, head: &[u8]) -> Take {
        match head {
            _ if !zip::begins(head) => Take::Skip,
            _ if size <= HELD => Take::Whole { max: HELD },
            _ => Take::Stream,
        }
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let mut budget = Budget::new(file.size);
        let before = out.packages.len();
        let mut archive = Archive(out);
        match file.content {
            Content::Whole(bytes) => zip::visit(bytes, &mut archive, &mut budget),
            Content::Stream(reader) => zip::stream(reader, &mut archive, &mut budget),
        }
        for package in out.packages.iter_mut().skip(before) {
            self.place(file.path, package);
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        let wheel = path.len().checked_sub(4).and_then(|at| path.get(at..));
        let waits = wheel.is_some_and(|suffix| suffix.eq_ignore_ascii_case(b".whl"));
        package.role = if waits { Role::Fixture } else { Role::Normal };
    }
}

struct Archive<'s>(&'s mut Sink);

impl Visitor for Archive<'_> {
    fn entry(&mut self, name: &[u8]) -> Want {
        // Only at the top: a distribution that carries others within it is still one.
        let (directory, file) = match name.iter().position(|&b| b == b'/') {
            Some(slash) => (name.get(..slash).unwrap_or_default(), name.get(slash + 1..).unwrap_or_default()),
            None => (&b""[..], name),
        };
        match file {
            b"METADATA" if directory.ends_with(b".dist-info") => Want::Bytes(super::MAX),
            b"PKG-INFO" if directory == b"EGG-INFO" => Want::Bytes(super::MAX),
            _ => Want::Nothing,
        }
    }

    fn bytes(&mut self, _name: &[u8], bytes: &[u8]) {
        metadata(bytes, self.0);
    }

    fn enter(&mut self, _name: &[u8]) {}

    fn leave(&mut self) {}

    fn trouble(&mut self, diagnostic: Diagnostic) {
        self.0.diagnostics.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_testkit::zip::ZipBuilder;

    use super::*;

    #[test]
    fn eggs_are_installed_and_wheels_wait() {
        for (path, entry, role) in [
            ("site-packages/a-1-py3.egg", "EGG-INFO/PKG-INFO", Role::Normal),
            ("ensurepip/_bundled/a-1-py3-none-any.whl", "a-1.dist-info/METADATA", Role::Fixture),
        ] {
            let zip = ZipBuilder::new()
                .file("a/_vendor/b-2.dist-info/METADATA", "Name: b\nVersion: 2\n")
                .file(entry, "Name: a\nVersion: 1\n\n")
                .finish();
            let size = u64::try_from(zip.len()).unwrap();
            let mut out = Sink::default();
            assert_eq!(Archives.peeked(path.as_bytes(), size, &zip[..4]), Take::Whole { max: HELD });
            Archives.parse(File { path: path.as_bytes(), size, content: Content::Whole(&zip) }, &mut out);
            assert_eq!(out.packages.len(), 1);
            assert_eq!((out.packages[0].name.as_str(), out.packages[0].role), ("a", role));
        }
    }
}
