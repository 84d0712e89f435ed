use std::collections::HashMap;

use plimsoll_core::{Disabled, Finding};

use crate::criterion::Criterion;
use crate::near;
use crate::outcome::{RuleOutcome, RuleState, RulesReport};
use crate::pattern::{Text, folded};
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
    let mut matched = vec![0_usize; rules.rules.len()];
    let mut decided = matched.clone();
    let mut hits = Vec::new();
    let mut search = Search::new(rules.rules.len());
    for finding in &mut *findings {
        hits.clear();
        plan.matching(&Subject::new(finding, context, plan.with_cvss), &mut search, &mut hits);
        let mut winner: Option<usize> = None;
        let mut disables = false;
        for &hit in &hits {
            let Some(compiled) = rules.rules.get(hit) else { continue };
            if let Some(count) = matched.get_mut(hit) {
                *count += 1;
            }
            if is_expired(&compiled.rule, context) {
                continue;
            }
            disables |= compiled.rule.action == Action::Disable;
            if winner
                .and_then(|at| rules.rules.get(at))
                .is_none_or(|best| rank(&compiled.rule) < rank(&best.rule))
            {
                winner = Some(hit);
            }
        }
        finding.disabled = None;
        let Some(winner) = winner else { continue };
        if let Some(count) = decided.get_mut(winner) {
            *count += 1;
        }
        match rules.rules.get(winner).map(|compiled| &compiled.rule) {
            Some(rule) if rule.action == Action::Disable => {
                report.disabled += 1;
                finding.disabled = Some(Disabled {
                    rule: rule.id.clone(),
                    reason: rule.reason.clone(),
                    until: rule.expires.map(|day| day.to_string()),
                });
            }
            _ => report.kept += usize::from(disables),
        }
    }
    for ((at, compiled), (matched, decided)) in
        rules.rules.iter().enumerate().zip(matched.into_iter().zip(decided))
    {
        let state = match () {
            () if is_expired(&compiled.rule, context) => RuleState::Expired,
            () if !plan.for_image.get(at).copied().unwrap_or_default() => RuleState::OtherImage,
            () if matched == 0 => RuleState::Unused,
            () => RuleState::Used,
        };
        report.rules.push(RuleOutcome {
            rule: compiled.rule.id.clone(),
            source: compiled.place.to_string(),
            scope: compiled.rule.scope(),
            state,
            expires: compiled.rule.expires,
            matched,
            decided,
            near_misses: Vec::new(),
        });
    }
    near::find(rules, findings, context, plan.with_cvss, &mut report.rules);
    report
}

pub(crate) fn is_expired(rule: &Rule, context: &Context<'_>) -> bool {
    rule.expires.is_some_and(|last| context.now > last)
}

/// What decides between rules that match one finding; the lowest does.
fn rank(rule: &Rule) -> impl Ord + '_ {
    (rule.scope(), rule.action == Action::Disable, rule.id.as_str())
}

/// Rules arranged so that few of them need a look for each finding.
pub(crate) struct Plan<'r> {
    rules: &'r Ruleset,
    /// By id in upper case, for the rules that name ids without wildcards.
    by_id: HashMap<String, Vec<usize>>,
    /// By folded package name, for those that name packages and no ids.
    by_name: HashMap<String, Vec<usize>>,
    /// The others.
    rest: Vec<usize>,
    /// Whether each rule is for this image.
    for_image: Vec<bool>,
    pub(crate) with_cvss: bool,
}

/// Space that one look-up after another uses.
pub(crate) struct Search {
    key: String,
    /// When each rule was last looked at, so that two aliases do not count it twice.
    seen: Vec<u64>,
    turn: u64,
}

impl Search {
    pub(crate) fn new(rules: usize) -> Self {
        Self { key: String::new(), seen: vec![0; rules], turn: 0 }
    }
}

impl<'r> Plan<'r> {
    pub(crate) fn new(rules: &'r Ruleset, context: &Context<'_>) -> Self {
        let mut plan = Plan {
            rules,
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            rest: Vec::new(),
            for_image: Vec::with_capacity(rules.rules.len()),
            with_cvss: rules
                .rules
                .iter()
                .any(|rule| rule.slow.iter().any(|c| matches!(c, Criterion::Cvss(..)))),
        };
        for (at, compiled) in rules.rules.iter().enumerate() {
            let holds = compiled.image.iter().all(|c| context.image.is_some_and(|image| c.holds_for(image)));
            plan.for_image.push(holds);
            if !holds {
                continue;
            }
            if let Some(ids) = keys(&compiled.slow, |criterion| match criterion {
                Criterion::Id(ids) => Some(ids),
                _ => None,
            }) {
                for id in ids {
                    plan.by_id.entry(id.to_ascii_uppercase()).or_default().push(at);
                }
            } else if let Some(names) = keys(&compiled.slow, |criterion| match criterion {
                Criterion::Package(names) => Some(names),
                _ => None,
            }) {
                for name in names {
                    plan.by_name.entry(folded(name).collect()).or_default().push(at);
                }
            } else {
                plan.rest.push(at);
            }
        }
        plan
    }

    /// Adds the rules that match a finding, expired ones included.
    pub(crate) fn matching(&self, subject: &Subject<'_>, search: &mut Search, hits: &mut Vec<usize>) {
        search.turn += 1;
        let Search { key, seen, turn } = search;
        let mut look = |at: usize| {
            let Some(compiled) = self.rules.rules.get(at) else { return };
            if subject.bits & !compiled.mask == 0
                && seen.get_mut(at).is_some_and(|seen| std::mem::replace(seen, *turn) != *turn)
                && compiled.slow.iter().all(|criterion| criterion.holds(subject))
            {
                hits.push(at);
            }
        };
        if !self.by_id.is_empty() {
            let finding = subject.finding;
            for id in finding.aliases.iter().chain([&finding.id]) {
                key.clear();
                key.push_str(id);
                key.make_ascii_uppercase();
                self.by_id.get(key.as_str()).into_iter().flatten().for_each(|at| look(*at));
            }
        }
        if !self.by_name.is_empty() {
            key.clear();
            key.extend(folded(&subject.finding.package.name));
            self.by_name.get(key.as_str()).into_iter().flatten().for_each(|at| look(*at));
        }
        self.rest.iter().for_each(|at| look(*at));
    }
}

/// The plain texts of a criterion, if the rule has it and none of its values has a wildcard.
fn keys<'c>(
    criteria: &'c [Criterion],
    of: impl Fn(&'c Criterion) -> Option<&'c Vec<Text>>,
) -> Option<Vec<&'c str>> {
    let texts = criteria.iter().find_map(of)?;
    texts.iter().map(|text| if let Text::Plain(plain) = text { Some(plain.as_str()) } else { None }).collect()
}
