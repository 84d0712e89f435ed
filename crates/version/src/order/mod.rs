//! One module per order; what only one ecosystem has, such as whole rpm package names, is public in its module.

use core::cmp::Ordering;

use crate::writer::Writer;
use crate::{Key, Reason, Unparsable};

pub mod apk;
mod bitnami;
mod conan;
mod conda;
mod dart;
mod dpkg;
mod generic;
mod go;
mod jvm;
mod maven;
mod npm;
mod nuget;
mod numbers;
mod packagist;
mod pacman;
mod padded;
pub(crate) mod pep440;
mod portage;
pub mod rpm;
mod rubygems;
mod semver;

pub(crate) use apk::Apk;
pub(crate) use bitnami::Bitnami;
pub(crate) use conan::Conan;
pub(crate) use conda::Conda;
pub(crate) use dart::Pub;
pub(crate) use dpkg::Dpkg;
pub(crate) use generic::Generic;
pub(crate) use go::Go;
pub(crate) use jvm::Jvm;
pub(crate) use maven::Maven;
pub(crate) use npm::Npm;
pub(crate) use nuget::NuGet;
pub(crate) use numbers::{Cran, Hackage};
pub(crate) use packagist::Packagist;
pub(crate) use pacman::Pacman;
pub(crate) use pep440::Pep440;
pub(crate) use portage::Portage;
pub(crate) use rpm::Rpm;
pub(crate) use rubygems::RubyGems;
pub(crate) use semver::Semver;

/// One ecosystem's order. A new one is a module with an implementation and a line in `scheme.rs`.
pub(crate) trait Order: Sized {
    /// Writes the bytes whose order is the scheme's.
    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable>;

    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let (mut left, mut right) = (Writer::new(), Writer::new());
        Self::write(a, &mut left)?;
        Self::write(b, &mut right).map_err(Unparsable::second)?;
        Ok(left.as_bytes().cmp(right.as_bytes()))
    }

    fn key(text: &str) -> Option<Key> {
        written_key::<Self>(text)
    }

    /// Whether the text's place in the order is known, and not only a convention.
    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::write(text, &mut Writer::new())
    }

    /// The order, where nothing that decides it is a convention. A text that does not parse may still part from another
    /// before the place where it stops making sense.
    fn decides(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        Self::parses(a)?;
        Self::parses(b).map_err(Unparsable::second)?;
        Self::compare(a, b)
    }

    /// Whether the ecosystem's own tool takes the text.
    fn accepts(text: &str) -> bool {
        Self::parses(text).is_ok()
    }
}

fn written_key<O: Order>(text: &str) -> Option<Key> {
    let mut out = Writer::new();
    O::write(text, &mut out).ok()?;
    Some(out.key())
}

fn not_empty(text: &[u8]) -> Result<(), Unparsable> {
    if text.is_empty() { Err(Unparsable::at(0, Reason::Empty)) } else { Ok(()) }
}
