//! The weaknesses (CWE) of a finding.

use plimsoll_core::Shared;

use crate::facts::Fact;
use crate::record::Record;

/// What the records that decide and those that know its ids class it as, each once, in the order of the numbers. An
/// erratum of several vulnerabilities does not say whose weakness is which, so its are nobody's.
pub(crate) fn of<'a>(deciding: impl Iterator<Item = &'a Record>, facts: &'a [Fact]) -> Shared<Vec<String>> {
    let of_one = deciding.filter(|record| record.derived().identities.len() == 1);
    let known = facts.iter().flat_map(|fact| &fact.record.cwes);
    let said = of_one.flat_map(|record| &record.cwes).chain(known);
    let mut numbers: Vec<u32> = said.filter_map(|text| number(text)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| format!("CWE-{number}")).collect()
}

/// The number of a weakness, however it is written; `NVD-CWE-noinfo` has none.
fn number(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("CWE-").or_else(|| text.trim().strip_prefix("cwe-"))?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn only_numbers_are_weaknesses() {
        assert_eq!(number("CWE-79"), Some(79));
        assert_eq!(number(" cwe-020"), Some(20));
        for other in
            ["NVD-CWE-noinfo", "NVD-CWE-Other", "CWE-", "CWE-7a", "CWE-+7", "79", "CWE-99999999999", ""]
        {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
