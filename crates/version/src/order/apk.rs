//! Alpine packages and those of Wolfi, Chainguard and other users of apk: apk-package(5), as apk-tools'
//! `src/version.c` compares. apk-tools 3 decides; where it refuses what apk-tools 2 took, such as digits after the
//! letter (`3.3.3p1-r2`, which Alpine ships), the older tool decides.

use core::cmp::Ordering;

use super::{Order, not_empty};
use crate::Unparsable;
use crate::scan::{Scan, compare_numbers, significant, trim};
use crate::writer::Writer;

pub(crate) struct Apk;

/// What sorts first at the place where two versions differ: the smaller tag. Letters are their own tags.
mod tag {
    /// A dot before a letter, which only apk-tools 2 reads past.
    pub(super) const DOT: u8 = 0x05;
    pub(super) const JUNK: u8 = 0x06;
    pub(super) const END: u8 = 0x07;
    pub(super) const REVISION: u8 = 0x08;
    pub(super) const HASH: u8 = 0x09;
    pub(super) const SUFFIX_NUMBER: u8 = 0x0A;
    /// A component with a leading zero, which compares as text and so before every other.
    pub(super) const ZERO_LED: u8 = 0x7F;
    /// Any other component: the tag is the first byte of the encoded number.
    pub(super) const NUMBER: u8 = 0x80;
}

/// Names of suffixes and their tags: pre-releases before [`tag::JUNK`] and [`tag::END`], the others after.
const SUFFIXES: [(&[u8], u8); 9] = [
    (b"alpha", 0x01),
    (b"beta", 0x02),
    (b"pre", 0x03),
    (b"rc", 0x04),
    (b"cvs", 0x0B),
    (b"svn", 0x0C),
    (b"git", 0x0D),
    (b"hg", 0x0E),
    (b"p", 0x0F),
];

#[derive(Clone, Copy, PartialEq, Eq)]
struct Token<'a> {
    tag: u8,
    text: &'a [u8],
}

impl Token<'_> {
    const fn bare(tag: u8) -> Self {
        Self { tag, text: &[] }
    }

    fn is_number(self) -> bool {
        matches!(self.tag, tag::NUMBER | tag::SUFFIX_NUMBER | tag::REVISION)
    }

    fn compare(self, other: Self) -> Ordering {
        self.tag.cmp(&other.tag).then_with(|| {
            if self.is_number() { compare_numbers(self.text, other.text) } else { self.text.cmp(other.text) }
        })
    }

    fn is_last(self) -> bool {
        matches!(self.tag, tag::END | tag::JUNK)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Start,
    Component,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

struct Tokens<'a> {
    scan: Scan<'a>,
    part: Part,
    /// Components that are empty, as between two dots, still to come, and the one that follows them.
    empty: usize,
    after_empty: Option<Token<'a>>,
    /// Whether apk-tools 3 takes all that was read so far.
    strict: bool,
}

