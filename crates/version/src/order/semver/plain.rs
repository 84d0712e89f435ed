//! The shortest way for what most versions are.

use core::cmp::Ordering;

use super::identifiers::{compare_pre, is_identifier};
use super::parts::{Division, RELEASE};
use crate::Key;
use crate::writer::Writer;

/// A text that is plainly a version: perhaps a `v`, three small numbers, and at most a pre-release. For all others there is
/// [`Parts::read`].
fn plain(text: &[u8]) -> Option<([u64; 3], &[u8])> {
    let text = text.strip_prefix(b"v").unwrap_or(text);
    let mut numbers = [0_u64; 3];
    let mut at = 0;
    let mut number = numbers.iter_mut();
    let mut room = number.next()?;
    let mut len = 0;
    loop {
        match text.get(at) {
            Some(byte @ b'0'..=b'9') => {
                *room = room.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                len += 1;
            }
            Some(b'.') if len > 0 => {
                room = number.next()?;
                len = 0;
            }
            rest => {
                if len == 0 || number.next().is_some() || at > 18 {
                    return None;
                }
                return match rest {
                    None => Some((numbers, &[])),
                    Some(b'-') => Some((numbers, plain_pre(text.get(at + 1..)?)?)),
                    Some(_) => None,
                };
            }
        }
        at += 1;
    }
}

/// Writes a plain release in one pass: most versions are one.
fn write_plain(text: &[u8], out: &mut Writer) -> Option<()> {
    let mut rest = text.strip_prefix(b"v").unwrap_or(text);
    rest = out.leading_number(rest)?.strip_prefix(b".")?;
    rest = out.leading_number(rest)?.strip_prefix(b".")?;
    rest = out.leading_number(rest)?;
    out.byte(RELEASE);
    rest.is_empty().then_some(())
}

/// The key of a plain release, without its parts being read first.
pub(crate) fn plain_key(text: &str) -> Option<Key> {
    let mut out = Writer::new();
    write_plain(text.as_bytes(), &mut out)?;
    Some(out.key())
}

fn plain_pre(pre: &[u8]) -> Option<&[u8]> {
    let mut after_dot = true;
    for byte in pre {
        match byte {
            b'.' if after_dot => return None,
            b'.' => after_dot = true,
            byte if is_identifier(*byte) => after_dot = false,
            _ => return None,
        }
    }
    (!after_dot).then_some(pre)
}

/// Precedence of two texts, where both are plain.
pub(crate) fn compare_plain(a: &str, b: &str) -> Option<Ordering> {
    let (x, a) = plain(a.as_bytes())?;
    let (y, b) = plain(b.as_bytes())?;
    Some(x.cmp(&y).then_with(|| compare_pre((a, Division::Dots), (b, Division::Dots))))
}
