//! What a scan comes to: healthy only where everything was read and judged.

use plimsoll_core::{Assessment, Status};
use plimsoll_report::Report;

use crate::inventory::matters;

/// The one word, and why it is not simply "healthy" or "unhealthy".
pub(crate) fn assess(report: &Report) -> (Assessment, Vec<String>) {
    let mut reasons = Vec::new();
    let coverage = &report.coverage;
    if report.advisories.starter {
        reasons.push(
            "judged by the starter set of advisories alone, which is for a first look: import real ones with plimsoll db import"
                .to_owned(),
        );
    }
    if let Some(support) = coverage.support.as_ref().filter(|support| support.ended) {
        reasons.push(support.statement.clone());
    }
    let unjudged = coverage.counts.packages.saturating_sub(coverage.counts.assessed);
    if unjudged > 0 {
        reasons.push(format!("{unjudged} of {} packages could not be judged", coverage.counts.packages));
    }
    let undetermined = report.active().filter(|finding| finding.status == Status::Undetermined).count();
    if undetermined > 0 {
        reasons.push(format!("{undetermined} findings are undetermined: someone has to look"));
    }
    let wrong = report.diagnostics.iter().filter(|diagnostic| matters(diagnostic.kind)).count();
    if wrong > 0 {
        let what = if wrong == 1 { "1 diagnostic".to_owned() } else { format!("{wrong} diagnostics") };
        reasons.push(format!("{what}: something may be missing"));
    }
    let assessment = if report.active().any(|finding| finding.status == Status::Affected) {
        Assessment::Unhealthy
    } else if !reasons.is_empty() && (coverage.counts.packages > 0 || wrong > 0) {
        Assessment::Partial
    } else if coverage.counts.packages == 0 {
        reasons = vec![nothing(report)];
        Assessment::NothingToScan
    } else if report.disabled().next().is_some() {
        Assessment::HealthyByExemption
    } else {
        Assessment::Healthy
    };
    (assessment, reasons)
}

/// An empty list alone is not an answer.
fn nothing(report: &Report) -> String {
    let unidentified = &report.coverage.unidentified;
    match (unidentified.executables, unidentified.archives) {
        (0, 0) => "no package database, no package and no executable was found".to_owned(),
        (programs, archives) => format!(
            "no package was found; {programs} executables and {archives} archives that nothing identifies"
        ),
    }
}
