//! Java packages: Maven's "Version Order Specification" (POM reference) and `ComparableVersion`, which implements it.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::scan::{Scan, compare_numbers, significant, trim};
use crate::writer::Writer;
use crate::{Key, Unparsable};

pub(crate) struct Maven;

/// A list of items, of which the last may be a list again; that one is what follows [`Nested`](Self::Nested).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item<'a> {
    /// Digits without leading zeros.
    Number(&'a [u8]),
    Qualifier(Qualifier<'a>),
    Nested,
}

/// Known qualifiers by their place, all others as text, in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Qualifier<'a> {
    Known(u8),
    Other(&'a [u8]),
}

/// `ga`, `final`, `release` and nothing at all.
const RELEASE: u8 = 6;
const KNOWN: [(&[u8], u8); 10] = [
    (b"alpha", 1),
    (b"beta", 2),
    (b"milestone", 3),
    (b"rc", 4),
    (b"cr", 4),
    (b"snapshot", 5),
    (b"ga", RELEASE),
    (b"final", RELEASE),
    (b"release", RELEASE),
    (b"sp", 7),
];

impl<'a> Qualifier<'a> {
    fn new(text: &'a [u8], before_digit: bool) -> Self {
        match text {
            b"a" | b"A" if before_digit => return Self::Known(1),
            b"b" | b"B" if before_digit => return Self::Known(2),
            b"m" | b"M" if before_digit => return Self::Known(3),
            _ => {}
        }
        match KNOWN.iter().find(|(known, _)| text.eq_ignore_ascii_case(known)) {
            Some((_, place)) => Self::Known(*place),
            None => Self::Other(text),
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => a.cmp(&b),
            (Self::Known(_), Self::Other(_)) => Ordering::Less,
            (Self::Other(_), Self::Known(_)) => Ordering::Greater,
            (Self::Other(a), Self::Other(b)) => {
                let lower = u8::to_ascii_lowercase;
                a.iter().map(lower).cmp(b.iter().map(lower))
            }
        }
    }
}

impl Item<'_> {
    /// Against nothing, which is 0 or the release.
    fn sign(self) -> Ordering {
        match self {
            Self::Number(digits) => digits.len().cmp(&0),
            Self::Qualifier(qualifier) => qualifier.compare(Qualifier::Known(RELEASE)),
            Self::Nested => Ordering::Equal,
        }
    }
}

/// `parseVersion()`: splits at dots, hyphens and between digits and others, and opens a list at each of these but
/// the dot; a qualifier at the end, or before a digit, opens one whatever comes before it.
fn split(text: &[u8]) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut scan = Scan::new(text);
    let mut list_is_empty = true;
    while let Some(first) = scan.peek() {
        if first == b'.' || first == b'-' {
            scan.next();
            items.push(Item::Number(&[]));
            list_is_empty = false;
            if first == b'-' {
                items.push(Item::Nested);
                list_is_empty = true;
            }
            continue;
        }
        let is_number = first.is_ascii_digit();
        let run = if is_number {
            scan.digits()
        } else {
            scan.take_while(|byte| !byte.is_ascii_digit() && byte != b'.' && byte != b'-')
        };
        let next = scan.peek();
        let before_digit = !is_number && next.is_some_and(|byte| byte.is_ascii_digit());
        if !is_number && (next.is_none() || before_digit) && !list_is_empty {
            items.push(Item::Nested);
        }
        items.push(if is_number {
            Item::Number(significant(run))
        } else {
            Item::Qualifier(Qualifier::new(run, before_digit))
        });
        list_is_empty = false;
        match next {
            Some(b'.') => {
                scan.next();
            }
            Some(b'-') => {
                scan.next();
                items.push(Item::Nested);
                list_is_empty = true;
            }
            Some(_) => {
                items.push(Item::Nested);
                list_is_empty = true;
            }
            None => {}
        }
    }
    items
}

