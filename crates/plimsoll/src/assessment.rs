//! What a scan comes to: healthy only where everything was read and judged.

use plimsoll_core::{Assessment, Status};
use plimsoll_report::Report;
use plimsoll_rules::Date;

use crate::inventory::matters;

/// The one word, and why it is not simply "healthy" or "unhealthy".
pub(crate) fn assess(report: &Report, limit: Option<(u32, Date)>) -> (Assessment, Vec<String>) {
    let mut reasons = Vec::new();
    let stale = limit.and_then(|(days, now)| stale(report, days, now));
    let is_stale = stale.is_some();
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
    // Said last: it takes nothing from what was found.
    let wanting = !reasons.is_empty();
    reasons.extend(stale);
    let assessment = if report.active().any(|finding| finding.status == Status::Affected) {
        Assessment::Unhealthy
    } else if wanting && (coverage.counts.packages > 0 || wrong > 0) {
        Assessment::Partial
    } else if coverage.counts.packages == 0 {
        reasons = vec![nothing(report)];
        Assessment::NothingToScan
    } else if is_stale {
        Assessment::Stale
    } else if report.disabled().next().is_some() {
        Assessment::HealthyByExemption
    } else {
        Assessment::Healthy
    };
    (assessment, reasons)
}

/// Why the advisories are too old, if they are.
fn stale(report: &Report, days: u32, now: Date) -> Option<String> {
    let newest = report.advisories.newest.as_deref()?.get(..10)?;
    let age = newest.parse::<Date>().ok()?.days_until(now);
    (age > i64::from(days)).then(|| {
        format!(
            "the newest advisory is of {newest}, {age} days ago: import newer ones with plimsoll db import"
        )
    })
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
