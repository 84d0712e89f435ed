//! .NET packages: NuGet's "Version normalization" and "Version comparison", as `VersionComparer` compares: up to four
//! numbers, labels in any case.

use core::cmp::Ordering;

use super::semver::{self, Parts};
use super::{Order, not_empty};
use crate::Unparsable;
use crate::scan::{Scan, compare_numbers, significant, trim};
use crate::writer::Writer;

pub(crate) struct NuGet;

/// A label is a number where .NET's `int.TryParse` takes it: with a sign, but not beyond 32 bits.
#[derive(Clone, Copy)]
enum Label<'a> {
    Negative(&'a [u8]),
    Number(&'a [u8]),
    Word(&'a [u8]),
}

fn label(text: &[u8]) -> Label<'_> {
    let (digits, negative) = match text.strip_prefix(b"-") {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let limit: &[u8] = if negative { b"2147483648" } else { b"2147483647" };
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if !is_number || compare_numbers(digits, limit).is_gt() {
        return Label::Word(text);
    }
    match significant(digits) {
        digits if negative && !digits.is_empty() => Label::Negative(digits),
        digits => Label::Number(digits),
    }
}

fn labels(pre: &[u8]) -> impl Iterator<Item = Label<'_>> {
    pre.split(|byte| *byte == b'.').filter(|part| !part.is_empty()).map(label)
}

/// Words compare by the upper-case form, `OrdinalIgnoreCase`.
fn compare_labels(a: Label<'_>, b: Label<'_>) -> Ordering {
    let upper = u8::to_ascii_uppercase;
    match (a, b) {
        (Label::Negative(a), Label::Negative(b)) => compare_numbers(b, a),
        (Label::Negative(_), _) => Ordering::Less,
        (_, Label::Negative(_)) => Ordering::Greater,
        (Label::Number(a), Label::Number(b)) => compare_numbers(a, b),
        (Label::Number(_), Label::Word(_)) => Ordering::Less,
        (Label::Word(_), Label::Number(_)) => Ordering::Greater,
        (Label::Word(a), Label::Word(b)) => a.iter().map(upper).cmp(b.iter().map(upper)),
    }
}

fn compare_releases(a: &[u8], b: &[u8]) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    let (mut a, mut b) = (labels(a), labels(b));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => compare_labels(a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// What a label list goes on with, in order: the end, a number below zero, a number, a word.
const LABELS_END: u8 = 1;
const NEGATIVE: u8 = 2;
const WORD: u8 = 0xFF;

impl NuGet {
    fn read(text: &str) -> Result<Parts<'_>, Unparsable> {
        let mut scan = semver::without_prefix(text);
        not_empty(scan.rest())?;
        Parts::read(&mut scan)
    }
}

impl Order for NuGet {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = Self::read(a)?;
        let b = Self::read(b).map_err(Unparsable::second)?;
        Ok(a.compare_numbers(&b).then_with(|| compare_releases(a.pre, b.pre)))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let parts = Self::read(text)?;
        parts.write_numbers(out);
        if parts.pre.is_empty() {
            out.byte(semver::RELEASE);
            return Ok(());
        }
        out.byte(semver::PRE_RELEASE);
        for label in labels(parts.pre) {
            match label {
                Label::Negative(digits) => {
                    out.byte(NEGATIVE);
                    out.number_down(digits);
                }
                Label::Number(digits) => out.number(digits),
                Label::Word(text) => {
                    out.byte(WORD);
                    for byte in text {
                        out.byte(byte.to_ascii_uppercase());
                    }
                    out.byte(0);
                }
            }
        }
        out.byte(LABELS_END);
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::read(text).map(drop)
    }

    /// `NuGetVersion.TryParse()`: one to four numbers of 32 bits, a release and metadata as in Semantic Versioning.
    fn accepts(text: &str) -> bool {
        let text = trim(text);
        let (rest, build) = semver::split_once(text, b'+');
        let (numbers, pre) = semver::split_once(rest, b'-');
        let mut count = 0;
        let numbers = numbers.split(|byte| *byte == b'.').all(|number| {
            count += 1;
            let mut scan = Scan::new(number);
            !scan.digits().is_empty() && scan.is_done() && compare_numbers(number, b"2147483647").is_le()
        });
        let labels = |part: Option<&[u8]>| {
            part.is_none_or(|part| {
                part.split(|byte| *byte == b'.').all(|label| {
                    !label.is_empty()
                        && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
                })
            })
        };
        numbers && count <= 4 && labels(pre) && labels(build)
    }
}