/// `normalize()`: from the innermost list outwards, what is nothing is cut from the end of each list.
fn items(text: &[u8]) -> Vec<Item<'_>> {
    let mut kept = Vec::new();
    let mut cutting = true;
    for item in split(text).into_iter().rev() {
        match item {
            Item::Nested => {
                if !kept.is_empty() {
                    kept.push(Item::Nested);
                }
                cutting = true;
            }
            item if cutting && item.sign().is_eq() => {}
            item => {
                cutting = false;
                kept.push(item);
            }
        }
    }
    kept.reverse();
    kept
}

/// What is left on one side, against nothing.
fn sign<'a>(rest: impl Iterator<Item = Item<'a>>) -> Ordering {
    rest.map(Item::sign).find(|sign| sign.is_ne()).unwrap_or(Ordering::Equal)
}

/// `ListItem.compareTo()`: qualifiers come before lists, lists before numbers.
fn compare(a: &[Item<'_>], b: &[Item<'_>]) -> Ordering {
    let (mut a, mut b) = (a.iter().copied(), b.iter().copied());
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(x), None) => return sign(core::iter::once(x).chain(a)),
            (None, Some(y)) => return sign(core::iter::once(y).chain(b)).reverse(),
            (Some(Item::Nested), Some(Item::Nested)) => Ordering::Equal,
            (Some(Item::Number(x)), Some(Item::Number(y))) => compare_numbers(x, y),
            (Some(Item::Qualifier(x)), Some(Item::Qualifier(y))) => x.compare(y),
            (Some(x), Some(y)) => {
                let kind = |item| match item {
                    Item::Qualifier(_) => 0,
                    Item::Nested => 1,
                    Item::Number(_) => 2,
                };
                kind(x).cmp(&kind(y))
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn read(text: &str) -> Result<Vec<Item<'_>>, Unparsable> {
    let text = trim(text);
    not_empty(text)?;
    Ok(items(text))
}

/// What a list goes on with, in order: a list below nothing, the end, a list above nothing; then numbers.
const LIST_BELOW: u8 = 1;
const END: u8 = 2;
const LIST_ABOVE: u8 = 3;
/// The place of a known qualifier is its byte; others come after them, and a list where a qualifier could stand
/// after those.
const OTHER: u8 = 8;
const LIST_FIRST: u8 = 9;

/// Whether the order of such items can be put in bytes.
///
/// `ComparableVersion` has no order where a qualifier stands after something in its list, as in `1.foo.1`:
/// `1-rc` < `1` < `1.foo.1` < `1-rc`. The same goes for a qualifier that begins a version, and for a list below nothing
/// that begins one, as in `1-ga-rc`.
fn write(items: &[Item<'_>], out: &mut Writer) -> bool {
    let mut first_of_nested = false;
    let mut rest = items;
    while let Some((item, after)) = rest.split_first() {
        match item {
            Item::Number(digits) => out.number(digits),
            Item::Qualifier(_) if !first_of_nested => return false,
            Item::Qualifier(Qualifier::Known(place)) => out.byte(*place),
            Item::Qualifier(Qualifier::Other(text)) => {
                out.byte(OTHER);
                for byte in *text {
                    out.byte(byte.to_ascii_lowercase());
                }
                out.byte(0);
            }
            // The lists in a row that begin with each other share the sign of the first.
            Item::Nested if first_of_nested => out.byte(LIST_FIRST),
            Item::Nested => {
                let is_below = sign(after.iter().copied()).is_lt();
                if is_below && after.first() == Some(&Item::Nested) {
                    return false;
                }
                out.byte(if is_below { LIST_BELOW } else { LIST_ABOVE });
            }
        }
        first_of_nested = *item == Item::Nested;
        rest = after;
    }
    out.byte(END);
    true
}

impl Order for Maven {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = read(a)?;
        let b = read(b).map_err(Unparsable::second)?;
        Ok(compare(&a, &b))
    }

    fn write(text: &str, _: &mut Writer) -> Result<(), Unparsable> {
        read(text).map(drop)
    }

    fn key(text: &str) -> Option<Key> {
        let text = trim(text);
        if !text.is_ascii() || text.contains(&0) {
            return None;
        }
        let mut out = Writer::new();
        let faithful = write(&items(text), &mut out);
        (faithful && !text.is_empty()).then(|| out.key())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        not_empty(trim(text))
    }
}
