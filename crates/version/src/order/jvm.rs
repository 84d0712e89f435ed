//! Java runtimes: JEP 223's `$VNUM(-$PRE)?(\+$BUILD)?` and, mapped to it, the older `1.8.0_131-b11`, which is 8.0.131.
//! Builds do not count.

use alloc::vec::Vec;

use super::semver::{self, is_identifier, write_identifiers};
use super::{Order, not_empty};
use crate::scan::{Scan, significant, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

pub(crate) struct Jvm;

struct Version<'a> {
    numbers: Vec<&'a [u8]>,
    pre: &'a [u8],
}

/// The update of an older version: `_131`, `u131`, `-update131`.
fn update<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let mut ahead = *scan;
    let marked = ahead.eat(b'_') || ahead.eat(b'-') || ahead.peek() == Some(b'u');
    if ahead.eat_all(b"update") {
        ahead.eat(b'_');
    } else {
        ahead.eat(b'u');
    }
    let digits = ahead.digits();
    if !marked || digits.is_empty() {
        return None;
    }
    *scan = ahead;
    Some(digits)
}

/// `-b11`, which is a build and not a pre-release.
fn is_build(identifier: &[u8]) -> bool {
    identifier
        .strip_prefix(b"b")
        .is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        scan.eat_all(b"1.");
        let mut numbers = Vec::new();
        loop {
            let digits = scan.digits();
            if digits.is_empty() {
                return Err(scan.because(Reason::NumberExpected));
            }
            numbers.push(significant(digits));
            if !scan.eat(b'.') {
                break;
            }
        }
        if let Some(update) = update(&mut scan) {
            numbers.resize(numbers.len().max(3), &[]);
            if let Some(patch) = numbers.get_mut(2).filter(|patch| patch.is_empty()) {
                *patch = significant(update);
            }
        }
        while numbers.last().is_some_and(|number| number.is_empty()) {
            numbers.pop();
        }
        let mut pre: &[u8] = &[];
        while scan.eat(b'-') {
            let part = scan.take_while(|byte| byte != b'-' && (is_identifier(byte) || byte == b'.'));
            if part.is_empty() {
                return Err(scan.because(Reason::EmptyPart));
            }
            if pre.is_empty() && !is_build(part) {
                pre = part;
            }
        }
        if scan.eat(b'+') {
            scan.take_while(|byte| is_identifier(byte) || byte == b'.');
        }
        if scan.is_done() { Ok(Self { numbers, pre }) } else { Err(scan.error()) }
    }
}

impl Order for Jvm {
    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let version = Version::read(text)?;
        for number in version.numbers {
            out.number(number);
        }
        if version.pre.is_empty() {
            out.byte(semver::RELEASE);
        } else {
            out.byte(semver::PRE_RELEASE);
            write_identifiers(version.pre.split(|byte| *byte == b'.').filter(|part| !part.is_empty()), out);
        }
        Ok(())
    }
}
