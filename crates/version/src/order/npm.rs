//! npm packages: node-semver, whose order is that of Semantic Versioning, with the texts that its `loose` option reads.

use core::cmp::Ordering;

use super::semver::{self, Parts, Semver};
use super::{Order, not_empty, written_key};
use crate::scan::{Scan, trim};
use crate::writer::Writer;
use crate::{Key, Unparsable};

pub(crate) struct Npm;

/// Identifiers with dots between them, none empty.
fn identifiers<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let text = scan.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    text.split(|byte| *byte == b'.').all(|identifier| !identifier.is_empty()).then_some(text)
}

/// The expression `LOOSE` of node-semver: three numbers, and a pre-release whose hyphen may be missing. As in every
/// regular expression, a part gives back what the rest needs: a last number before a dot its last digit, which begins
/// a pre-release then, and a hyphen before nothing itself.
fn loose(text: &[u8]) -> Option<Parts<'_>> {
    let mut scan = Scan::new(text);
    for _ in 0..2 {
        if scan.digits().is_empty() || !scan.eat(b'.') {
            return None;
        }
    }
    let mut patch = scan.digits().len();
    let start = text.len() - scan.rest().len();
    if scan.peek() == Some(b'.') {
        patch = patch.checked_sub(1)?;
    }
    if patch == 0 {
        return None;
    }
    let end = if scan.peek() == Some(b'.') { start - 1 } else { start };
    let (numbers, rest) = text.split_at_checked(end)?;
    let mut scan = Scan::new(rest);
    let mut pre: &[u8] = &[];
    if !scan.is_done() && scan.peek() != Some(b'+') {
        let mut after = scan;
        after.eat(b'-');
        pre = match identifiers(&mut after) {
            Some(pre) => {
                scan = after;
                pre
            }
            None => identifiers(&mut scan)?,
        };
    }
    let build = if scan.eat(b'+') { identifiers(&mut scan)? } else { &[] };
    scan.is_done().then(|| Parts::new(numbers, pre, build))
}

impl Npm {
    fn read(text: &str) -> Result<Parts<'_>, Unparsable> {
        let scan = semver::without_prefix(text);
        not_empty(scan.rest())?;
        match loose(scan.rest()) {
            Some(parts) => Ok(parts),
            None => Semver::read(text),
        }
    }
}

impl Order for Npm {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        if let Some(order) = semver::compare_plain(a, b) {
            return Ok(order);
        }
        let a = Self::read(a)?;
        let b = Self::read(b).map_err(Unparsable::second)?;
        Ok(a.compare(&b))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        Self::read(text)?.write(out);
        Ok(())
    }

    fn key(text: &str) -> Option<Key> {
        semver::plain_key(text).or_else(|| written_key::<Self>(text))
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::read(text).map(drop)
    }

    /// node-semver's `valid()`: a `v` or `=` may lead.
    fn accepts(text: &str) -> bool {
        let mut scan = Scan::new(trim(text));
        scan.eat(b'=');
        scan.eat(b'v');
        semver::is_strict(scan.rest())
    }
}
