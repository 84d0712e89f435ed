//! Severity of a finding: joins what the advisories state to the policy that chooses. Of the stages, only the
//! facade knows both.

use plimsoll_core::{Finding, Rating, Severity};
use plimsoll_severity::{Level, Policy, Role, Statement, assess};

/// The feeds' names of those whose statements a policy asks for by role.
fn role(source: &str, finding: &Finding) -> Role {
    if source.eq_ignore_ascii_case("GHSA") || source.eq_ignore_ascii_case("GitHub") {
        Role::Ghsa
    } else if source.eq_ignore_ascii_case("NVD") {
        Role::Nvd
    } else if finding.package.kind.is_os() && speaks_for_distribution(source, finding) {
        Role::Vendor
    } else if finding.evidence.iter().any(|evidence| evidence.advisory == source || evidence.feed == source) {
        Role::Advisory
    } else {
        Role::Other
    }
}

fn speaks_for_distribution(source: &str, finding: &Finding) -> bool {
    finding.package.ecosystem.as_ref().is_some_and(|ecosystem| ecosystem.name().eq_ignore_ascii_case(source))
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
