//! One module per order; what only one ecosystem has, such as whole rpm package names, is public in its module.

use core::cmp::Ordering;

use crate::key::Writer;
use crate::{Key, Reason, Unparsable};

pub mod apk;
mod dpkg;
mod go;
mod npm;
mod pep440;
pub mod rpm;
mod semver;

pub(crate) use apk::Apk;
pub(crate) use dpkg::Dpkg;
pub(crate) use go::Go;
pub(crate) use npm::Npm;
pub(crate) use pep440::Pep440;
pub(crate) use rpm::Rpm;
pub(crate) use semver::Semver;

/// One ecosystem's order. A new one is a module with an implementation and a line in `scheme.rs`.
pub(crate) trait Order {
    /// Writes the bytes whose order is the scheme's.
    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable>;

    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let (mut left, mut right) = (Writer::new(), Writer::new());
        Self::write(a, &mut left)?;
        Self::write(b, &mut right).map_err(Unparsable::second)?;
        Ok(left.as_bytes().cmp(right.as_bytes()))
    }

    fn key(text: &str) -> Option<Key> {
        let mut out = Writer::new();
        Self::write(text, &mut out).ok()?;
        Some(out.into_key())
    }

    /// Whether the text's place in the order is known, and not only a convention.
    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::write(text, &mut Writer::new())
    }

    /// Whether the ecosystem's own tool takes the text.
    fn accepts(text: &str) -> bool {
        Self::parses(text).is_ok()
    }
}

fn not_empty(text: &[u8]) -> Result<(), Unparsable> {
    if text.is_empty() { Err(Unparsable::at(0, Reason::Empty)) } else { Ok(()) }
}
