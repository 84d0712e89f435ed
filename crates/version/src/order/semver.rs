//! Semantic Versioning 2.0.0, section 11, and the looser writings that registries and advisories know: a leading `v`,
//! fewer or more than three numbers, a pre-release without its hyphen.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::key::Writer;
use crate::scan::{Scan, compare_numbers, trim};
use crate::{Reason, Unparsable};

pub(crate) struct Semver;

/// A version in the shape of Semantic Versioning. Build metadata is read but has no part in the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// Numbers with dots between them, well-formed.
    numbers: &'a [u8],
    /// Identifiers with dots between them; empty for a release.
    pub(crate) pre: &'a [u8],
    /// How the pre-release divides into identifiers.
    pub(crate) division: Division,
    pub(crate) build: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Division {
    /// At dots.
    Dots,
    /// At dots, but the dot before another stage is a hyphen, where the pre-release itself begins with a dot:
    /// `1.0.0.alpha.beta` is `1.0.0-alpha-beta`. Such texts come from gems that are read as semantic versions.
    Stages,
    /// Where the pre-release follows the numbers without anything between, as in `1.21rc2`.
    Bare,
    /// At dots and between letters and digits: `1.21rc2` is `1.21.0-rc.2` to Go's advisories.
    Letters,
}

pub(crate) const fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~')
}

impl<'a> Parts<'a> {
    /// Numbers and identifiers that were read elsewhere.
    pub(crate) fn new(numbers: &'a [u8], pre: &'a [u8], build: &'a [u8]) -> Self {
        Self { numbers, pre, division: Division::Dots, build }
    }

    /// Reads what follows any prefix.
    pub(crate) fn read(scan: &mut Scan<'a>) -> Result<Self, Unparsable> {
        let start = scan.rest();
        let mut end;
        let dotted = loop {
            if scan.digits().is_empty() {
                return Err(scan.because(Reason::NumberExpected));
            }
            end = start.len() - scan.rest().len();
            if !scan.eat(b'.') {
                break false;
            }
            if scan.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
                break true;
            }
        };
        let numbers = start.get(..end).unwrap_or_default();
        let hyphen = !dotted && scan.eat(b'-');
        let pre = scan.take_while(|byte| is_identifier(byte) || byte == b'.');
        if pre.is_empty() && hyphen || pre.starts_with(b".") || pre.ends_with(b".") || has_empty(pre) {
            return Err(scan.because(Reason::EmptyPart));
        }
        let build =
            if scan.eat(b'+') { scan.take_while(|byte| is_identifier(byte) || byte == b'.') } else { &[] };
        let division = match (dotted, hyphen) {
            (true, _) => Division::Stages,
            (_, true) => Division::Dots,
            _ => Division::Bare,
        };
        if scan.is_done() { Ok(Self { numbers, pre, division, build }) } else { Err(scan.error()) }
    }

    fn identifiers(&self) -> Identifiers<'a> {
        Identifiers { rest: self.pre, division: self.division }
    }

    pub(crate) fn compare_numbers(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (Scan::new(self.numbers), Scan::new(other.numbers));
        while !(a.is_done() && b.is_done()) {
            let order = compare_numbers(a.digits(), b.digits());
            if order.is_ne() {
                return order;
            }
            a.eat(b'.');
            b.eat(b'.');
        }
        Ordering::Equal
    }

    /// Precedence, section 11. Numbers that are not there are 0.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.compare_numbers(other).then_with(|| self.compare_pre(other))
    }

    fn compare_pre(&self, other: &Self) -> Ordering {
        if self.pre.is_empty() || other.pre.is_empty() {
            return self.pre.is_empty().cmp(&other.pre.is_empty());
        }
        let plain = self.division != Division::Stages && other.division != Division::Stages;
        let (mut a, mut b) = (self.identifiers(), other.identifiers());
        loop {
            let order = match (a.next(), b.next()) {
                (Some(a), Some(b)) if plain => compare_identifiers(a, b),
                (Some(a), Some(b)) if is_number(a) || is_number(b) => compare_identifiers(a, b),
                (Some(a), Some(b)) => a.iter().map(hyphenated).cmp(b.iter().map(hyphenated)),
                (a, b) => return a.is_some().cmp(&b.is_some()),
            };
            if order.is_ne() {
                return order;
            }
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        self.write_numbers(out);
        if self.pre.is_empty() {
            return out.byte(RELEASE);
        }
        out.byte(PRE_RELEASE);
        write_identifiers(self.identifiers(), out);
    }

    /// Three numbers, and what is more than three up to the last that is not 0.
    pub(crate) fn write_numbers(&self, out: &mut Writer) {
        let mut scan = Scan::new(self.numbers);
        for _ in 0..3 {
            out.number(scan.digits());
            scan.eat(b'.');
        }
        let last = scan.rest().iter().rposition(|byte| !matches!(byte, b'0' | b'.')).map_or(0, |at| at + 1);
        let mut left = Scan::new(scan.rest());
        while scan.rest().len() - left.rest().len() < last {
            out.byte(MORE_NUMBERS);
            out.number(left.digits());
            left.eat(b'.');
        }
    }
}

