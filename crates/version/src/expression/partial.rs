//! node-semver's ranges (its `range.bnf`) and Cargo's requirements ("Specifying Dependencies"): versions with numbers
//! left out, carets, tildes and hyphens, written out as comparisons of whole versions.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Comparator, Op};
use crate::scan::{Scan, compare_numbers, significant};
use crate::{Reason, Scheme, Unparsable};

/// A version of up to three numbers; those left out, or written `x` or `*`, are None.
#[derive(Clone, Copy)]
struct Partial<'a> {
    major: Option<&'a str>,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    /// Without the hyphen; empty for none.
    pre: &'a str,
}

/// One more than a number written in decimal.
pub(super) fn next(digits: &str) -> String {
    let mut raised: Vec<u8> = significant(digits.as_bytes()).to_vec();
    for digit in raised.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            return raised.into_iter().map(char::from).collect();
        }
        *digit = b'0';
    }
    let zeros: String = raised.into_iter().map(char::from).collect();
    format!("1{zeros}")
}

fn is_zero(digits: &str) -> bool {
    significant(digits.as_bytes()).is_empty()
}

impl<'a> Partial<'a> {
    fn read(text: &'a str) -> Result<Self, Unparsable> {
        let unreadable =
            |text: &str| Unparsable::at(0, text.bytes().next().map_or(Reason::Empty, Reason::Unexpected));
        let text = text.trim_start_matches(['v', 'V', '=', ' ']);
        let (rest, _build) = text.split_once('+').unwrap_or((text, ""));
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | 'x' | 'X' | '*')))
            .unwrap_or(rest.len());
        let (numbers, pre) = rest.split_at_checked(end).unwrap_or_default();
        let pre = pre.strip_prefix('-').unwrap_or(pre);
        if pre.bytes().any(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))) {
            return Err(unreadable(pre));
        }
        let mut parts = numbers.split('.').map(|part| match part {
            "x" | "X" | "*" => Ok(None),
            part if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(part)),
            part => Err(unreadable(part)),
        });
        let mut number = || parts.next().transpose().map(Option::flatten);
        let (major, minor, patch) = (number()?, number()?, number()?);
        if parts.next().is_some() {
            return Err(Unparsable::at(0, Reason::Unexpected(b'.')));
        }
        let minor = major.and(minor);
        let patch = minor.and(patch);
        Ok(Self { major, minor, patch, pre: if patch.is_some() { pre } else { "" } })
    }

    /// With zeros for what is left out.
    fn least(&self) -> String {
        let [major, minor, patch] = [self.major, self.minor, self.patch].map(|number| number.unwrap_or("0"));
        if self.pre.is_empty() {
            format!("{major}.{minor}.{patch}")
        } else {
            format!("{major}.{minor}.{patch}-{}", self.pre)
        }
    }

    /// Below every version whose numbers go on otherwise, pre-releases included.
    fn after_major(&self) -> String {
        format!("{}.0.0-0", next(self.major.unwrap_or("0")))
    }

    fn after_minor(&self) -> String {
        format!("{}.{}.0-0", self.major.unwrap_or("0"), next(self.minor.unwrap_or("0")))
    }

    fn after_patch(&self) -> String {
        let [major, minor, patch] = [self.major, self.minor, self.patch].map(|number| number.unwrap_or("0"));
        format!("{major}.{minor}.{}-0", next(patch))
    }

    /// Below every version that does not begin with the numbers that are there.
    fn after(&self) -> Option<String> {
        self.major?;
        Some(if self.minor.is_none() {
            self.after_major()
        } else if self.patch.is_none() {
            self.after_minor()
        } else {
            self.after_patch()
        })
    }

    /// `^`: what changes nothing left of the first number that is not 0.
    fn after_compatible(&self) -> Option<String> {
        let major = self.major?;
        Some(match (self.minor, self.patch) {
            (None, _) => self.after_major(),
            _ if !is_zero(major) => self.after_major(),
            (Some(minor), Some(_)) if is_zero(minor) => self.after_patch(),
            _ => self.after_minor(),
        })
    }

    /// `~`: what changes the last number only, or with the major number alone, anything below it.
    fn after_close(&self) -> Option<String> {
        self.major?;
        Some(if self.minor.is_none() { self.after_major() } else { self.after_minor() })
    }
}

