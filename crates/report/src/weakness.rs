//! The weaknesses (CWE) that a finding's records name.

use std::collections::HashMap;

use plimsoll_core::Finding;

/// The numbers of a finding's weaknesses.
pub(crate) fn numbers(finding: &Finding) -> impl Iterator<Item = u32> + '_ {
    // A report may have been stored by others: what is no number is nothing that a format has a place for.
    finding.cwes.iter().filter_map(|cwe| cwe.strip_prefix("CWE-")?.parse().ok())
}

/// MITRE's names of weaknesses, by number: `79`, a tab, the name. `data/cwe.py` writes them.
const NAMES: &str = include_str!("../data/cwe.txt");

/// What MITRE calls each; without categories and views, and what is deprecated or newer than the list.
pub(crate) fn names() -> HashMap<u32, &'static str> {
    rows().filter_map(|(number, name)| Some((number.parse().ok()?, name))).collect()
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// Where MITRE describes it.
pub(crate) fn url(number: u32) -> String {
    format!("https://cwe.mitre.org/data/definitions/{number}.html")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are those of MITRE's pages.
    #[test]
    fn weaknesses_have_names() {
        let xss = "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')";
        let names = names();
        assert_eq!(names.get(&79), Some(&xss));
        assert_eq!(names.get(&20), Some(&"Improper Input Validation"));
        // A category, a deprecated one, none.
        assert!([310, 516, 0].iter().all(|number| !names.contains_key(number)));
    }

    #[test]
    fn each_number_is_there_once_and_in_order() {
        let numbers: Vec<u32> = rows().map(|(number, _)| number.parse().unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next) && numbers.len() > 900);
        assert!(rows().all(|(_, name)| !name.is_empty() && name.trim() == name));
        let read = NAMES.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(read, numbers.len());
    }
}
