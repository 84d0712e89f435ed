use core::cmp::Ordering;

use super::compare_optional;
use crate::key::Writer;
use crate::scan::{Scan, compare_numbers, trim};

/// Where a release stands by its pre-release, in order. A development release of nothing else comes before all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Development = 1,
    Alpha,
    Beta,
    Candidate,
    Final,
}

/// A version of PEP 440, section "Version scheme", in any of the spellings of "Normalization".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    epoch: &'a [u8],
    /// Numbers with dots between them.
    release: &'a [u8],
    stage: Stage,
    pre: &'a [u8],
    post: Option<&'a [u8]>,
    dev: Option<&'a [u8]>,
    /// Empty for a public version.
    local: &'a [u8],
}

/// Longer words before their beginnings.
const PRE: &[(&[u8], Stage)] = &[
    (b"alpha", Stage::Alpha),
    (b"a", Stage::Alpha),
    (b"beta", Stage::Beta),
    (b"b", Stage::Beta),
    (b"preview", Stage::Candidate),
    (b"pre", Stage::Candidate),
    (b"rc", Stage::Candidate),
    (b"c", Stage::Candidate),
];
const POST: &[(&[u8], ())] = &[(b"post", ()), (b"rev", ()), (b"r", ())];
const DEV: &[(&[u8], ())] = &[(b"dev", ())];

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'_')
}

fn eat_separator(scan: &mut Scan<'_>) {
    if scan.peek().is_some_and(is_separator) {
        scan.next();
    }
}

/// One of `words` in any case, with a separator allowed on both sides, and its number, which may be missing.
fn tagged<'a, T: Copy>(scan: &mut Scan<'a>, words: &[(&[u8], T)]) -> Option<(T, &'a [u8])> {
    let mut ahead = *scan;
    eat_separator(&mut ahead);
    let (_, meaning) = words.iter().find(|(word, _)| ahead.eat_word(word))?;
    eat_separator(&mut ahead);
    let number = ahead.digits();
    *scan = ahead;
    Some((*meaning, number))
}

/// The implicit post-release: a hyphen and a number.
fn implicit_post<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let mut ahead = *scan;
    if !ahead.eat(b'-') {
        return None;
    }
    let number = ahead.digits();
    if number.is_empty() {
        return None;
    }
    *scan = ahead;
    Some(number)
}

fn numbers<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let start = scan.rest();
    if scan.digits().is_empty() {
        return None;
    }
    loop {
        let mut ahead = *scan;
        if !ahead.eat(b'.') || ahead.digits().is_empty() {
            return start.get(..start.len() - scan.rest().len());
        }
        *scan = ahead;
    }
}

impl<'a> Parts<'a> {
    /// The regular expression of the specification's appendix, read from left to right.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut scan = Scan::new(trim(text));
        if !scan.eat(b'v') {
            scan.eat(b'V');
        }
        let mut epoch: &[u8] = &[];
        let mut ahead = scan;
        let digits = ahead.digits();
        if !digits.is_empty() && ahead.eat(b'!') {
            (epoch, scan) = (digits, ahead);
        }
        let release = numbers(&mut scan)?;
        let pre = tagged(&mut scan, PRE);
        let post = implicit_post(&mut scan).or_else(|| tagged(&mut scan, POST).map(|(_, number)| number));
        let dev = tagged(&mut scan, DEV).map(|(_, number)| number);
        let without_local = scan.is_done();
        let local = if scan.eat(b'+') { scan.take_while(|_| true) } else { &[] };
        let is_segment = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_alphanumeric);
        if !scan.is_done() {
            return None;
        }
        if !local.split(|byte| is_separator(*byte)).all(is_segment) && !without_local {
            return None;
        }
        let (stage, pre) = match pre {
            Some(pre) => pre,
            None if post.is_none() && dev.is_some() => (Stage::Development, &[] as &[u8]),
            None => (Stage::Final, &[] as &[u8]),
        };
        Some(Self { epoch, release, stage, pre, post, dev, local })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_releases(self.release, other.release))
            .then_with(|| self.stage.cmp(&other.stage))
            .then_with(|| compare_numbers(self.pre, other.pre))
            .then_with(|| compare_optional(self.post, other.post))
            .then_with(|| match (self.dev, other.dev) {
                (Some(a), Some(b)) => compare_numbers(a, b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            })
            .then_with(|| compare_locals(self.local, other.local))
    }

    pub(crate) fn is_pre_release(&self) -> bool {
        self.dev.is_some() || self.stage != Stage::Final
    }

    pub(crate) fn is_post_release(&self) -> bool {
        self.post.is_some()
    }

    pub(crate) fn has_local(&self) -> bool {
        !self.local.is_empty()
    }

    pub(crate) fn public(self) -> Self {
        Self { local: &[], ..self }
    }

    /// Whether epoch and release are the same.
    pub(crate) fn has_base_of(&self, other: &Self) -> bool {
        compare_numbers(self.epoch, other.epoch).is_eq()
            && compare_releases(self.release, other.release).is_eq()
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.number(self.epoch);
        let last = self.release.iter().rposition(|byte| !matches!(byte, b'0' | b'.')).map_or(0, |at| at + 1);
        let mut scan = Scan::new(self.release);
        while self.release.len() - scan.rest().len() < last {
            out.number(scan.digits());
            scan.eat(b'.');
        }
        out.byte(self.stage as u8);
        if matches!(self.stage, Stage::Alpha | Stage::Beta | Stage::Candidate) {
            out.number(self.pre);
        }
        match self.post {
            None => out.byte(ABSENT_FIRST),
            Some(post) => out.number(post),
        }
        match self.dev {
            Some(dev) => out.number(dev),
            None => out.byte(ABSENT_LAST),
        }
        for segment in local_segments(self.local) {
            if is_number(segment) {
                out.byte(NUMBER_SEGMENT);
                out.number(segment);
            } else {
                out.byte(WORD_SEGMENT);
                for byte in segment {
                    out.byte(byte.to_ascii_lowercase());
                }
                out.byte(0);
            }
        }
        out.byte(LOCAL_END);
    }
}

/// Below the first byte of every number, and above it.
const ABSENT_FIRST: u8 = 1;
const ABSENT_LAST: u8 = 0xFF;
/// What a local version goes on with, in order.
const LOCAL_END: u8 = 0;
const WORD_SEGMENT: u8 = 1;
const NUMBER_SEGMENT: u8 = 2;

/// Segment by segment; what is missing is 0.
fn compare_releases(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (Scan::new(a), Scan::new(b));
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

fn local_segments(local: &[u8]) -> impl Iterator<Item = &[u8]> {
    local.split(|byte| is_separator(*byte)).filter(|segment| !segment.is_empty())
}

fn is_number(segment: &[u8]) -> bool {
    segment.iter().all(u8::is_ascii_digit)
}

/// PEP 440, section "Local version identifiers": words before numbers, fewer segments before more.
fn compare_locals(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (local_segments(a), local_segments(b));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (Some(x), Some(y)) => (x, y),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        };
        let order = match (is_number(x), is_number(y)) {
            (true, true) => compare_numbers(x, y),
            (false, false) => {
                let lower = u8::to_ascii_lowercase;
                x.iter().map(lower).cmp(y.iter().map(lower))
            }
            (x, y) => x.cmp(&y),
        };
        if order.is_ne() {
            return order;
        }
    }
}
