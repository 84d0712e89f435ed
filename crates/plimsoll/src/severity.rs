//! Severity of a finding: joins what the advisories state to the policy that chooses. Of the stages, only the
//! facade knows both.

use plimsoll_core::{Finding, Rating, Severity};
use plimsoll_severity::{Level, Policy, Role, Statement, assess};

use crate::threat;

/// The databases that publish records of language packages under their own name.
const DATABASES: [&str; 7] = ["PyPA", "Go", "RustSec", "Bitnami", "OpenSSF", "OSS-Fuzz", "OSV"];

/// Whose statement it is, seen from the finding. Besides those of the records that match the package there are those
/// of whoever knows the vulnerability: NVD, GHSA, the CVE's issuer.
fn role(source: &str, finding: &Finding) -> Role {
    let is = |name: &str| source.eq_ignore_ascii_case(name);
    let own = || finding.package.ecosystem.as_ref().is_some_and(|ecosystem| is(ecosystem.name()));
    let of_a_match = || DATABASES.into_iter().any(is) || finding.evidence.iter().any(|e| is(&e.feed));
    if is("GHSA") || is("GitHub") {
        Role::Ghsa
    } else if is("NVD") {
        Role::Nvd
    } else if finding.package.kind.is_os() {
        if own() { Role::Vendor } else { Role::Other }
    } else if own() || of_a_match() {
        Role::Advisory
    } else {
        Role::Other
    }
}

/// Sets the finding's level, its score and what decided, from its ratings; and its priority. What a scan does with every
/// finding, for those who match packages themselves.
pub fn decide(finding: &mut Finding, policy: &Policy) {
    let ratings: Vec<&Rating> = finding.ratings.iter().filter(|rating| !threat::is_threat(rating)).collect();
    let statements: Vec<Statement<'_>> = ratings
        .iter()
        .map(|rating| Statement {
            source: &rating.source,
            role: role(&rating.source, finding),
            scheme: &rating.scheme,
            value: &rating.value,
        })
        .collect();
    let assessment = assess(&statements, policy);
    let rating: Option<Rating> = assessment.decided_by.and_then(|index| ratings.get(index).copied()).cloned();
    finding.severity = severity(assessment.level);
    finding.score_tenths = assessment.score_tenths;
    finding.severity_rule = assessment.rule;
    finding.rating = rating;
    threat::prioritise(finding, assessment.level);
}

/// The one level in the words of the other crate: neither knows the other.
pub(crate) fn severity(level: Level) -> Severity {
    match level {
        Level::Unknown => Severity::Unknown,
        Level::None => Severity::None,
        Level::Negligible => Severity::Negligible,
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}
