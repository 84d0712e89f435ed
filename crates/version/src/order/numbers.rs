//! Versions that are numbers and nothing else, where more of them is more: Haskell's `Data.Version` without its tags,
//! and R's `package_version`, in which a hyphen separates as a dot does.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::Unparsable;
use crate::scan::{Scan, compare_numbers, trim};
use crate::writer::Writer;

pub(crate) struct Hackage;
pub(crate) struct Cran;

fn check(text: &str, separators: &[u8]) -> Result<(), Unparsable> {
    let text = trim(text);
    not_empty(text)?;
    let mut scan = Scan::new(text);
    loop {
        if scan.digits().is_empty() {
            return Err(scan.error());
        }
        match scan.peek() {
            None => return Ok(()),
            Some(byte) if separators.contains(&byte) => scan.next(),
            Some(_) => return Err(scan.error()),
        };
    }
}

fn numbers(text: &str) -> impl Iterator<Item = &[u8]> {
    trim(text).split(|byte| !byte.is_ascii_digit())
}

fn compare(a: &str, b: &str, separators: &[u8]) -> Result<Ordering, Unparsable> {
    check(a, separators)?;
    check(b, separators).map_err(Unparsable::second)?;
    let (mut a, mut b) = (numbers(a), numbers(b));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => compare_numbers(a, b),
            (a, b) => return Ok(a.is_some().cmp(&b.is_some())),
        };
        if order.is_ne() {
            return Ok(order);
        }
    }
}

fn write(text: &str, separators: &[u8], out: &mut Writer) -> Result<(), Unparsable> {
    check(text, separators)?;
    for number in numbers(text) {
        out.number(number);
    }
    Ok(())
}

impl Order for Hackage {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        compare(a, b, b".")
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        write(text, b".", out)
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        check(text, b".")
    }
}

impl Order for Cran {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        compare(a, b, b".-")
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        write(text, b".-", out)
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        check(text, b".-")
    }

    /// A package version has two numbers at least: "Writing R Extensions", section 1.1.1.
    fn accepts(text: &str) -> bool {
        Self::parses(text).is_ok() && numbers(text).nth(1).is_some()
    }
}
