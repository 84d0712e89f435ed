//! What rules may ask about findings, from what the advisories say: of the stages, only the facade knows both.

use std::cmp::Ordering;

use plimsoll_core::{Finding, Package};
use plimsoll_rules::{Date, Facts, Share};
use plimsoll_version::Scheme;

/// Facts that stand among a finding's ratings, and the ecosystems' orders of versions. For rules that are applied to
/// a report that was written earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Whether a catalogue of exploited vulnerabilities was asked, so that what is not in it is known not to be.
    pub catalogue: bool,
}

impl Facts for Stated {
    fn epss(&self, finding: &Finding) -> Option<Share> {
        let scores = finding.ratings.iter().filter(|rating| rating.scheme == "EPSS");
        scores.filter_map(|rating| Share::from_f64(rating.value.parse().ok()?)).max()
    }

    fn kev(&self, finding: &Finding) -> Option<bool> {
        match finding.ratings.iter().any(|rating| rating.scheme == "KEV") {
            true => Some(true),
            false => self.catalogue.then_some(false),
        }
    }

    fn first_seen(&self, finding: &Finding) -> Option<Date> {
        finding.first_seen.as_deref()?.parse().ok()
    }

    fn compare(&self, package: &Package, a: &str, b: &str) -> Option<Ordering> {
        Scheme::for_ecosystem(package.ecosystem.as_ref()?.as_str())?.compare(a, b).ok()
    }
}
