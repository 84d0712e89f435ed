//! Conda packages: CEP 33 "Version literals and their ordering", as conda's `VersionOrder` compares.

use core::cmp::Ordering;

use super::padded::Padded;
use super::{Order, not_empty};
use crate::scan::{Scan, significant, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

pub(crate) struct Conda;

/// `post` is a number larger than every other.
const INFINITE: u8 = 0xFF;

/// One part between dots: runs of digits and of others. One that begins with others begins with a zero.
fn write_component(text: &[u8], out: &mut Writer) {
    let mut padded = Padded::default();
    let mut scan = Scan::new(text);
    if scan.peek().is_some_and(|byte| !byte.is_ascii_digit()) {
        padded.zero();
    }
    while let Some(first) = scan.peek() {
        let run = match first {
            b'0'..=b'9' => scan.digits(),
            b'*' => scan.take_while(|byte| byte == b'*'),
            _ => scan.take_while(|byte| !byte.is_ascii_digit() && byte != b'*'),
        };
        if first.is_ascii_digit() {
            match significant(run) {
                [] => padded.zero(),
                digits => {
                    padded.more(out);
                    out.number(digits);
                }
            }
        } else if run.eq_ignore_ascii_case(b"post") {
            padded.more(out);
            out.byte(INFINITE);
        } else {
            padded.less(out);
            if run.eq_ignore_ascii_case(b"dev") {
                // In upper case, and so before "_" and every letter.
                out.bytes(b"DEV");
            } else {
                for byte in run {
                    out.byte(if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() });
                }
            }
            out.byte(0);
        }
    }
    padded.end(out);
}

/// Whether a part is less than, equal to or more than a part of zeros.
fn sign(component: &[u8]) -> Ordering {
    let at = component.iter().position(|byte| *byte != b'0').unwrap_or(component.len());
    match component.get(at..).unwrap_or_default() {
        [] => Ordering::Equal,
        [b'1'..=b'9', ..] => Ordering::Greater,
        rest => {
            let word = rest.split(|byte| byte.is_ascii_digit() || *byte == b'*').next().unwrap_or_default();
            if word.eq_ignore_ascii_case(b"post") { Ordering::Greater } else { Ordering::Less }
        }
    }
}

/// Above the marks of [`Padded`], so that a part without zeros before it comes last.
const COMPONENT: u8 = 4;

fn write_components<'a>(components: impl Iterator<Item = &'a [u8]>, out: &mut Writer) {
    let mut padded = Padded::default();
    for component in components {
        match sign(component) {
            Ordering::Equal => padded.zero(),
            Ordering::Less => {
                padded.less(out);
                write_component(component, out);
            }
            Ordering::Greater => {
                padded.more(out);
                out.byte(COMPONENT);
                write_component(component, out);
            }
        }
    }
    padded.end(out);
}

struct Version<'a> {
    epoch: &'a [u8],
    /// Parts with dots, underscores or hyphens between them; an underscore at the end belongs to the last part.
    public: &'a [u8],
    local: &'a [u8],
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'_' | b'-')
}

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        // Hyphens separate in versions without underscores.
        let hyphens = !text.contains(&b'_');
        scan.take_while(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'_' | b'*' | b'+' | b'!')
                || (byte == b'-' && hyphens)
        });
        if !scan.is_done() {
            return Err(scan.error());
        }
        let mut scan = Scan::new(text);
        let digits = scan.digits();
        let (epoch, rest) = if scan.eat(b'!') { (digits, scan.rest()) } else { (&[] as &[u8], text) };
        if epoch.is_empty() && rest.len() < text.len() {
            return Err(Unparsable::at(0, Reason::NumberExpected));
        }
        let (public, local) = match rest.iter().position(|byte| *byte == b'+') {
            Some(at) => {
                let (public, local) = rest.split_at(at);
                let local = local.get(1..).unwrap_or_default();
                if !Self::is_whole(local) {
                    return Err(Unparsable::at(text.len(), Reason::EmptyPart));
                }
                (public, local)
            }
            None => (rest, &[] as &[u8]),
        };
        let whole = Self::is_whole(public.strip_suffix(b"_").or(public.strip_suffix(b"-")).unwrap_or(public));
        if !whole {
            return Err(Unparsable::at(text.len() - rest.len(), Reason::EmptyPart));
        }
        if public.contains(&b'!') || local.iter().any(|byte| matches!(byte, b'!' | b'+')) {
            return Err(Unparsable::at(0, Reason::Unexpected(b'!')));
        }
        Ok(Self { epoch, public, local })
    }

    fn is_whole(text: &[u8]) -> bool {
        text.split(|byte| is_separator(*byte)).all(|part| !part.is_empty())
    }

    fn public(&self) -> impl Iterator<Item = &'a [u8]> {
        let last = self.public.len().saturating_sub(1);
        let mut at = 0;
        self.public.split(move |byte| {
            let splits = is_separator(*byte) && (at < last || *byte == b'.');
            at += 1;
            splits
        })
    }
}

impl Order for Conda {
    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let version = Version::read(text)?;
        out.number(version.epoch);
        write_components(version.public(), out);
        write_components(
            version.local.split(|byte| is_separator(*byte)).filter(|part| !part.is_empty()),
            out,
        );
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Version::read(text).map(drop)
    }
}
