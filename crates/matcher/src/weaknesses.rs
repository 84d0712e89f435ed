//! The weaknesses (CWE) of a finding.

use crate::hit::Hit;
use crate::hub::Fact;
use crate::identity::identities;

/// What the records that decide and those that the hub knows class it as, each once, in the order of the numbers. An
/// erratum of several vulnerabilities does not say whose weakness is which, so its are nobody's.
pub(crate) fn of<'a>(deciding: &[&'a Hit], facts: impl Iterator<Item = &'a Fact>) -> Vec<String> {
    let records = deciding.iter().map(|hit| &hit.advisory);
    let of_one = records.filter(|record| !record.cwes.is_empty() && identities(record).len() == 1);
    let said = of_one.flat_map(|record| &record.cwes).chain(facts.flat_map(|fact| &fact.cwes));
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
