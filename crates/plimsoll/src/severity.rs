//! Severity of a finding: joins what the advisories state to the policy that chooses. Of the stages, only the
//! facade knows both.

use plimsoll_core::{Finding, Rating, Severity};
use plimsoll_severity::{Level, Policy, Role, Statement, assess};

/// Whose statement it is, seen from the finding. All ratings come from records that match the package, so what is
/// neither a distribution's nor another database's is the advisory's own.
fn role(source: &str, finding: &Finding) -> Role {
    let is = |name: &str| source.eq_ignore_ascii_case(name);
    if is("GHSA") || is("GitHub") {
        Role::Ghsa
    } else if is("NVD") {
        Role::Nvd
    } else if !finding.package.kind.is_os() {
        Role::Advisory
    } else if finding.package.ecosystem.as_ref().is_some_and(|ecosystem| is(ecosystem.name())) {
        Role::Vendor
    } else {
        Role::Other
    }
}

/// Sets the finding's level, its score and what decided, from its ratings.
pub(crate) fn decide(finding: &mut Finding, policy: &Policy) {
    let statements: Vec<Statement<'_>> = finding
        .ratings
        .iter()
        .map(|rating| Statement {
            source: &rating.source,
            role: role(&rating.source, finding),
            scheme: &rating.scheme,
            value: &rating.value,
        })
        .collect();
    let assessment = assess(&statements, policy);
    let rating: Option<Rating> = assessment.decided_by.and_then(|index| finding.ratings.get(index)).cloned();
    finding.severity = severity(assessment.level);
    finding.score_tenths = assessment.score_tenths;
    finding.severity_rule = assessment.rule;
    finding.rating = rating;
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
