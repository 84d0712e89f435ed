//! Debian packages: deb-version(7), as dpkg's `lib/dpkg/version.c` compares.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::scan::{Scan, common, compare_numbers, significant, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

pub(crate) struct Dpkg;

/// `[epoch:]upstream[-revision]`.
struct Version<'a> {
    epoch: &'a [u8],
    upstream: &'a [u8],
    revision: &'a [u8],
}

impl<'a> Version<'a> {
    /// Refuses what dpkg refuses with an error. What it only warns of, such as a first letter, has a place.
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let (mut colon, mut hyphen) = (None, None);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b':' if colon.is_none() => colon = Some(at),
                b'-' => hyphen = Some(at),
                b' ' | b'\t'..=b'\r' | 0 => return Err(Unparsable::at(at, Reason::Unexpected(*byte))),
                _ => {}
            }
        }
        let (mut epoch, mut rest) = (&[] as &[u8], text);
        if let Some(colon) = colon {
            // dpkg reads the epoch with strtol(), which takes a sign.
            let mut scan = Scan::new(text);
            let negative = scan.eat(b'-');
            let signed = negative || scan.eat(b'+');
            epoch = significant(scan.digits());
            if colon == usize::from(signed) || !scan.eat(b':') || (negative && !epoch.is_empty()) {
                return Err(scan.because(Reason::NumberExpected));
            }
            if compare_numbers(epoch, b"2147483647").is_gt() {
                return Err(Unparsable::at(0, Reason::NumberTooLarge));
            }
            rest = scan.rest();
        }
        let hyphen = hyphen.and_then(|hyphen| hyphen.checked_sub(text.len() - rest.len()));
        let (upstream, revision) = match hyphen.and_then(|hyphen| rest.split_at_checked(hyphen)) {
            Some((upstream, revision)) => {
                let revision = revision.strip_prefix(b"-").unwrap_or_default();
                if revision.is_empty() {
                    return Err(Unparsable::at(text.len(), Reason::EmptyPart));
                }
                (upstream, revision)
            }
            None => (rest, &[] as &[u8]),
        };
        if upstream.is_empty() {
            return Err(Unparsable::at(text.len() - rest.len(), Reason::EmptyPart));
        }
        Ok(Self { epoch, upstream, revision })
    }
}

/// `order()`: tilde before the end of the part, the end before letters, letters before all else.
const END: u8 = 2;
const fn place(byte: u8) -> u16 {
    match byte {
        b'~' => 1,
        b'A'..=b'Z' | b'a'..=b'z' => byte as u16,
        _ => 0x100 | byte as u16,
    }
}

/// `verrevcmp()`.
fn compare_parts(a: &[u8], b: &[u8]) -> Ordering {
    // What both begin with is the same, up to the number in which they part.
    let same = common(a, b);
    let start = a.get(..same).unwrap_or_default();
    let same = same - start.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (mut a, mut b) =
        (Scan::new(a.get(same..).unwrap_or_default()), Scan::new(b.get(same..).unwrap_or_default()));
    while !(a.is_done() && b.is_done()) {
        loop {
            let text = |scan: &Scan<'_>| scan.peek().filter(|byte| !byte.is_ascii_digit());
            let (x, y) = (text(&a), text(&b));
            if x.is_none() && y.is_none() {
                break;
            }
            let rank = |byte: Option<u8>| byte.map_or(u16::from(END), place);
            match rank(x).cmp(&rank(y)) {
                Ordering::Equal => {
                    a.next();
                    b.next();
                }
                unequal => return unequal,
            }
        }
        match compare_numbers(a.digits(), b.digits()) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    Ordering::Equal
}

fn write_part(part: &[u8], out: &mut Writer) {
    let mut scan = Scan::new(part);
    loop {
        for byte in scan.take_while(|byte| !byte.is_ascii_digit()) {
            match byte {
                b'~' => out.byte(1),
                b'A'..=b'Z' | b'a'..=b'z' => out.byte(*byte),
                0..0x7F => out.byte(byte | 0x80),
                _ => out.bytes(&[0xFF, *byte]),
            }
        }
        out.byte(END);
        out.number(scan.digits());
        if scan.is_done() {
            return out.byte(END);
        }
    }
}

impl Order for Dpkg {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = Version::read(a)?;
        let b = Version::read(b).map_err(Unparsable::second)?;
        Ok(compare_numbers(a.epoch, b.epoch)
            .then_with(|| compare_parts(a.upstream, b.upstream))
            .then_with(|| compare_parts(a.revision, b.revision)))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let version = Version::read(text)?;
        out.number(version.epoch);
        write_part(version.upstream, out);
        write_part(version.revision, out);
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Version::read(text).map(drop)
    }
}
