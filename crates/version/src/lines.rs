//! Many comparisons at once, as lines of text.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::Scheme;

/// Answers every whole line of `input`, `A<TAB>B`, with a line of `out`: `<`, `=`, `>`, or `?` where there is no
/// order, and returns how many bytes of `input` it has answered. What is left is the beginning of a line; at the end
/// of the input [`answer`] takes it.
///
/// ```
/// use plimsoll_version::{Scheme, lines};
///
/// let mut out = Vec::new();
/// let done = lines::compare(Scheme::Dpkg, b"1.0~rc1\t1.0\n1:1\t2\n1.", &mut out);
/// assert_eq!((out.as_slice(), done), (b"<\n>\n".as_slice(), 18));
/// ```
pub fn compare(scheme: Scheme, input: &[u8], out: &mut Vec<u8>) -> usize {
    let mut done = 0;
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        let Some((b'\n', text)) = line.split_last() else { break };
        out.extend_from_slice(&[answer(scheme, text), b'\n']);
        done += line.len();
    }
    done
}

/// Answers one line without its end: `b'<'`, `b'='`, `b'>'` or `b'?'`.
pub fn answer(scheme: Scheme, line: &[u8]) -> u8 {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let order = core::str::from_utf8(line)
        .ok()
        .and_then(|line| line.split_once('\t'))
        .and_then(|(a, b)| scheme.compare(a, b).ok());
    match order {
        Some(Ordering::Less) => b'<',
        Some(Ordering::Equal) => b'=',
        Some(Ordering::Greater) => b'>',
        None => b'?',
    }
}
