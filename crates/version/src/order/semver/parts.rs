use core::cmp::Ordering;

use super::identifiers::{Identifiers, compare_pre, is_identifier, write_identifiers};
use crate::scan::{Scan, compare_numbers};
use crate::writer::Writer;
use crate::{Reason, Unparsable};

/// A version in the shape of Semantic Versioning. Build metadata is read but has no part in the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// Numbers with dots between them, well-formed.
    numbers: &'a [u8],
    /// The same, where they are three at most and of 18 digits at most.
    small: Option<[u64; 3]>,
    /// Identifiers with dots between them; empty for a release.
    pub(crate) pre: &'a [u8],
    /// How the pre-release divides into identifiers.
    pub(crate) division: Division,
    pub(crate) build: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Division {
    /// At dots.
    Dots,
    /// At dots, but the dot before another stage is a hyphen, where the pre-release itself begins with a dot:
    /// `1.0.0.alpha.beta` is `1.0.0-alpha-beta`. Such texts come from gems that are read as semantic versions.
    Stages,
    /// Where the pre-release follows the numbers without anything between, as in `1.21rc2`.
    Bare,
    /// At dots and between letters and digits: `1.21rc2` is `1.21.0-rc.2` to Go's advisories.
    Letters,
}
impl<'a> Parts<'a> {
    /// Numbers and identifiers that were read elsewhere.
    pub(crate) fn new(numbers: &'a [u8], pre: &'a [u8], build: &'a [u8]) -> Self {
        Self { numbers, small: None, pre, division: Division::Dots, build }
    }

    /// Reads what follows any prefix.
    pub(crate) fn read(scan: &mut Scan<'a>) -> Result<Self, Unparsable> {
        let Numbers { text: numbers, small, dotted } = Numbers::read(scan)?;
        if scan.is_done() && !dotted {
            return Ok(Self { numbers, small, pre: &[], division: Division::Dots, build: &[] });
        }
        let hyphen = !dotted && scan.eat(b'-');
        let pre = scan.take_while(|byte| is_identifier(byte) || byte == b'.');
        if pre.is_empty() && hyphen || pre.starts_with(b".") || pre.ends_with(b".") || has_empty(pre) {
            return Err(scan.because(Reason::EmptyPart));
        }
        let build =
            if scan.eat(b'+') { scan.take_while(|byte| is_identifier(byte) || byte == b'.') } else { &[] };
        let division = match (dotted, hyphen) {
            (true, _) => Division::Stages,
            (_, true) => Division::Dots,
            _ => Division::Bare,
        };
        if scan.is_done() { Ok(Self { numbers, small, pre, division, build }) } else { Err(scan.error()) }
    }

    fn identifiers(&self) -> Identifiers<'a> {
        Identifiers { rest: self.pre, division: self.division }
    }

    pub(crate) fn compare_numbers(&self, other: &Self) -> Ordering {
        if let (Some(a), Some(b)) = (self.small, other.small) {
            return a.cmp(&b);
        }
        let (mut a, mut b) = (Scan::new(self.numbers), Scan::new(other.numbers));
        while !(a.is_done() && b.is_done()) {
            let order = compare_numbers(a.digits(), b.digits());
            if order.is_ne() {
                return order;
            }
            a.eat(b'.');
            b.eat(b'.');
        }
        Ordering::Equal
    }

    /// Precedence, section 11. Numbers that are not there are 0.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.compare_numbers(other)
            .then_with(|| compare_pre((self.pre, self.division), (other.pre, other.division)))
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        self.write_numbers(out);
        if self.pre.is_empty() {
            return out.byte(RELEASE);
        }
        out.byte(PRE_RELEASE);
        write_identifiers(self.identifiers(), out);
    }

    /// Three numbers, and what is more than three up to the last that is not 0.
    #[inline]
    pub(crate) fn write_numbers(&self, out: &mut Writer) {
        let mut scan = Scan::new(self.numbers);
        for _ in 0..3 {
            out.number(scan.digits());
            scan.eat(b'.');
        }
        let last = scan.rest().iter().rposition(|byte| !matches!(byte, b'0' | b'.')).map_or(0, |at| at + 1);
        let mut left = Scan::new(scan.rest());
        while scan.rest().len() - left.rest().len() < last {
            out.byte(MORE_NUMBERS);
            out.number(left.digits());
            left.eat(b'.');
        }
    }
}
struct Numbers<'a> {
    text: &'a [u8],
    small: Option<[u64; 3]>,
    /// Whether a dot and a letter follow; the dot is read.
    dotted: bool,
}

impl<'a> Numbers<'a> {
    fn read(scan: &mut Scan<'a>) -> Result<Self, Unparsable> {
        let start = scan.rest();
        let mut values = [0; 3];
        let mut is_small = true;
        let mut at = 0;
        let mut rest = values.iter_mut();
        loop {
            let mut value: u64 = 0;
            let mut len = 0;
            while let Some(digit) =
                scan.peek().map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
            {
                value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
                scan.next();
                len += 1;
            }
            if len == 0 {
                return Err(scan.because(Reason::NumberExpected));
            }
            at += len;
            match rest.next() {
                Some(room) if len <= 18 => *room = value,
                _ => is_small = false,
            }
            let ends = !scan.eat(b'.');
            let dotted = !ends && scan.peek().is_some_and(|byte| byte.is_ascii_alphabetic());
            if ends || dotted {
                let text = start.get(..at).unwrap_or_default();
                return Ok(Self { text, small: is_small.then_some(values), dotted });
            }
            at += 1;
        }
    }
}
/// What follows the numbers, in order.
pub(crate) const PRE_RELEASE: u8 = 1;
pub(crate) const RELEASE: u8 = 2;
const MORE_NUMBERS: u8 = 3;
fn has_empty(pre: &[u8]) -> bool {
    pre.windows(2).any(|pair| pair == b"..")
}
