//! Python packages: PEP 440 and the "Version specifiers" specification of the Python Packaging Authority, as
//! `packaging.version` compares.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::scan::{compare_numbers, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

mod legacy;
mod parts;

pub(crate) use parts::Parts;

pub(crate) struct Pep440;

/// Legacy versions come before all others.
const LEGACY: u8 = 1;
const STANDARD: u8 = 2;

impl Order for Pep440 {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        if let (Some(a), Some(b)) = (Parts::release(a), Parts::release(b)) {
            return Ok(parts::compare_releases(a, b));
        }
        match (Parts::read(a), Parts::read(b)) {
            (Some(a), Some(b)) => Ok(a.compare(&b)),
            _ => {
                let (mut left, mut right) = (Writer::new(), Writer::new());
                Self::write(a, &mut left)?;
                Self::write(b, &mut right).map_err(Unparsable::second)?;
                Ok(left.as_bytes().cmp(right.as_bytes()))
            }
        }
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        match Parts::read(text) {
            Some(parts) => {
                out.byte(STANDARD);
                parts.write(out);
            }
            None => {
                let text = trim(text);
                not_empty(text)?;
                out.byte(LEGACY);
                legacy::write(text, out);
            }
        }
        Ok(())
    }

    /// A legacy version's place is a convention only, so it bounds no range.
    fn parses(text: &str) -> Result<(), Unparsable> {
        if Parts::read(text).is_some() {
            return Ok(());
        }
        not_empty(trim(text))?;
        Err(Unparsable::at(0, Reason::Legacy))
    }
}

fn compare_optional(a: Option<&[u8]>, b: Option<&[u8]>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare_numbers(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}
