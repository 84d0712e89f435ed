use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::partial::next;
use super::{Comparator, Op};
use crate::order::pep440::Parts;
use crate::{Reason, Unparsable};

const OPS: [(&str, Op); 7] = [
    ("===", Op::Identical),
    ("<=", Op::LessOrEqual),
    (">=", Op::GreaterOrEqual),
    ("!=", Op::NotEqual),
    ("==", Op::Equal),
    ("<", Op::Less),
    (">", Op::Greater),
];

/// Specifiers with commas between them. `||`, which some advisories write, is between alternatives.
pub(super) fn read(text: &str) -> Result<Vec<Vec<Comparator<'_>>>, Unparsable> {
    let mut alternatives = Vec::new();
    for set in text.split("||") {
        let mut alternative = Vec::new();
        for specifier in set.split(',').map(str::trim).filter(|specifier| !specifier.is_empty()) {
            push(specifier, &mut alternative)?;
        }
        alternatives.push(alternative);
    }
    Ok(alternatives)
}

fn push<'a>(specifier: &'a str, out: &mut Vec<Comparator<'a>>) -> Result<(), Unparsable> {
    let malformed = || Unparsable::at(0, specifier.bytes().next().map_or(Reason::Empty, Reason::Unexpected));
    if let Some(rest) = specifier.strip_prefix("~=") {
        let rest = rest.trim_start();
        let (prefix, _) = release(rest).rsplit_once('.').ok_or_else(malformed)?;
        let (from, to) = with_prefix(prefix);
        out.push(Comparator::new(Op::GreaterOrEqual, rest));
        out.push(Comparator::new(Op::GreaterOrEqual, from));
        out.push(Comparator::new(Op::Less, to));
        return Ok(());
    }
    let known = OPS.iter().find_map(|(sign, op)| Some((*op, specifier.strip_prefix(sign)?)));
    let (op, rest) = known.ok_or_else(malformed)?;
    let rest = rest.trim_start();
    match rest.strip_suffix(".*") {
        Some(prefix) if op == Op::Equal => {
            let (from, to) = with_prefix(prefix);
            out.push(Comparator::new(Op::GreaterOrEqual, from));
            out.push(Comparator::new(Op::Less, to));
        }
        _ if rest.is_empty() => return Err(malformed()),
        _ => out.push(Comparator::new(op, rest)),
    }
    Ok(())
}

/// The epoch and the numbers of a version.
fn release(version: &str) -> &str {
    let end = version
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '!' | 'v')))
        .unwrap_or(version.len());
    version.get(..end).unwrap_or_default().trim_end_matches('.')
}

/// All versions whose numbers begin with these: from the first development version of the one to that of the next.
pub(super) fn with_prefix(prefix: &str) -> (String, String) {
    let cut = prefix.rfind(['.', '!']).map_or(0, |at| at + 1);
    let (head, last) = prefix.split_at_checked(cut).unwrap_or(("", prefix));
    (format!("{prefix}.dev0"), format!("{head}{}.dev0", next(last)))
}

fn read_bound(bound: &str) -> Result<Parts<'_>, Unparsable> {
    Parts::read(bound).ok_or(Unparsable::at(0, Reason::Legacy).second())
}

/// PEP 440, sections "Version matching" to "Exclusive ordered comparison".
pub(super) fn holds(op: Op, version: &str, bound: &str) -> Result<bool, Unparsable> {
    let version = Parts::read(version).ok_or(Unparsable::at(0, Reason::Legacy))?;
    if let (Op::NotEqual, Some(prefix)) = (op, bound.strip_suffix(".*")) {
        let (from, to) = with_prefix(prefix);
        let (from, to) = (read_bound(&from)?, read_bound(&to)?);
        return Ok(version.compare(&from).is_lt() || version.compare(&to).is_ge());
    }
    let bound = read_bound(bound)?;
    Ok(match op {
        // Not the pre-releases of the bound, except below a pre-release.
        Op::Less if bound.is_pre_release() => version.compare(&bound).is_lt(),
        Op::Less => version.compare(&bound.public().first_development()).is_lt(),
        // Not the local versions of the bound, nor its post-releases, except above a post-release.
        Op::Greater if bound.is_development() || bound.is_post_release() => {
            version.public().compare(&bound.public()).is_gt()
        }
        Op::Greater => version.compare(&bound).is_gt() && !version.is_post_release_of(&bound),
        Op::Equal | Op::NotEqual if bound.has_local() => op.holds(version.compare(&bound)),
        _ => op.holds(version.public().compare(&bound)),
    })
}

pub(super) fn is_pre_release(version: &str) -> bool {
    Parts::read(version).is_some_and(|version| version.is_pre_release())
}
