//! About a hundred well-known advisories that are compiled in, so that a first look needs no download.

use plimsoll_advisory::Memory;
use plimsoll_advisory::feeds::osv;
use plimsoll_core::Advisory;
use plimsoll_report::AdvisorySet;

/// The starter set: a JSON array of OSV records, one on each line.
pub const JSON: &str = include_str!("starter.json");

/// The starter set's records. A test holds that all of them can be read.
pub fn records() -> Vec<Advisory> {
    let lines = JSON.lines().map(|line| line.trim_end_matches(',')).filter(|line| line.starts_with('{'));
    lines.filter_map(|line| osv::record(line.as_bytes()).ok()).map(|(advisory, _)| advisory).collect()
}

/// The starter set as a source of candidates, and what a report says of it.
pub fn advisories() -> (Memory, AdvisorySet) {
    let advisories = records();
    let newest = advisories.iter().filter_map(|advisory| advisory.modified.clone()).max();
    let set = AdvisorySet { records: advisories.len() as u64, generation: 0, newest, starter: true };
    (Memory::new(advisories), set)
}
