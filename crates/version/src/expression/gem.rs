use alloc::string::String;
use alloc::vec::Vec;

use super::partial::next;
use super::{Comparator, Op};
use crate::{Reason, Unparsable};

const OPS: [(&str, Op); 6] = [
    ("<=", Op::LessOrEqual),
    (">=", Op::GreaterOrEqual),
    ("!=", Op::NotEqual),
    ("<", Op::Less),
    (">", Op::Greater),
    ("=", Op::Equal),
];

pub(super) fn read(text: &str) -> Result<Vec<Vec<Comparator<'_>>>, Unparsable> {
    let mut comparators = Vec::new();
    for requirement in text.split(',').map(str::trim).filter(|requirement| !requirement.is_empty()) {
        let version = |rest: &'_ str| -> Result<(), Unparsable> {
            if rest.is_empty() { Err(Unparsable::at(text.len(), Reason::EmptyPart)) } else { Ok(()) }
        };
        if let Some(rest) = requirement.strip_prefix("~>") {
            let rest = rest.trim_start();
            version(rest)?;
            comparators.push(Comparator::new(Op::GreaterOrEqual, rest));
            comparators.push(Comparator::new(Op::ReleaseLess, bump(rest)));
            continue;
        }
        let known = OPS.iter().find_map(|(sign, op)| Some((*op, requirement.strip_prefix(sign)?)));
        let (op, rest) = known.unwrap_or((Op::Equal, requirement));
        let rest = rest.trim_start();
        version(rest)?;
        comparators.push(Comparator::new(op, rest));
    }
    Ok([comparators].into())
}

/// Where a pre-release begins: at the first letter or hyphen.
fn pre_release(version: &str) -> Option<usize> {
    version.find(|c: char| c.is_ascii_alphabetic() || c == '-')
}

/// `Gem::Version#release`: the version without its pre-release.
pub(super) fn release(version: &str) -> &str {
    let version = version.trim();
    let end = pre_release(version).unwrap_or(version.len());
    version.get(..end).unwrap_or_default().trim_end_matches('.')
}

/// `Gem::Version#bump`: without the pre-release and the last number, the number before raised by one.
fn bump(version: &str) -> String {
    let release = release(version);
    let (head, last) = release.rsplit_once('.').unwrap_or(("", release));
    let kept = if head.is_empty() { last } else { head };
    match kept.rsplit_once('.') {
        Some((front, last)) => alloc::format!("{front}.{}", next(last)),
        None => next(kept),
    }
}
