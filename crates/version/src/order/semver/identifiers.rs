use core::cmp::Ordering;

use super::parts::Division;
use crate::scan::compare_numbers;
use crate::writer::Writer;

pub(crate) const fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~')
}
pub(super) fn compare_pre((a, x): (&[u8], Division), (b, y): (&[u8], Division)) -> Ordering {
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
/// What follows an identifier, in order: the end, a number, a word.
const IDENTIFIERS_END: u8 = 1;
const WORD: u8 = 0xFF;
pub(super) fn is_number(identifier: &[u8]) -> bool {
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

pub(super) struct Identifiers<'a> {
    pub(super) rest: &'a [u8],
    pub(super) division: Division,
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
