//! RPM packages: rpm-version(7), as rpm's `rpmvercmp()` and `rpmVersionCompare()` compare.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::Unparsable;
use crate::scan::{Scan, common, compare_numbers, trim};
use crate::writer::Writer;

mod nevra;

pub use nevra::Nevra;

pub(crate) struct Rpm;

/// `[epoch:]version[-release]`.
#[derive(Clone, Copy)]
pub(crate) struct Evr<'a> {
    epoch: &'a [u8],
    version: &'a [u8],
    release: Option<&'a [u8]>,
}

impl<'a> Evr<'a> {
    /// `parseEVR()`: an epoch is digits before the first colon, perhaps none; the release begins at the last hyphen.
    pub(crate) fn read(text: &'a str) -> Result<Self, Unparsable> {
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

    /// A missing epoch is 0; a missing release is lower than every release.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_labels(self.version, other.version))
            .then_with(|| match (self.release, other.release) {
                (Some(a), Some(b)) => compare_labels(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            })
    }
}

/// What a label goes on with, in the order in which rpm prefers them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Tilde = 1,
    End,
    Caret,
    Letters,
    Digits,
}

fn next(scan: &mut Scan<'_>) -> Next {
    loop {
        return match scan.peek() {
            None => Next::End,
            Some(b'~') => Next::Tilde,
            Some(b'^') => Next::Caret,
            Some(byte) if byte.is_ascii_digit() => Next::Digits,
            Some(byte) if byte.is_ascii_alphabetic() => Next::Letters,
            Some(_) => {
                scan.next();
                continue;
            }
        };
    }
}

/// Where the run begins in which two labels part that are the same up to `same`.
fn run_start(label: &[u8], same: usize) -> usize {
    let start = label.get(..same).unwrap_or_default();
    let run = match start.last() {
        Some(byte) if byte.is_ascii_digit() => {
            start.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
        }
        Some(byte) if byte.is_ascii_alphabetic() => {
            start.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count()
        }
        _ => 0,
    };
    same - run
}

/// `rpmvercmp()`: runs of digits and letters, whatever separates them.
pub(crate) fn compare_labels(a: &[u8], b: &[u8]) -> Ordering {
    let start = run_start(a, common(a, b));
    compare_runs(a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default())
}

/// Most pairs begin alike and part within the version or within the release; only what comes from there on decides.
fn compare_from_where_they_part(a: &[u8], b: &[u8]) -> Option<Ordering> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let same = common(a, b);
    let parts_in_epoch = |text: &[u8]| {
        text.iter()
            .position(|byte| !byte.is_ascii_digit())
            .is_some_and(|at| at >= same && text.get(at) == Some(&b':'))
    };
    if parts_in_epoch(a) || parts_in_epoch(b) {
        return None;
    }
    let hyphen = |text: &[u8]| text.iter().rposition(|byte| *byte == b'-');
    let order = match (hyphen(a), hyphen(b)) {
        (Some(x), Some(y)) if x == y && x < same => {
            let start = run_start(a, same).max(x + 1);
            return Some(compare_runs(a.get(start..)?, b.get(start..)?));
        }
        (Some(x), Some(y)) if x >= same && y >= same => {
            let start = run_start(a, same);
            compare_runs(a.get(start..x)?, b.get(start..y)?)
        }
        (None, None) => {
            let start = run_start(a, same);
            return Some(compare_runs(a.get(start..)?, b.get(start..)?));
        }
        _ => return None,
    };
    Some(order).filter(|order| order.is_ne())
}

fn compare_runs(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (Scan::new(a), Scan::new(b));
    loop {
        let kind = next(&mut a);
        match kind.cmp(&next(&mut b)) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
        let run = match kind {
            Next::End => return Ordering::Equal,
            Next::Tilde | Next::Caret => {
                a.next();
                b.next();
                Ordering::Equal
            }
            Next::Digits => compare_numbers(a.digits(), b.digits()),
            Next::Letters => letters(&mut a).cmp(letters(&mut b)),
        };
        if run.is_ne() {
            return run;
        }
    }
}

fn letters<'a>(scan: &mut Scan<'a>) -> &'a [u8] {
    scan.take_while(|byte| byte.is_ascii_alphabetic())
}

/// Ends a run of letters: below every letter, so that `a` comes before `aa`.
const LETTERS_END: u8 = 4;

fn write_label(label: &[u8], out: &mut Writer) {
    let mut scan = Scan::new(label);
    loop {
        match next(&mut scan) {
            Next::End => return out.byte(Next::End as u8),
            kind @ (Next::Tilde | Next::Caret) => {
                out.byte(kind as u8);
                scan.next();
            }
            Next::Letters => {
                out.bytes(letters(&mut scan));
                out.byte(LETTERS_END);
            }
            Next::Digits => out.number(scan.digits()),
        }
    }
}

impl Order for Rpm {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        if let Some(order) = compare_from_where_they_part(trim(a), trim(b)) {
            return Ok(order);
        }
        let a = Evr::read(a)?;
        let b = Evr::read(b).map_err(Unparsable::second)?;
        Ok(a.compare(&b))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let evr = Evr::read(text)?;
        out.number(evr.epoch);
        write_label(evr.version, out);
        match evr.release {
            None => out.byte(1),
            Some(release) => {
                out.byte(2);
                write_label(release, out);
            }
        }
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Evr::read(text).map(drop)
    }
}
