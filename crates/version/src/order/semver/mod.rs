//! Semantic Versioning 2.0.0, section 11, and the looser writings that registries and advisories know: a leading `v`,
//! fewer or more than three numbers, a pre-release without its hyphen.

use core::cmp::Ordering;

use super::{Order, not_empty, written_key};
use crate::scan::{Scan, trim};
use crate::writer::Writer;
use crate::{Key, Unparsable};

mod grammar;
mod identifiers;
mod parts;
mod plain;

pub(crate) use grammar::{is_strict, is_strict_number, split_once};
pub(crate) use identifiers::{compare_identifiers, is_identifier, write_identifiers};
pub(crate) use parts::{Division, PRE_RELEASE, Parts, RELEASE};
pub(crate) use plain::{compare_plain, plain_key};

pub(crate) struct Semver;

/// A `v` or `=` before the version, as npm and many tags write it.
pub(crate) fn without_prefix(text: &str) -> Scan<'_> {
    let mut scan = Scan::new(trim(text));
    scan.take_while(|byte| matches!(byte, b'v' | b'V' | b'=' | b' '));
    scan
}
impl Semver {
    pub(crate) fn read(text: &str) -> Result<Parts<'_>, Unparsable> {
        let mut scan = without_prefix(text);
        not_empty(scan.rest())?;
        Parts::read(&mut scan)
    }
}

impl Order for Semver {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        if let Some(order) = compare_plain(a, b) {
            return Ok(order);
        }
        let a = Self::read(a)?;
        let b = Self::read(b).map_err(Unparsable::second)?;
        Ok(a.compare(&b))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        Self::read(text)?.write(out);
        Ok(())
    }

    fn key(text: &str) -> Option<Key> {
        plain_key(text).or_else(|| written_key::<Self>(text))
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::read(text).map(drop)
    }

    fn accepts(text: &str) -> bool {
        is_strict(text.as_bytes())
    }
}
