//! Whether an image may run.

use plimsoll_core::{Assessment, Severity};
use serde::{Deserialize, Serialize};

use crate::subject::Found;
use crate::time::{DAY, Millis};

/// What an image must be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdmissionPolicy {
    /// Deny from this level on. Default: critical.
    pub deny_at: Option<Severity>,
    /// Warn from this level on. Default: high.
    pub warn_at: Option<Severity>,
    /// Count only findings that a published version fixes. Default: no.
    pub fixable_only: bool,
    /// Findings that were first known fewer days ago only warn. Default: 0.
    pub grace_days: u16,
    /// What an image is worth that was never scanned or could not be read. Default: deny.
    pub unscanned: Answer,
    /// What an image is worth that was not wholly read or judged, or can't be scanned at all. Default: warn.
    pub partial: Answer,
    /// What an image is worth that no tag names any more. Default: warn.
    pub untagged: Answer,
    /// Deny what was not matched as a whole for so many days. Default: never.
    pub stale_after: Option<u16>,
}

impl Default for AdmissionPolicy {
    fn default() -> Self {
        Self {
            deny_at: Some(Severity::Critical),
            warn_at: Some(Severity::High),
            fixable_only: false,
            grace_days: 0,
            unscanned: Answer::Deny,
            partial: Answer::Warn,
            untagged: Answer::Warn,
            stale_after: None,
        }
    }
}

/// Whether an image may run, the mildest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It may.
    #[default]
    Allow,
    /// It may, and someone should know.
    Warn,
    /// It may not.
    Deny,
}

/// An answer and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// Why, one sentence each, those that decided first.
    pub reasons: Vec<String>,
}

/// What there is to know of an image for a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdmissionFacts {
    /// What it comes to; nothing where it was never scanned or is not known.
    pub assessment: Option<Assessment>,
    /// Its findings, the disabled ones included.
    pub findings: Vec<Found>,
    /// When it was last matched as a whole.
    pub last_match: Option<Millis>,
    /// That no tag names it any more, as [`Moved`](crate::Moved) says it.
    pub moved: Option<String>,
}

/// Decides by what is known. Findings that rules disable do not count.
pub fn decide(facts: &AdmissionFacts, policy: &AdmissionPolicy, now: Millis) -> Decision {
    let mut reasons: Vec<(Answer, String)> = Vec::new();
    let mut say = |answer: Answer, why: String| {
        if answer != Answer::Allow {
            reasons.push((answer, why));
        }
    };
    match facts.assessment {
        None => say(policy.unscanned, "it was not scanned".to_owned()),
        Some(Assessment::Partial) => {
            say(policy.partial, "not everything of it could be read or judged".to_owned())
        }
        Some(Assessment::NothingToScan) => say(policy.partial, "no package was found in it".to_owned()),
        Some(Assessment::NotApplicable) => say(policy.partial, "it can't be scanned".to_owned()),
        Some(_) => {}
    }
    if let (Some(days), Some(at)) = (policy.stale_after, facts.last_match)
        && now.saturating_sub(at) > Millis::from(days) * DAY
    {
        say(Answer::Deny, format!("it was not matched against advisories for more than {days} days"));
    }
    if let Some(moved) = &facts.moved {
        say(policy.untagged, format!("no tag names it: {moved}"));
    }
    let grace = Millis::from(policy.grace_days) * DAY;
    for found in facts.findings.iter().filter(|found| found.finding.disabled.is_none()) {
        let finding = &found.finding;
        let fixable = !finding.fixed_versions.is_empty();
        if policy.fixable_only && !fixable {
            continue;
        }
        let reaches = |level: Option<Severity>| level.is_some_and(|level| finding.severity >= level);
        let in_grace = grace > 0 && now.saturating_sub(found.first_seen) < grace;
        let answer = match (reaches(policy.deny_at), reaches(policy.warn_at)) {
            (true, _) if in_grace => Answer::Warn,
            (true, _) => Answer::Deny,
            (false, true) => Answer::Warn,
            (false, false) => Answer::Allow,
        };
        let fix = match finding.fixed_versions.first() {
            Some(version) => format!(", fixed in {version}"),
            None => String::new(),
        };
        let grace = if in_grace && answer == Answer::Warn { ", within the days of grace" } else { "" };
        say(answer, format!("{} ({}) in {}{fix}{grace}", finding.id, finding.severity, finding.package.purl));
    }
    reasons.sort_by_key(|(answer, _)| std::cmp::Reverse(*answer));
    let answer = reasons.first().map_or(Answer::Allow, |(answer, _)| *answer);
    Decision { answer, reasons: reasons.into_iter().map(|(_, why)| why).collect() }
}
