//! Semantic Versioning 2.0.0, section 11, and the looser writings that registries and advisories know: a leading `v`,
//! fewer or more than three numbers, a pre-release without its hyphen.

use core::cmp::Ordering;

use super::{Order, not_empty, written_key};
use crate::key::Writer;
use crate::scan::{Scan, compare_numbers, trim};
use crate::{Key, Reason, Unparsable};

pub(crate) struct Semver;

/// A version in the shape of Semantic Versioning. Build metadata is read but has no part in the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// Numbers with dots between them, well-formed.
    numbers: &'a [u8],
    /// The same, where they are three at most and of 18 digits at most.
    small: Option<[u64; 3]>,
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
        Self { numbers, small: None, pre, division: Division::Dots, build }
    }

    /// Reads what follows any prefix.
    pub(crate) fn read(scan: &mut Scan<'a>) -> Result<Self, Unparsable> {
        let Numbers { text: numbers, small, dotted } = Numbers::read(scan)?;
        if scan.is_done() && !dotted {
            return Ok(Self { numbers, small, pre: &[], division: Division::Dots, build: &[] });
        }
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
        if scan.is_done() { Ok(Self { numbers, small, pre, division, build }) } else { Err(scan.error()) }
    }

    fn identifiers(&self) -> Identifiers<'a> {
        Identifiers { rest: self.pre, division: self.division }
    }

    pub(crate) fn compare_numbers(&self, other: &Self) -> Ordering {
        if let (Some(a), Some(b)) = (self.small, other.small) {
            return a.cmp(&b);
        }
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
        self.compare_numbers(other)
            .then_with(|| compare_pre((self.pre, self.division), (other.pre, other.division)))
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
    #[inline]
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

fn compare_pre((a, x): (&[u8], Division), (b, y): (&[u8], Division)) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    let plain = x != Division::Stages && y != Division::Stages;
    let (mut a, mut b) = (Identifiers { rest: a, division: x }, Identifiers { rest: b, division: y });
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

struct Numbers<'a> {
    text: &'a [u8],
    small: Option<[u64; 3]>,
    /// Whether a dot and a letter follow; the dot is read.
    dotted: bool,
}

impl<'a> Numbers<'a> {
    fn read(scan: &mut Scan<'a>) -> Result<Self, Unparsable> {
        let start = scan.rest();
        let mut values = [0; 3];
        let mut is_small = true;
        let mut at = 0;
        let mut rest = values.iter_mut();
        loop {
            let mut value: u64 = 0;
            let mut len = 0;
            while let Some(digit) =
                scan.peek().map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
            {
                value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
                scan.next();
                len += 1;
            }
            if len == 0 {
                return Err(scan.because(Reason::NumberExpected));
            }
            at += len;
            match rest.next() {
                Some(room) if len <= 18 => *room = value,
                _ => is_small = false,
            }
            let ends = !scan.eat(b'.');
            let dotted = !ends && scan.peek().is_some_and(|byte| byte.is_ascii_alphabetic());
            if ends || dotted {
                let text = start.get(..at).unwrap_or_default();
                return Ok(Self { text, small: is_small.then_some(values), dotted });
            }
            at += 1;
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

/// A text that is plainly a version: perhaps a `v`, three small numbers, and at most a pre-release. For all others there is
/// [`Parts::read`].
fn plain(text: &[u8]) -> Option<([u64; 3], &[u8])> {
    let text = text.strip_prefix(b"v").unwrap_or(text);
    let mut numbers = [0_u64; 3];
    let mut at = 0;
    let mut number = numbers.iter_mut();
    let mut room = number.next()?;
    let mut len = 0;
    loop {
        match text.get(at) {
            Some(byte @ b'0'..=b'9') => {
                *room = room.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                len += 1;
            }
            Some(b'.') if len > 0 => {
                room = number.next()?;
                len = 0;
            }
            rest => {
                if len == 0 || number.next().is_some() || at > 18 {
                    return None;
                }
                return match rest {
                    None => Some((numbers, &[])),
                    Some(b'-') => Some((numbers, plain_pre(text.get(at + 1..)?)?)),
                    Some(_) => None,
                };
            }
        }
        at += 1;
    }
}

/// Writes a plain release in one pass: most versions are one.
fn write_plain(text: &[u8], out: &mut Writer) -> Option<()> {
    let mut rest = text.strip_prefix(b"v").unwrap_or(text);
    rest = out.leading_number(rest)?.strip_prefix(b".")?;
    rest = out.leading_number(rest)?.strip_prefix(b".")?;
    rest = out.leading_number(rest)?;
    out.byte(RELEASE);
    rest.is_empty().then_some(())
}

/// The key of a plain release, without its parts being read first.
pub(crate) fn plain_key(text: &str) -> Option<Key> {
    let mut out = Writer::new();
    write_plain(text.as_bytes(), &mut out)?;
    Some(out.key())
}

fn plain_pre(pre: &[u8]) -> Option<&[u8]> {
    let mut after_dot = true;
    for byte in pre {
        match byte {
            b'.' if after_dot => return None,
            b'.' => after_dot = true,
            byte if is_identifier(*byte) => after_dot = false,
            _ => return None,
        }
    }
    (!after_dot).then_some(pre)
}

/// Precedence of two texts, where both are plain.
pub(crate) fn compare_plain(a: &str, b: &str) -> Option<Ordering> {
    let (x, a) = plain(a.as_bytes())?;
    let (y, b) = plain(b.as_bytes())?;
    Some(x.cmp(&y).then_with(|| compare_pre((a, Division::Dots), (b, Division::Dots))))
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
