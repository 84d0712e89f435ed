//! PHP packages, as PHP's `version_compare()` orders them once a leading `v` is gone: the order in which OSV evaluates
//! Packagist's ranges. Composer fills versions up to four numbers first, so to it `1.0` is `1.0.0`; here it is less.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::scan::{Scan, compare_numbers, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

pub(crate) struct Packagist;

/// What a version goes on with, in order: the first byte of the part in a key.
mod place {
    /// Nothing after a separator.
    pub(super) const EMPTY: u8 = 1;
    pub(super) const UNKNOWN: u8 = 2;
    pub(super) const DEV: u8 = 3;
    pub(super) const ALPHA: u8 = 4;
    pub(super) const BETA: u8 = 5;
    pub(super) const CANDIDATE: u8 = 6;
    pub(super) const END: u8 = 7;
    pub(super) const NUMBER: u8 = 8;
    pub(super) const PATCH: u8 = 0xFF;
}

/// `compare_special_version_forms()`: a word counts by how it begins, in this spelling.
const FORMS: [(&[u8], u8); 6] = [
    (b"dev", place::DEV),
    (b"a", place::ALPHA),
    (b"b", place::BETA),
    (b"RC", place::CANDIDATE),
    (b"rc", place::CANDIDATE),
    (b"p", place::PATCH),
];

#[derive(Clone, Copy)]
struct Part<'a> {
    place: u8,
    digits: &'a [u8],
}

/// `php_canonicalize_version()`: runs of digits and of letters, whatever separates them.
struct Parts<'a> {
    scan: Scan<'a>,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        if let Some(byte) = text.iter().find(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
            return Err(scan.because(Reason::Unexpected(*byte)));
        }
        if !scan.eat(b'v') {
            scan.eat(b'V');
        }
        Ok(Self { scan })
    }

    fn next(&mut self) -> Part<'a> {
        let at_separator = self.scan.peek().is_some_and(|byte| !byte.is_ascii_alphanumeric());
        if at_separator {
            self.scan.take_while(|byte| !byte.is_ascii_alphanumeric());
        }
        match self.scan.peek() {
            None if at_separator => Part { place: place::EMPTY, digits: &[] },
            None => Part { place: place::END, digits: &[] },
            Some(byte) if byte.is_ascii_digit() => Part { place: place::NUMBER, digits: self.scan.digits() },
            Some(_) => {
                let word = self.scan.take_while(|byte| byte.is_ascii_alphabetic());
                let known = FORMS.iter().find(|(form, _)| word.starts_with(form));
                Part { place: known.map_or(place::UNKNOWN, |(_, place)| *place), digits: &[] }
            }
        }
    }
}

impl Order for Packagist {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let mut a = Parts::read(a)?;
        let mut b = Parts::read(b).map_err(Unparsable::second)?;
        loop {
            let (x, y) = (a.next(), b.next());
            let order = x.place.cmp(&y.place).then_with(|| compare_numbers(x.digits, y.digits));
            if order.is_ne() || x.place == place::END {
                return Ok(order);
            }
        }
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let mut parts = Parts::read(text)?;
        loop {
            let part = parts.next();
            match part.place {
                place::NUMBER => out.number(part.digits),
                place => out.byte(place),
            }
            if part.place == place::END {
                return Ok(());
            }
        }
    }

    /// A branch compares, but where it stands is not known.
    fn parses(text: &str) -> Result<(), Unparsable> {
        let mut parts = Parts::read(text)?;
        if trim(text).starts_with(b"dev-") {
            return Err(Unparsable::at(0, Reason::Named));
        }
        if parts.next().place == place::NUMBER {
            Ok(())
        } else {
            Err(Unparsable::at(0, Reason::NumberExpected))
        }
    }
}
