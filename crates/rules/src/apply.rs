use plimsoll_core::{Disabled, Finding};

use crate::near;
use crate::outcome::{RuleOutcome, RuleState, RulesReport};
use crate::plan::{Known, Plan};
use crate::ruleset::Ruleset;
use crate::subject::Subject;
use crate::{Action, Context, Rule};

/// Says for each finding whether a rule disables it, and which one: sets [`Finding::disabled`] and changes nothing
/// else. Every finding stays.
///
/// The result depends on the rules, the findings and the context alone: not on the order of either, nor on what
/// `disabled` was before. So applying twice is applying once.
///
/// Of several rules that match, the one of the nearest [`Scope`](crate::Scope) decides; within one scope `keep`
/// before `disable`, then the lower id. A rule holds through its last day; after it, it is reported and does
/// nothing.
pub fn apply(rules: &Ruleset, findings: &mut [Finding], context: &Context<'_>) -> RulesReport {
    let plan = Plan::new(rules, context);
    let mut report = RulesReport::default();
    let mut counts = vec![Counts::default(); rules.rules.len()];
    let deciding = deciding(rules, &plan, findings, context, &mut counts, &mut report.kept);
    for (finding, rule) in findings.iter_mut().zip(deciding) {
        finding.disabled = rule.map(|rule| Disabled {
            rule: rule.id.clone(),
            reason: rule.reason.clone(),
            until: rule.expires.map(|day| day.to_string()),
            vex: rule.vex.map(|status| status.to_string()),
            justification: rule.justification.map(|why| why.to_string()),
        });
        report.disabled += usize::from(finding.disabled.is_some());
    }
    for ((compiled, for_image), counts) in rules.rules.iter().zip(&plan.for_image).zip(counts) {
        let rule = &compiled.rule;
        let state = if is_expired(rule, context) {
            RuleState::Expired
        } else if !for_image {
            RuleState::OtherImage
        } else if counts.matched == 0 {
            RuleState::Unused
        } else {
            RuleState::Used
        };
        report.rules.push(RuleOutcome {
            rule: rule.id.clone(),
            source: compiled.place.to_string(),
            scope: rule.scope(),
            state,
            expires: rule.expires,
            matched: counts.matched,
            decided: counts.decided,
            near_misses: Vec::new(),
        });
    }
    near::find(rules, findings, context, plan.with_cvss, &mut report.rules);
    report
}

/// For each rule, which findings it matches, as indexes: what [`apply`] would do if that rule were alone and did not
/// expire.
pub fn matches(rules: &Ruleset, findings: &[Finding], context: &Context<'_>) -> Vec<Vec<usize>> {
    let plan = Plan::new(rules, context);
    let mut known = Known::default();
    let mut hits = Vec::new();
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); rules.rules.len()];
    for (at, finding) in findings.iter().enumerate() {
        hits.clear();
        plan.matching(&Subject::new(finding, context, plan.with_cvss), &mut known, &mut hits);
        for &hit in &hits {
            if let Some(matched) = all.get_mut(hit) {
                matched.push(at);
            }
        }
    }
    all
}

#[derive(Clone, Copy, Default)]
struct Counts {
    matched: usize,
    decided: usize,
}

/// For each finding, the rule that disables it.
fn deciding<'r>(
    rules: &'r Ruleset,
    plan: &Plan<'r>,
    findings: &[Finding],
    context: &Context<'_>,
    counts: &mut [Counts],
    kept: &mut usize,
) -> Vec<Option<&'r Rule>> {
    let mut known = Known::default();
    let mut hits = Vec::new();
    let mut deciding = Vec::with_capacity(findings.len());
    for finding in findings {
        hits.clear();
        plan.matching(&Subject::new(finding, context, plan.with_cvss), &mut known, &mut hits);
        let mut winner: Option<(usize, &Rule)> = None;
        let mut disables = false;
        for &at in &hits {
            let Some(rule) = rules.rules.get(at).map(|compiled| &compiled.rule) else { continue };
            if let Some(counts) = counts.get_mut(at) {
                counts.matched += 1;
            }
            if is_expired(rule, context) {
                continue;
            }
            disables |= rule.action == Action::Disable;
            if winner.is_none_or(|(_, best)| rank(rule) < rank(best)) {
                winner = Some((at, rule));
            }
        }
        if let Some(counts) = winner.and_then(|(at, _)| counts.get_mut(at)) {
            counts.decided += 1;
        }
        let disabling = winner.map(|(_, rule)| rule).filter(|rule| rule.action == Action::Disable);
        *kept += usize::from(winner.is_some() && disabling.is_none() && disables);
        deciding.push(disabling);
    }
    deciding
}

fn is_expired(rule: &Rule, context: &Context<'_>) -> bool {
    rule.expires.is_some_and(|last| context.now > last)
}

/// What decides between rules that match one finding; the lowest does.
fn rank(rule: &Rule) -> impl Ord + '_ {
    (rule.scope(), rule.action == Action::Disable, rule.id.as_str())
}