/// What follows the numbers, in order.
pub(crate) const PRE_RELEASE: u8 = 1;
pub(crate) const RELEASE: u8 = 2;
const MORE_NUMBERS: u8 = 3;
/// What follows an identifier, in order: the end, a number, a word.
const IDENTIFIERS_END: u8 = 1;
const WORD: u8 = 0xFF;

fn has_empty(pre: &[u8]) -> bool {
    pre.windows(2).any(|pair| pair == b"..")
}

fn is_number(identifier: &[u8]) -> bool {
    identifier.iter().all(u8::is_ascii_digit)
}

pub(crate) fn compare_identifiers(a: &[u8], b: &[u8]) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => compare_numbers(a, b),
        (false, false) => a.cmp(b),
        (a, b) => b.cmp(&a),
    }
}

/// Identifiers in the order of section 11.4: numbers before words, fewer before more.
pub(crate) fn write_identifiers<'a>(identifiers: impl Iterator<Item = &'a [u8]>, out: &mut Writer) {
    for identifier in identifiers {
        write_identifier(identifier, out);
    }
    out.byte(IDENTIFIERS_END);
}

fn write_identifier(identifier: &[u8], out: &mut Writer) {
    if is_number(identifier) {
        out.number(identifier);
    } else {
        out.byte(WORD);
        for part in identifier.split_inclusive(|byte| *byte == b'.') {
            match part.split_last() {
                Some((b'.', head)) => {
                    out.bytes(head);
                    out.byte(b'-');
                }
                _ => out.bytes(part),
            }
        }
        out.byte(0);
    }
}

fn hyphenated(byte: &u8) -> u8 {
    if *byte == b'.' { b'-' } else { *byte }
}

struct Identifiers<'a> {
    rest: &'a [u8],
    division: Division,
}

impl<'a> Iterator for Identifiers<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let first = *self.rest.first()?;
        let mut end = self.rest.len();
        for (at, byte) in self.rest.iter().enumerate() {
            let ends = match self.division {
                Division::Letters => *byte == b'.' || byte.is_ascii_digit() != first.is_ascii_digit(),
                Division::Stages => {
                    *byte == b'.' && !begins_stage(self.rest.get(at + 1..).unwrap_or_default())
                }
                Division::Dots | Division::Bare => *byte == b'.',
            };
            if ends {
                end = at;
                break;
            }
        }
        let (identifier, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(b".").unwrap_or(rest);
        Some(identifier)
    }
}

fn begins_stage(text: &[u8]) -> bool {
    [b"alpha" as &[u8], b"beta", b"rc"].iter().any(|stage| text.starts_with(stage))
}

/// A `v` or `=` before the version, as npm and many tags write it.
pub(crate) fn without_prefix(text: &str) -> Scan<'_> {
    let mut scan = Scan::new(trim(text));
    scan.take_while(|byte| matches!(byte, b'v' | b'V' | b'=' | b' '));
    scan
}

/// The grammar of Semantic Versioning 2.0.0, section "Backus–Naur Form Grammar".
pub(crate) fn is_strict(text: &[u8]) -> bool {
    let (rest, build) = split_once(text, b'+');
    let (numbers, pre) = split_once(rest, b'-');
    let mut count = 0;
    let valid = numbers.split(|byte| *byte == b'.').all(|number| {
        count += 1;
        is_strict_number(number)
    });
    let word = |part: &[u8]| {
        !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let dotted = |text: Option<&[u8]>, check: &dyn Fn(&[u8]) -> bool| {
        text.is_none_or(|text| text.split(|byte| *byte == b'.').all(check))
    };
    valid
        && count == 3
        && dotted(pre, &|part| word(part) && (!is_number(part) || is_strict_number(part)))
        && dotted(build, &word)
}

/// Digits without leading zeros.
pub(crate) fn is_strict_number(digits: &[u8]) -> bool {
    !digits.is_empty() && is_number(digits) && (digits == b"0" || !digits.starts_with(b"0"))
}

pub(crate) fn split_once(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == at) {
        Some(end) => {
            let (head, tail) = text.split_at(end);
            (head, tail.get(1..))
        }
        None => (text, None),
    }
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

    fn accepts(text: &str) -> bool {
        is_strict(text.as_bytes())
    }
}
