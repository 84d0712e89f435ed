//! Conan packages: Conan 2's `Version`: items between dots, a pre-release after a hyphen, a build after a plus.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::scan::{Scan, compare_numbers, significant, trim};
use crate::writer::Writer;
use crate::{Key, Unparsable};

pub(crate) struct Conan;

struct Version<'a> {
    main: &'a [u8],
    pre: Option<&'a [u8]>,
    build: Option<&'a [u8]>,
}

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        scan.take_while(|byte| byte.is_ascii_graphic());
        if !scan.is_done() {
            return Err(scan.error());
        }
        let cut = |text: &'a [u8], at: Option<usize>| match at {
            Some(at) => {
                let (head, tail) = text.split_at(at);
                (head, tail.get(1..))
            }
            None => (text, None),
        };
        let (rest, build) = cut(text, text.iter().rposition(|byte| *byte == b'+'));
        let (main, pre) = cut(rest, rest.iter().position(|byte| *byte == b'-'));
        Ok(Self { main, pre, build })
    }
}

/// What Python's `int()` takes: a sign and digits.
fn number(item: &[u8]) -> Option<(bool, &[u8])> {
    let digits = item.strip_prefix(b"-").or(item.strip_prefix(b"+")).unwrap_or(item);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let digits = significant(digits);
    is_number.then_some((item.starts_with(b"-") && !digits.is_empty(), digits))
}

/// Items without the zeros at their end.
fn items(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut kept = Some(text);
    while let Some(text) = kept {
        let dot = text.iter().rposition(|byte| *byte == b'.');
        let last = dot.map_or(text, |dot| text.get(dot + 1..).unwrap_or_default());
        if number(last).is_none_or(|(_, digits)| !digits.is_empty()) {
            break;
        }
        kept = dot.map(|dot| text.get(..dot).unwrap_or_default());
    }
    kept.into_iter().flat_map(|text| text.split(|byte| *byte == b'.'))
}

/// Numbers as numbers; a number and a word as text, the number as Python writes it.
fn compare_items(a: &[u8], b: &[u8]) -> Ordering {
    match (number(a), number(b)) {
        (Some((false, a)), Some((false, b))) => compare_numbers(a, b),
        (Some((true, a)), Some((true, b))) => compare_numbers(b, a),
        (Some((a, _)), Some((b, _))) => b.cmp(&a),
        (Some(a), None) => written(a).cmp(b.iter().copied()),
        (None, Some(b)) => a.iter().copied().cmp(written(b)),
        (None, None) => a.cmp(b),
    }
}

fn written((negative, digits): (bool, &[u8])) -> impl Iterator<Item = u8> {
    let sign: &[u8] = if negative { b"-" } else { b"" };
    let digits: &[u8] = if digits.is_empty() { b"0" } else { digits };
    sign.iter().chain(digits).copied()
}

fn compare_lists(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (items(a), items(b));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => compare_items(a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// What a list goes on with: the end, or a number.
const END: u8 = 1;
/// Whether a part is there: a pre-release comes before none, a build after none.
const PRE_RELEASE: u8 = 1;
const RELEASE: u8 = 2;
const NO_BUILD: u8 = 1;
const BUILD: u8 = 2;

fn write_list(text: &[u8], out: &mut Writer) -> bool {
    for item in items(text) {
        match number(item) {
            Some((false, digits)) => out.number(digits),
            _ => return false,
        }
    }
    out.byte(END);
    true
}

impl Order for Conan {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = Version::read(a)?;
        let b = Version::read(b).map_err(Unparsable::second)?;
        Ok(compare_lists(a.main, b.main)
            .then_with(|| match (a.pre, b.pre) {
                (Some(a), Some(b)) => compare_lists(a, b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            })
            .then_with(|| match (a.build, b.build) {
                (Some(a), Some(b)) => compare_lists(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            }))
    }

    fn write(text: &str, _: &mut Writer) -> Result<(), Unparsable> {
        Version::read(text).map(drop)
    }

    /// None with a word or a sign: `2` < `10` < `1a` < `2`.
    fn key(text: &str) -> Option<Key> {
        let version = Version::read(text).ok()?;
        let mut out = Writer::new();
        let mut faithful = write_list(version.main, &mut out);
        match version.pre {
            Some(pre) => {
                out.byte(PRE_RELEASE);
                faithful &= write_list(pre, &mut out);
            }
            None => out.byte(RELEASE),
        }
        match version.build {
            Some(build) => {
                out.byte(BUILD);
                faithful &= write_list(build, &mut out);
            }
            None => out.byte(NO_BUILD),
        }
        faithful.then(|| out.key())
    }
}