impl<'a> Tokens<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        Ok(Self { scan: Scan::new(text), part: Part::Start, empty: 0, after_empty: None, strict: true })
    }

    fn next(&mut self) -> Token<'a> {
        if self.empty > 0 {
            self.empty -= 1;
            return Token::bare(tag::NUMBER);
        }
        if let Some(token) = self.after_empty.take() {
            return token;
        }
        if self.part == Part::Start {
            return self.first();
        }
        let Some(byte) = self.scan.peek() else { return Token::bare(tag::END) };
        match byte {
            b'.' if self.part <= Part::Component => self.component(),
            b'a'..=b'z' if self.part == Part::Component => self.letter(),
            b'0'..=b'9' if self.part == Part::Letter => {
                self.strict = false;
                self.part = Part::Component;
                Token { tag: tag::NUMBER, text: self.scan.digits() }
            }
            b'0'..=b'9' if self.part == Part::Suffix => {
                self.part = Part::SuffixNumber;
                Token { tag: tag::SUFFIX_NUMBER, text: self.scan.digits() }
            }
            b'_' if self.part <= Part::SuffixNumber => self.suffix(),
            b'~' if self.part < Part::Hash => self.hash(),
            b'-' if self.part < Part::Revision => self.revision(),
            _ => self.junk(),
        }
    }

    fn first(&mut self) -> Token<'a> {
        let text = self.scan.digits();
        if text.is_empty() {
            if !matches!(self.scan.peek(), Some(b'.' | b'a'..=b'z')) {
                return self.junk();
            }
            self.strict = false;
        }
        self.part = Part::Component;
        Token { tag: tag::NUMBER, text }
    }

    /// After one dot or several: between two dots is an empty component, before a letter none.
    fn component(&mut self) -> Token<'a> {
        let dots = self.scan.take_while(|byte| byte == b'.').len();
        self.strict &= dots == 1;
        let text = self.scan.digits();
        match (text.first(), self.scan.peek()) {
            (None, Some(b'a'..=b'z')) => {
                self.strict = false;
                Token::bare(tag::DOT)
            }
            (None, _) => self.junk(),
            (Some(first), _) => {
                let tag = if *first == b'0' { tag::ZERO_LED } else { tag::NUMBER };
                let token = Token { tag, text };
                if dots == 1 {
                    return token;
                }
                self.empty = dots - 2;
                self.after_empty = Some(token);
                Token::bare(tag::NUMBER)
            }
        }
    }

    fn letter(&mut self) -> Token<'a> {
        self.part = Part::Letter;
        self.scan.next().map_or(Token::bare(tag::END), Token::bare)
    }

    fn suffix(&mut self) -> Token<'a> {
        self.scan.next();
        let name = self.scan.take_while(|byte| byte.is_ascii_lowercase());
        self.part = Part::Suffix;
        match SUFFIXES.iter().find(|(known, _)| *known == name) {
            Some((_, tag)) => Token::bare(*tag),
            None => self.junk(),
        }
    }

    fn hash(&mut self) -> Token<'a> {
        self.scan.next();
        let text = self.scan.take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        self.part = Part::Hash;
        if text.is_empty() { self.junk() } else { Token { tag: tag::HASH, text } }
    }

    /// `-r` without a number is revision 0, as apk-tools 2 had it; with junk behind it, it is junk itself.
    fn revision(&mut self) -> Token<'a> {
        if !self.scan.eat_all(b"-r") {
            return self.junk();
        }
        self.part = Part::Revision;
        let digits = self.scan.digits();
        let text = significant(digits);
        self.strict &= !digits.is_empty();
        if text.is_empty() && !self.scan.is_done() { self.junk() } else { Token { tag: tag::REVISION, text } }
    }

    /// What apk-tools cannot read ends the comparison: it is less than nothing, more than a pre-release.
    fn junk(&mut self) -> Token<'a> {
        self.strict = false;
        self.part = Part::Start;
        Token::bare(tag::JUNK)
    }
}

/// The comparison behind apk's `~`, `<~` and `>~`: equal where `version` begins with the parts of `prefix`.
///
/// # Errors
/// [`Unparsable`] where one of the texts is empty.
///
/// ```
/// use plimsoll_version::order::apk;
/// assert!(apk::compare_fuzzy("3.6.9_pre1", "3.6").unwrap().is_eq());
/// assert!(apk::compare_fuzzy("3.7", "3.6").unwrap().is_gt());
/// ```
pub fn compare_fuzzy(version: &str, prefix: &str) -> Result<Ordering, Unparsable> {
    compare(version, prefix, Mode::Fuzzy)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    /// Equal where the second ends.
    Fuzzy,
    /// Not decided by what cannot be read.
    Certain,
}

fn compare(a: &str, b: &str, mode: Mode) -> Result<Ordering, Unparsable> {
    let mut a = Tokens::read(a)?;
    let mut b = Tokens::read(b).map_err(Unparsable::second)?;
    loop {
        let (x, y) = (a.next(), b.next());
        if mode == Mode::Fuzzy && y.tag == tag::END {
            return Ok(Ordering::Equal);
        }
        let order = x.compare(y);
        if order.is_ne() || x.is_last() {
            return match (mode, x.tag, y.tag) {
                (Mode::Certain, tag::JUNK, _) => Err(a.scan.error()),
                (Mode::Certain, _, tag::JUNK) => Err(b.scan.error().second()),
                _ => Ok(order),
            };
        }
    }
}

impl Order for Apk {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        compare(a, b, Mode::Plain)
    }

    fn decides(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        compare(a, b, Mode::Certain)
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let mut tokens = Tokens::read(text)?;
        loop {
            let token = tokens.next();
            match token.tag {
                tag::NUMBER => out.number(token.text),
                tag::REVISION | tag::SUFFIX_NUMBER => {
                    out.byte(token.tag);
                    out.number(token.text);
                }
                tag::HASH | tag::ZERO_LED => {
                    out.byte(token.tag);
                    out.text(token.text);
                }
                tag => out.byte(tag),
            }
            if token.is_last() {
                return Ok(());
            }
        }
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        let mut tokens = Tokens::read(text)?;
        loop {
            match tokens.next().tag {
                tag::END => return Ok(()),
                tag::JUNK => return Err(tokens.scan.error()),
                _ => {}
            }
        }
    }

    fn accepts(text: &str) -> bool {
        let Ok(mut tokens) = Tokens::read(text) else { return false };
        while !tokens.next().is_last() {}
        tokens.strict
    }
}
