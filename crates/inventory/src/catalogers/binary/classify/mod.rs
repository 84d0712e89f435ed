//! Software that no package manager put there, told by texts in its programs and libraries. Which texts those are is
//! data ([`products`]); a file is searched only for products whose files are called like it.

mod pattern;
mod products;

use plimsoll_core::{Confidence, Identity, PackageType};

use self::pattern::{Pattern, REACH};
use self::products::{PRODUCTS, Product};
use super::super::identity;
use super::layout::Layout;
use super::window::{Detector, Window};
use crate::Sink;

/// The products, by name.
pub(in crate::catalogers) fn names() -> impl Iterator<Item = &'static str> {
    PRODUCTS.iter().map(|product| product.name)
}

/// Looks for the products that a file of this name can be.
pub(super) struct Classifier {
    candidates: Vec<Candidate>,
    /// Where the search goes on, as an offset in the file.
    next: u64,
}

struct Candidate {
    product: &'static Product,
    /// The evidence, with the version that each has given.
    evidence: Vec<(Pattern, Option<String>)>,
}

impl Classifier {
    /// The classifier of a file; nothing where no product's file is called so.
    pub(super) fn of(path: &[u8]) -> Option<Self> {
        let name = path.rsplit(|&b| b == b'/').next().and_then(|name| std::str::from_utf8(name).ok())?;
        let candidates: Vec<Candidate> = PRODUCTS
            .iter()
            .filter(|product| product.files.iter().any(|pattern| is_named(name, pattern)))
            .filter_map(|product| {
                // Without a number in its name it is no more than a link or a script.
                let start = if product.by_name { Some(format!("{}.", number(name)?)) } else { None };
                let pattern = |text: &&str| (Pattern::new(text, start.as_deref()), None);
                Some(Candidate { product, evidence: product.evidence.iter().map(pattern).collect() })
            })
            .collect();
        (!candidates.is_empty()).then_some(Self { candidates, next: 0 })
    }
}

impl Detector for Classifier {
    fn look(&mut self, window: &Window<'_>, _layout: &Layout) {
        // What surrounds a text must be in view, so the end is left for the next window.
        let to = if window.last { window.bytes.len() } else { window.bytes.len().saturating_sub(REACH) };
        let from = usize::try_from(self.next.saturating_sub(window.offset)).unwrap_or(0);
        for candidate in &mut self.candidates {
            for (pattern, found) in candidate.evidence.iter_mut().filter(|(_, found)| found.is_none()) {
                *found = pattern.find(window.bytes, from, to).map(str::to_owned);
            }
        }
        self.next = window.at(to).max(self.next);
    }

    fn report(&mut self, out: &mut Sink) {
        for candidate in self.candidates.drain(..) {
            let Some(version) = candidate.evidence.into_iter().find_map(|(_, version)| version) else {
                continue;
            };
            let mut package = identity::plain(PackageType::Generic, candidate.product.name, &version);
            package.identity =
                Some(Identity { confidence: Confidence::Medium, evidence: "text in a binary".to_owned() });
            out.packages.push(package);
        }
    }
}

fn is_named(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None if pattern.contains('?') => {
            name.len() == pattern.len() && name.bytes().zip(pattern.bytes()).all(|(b, p)| p == b'?' || p == b)
        }
        None => name == pattern,
        Some((front, back)) => {
            let head = name.get(..front.len()).is_some_and(|head| is_named(head, front));
            head && name.len() >= front.len() + back.len() && name.ends_with(back)
        }
    }
}

/// The number in a name, if it has two parts: `3.11` of `libpython3.11.so.1.0`.
fn number(name: &str) -> Option<String> {
    let start = name.find(|c: char| c.is_ascii_digit())?;
    let rest = name.get(start..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest.get(..end)?.trim_end_matches('.');
    number.contains('.').then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Executables;
    use super::super::sample::{Part, elf};
    use super::*;
    use crate::{Cataloger, File};
    use plimsoll_core::Content;

    fn read(path: &str, bytes: Vec<u8>) -> Vec<(String, String)> {
        let file = elf(&[Part { address: 0x40_0000, writable: false, bytes }]);
        let mut out = Sink::default();
        let size = u64::try_from(file.len()).unwrap();
        Executables.parse(File { path: path.as_bytes(), size, content: Content::Whole(&file) }, &mut out);
        out.packages.into_iter().map(|package| (package.name, package.version)).collect()
    }

    /// A name that the pattern stands for.
    fn named(product: &Product) -> String {
        if product.by_name {
            return product.files[0].replace('*', "3.11");
        }
        product.files[0].replace('*', "").replace('?', "3")
    }

    #[test]
    fn every_product_is_told_by_its_example() {
        assert!(PRODUCTS.len() >= 60, "{}", PRODUCTS.len());
        for product in PRODUCTS {
            let (example, version) = product.example;
            let found = read(&format!("usr/bin/{}", named(product)), example.to_vec());
            assert!(
                found.contains(&(product.name.to_owned(), version.to_owned())),
                "{}: {found:?}",
                product.name
            );
        }
    }

    #[test]
    fn every_product_stands_once() {
        let mut names: Vec<_> = PRODUCTS.iter().map(|product| product.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PRODUCTS.len());
    }

    #[test]
    fn texts_are_found_wherever_the_windows_end() {
        for before in [0, 0x3_ef00, 0x3_efc0, 0x3_efe0, 0x3_f0f8, 0x3_f100, 0x4_0000, 0x7_ef00] {
            for version in [&b"\0nginx version: nginx/1.25.1\0"[..], b"nginx version: nginx/1.25.1"] {
                let mut bytes = vec![b'x'; before];
                bytes.extend_from_slice(version);
                assert_eq!(read("nginx", bytes), [("nginx".to_owned(), "1.25.1".to_owned())], "{before:x}");
            }
        }
    }

    #[test]
    fn another_name_is_another_program() {
        assert!(read("usr/bin/reporter", b"nginx version: nginx/1.25.1".to_vec()).is_empty());
        assert!(read("usr/bin/python3", b"\x003.11.2\0".to_vec()).is_empty());
        assert!(read("usr/bin/python3.12", b"\x003.11.2\0".to_vec()).is_empty());
        assert_eq!(read("usr/lib/libpython3.11.so.1.0", b"\x003.1\x003.11.2\0".to_vec()).len(), 1);
    }
}
