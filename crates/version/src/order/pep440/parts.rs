use core::cmp::Ordering;

use super::compare_optional;
use crate::scan::{Scan, compare_numbers, trim};
use crate::writer::Writer;

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

/// What a version goes on with after its release, in the order in which it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Pre,
    Post,
    Dev,
}

/// Longer words before their beginnings.
const WORDS: [(&[u8], Part, Stage); 12] = [
    (b"alpha", Part::Pre, Stage::Alpha),
    (b"a", Part::Pre, Stage::Alpha),
    (b"beta", Part::Pre, Stage::Beta),
    (b"b", Part::Pre, Stage::Beta),
    (b"preview", Part::Pre, Stage::Candidate),
    (b"pre", Part::Pre, Stage::Candidate),
    (b"rc", Part::Pre, Stage::Candidate),
    (b"c", Part::Pre, Stage::Candidate),
    (b"post", Part::Post, Stage::Final),
    (b"rev", Part::Post, Stage::Final),
    (b"r", Part::Post, Stage::Final),
    (b"dev", Part::Dev, Stage::Final),
];

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'_')
}

fn eat_separator(scan: &mut Scan<'_>) {
    if scan.peek().is_some_and(is_separator) {
        scan.next();
    }
}

/// A word in any case, with a separator allowed on both sides, and its number, which may be missing; or a hyphen and a
/// number, the implicit post-release.
fn part<'a>(scan: &mut Scan<'a>) -> Option<(Part, Stage, &'a [u8])> {
    let mut ahead = *scan;
    let hyphen = ahead.peek() == Some(b'-');
    eat_separator(&mut ahead);
    let first = ahead.peek()?.to_ascii_lowercase();
    if hyphen && first.is_ascii_digit() {
        *scan = ahead;
        return Some((Part::Post, Stage::Final, scan.digits()));
    }
    let is_next = |word: &[u8], ahead: &mut Scan<'_>| word.first() == Some(&first) && ahead.eat_word(word);
    let (_, part, stage) = WORDS.iter().find(|(word, ..)| is_next(word, &mut ahead))?;
    eat_separator(&mut ahead);
    let number = ahead.digits();
    *scan = ahead;
    Some((*part, *stage, number))
}

fn numbers<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let start = scan.rest();
    let mut after_digit = false;
    let mut end = 0;
    for (at, byte) in start.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                after_digit = true;
                end = at + 1;
            }
            b'.' if after_digit => after_digit = false,
            _ => break,
        }
    }
    scan.skip(end);
    start.get(..end).filter(|release| !release.is_empty())
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
        if scan.is_done() {
            let none: &[u8] = &[];
            return Some(Self {
                epoch,
                release,
                stage: Stage::Final,
                pre: none,
                post: None,
                dev: None,
                local: none,
            });
        }
        let (mut pre, mut post, mut dev) = (None, None, None);
        let mut last = None;
        while !scan.is_done() {
            let before = scan;
            match part(&mut scan) {
                Some((part, stage, number)) if last.is_none_or(|last| part > last) => {
                    match part {
                        Part::Pre => pre = Some((stage, number)),
                        Part::Post => post = Some(number),
                        Part::Dev => dev = Some(number),
                    }
                    last = Some(part);
                }
                _ => {
                    scan = before;
                    break;
                }
            }
        }
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

    /// Whether the text is a release and nothing else, of which there is less to read.
    pub(super) fn release(text: &str) -> Option<&[u8]> {
        let mut scan = Scan::new(text.as_bytes());
        let release = numbers(&mut scan)?;
        scan.is_done().then_some(release)
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

    pub(crate) fn is_development(&self) -> bool {
        self.dev.is_some()
    }

    /// The first development release of a version that is none.
    pub(crate) fn first_development(self) -> Self {
        let stage = match self.stage {
            Stage::Final if self.post.is_none() => Stage::Development,
            stage => stage,
        };
        Self { stage, dev: Some(b"0"), ..self }
    }

    /// Whether it differs from `other` by its post-release, or its local part, alone.
    pub(crate) fn is_post_release_of(&self, other: &Self) -> bool {
        compare_numbers(self.epoch, other.epoch).is_eq()
            && compare_releases(self.release, other.release).is_eq()
            && self.stage == other.stage
            && compare_numbers(self.pre, other.pre).is_eq()
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
pub(super) fn compare_releases(a: &[u8], b: &[u8]) -> Ordering {
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
