//! Reading version texts: a cursor over bytes and numbers of any length.

use core::cmp::Ordering;

use crate::{Reason, Unparsable};

/// A cursor over the bytes of one version text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Scan<'a> {
    #[inline]
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: text, len: text.len() }
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.next();
        }
        found
    }

    /// Moves past `prefix` if the text goes on with it.
    pub(crate) fn eat_all(&mut self, prefix: &[u8]) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Moves past `word` if the text goes on with it in any case.
    pub(crate) fn eat_word(&mut self, word: &[u8]) -> bool {
        match self.rest.split_at_checked(word.len()) {
            Some((head, rest)) if head.eq_ignore_ascii_case(word) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !keep(*byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// The decimal digits ahead, perhaps none.
    #[inline]
    pub(crate) fn digits(&mut self) -> &'a [u8] {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// An error that points at the byte ahead.
    pub(crate) fn error(&self) -> Unparsable {
        let reason = self.peek().map_or(Reason::Empty, Reason::Unexpected);
        self.because(reason)
    }

    pub(crate) fn because(&self, reason: Reason) -> Unparsable {
        Unparsable::at(self.len.saturating_sub(self.rest.len()), reason)
    }
}

/// How many bytes both begin with.
pub(crate) fn common(a: &[u8], b: &[u8]) -> usize {
    let ((x, _), (y, _)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let words = x.iter().zip(y).take_while(|(x, y)| x == y).count() * 8;
    let (x, y) = (a.get(words..).unwrap_or_default(), b.get(words..).unwrap_or_default());
    words + x.iter().zip(y).take_while(|(x, y)| x == y).count()
}

/// The digits of a number without leading zeros: none at all for zero.
#[inline]
pub(crate) fn significant(digits: &[u8]) -> &[u8] {
    if digits.first() != Some(&b'0') {
        return digits;
    }
    let zeros = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    digits.get(zeros..).unwrap_or_default()
}

/// Orders two numbers written in decimal, of any length. No digits at all are zero.
#[inline]
pub(crate) fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (significant(a), significant(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

pub(crate) fn trim(text: &str) -> &[u8] {
    text.trim_ascii().as_bytes()
}