/// What stands before a version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Caret,
    Tilde,
    Plain(Op),
}

/// Longer signs before their beginnings.
const SIGNS: [(&[u8], Sign); 9] = [
    (b"~>", Sign::Tilde),
    (b"~", Sign::Tilde),
    (b"^", Sign::Caret),
    (b"<=", Sign::Plain(Op::LessOrEqual)),
    (b">=", Sign::Plain(Op::GreaterOrEqual)),
    (b"<", Sign::Plain(Op::Less)),
    (b">", Sign::Plain(Op::Greater)),
    (b"==", Sign::Plain(Op::Equal)),
    (b"=", Sign::Plain(Op::Equal)),
];

/// Below every version.
const NOTHING: &str = "0.0.0-0";

fn push<'a>(sign: Sign, version: &Partial<'_>, out: &mut Vec<Comparator<'a>>) {
    let mut add = |op, text: String| out.push(Comparator { op, version: Cow::Owned(text) });
    let whole = version.patch.is_some();
    let between = |after: Option<String>, add: &mut dyn FnMut(Op, String)| {
        if let Some(after) = after {
            add(Op::GreaterOrEqual, version.least());
            add(Op::Less, after);
        }
    };
    match sign {
        Sign::Caret => between(version.after_compatible(), &mut add),
        Sign::Tilde => between(version.after_close(), &mut add),
        Sign::Plain(Op::Equal) if !whole => between(version.after(), &mut add),
        Sign::Plain(op) if whole => add(op, version.least()),
        Sign::Plain(op) => match (op, version.after()) {
            (Op::Less | Op::Greater, None) => add(Op::Less, NOTHING.into()),
            (_, None) => {}
            (Op::Less, _) => add(Op::Less, format!("{}-0", version.least())),
            (Op::LessOrEqual, Some(after)) => add(Op::Less, after),
            (Op::Greater, Some(after)) => {
                add(Op::GreaterOrEqual, after.strip_suffix("-0").map(String::from).unwrap_or(after));
            }
            _ => add(op, version.least()),
        },
    }
}

fn sign(scan: &mut Scan<'_>) -> Option<Sign> {
    SIGNS.iter().find(|(sign, _)| scan.eat_all(sign)).map(|(_, sign)| *sign)
}

pub(super) fn read_npm(text: &str) -> Result<Vec<Vec<Comparator<'_>>>, Unparsable> {
    let mut sets = text.split("||").map(npm_set).collect::<Result<Vec<_>, _>>()?;
    // A set that lets all through stands for the whole, pre-releases of the other sets included.
    if sets.iter().any(Vec::is_empty) {
        sets.truncate(1);
        sets.iter_mut().for_each(Vec::clear);
    }
    Ok(sets)
}

fn npm_set<'a>(text: &'a str) -> Result<Vec<Comparator<'a>>, Unparsable> {
    let mut out = Vec::new();
    let mut words = words(text);
    while let Some(word) = words.next() {
        let mut scan = Scan::new(word.as_bytes());
        let sign = sign(&mut scan);
        let mut version = word.get(word.len() - scan.rest().len()..).unwrap_or_default();
        if version.is_empty() {
            version = words.next().unwrap_or_default();
        }
        let mut ahead = words.clone();
        if sign.is_none() && ahead.next() == Some("-") {
            let to = Partial::read(ahead.next().unwrap_or_default())?;
            let from = Partial::read(version)?;
            if from.major.is_some() {
                push(Sign::Plain(Op::GreaterOrEqual), &from, &mut out);
            }
            push(Sign::Plain(Op::LessOrEqual), &to, &mut out);
            words = ahead;
            continue;
        }
        push(sign.unwrap_or(Sign::Plain(Op::Equal)), &Partial::read(version)?, &mut out);
    }
    // To node-semver this is no bound at all.
    out.retain(|comparator| comparator.op != Op::GreaterOrEqual || comparator.version != "0.0.0");
    Ok(out)
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split_ascii_whitespace()
}

/// Requirements stay as they are written: what one leaves out has a meaning of its own for pre-releases.
pub(super) fn read_cargo(text: &str) -> Result<Vec<Vec<Comparator<'_>>>, Unparsable> {
    let mut out = Vec::new();
    for requirement in text.split(',').map(str::trim).filter(|requirement| !requirement.is_empty()) {
        if requirement_parts(requirement)?.1.major.is_some() {
            out.push(Comparator::new(Op::Requirement, requirement));
        }
    }
    Ok([out].into())
}

