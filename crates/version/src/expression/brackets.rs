use alloc::vec::Vec;

use super::{Comparator, Op};
use crate::{Reason, Unparsable};

/// What a version without brackets stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// A wish: every version (Maven).
    Anything,
    /// That version and all above (NuGet).
    Least,
}

/// Intervals with commas between them: `(,1.0],[1.2,)`.
pub(super) fn read(text: &str, alone: Alone) -> Result<Vec<Vec<Comparator<'_>>>, Unparsable> {
    let mut alternatives = Vec::new();
    let mut rest = text.trim();
    let at = |rest: &str| text.trim_end().len() - rest.len();
    if rest.is_empty() {
        alternatives.push(Vec::new());
        return Ok(alternatives);
    }
    if !rest.starts_with(['[', '(']) {
        if let Some(bad) = rest.bytes().find(|byte| matches!(byte, b'[' | b']' | b'(' | b')' | b',')) {
            return Err(Unparsable::at(0, Reason::Unexpected(bad)));
        }
        // A floating version is at least what it is with zeros for what floats.
        let least = rest.trim_end_matches('*').trim_end_matches(['.', '-']);
        let least = if least.is_empty() { "0" } else { least };
        alternatives.push(match alone {
            Alone::Anything => Vec::new(),
            Alone::Least => [Comparator::new(Op::GreaterOrEqual, least)].into(),
        });
        return Ok(alternatives);
    }
    while !rest.is_empty() {
        let (opening, inner) = rest.split_at_checked(1).unwrap_or_default();
        if !matches!(opening, "[" | "(") {
            return Err(Unparsable::at(at(rest), Reason::EmptyPart));
        }
        let Some(end) = inner.find([']', ')']) else {
            return Err(Unparsable::at(text.len(), Reason::Empty));
        };
        let (bounds, closing) = inner.split_at_checked(end).unwrap_or_default();
        alternatives.push(interval(opening == "[", bounds, closing.starts_with(']'), at(rest))?);
        rest = closing.get(1..).unwrap_or_default().trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Ok(alternatives)
}

fn interval(from: bool, bounds: &str, to: bool, at: usize) -> Result<Vec<Comparator<'_>>, Unparsable> {
    let mut comparators = Vec::new();
    let Some((lower, upper)) = bounds.split_once(',') else {
        if !from || !to || bounds.trim().is_empty() {
            return Err(Unparsable::at(at, Reason::EmptyPart));
        }
        comparators.push(Comparator::new(Op::Equal, bounds.trim()));
        return Ok(comparators);
    };
    let (lower, upper) = (lower.trim(), upper.trim());
    if upper.contains(',') {
        return Err(Unparsable::at(at, Reason::Unexpected(b',')));
    }
    if !lower.is_empty() {
        comparators.push(Comparator::new(if from { Op::GreaterOrEqual } else { Op::Greater }, lower));
    }
    if !upper.is_empty() {
        comparators.push(Comparator::new(if to { Op::LessOrEqual } else { Op::Less }, upper));
    }
    Ok(comparators)
}
