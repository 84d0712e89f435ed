//! Debian packages: deb-version(7), as dpkg's `lib/dpkg/version.c` compares.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::key::Writer;
use crate::scan::{Scan, compare_numbers, significant, trim};
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
        if let Some(at) = text.iter().position(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            let byte = text.get(at).copied().unwrap_or_default();
            return Err(Unparsable::at(at, Reason::Unexpected(byte)));
        }
        let mut scan = Scan::new(text);
        let epoch = scan.digits();
        let (epoch, rest) = if scan.eat(b':') {
            let significant = significant(epoch);
            if epoch.is_empty() {
                return Err(Unparsable::at(0, Reason::NumberExpected));
            }
            if compare_numbers(significant, b"2147483647").is_gt() {
                return Err(Unparsable::at(0, Reason::NumberTooLarge));
            }
            (significant, scan.rest())
        } else if text.contains(&b':') {
            return Err(scan.error());
        } else {
            (&[] as &[u8], text)
        };
        let (upstream, revision) = match rest.iter().rposition(|byte| *byte == b'-') {
            Some(at) => {
                let (upstream, revision) = rest.split_at(at);
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
    let (mut a, mut b) = (Scan::new(a), Scan::new(b));
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
