//! Versions from before PEP 440, ordered as `packaging.version.LegacyVersion` did until packaging 21: setuptools'
//! `parse_version`, with every legacy version before all others.

use alloc::vec::Vec;

use crate::writer::Writer;

/// A part of the version: a number padded to eight digits, or a star and a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Number(&'a [u8]),
    Word(&'a [u8]),
}

const FINAL: &[u8] = b"final";
const HYPHEN: &[u8] = b"final-";

impl Part<'_> {
    fn is_zero(self) -> bool {
        matches!(self, Self::Number(digits) if digits.len() <= 8 && digits.iter().all(|digit| *digit == b'0'))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digits,
    Letters,
    Dot,
    Hyphen,
    Other,
}

fn kind(byte: u8) -> Kind {
    match byte.to_ascii_lowercase() {
        b'0'..=b'9' => Kind::Digits,
        b'a'..=b'z' => Kind::Letters,
        b'.' => Kind::Dot,
        b'-' => Kind::Hyphen,
        _ => Kind::Other,
    }
}

/// `_parse_version_parts()`: runs of digits, letters and of all else; each dot and hyphen is alone.
fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.chunk_by(|a, b| kind(*a) == kind(*b) && !matches!(kind(*a), Kind::Dot | Kind::Hyphen))
}

fn part(piece: &[u8]) -> Option<Part<'_>> {
    let is = |word: &[u8]| piece.eq_ignore_ascii_case(word);
    match piece.first().copied().map(kind)? {
        Kind::Dot => None,
        Kind::Digits => Some(Part::Number(piece)),
        Kind::Hyphen => Some(Part::Word(HYPHEN)),
        _ if is(b"pre") || is(b"preview") || is(b"rc") => Some(Part::Word(b"c")),
        _ if is(b"dev") => Some(Part::Word(b"@")),
        _ => Some(Part::Word(piece)),
    }
}

/// `_legacy_cmpkey()`.
fn push<'a>(parts: &mut Vec<Part<'a>>, part: Part<'a>) {
    if let Part::Word(word) = part {
        let lower = u8::to_ascii_lowercase;
        if word.iter().map(lower).lt(FINAL.iter().copied()) {
            while parts.last() == Some(&Part::Word(HYPHEN)) {
                parts.pop();
            }
        }
        while parts.last().is_some_and(|part| part.is_zero()) {
            parts.pop();
        }
    }
    parts.push(part);
}

pub(super) fn write(text: &[u8], out: &mut Writer) {
    let mut parts = Vec::new();
    for part in pieces(text).filter_map(part) {
        push(&mut parts, part);
    }
    push(&mut parts, Part::Word(FINAL));
    for part in parts {
        match part {
            Part::Number(digits) => {
                for _ in digits.len()..8 {
                    out.byte(b'0');
                }
                out.bytes(digits);
            }
            Part::Word(word) => {
                out.byte(b'*');
                for byte in word {
                    // A zero byte ends a part, so one in the text takes the place of the byte above it.
                    out.byte(byte.to_ascii_lowercase().max(1));
                }
            }
        }
        out.byte(0);
    }
}
