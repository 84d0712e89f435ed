//! Arch Linux packages: vercmp(8), as libalpm's `alpm_pkg_vercmp()` compares.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::scan::{Scan, compare_numbers, trim};
use crate::writer::Writer;
use crate::{Key, Unparsable};

pub(crate) struct Pacman;

/// `[epoch:]version[-release]`.
struct Version<'a> {
    epoch: &'a [u8],
    version: &'a [u8],
    release: Option<&'a [u8]>,
}

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        let digits = scan.digits();
        let (epoch, rest) = if scan.eat(b':') { (digits, scan.rest()) } else { (&[] as &[u8], text) };
        let (version, release) = match rest.iter().rposition(|byte| *byte == b'-') {
            Some(at) => {
                let (version, release) = rest.split_at(at);
                (version, release.strip_prefix(b"-"))
            }
            None => (rest, None),
        };
        Ok(Self { epoch, version, release })
    }
}

/// A run of digits or letters and how many other bytes come before it.
struct Segment<'a> {
    separators: usize,
    text: &'a [u8],
}

impl Segment<'_> {
    fn is_number(&self) -> bool {
        self.text.first().is_some_and(u8::is_ascii_digit)
    }
}

/// The next segment; None at the end, with the separators that stand there.
fn segment<'a>(scan: &mut Scan<'a>) -> Result<Segment<'a>, usize> {
    let separators = scan.take_while(|byte| !byte.is_ascii_alphanumeric()).len();
    let text = match scan.peek() {
        None => return Err(separators),
        Some(byte) if byte.is_ascii_digit() => scan.digits(),
        Some(_) => scan.take_while(|byte| byte.is_ascii_alphabetic()),
    };
    Ok(Segment { separators, text })
}

/// libalpm's `rpmvercmp()`, which left rpm's before `~` and `^` and minds how many separators there are.
fn compare_labels(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (Scan::new(a), Scan::new(b));
    loop {
        // Letters right after what is equal are a pre-release; where both sides still have separators, they are
        // skipped before one side is found to have ended.
        if a.is_done() || b.is_done() {
            return ending(a.peek(), b.peek());
        }
        let (x, y) = match (segment(&mut a), segment(&mut b)) {
            (Ok(x), Ok(y)) => (x, y),
            (x, y) => {
                let first =
                    |segment: Result<Segment<'_>, usize>| segment.ok().and_then(|s| s.text.first().copied());
                return ending(first(x), first(y));
            }
        };
        let order = x.separators.cmp(&y.separators).then_with(|| match (x.is_number(), y.is_number()) {
            (true, true) => compare_numbers(x.text, y.text),
            (false, false) => x.text.cmp(y.text),
            (x, y) => x.cmp(&y),
        });
        if order.is_ne() {
            return order;
        }
    }
}

/// "The final showdown": at least one side has ended; letters on the other make that one older.
fn ending(a: Option<u8>, b: Option<u8>) -> Ordering {
    let side = |byte: u8| if byte.is_ascii_alphabetic() { Ordering::Less } else { Ordering::Greater };
    match (a, b) {
        (None, None) => Ordering::Equal,
        (Some(a), _) => side(a),
        (None, Some(b)) => side(b).reverse(),
    }
}

/// What a label goes on with, in order.
const PRE_RELEASE: u8 = 1;
const END: u8 = 2;
const NUMBER: u8 = 3;
const SEPARATED: u8 = 4;

fn write_label(label: &[u8], out: &mut Writer) -> bool {
    let mut scan = Scan::new(label);
    loop {
        match segment(&mut scan) {
            // Trailing separators have no fixed place: `1..a` < `1.` < `1.1` < `1..a`.
            Err(separators) => {
                out.byte(END);
                return separators == 0;
            }
            Ok(segment) => {
                match (segment.separators, segment.is_number()) {
                    (0, false) => out.byte(PRE_RELEASE),
                    (0, true) => out.byte(NUMBER),
                    (separators, _) => {
                        out.byte(SEPARATED);
                        out.count(separators);
                    }
                }
                if segment.is_number() {
                    out.number(segment.text);
                } else {
                    out.text(segment.text);
                }
            }
        }
    }
}

impl Order for Pacman {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = Version::read(a)?;
        let b = Version::read(b).map_err(Unparsable::second)?;
        Ok(compare_numbers(a.epoch, b.epoch).then_with(|| compare_labels(a.version, b.version)).then_with(
            || {
                match (a.release, b.release) {
                    (Some(a), Some(b)) => compare_labels(a, b),
                    // A missing release stands for every release.
                    _ => Ordering::Equal,
                }
            },
        ))
    }

    fn write(text: &str, _: &mut Writer) -> Result<(), Unparsable> {
        Version::read(text).map(drop)
    }

    /// None without a release, which equals releases that are not equal to each other.
    fn key(text: &str) -> Option<Key> {
        let version = Version::read(text).ok()?;
        let mut out = Writer::new();
        out.number(version.epoch);
        let faithful = write_label(version.version, &mut out) && write_label(version.release?, &mut out);
        faithful.then(|| out.key())
    }
}
