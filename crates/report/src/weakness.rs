//! The weaknesses (CWE) that a finding's records name.

use plimsoll_core::Finding;

/// The numbers of a finding's weaknesses.
pub(crate) fn numbers(finding: &Finding) -> impl Iterator<Item = u32> + '_ {
    // A report may have been stored by others: what is no number is nothing that a format has a place for.
    finding.cwes.iter().filter_map(|cwe| cwe.strip_prefix("CWE-")?.parse().ok())
}

/// Where MITRE describes it.
pub(crate) fn url(number: u32) -> String {
    format!("https://cwe.mitre.org/data/definitions/{number}.html")
}
