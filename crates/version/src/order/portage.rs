//! Gentoo packages: the Package Manager Specification, section 3.3 "Version Comparison".

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::Unparsable;
use crate::scan::{Scan, compare_numbers, trim};
use crate::writer::Writer;

pub(crate) struct Portage;

struct Version<'a> {
    /// The numbers with dots between them.
    numbers: &'a [u8],
    letter: u8,
    /// Suffixes, each with its underscore.
    suffixes: &'a [u8],
    revision: &'a [u8],
}

/// Suffixes in order; the end of the suffixes comes before the last.
const SUFFIXES: [(&[u8], u8); 5] = [(b"alpha", 1), (b"beta", 2), (b"pre", 3), (b"rc", 4), (b"p", 6)];
const SUFFIXES_END: u8 = 5;

/// One suffix and its number, which may be missing.
fn suffix<'a>(scan: &mut Scan<'a>) -> Option<(u8, &'a [u8])> {
    if !scan.eat(b'_') {
        return None;
    }
    let name = scan.take_while(|byte| byte.is_ascii_lowercase());
    let (_, place) = SUFFIXES.iter().find(|(known, _)| *known == name)?;
    Some((*place, scan.digits()))
}

impl<'a> Version<'a> {
    /// Section 3.2 "Version Specifications".
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        loop {
            if scan.digits().is_empty() {
                return Err(scan.error());
            }
            if !scan.eat(b'.') {
                break;
            }
        }
        let numbers = consumed(text, &scan);
        let letter = match scan.peek() {
            Some(letter @ b'a'..=b'z') => {
                scan.next();
                letter
            }
            _ => 0,
        };
        let start = scan.rest();
        while scan.peek() == Some(b'_') {
            suffix(&mut scan).ok_or_else(|| scan.error())?;
        }
        let suffixes = consumed(start, &scan);
        let mut revision: &[u8] = &[];
        if scan.eat_all(b"-r") {
            revision = scan.digits();
            if revision.is_empty() {
                return Err(scan.error());
            }
        }
        if scan.is_done() { Ok(Self { numbers, letter, suffixes, revision }) } else { Err(scan.error()) }
    }
}

fn consumed<'a>(start: &'a [u8], scan: &Scan<'_>) -> &'a [u8] {
    start.get(..start.len() - scan.rest().len()).unwrap_or_default()
}

/// A number after the first, algorithm 3.3: with a leading zero on either side they compare as fractions do.
#[derive(Clone, Copy)]
enum Component<'a> {
    Fraction(&'a [u8]),
    Number(&'a [u8]),
}

fn component(digits: &[u8]) -> Component<'_> {
    if !digits.starts_with(b"0") {
        return Component::Number(digits);
    }
    let end = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |at| at + 1);
    Component::Fraction(digits.get(..end).unwrap_or_default())
}

/// Algorithms 3.2 and 3.3. A fraction begins with 0 and so comes before every number, also as text.
fn compare_all_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (Scan::new(a), Scan::new(b));
    let mut order = compare_numbers(a.digits(), b.digits());
    while order.is_eq() {
        match (a.eat(b'.'), b.eat(b'.')) {
            (false, false) => return Ordering::Equal,
            (true, true) => {}
            (a, b) => return a.cmp(&b),
        }
        order = match (component(a.digits()), component(b.digits())) {
            (Component::Number(a), Component::Number(b)) => compare_numbers(a, b),
            (Component::Fraction(a), Component::Fraction(b)) => a.cmp(b),
            (Component::Fraction(_), Component::Number(_)) => Ordering::Less,
            (Component::Number(_), Component::Fraction(_)) => Ordering::Greater,
        };
    }
    order
}

/// Algorithms 3.5 and 3.6.
fn compare_suffixes(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (Scan::new(a), Scan::new(b));
    loop {
        let (x, y) = (suffix(&mut a), suffix(&mut b));
        let place = |suffix: Option<(u8, _)>| suffix.map_or(SUFFIXES_END, |(place, _)| place);
        let order = place(x).cmp(&place(y)).then_with(|| match (x, y) {
            (Some((_, x)), Some((_, y))) => compare_numbers(x, y),
            _ => Ordering::Equal,
        });
        if order.is_ne() || x.is_none() {
            return order;
        }
    }
}

/// What the numbers go on with, in order; a number is its own first byte.
const NUMBERS_END: u8 = 1;
const FRACTION: u8 = 2;

impl Order for Portage {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = Version::read(a)?;
        let b = Version::read(b).map_err(Unparsable::second)?;
        Ok(compare_all_numbers(a.numbers, b.numbers)
            .then_with(|| a.letter.cmp(&b.letter))
            .then_with(|| compare_suffixes(a.suffixes, b.suffixes))
            .then_with(|| compare_numbers(a.revision, b.revision)))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let version = Version::read(text)?;
        let mut scan = Scan::new(version.numbers);
        out.number(scan.digits());
        while scan.eat(b'.') {
            match component(scan.digits()) {
                Component::Number(digits) => out.number(digits),
                Component::Fraction(digits) => {
                    out.byte(FRACTION);
                    out.text(digits);
                }
            }
        }
        out.byte(NUMBERS_END);
        out.byte(version.letter);
        let mut scan = Scan::new(version.suffixes);
        while let Some((place, number)) = suffix(&mut scan) {
            out.byte(place);
            out.number(number);
        }
        out.byte(SUFFIXES_END);
        out.number(version.revision);
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Version::read(text).map(drop)
    }
}
