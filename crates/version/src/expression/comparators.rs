use alloc::vec::Vec;

use super::{Comparator, Op};
use crate::scan::Scan;
use crate::{Reason, Unparsable};

/// Longer operators before their beginnings.
const OPS: [(&[u8], Op); 8] = [
    (b"<=", Op::LessOrEqual),
    (b">=", Op::GreaterOrEqual),
    (b"!=", Op::NotEqual),
    (b"==", Op::Equal),
    (b"<", Op::Less),
    (b">", Op::Greater),
    (b"=", Op::Equal),
    (b"", Op::Equal),
];

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b','
}

/// `||`, or a single bar as Composer has it, between alternatives; commas and blanks between comparisons.
pub(super) fn read(text: &str) -> Result<Vec<Vec<Comparator<'_>>>, Unparsable> {
    let mut alternatives = Vec::new();
    let mut comparators = Vec::new();
    let mut scan = Scan::new(text.as_bytes());
    loop {
        scan.take_while(is_blank);
        if scan.is_done() {
            alternatives.push(comparators);
            return Ok(alternatives);
        }
        if scan.eat(b'|') {
            scan.eat(b'|');
            alternatives.push(core::mem::take(&mut comparators));
            continue;
        }
        let op = OPS.iter().find(|(sign, _)| scan.eat_all(sign)).map_or(Op::Equal, |(_, op)| *op);
        scan.take_while(|byte| byte.is_ascii_whitespace());
        let start = text.len() - scan.rest().len();
        let version = scan.take_while(|byte| !is_blank(byte) && !matches!(byte, b'|' | b'<' | b'>' | b'='));
        if version.is_empty() {
            return Err(scan.because(Reason::EmptyPart));
        }
        if version != b"*" {
            let version = text.get(start..start + version.len()).unwrap_or_default();
            comparators.push(Comparator::new(op, version));
        }
    }
}