fn requirement_parts(requirement: &str) -> Result<(Sign, Partial<'_>), Unparsable> {
    let mut scan = Scan::new(requirement.as_bytes());
    let sign = sign(&mut scan);
    let version = requirement.get(requirement.len() - scan.rest().len()..).unwrap_or_default().trim_start();
    let without = if version.contains('*') { Sign::Plain(Op::Equal) } else { Sign::Caret };
    Ok((sign.unwrap_or(without), Partial::read(version)?))
}

/// A requirement of Cargo's as comparisons of whole versions.
pub(super) fn written_out(requirement: &str) -> Result<Vec<Comparator<'static>>, Unparsable> {
    let (sign, version) = requirement_parts(requirement)?;
    let mut out = Vec::new();
    push(sign, &version, &mut out);
    Ok(out)
}

/// The semver crate's `eval`: what a requirement leaves out takes no pre-release, but for the caret.
pub(super) fn requirement_holds(requirement: &str, version: &str) -> Result<bool, Unparsable> {
    let (sign, bound) = requirement_parts(requirement)?;
    let ([major, minor, patch], pre) = numbers(version);
    let part =
        |number: &[u8], bound: Option<&str>| bound.map(|bound| compare_numbers(number, bound.as_bytes()));
    let last = match bound.patch {
        Some(_) => Scheme::Semver.compare(version, &bound.least())?,
        None if !pre.is_empty() => Ordering::Less,
        None => Ordering::Equal,
    };
    let parts = [part(major, bound.major), part(minor, bound.minor), part(patch, bound.patch)];
    let parting = parts.iter().position(|part| *part != Some(Ordering::Equal));
    // How the version stands to the numbers that are there: None where they are its beginning.
    let numbers = parting.and_then(|at| parts.get(at).copied().flatten());
    let is_whole = bound.patch.is_some();
    let exact = numbers.is_none() && last.is_eq();
    let beyond = |side: Ordering| match numbers {
        Some(order) => order == side,
        None => is_whole && last == side,
    };
    Ok(match sign {
        Sign::Plain(Op::Equal) => exact,
        Sign::Plain(Op::Less) => beyond(Ordering::Less),
        Sign::Plain(Op::LessOrEqual) => exact || beyond(Ordering::Less),
        Sign::Plain(Op::Greater) => beyond(Ordering::Greater),
        Sign::Plain(_) => exact || beyond(Ordering::Greater),
        Sign::Tilde => match (parting, numbers) {
            (Some(2), Some(order)) => order.is_gt(),
            (_, Some(_)) => false,
            (_, None) => last.is_ge(),
        },
        Sign::Caret => {
            let zero = |number: Option<&str>| number.is_some_and(is_zero);
            let fixed = match (zero(bound.major), zero(bound.minor)) {
                (false, _) => 0,
                (true, false) => 1,
                (true, true) => 2,
            };
            match (parting, numbers) {
                (Some(at), Some(order)) => at > fixed && order.is_gt(),
                (_, None) => !is_whole || last.is_ge(),
                (None, Some(_)) => false,
            }
        }
    })
}

/// The numbers of a version, and what follows them but for a build.
fn numbers(version: &str) -> ([&[u8]; 3], &str) {
    let text = version.trim_start_matches(['v', 'V', '=', ' ', '<', '>', '~', '^']).trim_end();
    let text = text.split('+').next().unwrap_or_default();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (head, pre) = text.split_at_checked(end).unwrap_or_default();
    let mut parts = head.split('.').map(|part| significant(part.as_bytes()));
    let mut number = || parts.next().unwrap_or_default();
    ([number(), number(), number()], pre)
}

/// A pre-release is only in a range one of whose bounds is a pre-release of the same version.
pub(super) fn admits_pre_release(comparators: &[Comparator<'_>], version: &str) -> bool {
    let (wanted, pre) = numbers(version);
    pre.is_empty()
        || comparators.iter().any(|comparator| {
            // What follows a bound's numbers without a hyphen is a star.
            let (bound, pre) = numbers(&comparator.version);
            pre.starts_with('-') && bound == wanted
        })
}
