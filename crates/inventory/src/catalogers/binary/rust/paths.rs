use std::collections::BTreeSet;

use memchr::{memchr, memmem};
use plimsoll_core::{Confidence, Identity, PackageType};

use super::super::super::identity;
use super::super::layout::Layout;
use super::super::window::{Detector, Window};
use crate::Sink;

/// What every path of a crate from a registry has in it: `~/.cargo/registry/src/REGISTRY-HASH/NAME-VERSION/src/…`.
const MARK: &[u8] = b"/registry/src/";
/// The longest names of a registry's folder and of a crate's.
const MAX_NAME: usize = 100;
const MAX_CRATES: usize = 5000;

/// Collects the crates whose source paths stand in panic messages. Code that cannot panic leaves no path, so the
/// list has gaps; it counts only where there is no better one.
#[derive(Default)]
pub(in super::super) struct Paths {
    found: BTreeSet<(String, String)>,
}

impl Detector for Paths {
    fn look(&mut self, window: &Window<'_>, _layout: &Layout) {
        // The whole of the longest path must be in view; what begins too late is found in the next window.
        let reach = MARK.len() + 2 * MAX_NAME;
        let from = window.search_from(reach);
        let to = if window.last {
            window.bytes.len()
        } else {
            window.bytes.len().saturating_sub(reach - MARK.len())
        };
        let Some(part) = window.bytes.get(from..to.max(from)) else { return };
        for at in memmem::find_iter(part, MARK) {
            if self.found.len() >= MAX_CRATES {
                return;
            }
            let path = window.bytes.get(from + at + MARK.len()..).unwrap_or_default();
            self.found.extend(named(path));
        }
    }

    fn report(&mut self, out: &mut Sink) {
        if out.packages.iter().any(|package| package.kind == PackageType::Cargo) {
            return;
        }
        for (name, version) in std::mem::take(&mut self.found) {
            let mut package = identity::plain(PackageType::Cargo, &name, &version);
            package.identity = Some(Identity {
                confidence: Confidence::Low,
                evidence: "path of a source file in a binary".to_owned(),
            });
            out.packages.push(package);
        }
    }
}

/// The crate of `REGISTRY-HASH/NAME-VERSION/…`.
fn named(path: &[u8]) -> Option<(String, String)> {
    let registry = memchr(b'/', path.get(..MAX_NAME).unwrap_or(path))?;
    let rest = path.get(registry + 1..)?;
    let folder = rest.get(..memchr(b'/', rest.get(..MAX_NAME).unwrap_or(rest))?)?;
    let folder = std::str::from_utf8(folder).ok()?;
    let (name, version) = folder.match_indices('-').find_map(|(at, _)| {
        let (name, version) = (folder.get(..at)?, folder.get(at + 1..)?);
        is_version(version).then_some((name, version))
    })?;
    let valid =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    valid.then(|| (name.to_owned(), version.to_owned()))
}

/// Three numbers and what Semantic Versioning lets follow them; every crate of a registry has that.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    core.split('.').count() == 3
        && core.split('.').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::super::super::Executables;
    use super::super::super::sample::{Part, elf};
    use super::*;
    use crate::{Cataloger, File};
    use plimsoll_core::Content;

    fn read(bytes: Vec<u8>) -> Vec<String> {
        let file = elf(&[Part { address: 0x40_0000, writable: false, bytes }]);
        let mut out = Sink::default();
        let size = u64::try_from(file.len()).unwrap();
        Executables.parse(File { path: b"bin/app", size, content: Content::Whole(&file) }, &mut out);
        assert!(out.packages.iter().all(|p| p.identity.as_ref().unwrap().confidence == Confidence::Low));
        out.packages.into_iter().map(|package| package.purl.to_string()).collect()
    }

    #[test]
    fn crates_are_named_by_the_paths_of_their_sources() {
        let paths = "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/aho-corasick-1.1.3/src/lib.rs\
            /usr/local/cargo/registry/src/github.com-1ecc6299db9ec823/wasi-0.11.0+wasi-snapshot-preview1/src/a.rs\
            /home/u/.cargo/registry/src/x/time-0.3.0-rc.1/src/lib.rs/registry/src/x/no/src/registry/src/";
        for before in [0, 0x3_ef00, 0x3_efa0, 0x3_f000, 0x3_f080, 0x7_ef20] {
            let mut bytes = vec![b' '; before];
            bytes.extend(paths.bytes());
            assert_eq!(
                read(bytes),
                [
                    "pkg:cargo/aho-corasick@1.1.3",
                    "pkg:cargo/time@0.3.0-rc.1",
                    "pkg:cargo/wasi@0.11.0%2Bwasi-snapshot-preview1"
                ],
                "{before:x}"
            );
        }
    }

    #[test]
    fn a_path_cut_anywhere_does_no_harm() {
        let path = b"/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0.0/";
        for len in 0..path.len() {
            assert!(read(path[..len].to_vec()).is_empty());
        }
    }
}
