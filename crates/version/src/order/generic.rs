//! Versions of software that no package manager orders: what a person takes them for.
//!
//! A version is its runs of digits and of letters; letters count in any case, other characters only separate. Numbers
//! compare as numbers. Zeros before a word or at the end do not count, so that `1.0` is `1` and `1.0rc1` is `1rc1`.
//! Words for what comes before a release, and `~`, come before its end: `dev`, `alpha`, `beta`, `milestone`, `pre`, `rc`,
//! `snapshot`; `a`, `b` and `m` are short for three of them before a number. `final`, `ga`, `release` and `stable` are
//! nothing. Every other word comes after the end and before every number: `1.1.1` < `1.1.1a` < `1.1.1.1`. A `v` before
//! the first number, and all that follows a `+`, does not count.

use super::{Order, not_empty};
use crate::scan::{Scan, significant, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

pub(crate) struct Generic;

/// What a version goes on with, in order.
const TILDE: u8 = 1;
const BEFORE: u8 = 2;
const END: u8 = 3;
const WORD: u8 = 4;
const NUMBER_AFTER_ZEROS: u8 = 5;

/// Words for what comes before a release, in order.
const STAGES: [(&[u8], u8); 13] = [
    (b"dev", 1),
    (b"alpha", 2),
    (b"beta", 3),
    (b"milestone", 4),
    (b"pre", 5),
    (b"preview", 5),
    (b"prerelease", 5),
    (b"rc", 6),
    (b"cr", 6),
    (b"c", 6),
    (b"snapshot", 7),
    (b"nightly", 7),
    (b"canary", 7),
];
const SHORT: [(&[u8], u8); 3] = [(b"a", 2), (b"b", 3), (b"m", 4)];
const NOTHING: [&[u8]; 4] = [b"final", b"ga", b"release", b"stable"];

fn place(word: &[u8], before_digit: bool) -> Option<u8> {
    let find = |places: &[(&[u8], u8)]| {
        places.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, place)| *place)
    };
    if before_digit {
        find(&SHORT).or_else(|| find(&STAGES))
    } else {
        find(&STAGES).filter(|_| word.len() > 1)
    }
}

impl Order for Generic {
    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        if matches!(text, [b'v' | b'V', b'0'..=b'9', ..]) {
            scan.next();
        }
        let mut zeros = 0;
        let mut has_number = false;
        loop {
            scan.take_while(|byte| !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'+');
            match scan.peek() {
                None | Some(b'+') => break,
                Some(b'~') => {
                    scan.next();
                    zeros = 0;
                    out.byte(TILDE);
                }
                Some(b'0'..=b'9') => {
                    has_number = true;
                    let digits = significant(scan.digits());
                    if digits.is_empty() {
                        zeros += 1;
                        continue;
                    }
                    if zeros > 0 {
                        out.byte(NUMBER_AFTER_ZEROS);
                        out.count_down(zeros);
                        zeros = 0;
                    }
                    out.number(digits);
                }
                Some(_) => {
                    let word = scan.take_while(|byte| byte.is_ascii_alphabetic());
                    if NOTHING.iter().any(|nothing| word.eq_ignore_ascii_case(nothing)) {
                        continue;
                    }
                    zeros = 0;
                    match place(word, scan.peek().is_some_and(|byte| byte.is_ascii_digit())) {
                        Some(place) => out.bytes(&[BEFORE, place]),
                        None => {
                            out.byte(WORD);
                            for byte in word {
                                out.byte(byte.to_ascii_lowercase());
                            }
                            out.byte(0);
                        }
                    }
                }
            }
        }
        out.byte(END);
        if has_number { Ok(()) } else { Err(Unparsable::at(0, Reason::Named)) }
    }
}
