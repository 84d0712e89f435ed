//! Conan packages: Conan 2's `Version`: items between dots, a pre-release after a hyphen, a build after a plus.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::key::Writer;
use crate::scan::{Scan, compare_numbers, significant, trim};
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

fn is_number(item: &[u8]) -> bool {
    !item.is_empty() && item.iter().all(u8::is_ascii_digit)
}

/// Items without the zeros at their end.
fn items(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = text.iter().rposition(|byte| !matches!(byte, b'0' | b'.')).map_or(0, |at| at + 1);
    // A zero that ends a number, as in 10, is no zero of its own.
    let tail = text.get(end..).unwrap_or_default();
    let own = tail.iter().take_while(|byte| **byte == b'0').count();
    let kept = if end == 0 { &[] } else { text.get(..end + own).unwrap_or_default() };
    kept.split(|byte| *byte == b'.').filter(move |_| end > 0)
}

/// Numbers as numbers; a number and a word as text, the number as Python writes it.
fn compare_items(a: &[u8], b: &[u8]) -> Ordering {
    let written = |item| match (is_number(item), significant(item)) {
        (true, []) => b"0" as &[u8],
        (true, digits) => digits,
        _ => item,
    };
    if is_number(a) && is_number(b) { compare_numbers(a, b) } else { written(a).cmp(written(b)) }
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
        if !is_number(item) {
            return false;
        }
        out.number(item);
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

    /// None with a word: `2` < `10` < `1a` < `2`.
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
        faithful.then(|| out.into_key())
    }
}
