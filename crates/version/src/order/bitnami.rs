//! Bitnami's packages: a semantic version of the software and a revision of its packaging, `2.3.1-1`. A revision builds
//! the same source again, so it neither has nor fixes what the source has: it does not count.

use core::cmp::Ordering;

use super::semver::{Parts, without_prefix};
use super::{Order, not_empty};
use crate::Unparsable;
use crate::writer::Writer;

pub(crate) struct Bitnami;

impl Bitnami {
    fn read(text: &str) -> Result<Parts<'_>, Unparsable> {
        let mut scan = without_prefix(text);
        not_empty(scan.rest())?;
        let mut parts = Parts::read(&mut scan)?;
        let revision = parts.pre.strip_prefix(b"r").unwrap_or(parts.pre);
        if !revision.is_empty() && revision.iter().all(u8::is_ascii_digit) {
            parts.pre = &[];
        }
        Ok(parts)
    }
}

impl Order for Bitnami {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = Self::read(a)?;
        let b = Self::read(b).map_err(Unparsable::second)?;
        Ok(a.compare(&b))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        Self::read(text)?.write(out);
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::read(text).map(drop)
    }
}
