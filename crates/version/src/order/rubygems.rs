//! Ruby packages: `Gem::Version`, "How Gem::Versions Sort".

use super::padded::Padded;
use super::{Order, not_empty};
use crate::scan::{Scan, significant, trim};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

pub(crate) struct RubyGems;

/// `canonical_segments`: zeros at the end of the numbers, and at the end of the whole, do not count.
struct Segments<'a> {
    scan: Scan<'a>,
    /// `-` stands for `.pre.`.
    hyphens: usize,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Number(&'a [u8]),
    Word(&'a [u8]),
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        if self.hyphens == 0 {
            self.hyphens = self
                .scan
                .take_while(|byte| !byte.is_ascii_alphanumeric())
                .iter()
                .filter(|byte| **byte == b'-')
                .count();
        }
        if self.hyphens > 0 {
            self.hyphens -= 1;
            return Some(Segment::Word(b"pre"));
        }
        if self.scan.peek()?.is_ascii_digit() {
            return Some(Segment::Number(significant(self.scan.digits())));
        }
        Some(Segment::Word(self.scan.take_while(|byte| byte.is_ascii_alphabetic())))
    }
}

impl Order for RubyGems {
    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        Self::parses(text)?;
        let mut padded = Padded::default();
        let mut only_numbers = true;
        for segment in (Segments { scan: Scan::new(trim(text)), hyphens: 0 }) {
            match segment {
                Segment::Number([]) => padded.zero(),
                Segment::Number(digits) => {
                    padded.more(out);
                    out.number(digits);
                }
                Segment::Word(word) => {
                    if only_numbers {
                        padded = Padded::default();
                        only_numbers = false;
                    }
                    padded.less(out);
                    out.text(word);
                }
            }
        }
        padded.end(out);
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let mut scan = Scan::new(text);
        scan.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'));
        if !scan.is_done() {
            return Err(scan.error());
        }
        let first = Scan::new(text);
        if first.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            Ok(())
        } else {
            Err(first.because(Reason::NumberExpected))
        }
    }

    /// `Gem::Version::VERSION_PATTERN`.
    fn accepts(text: &str) -> bool {
        let mut scan = Scan::new(trim(text));
        if scan.digits().is_empty() {
            return false;
        }
        while scan.eat(b'.') {
            if scan.take_while(|byte| byte.is_ascii_alphanumeric()).is_empty() {
                return false;
            }
        }
        if scan.eat(b'-') {
            loop {
                if scan.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'-').is_empty() {
                    return false;
                }
                if !scan.eat(b'.') {
                    break;
                }
            }
        }
        scan.is_done()
    }
}
