//! What a finding's ratings say, as numbers.

use plimsoll_core::{Finding, Severity};
use plimsoll_severity::{Cvss, Level, Version};

/// A CVSS vector of a finding that could be read.
pub(crate) struct Scored<'a> {
    /// Who says so.
    pub source: &'a str,
    pub version: Version,
    /// The vector as it is written; without the parentheses that some give a v2 vector.
    pub vector: &'a str,
    /// The base score, in tenths.
    pub tenths: u8,
    /// The base score's level.
    pub level: Level,
}

impl Scored<'_> {
    /// The base score.
    pub(crate) fn score(&self) -> f64 {
        f64::from(self.tenths) / 10.0
    }

    /// `2.0`, `3.0`, `3.1`, `4.0`.
    pub(crate) fn number(&self) -> &'static str {
        match self.version {
            Version::V2 => "2.0",
            Version::V3_0 => "3.0",
            Version::V3_1 => "3.1",
            _ => "4.0",
        }
    }
}

/// The finding's CVSS vectors, the one that decided first.
pub(crate) fn scores(finding: &Finding) -> Vec<Scored<'_>> {
    let mut out: Vec<Scored<'_>> = Vec::new();
    for rating in finding.rating.iter().chain(&finding.ratings) {
        let vector = rating.value.trim().trim_start_matches('(').trim_end_matches(')');
        if !rating.scheme.starts_with("CVSS")
            || out.iter().any(|known| known.vector == vector && known.source == rating.source)
        {
            continue;
        }
        let Ok(cvss) = vector.parse::<Cvss>() else { continue };
        let (version, base) = (cvss.version(), cvss.base_score());
        let (tenths, level) = (base.tenths(), version.rating(base));
        out.push(Scored { source: &rating.source, version, vector, tenths, level });
    }
    out
}

/// The finding's score: the one that decided, else the first base score that anybody gives.
pub(crate) fn score(finding: &Finding) -> Option<f64> {
    let tenths = finding.score_tenths.or_else(|| scores(finding).first().map(|scored| scored.tenths));
    tenths.map(|tenths| f64::from(tenths) / 10.0)
}

fn rated<'a>(finding: &'a Finding, scheme: &str) -> Option<&'a str> {
    let found = finding.ratings.iter().find(|rating| rating.scheme == scheme);
    found.map(|rating| rating.value.as_str())
}

/// The probability that it is exploited in the next 30 days (EPSS).
pub(crate) fn epss(finding: &Finding) -> Option<f64> {
    rated(finding, "EPSS")?.parse::<f64>().ok().filter(|probability| (0.0..=1.0).contains(probability))
}

/// Since when it is known to be exploited (CISA's catalogue), if it is.
pub(crate) fn exploited(finding: &Finding) -> Option<&str> {
    rated(finding, "KEV")
}

/// The level in the words of the severity crate.
pub(crate) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Unknown => Level::Unknown,
        Severity::None => Level::None,
        Severity::Negligible => Level::Negligible,
        Severity::Low => Level::Low,
        Severity::Medium => Level::Medium,
        Severity::High => Level::High,
        Severity::Critical => Level::Critical,
    }
}
