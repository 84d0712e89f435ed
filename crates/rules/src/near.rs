//! Near misses: for a rule that matches nothing, the findings that it misses by little.

use std::collections::HashMap;

use plimsoll_core::Finding;

use crate::Context;
use crate::criterion::Criterion;
use crate::describe::{found, found_in_image, wanted};
use crate::outcome::{Difference, NearMiss, RuleOutcome, RuleState};
use crate::pattern::{Text, folded};
use crate::ruleset::{Compiled, Ruleset};
use crate::subject::Subject;

/// Near misses that are kept for one rule.
const KEPT: usize = 3;

/// Comparisons of rule and finding, over all rules that name neither ids nor packages. Past it, the rules that are
/// left get no near misses.
const BUDGET: usize = 5_000_000;

/// Adds near misses to the rules that are unused or for other images.
pub(crate) fn find(
    rules: &Ruleset,
    findings: &[Finding],
    context: &Context<'_>,
    with_cvss: bool,
    outcomes: &mut [RuleOutcome],
) {
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (compiled, outcome) in rules.rules.iter().zip(&*outcomes) {
        if outcome.state == RuleState::Unused {
            for key in keys(compiled) {
                by_key.insert(key, Vec::new());
            }
        }
    }
    if !by_key.is_empty() {
        let mut key = String::new();
        for (at, finding) in findings.iter().enumerate() {
            for id in finding.aliases.iter().chain([&finding.id]) {
                key.clear();
                key.extend(folded(id));
                note(&mut by_key, &key, at);
            }
            key.clear();
            key.extend(folded(&finding.package.name));
            note(&mut by_key, &key, at);
        }
    }
    let mut budget = BUDGET;
    for (compiled, outcome) in rules.rules.iter().zip(outcomes) {
        match outcome.state {
            RuleState::OtherImage => outcome.near_misses = vec![of_image(compiled, context)],
            RuleState::Unused => {
                let keys = keys(compiled);
                let mut nearest = Nearest::default();
                let mut look = |finding: &Finding| {
                    if let Some(near) = compare(compiled, finding, context, with_cvss) {
                        nearest.offer(near);
                    }
                };
                if keys.is_empty() {
                    if budget < findings.len() {
                        continue;
                    }
                    budget -= findings.len();
                    findings.iter().for_each(&mut look);
                } else {
                    for at in keys.iter().filter_map(|key| by_key.get(key)).flatten() {
                        findings.get(*at).into_iter().for_each(&mut look);
                    }
                }
                outcome.near_misses = nearest.0;
            }
            _ => {}
        }
    }
}

/// Adds a finding under a key that some rule asks for.
fn note(by_key: &mut HashMap<String, Vec<usize>>, key: &str, at: usize) {
    if let Some(known) = by_key.get_mut(key) {
        known.push(at);
    }
}

/// The ids and names by which a rule's candidates are found; none means that every finding is one.
fn keys(compiled: &Compiled) -> Vec<String> {
    let mut keys = Vec::new();
    for criterion in &compiled.slow {
        if let Criterion::Id(texts) | Criterion::Package(texts) = criterion {
            for text in texts {
                match text {
                    Text::Plain(plain) => keys.push(folded(plain).collect()),
                    Text::Pattern(_) => return Vec::new(),
                }
            }
        }
    }
    keys
}

/// The best few, in an order that does not depend on that of the findings.
#[derive(Default)]
struct Nearest(Vec<NearMiss>);

impl Nearest {
    fn offer(&mut self, near: NearMiss) {
        let key = |near: &NearMiss| (near.differs.len(), near.differs.iter().any(|d| d.field == "cve"));
        let before = |a: &NearMiss, b: &NearMiss| key(a).cmp(&key(b)).then_with(|| a.cmp(b)).is_lt();
        if self.0.contains(&near) {
            return;
        }
        let at = self.0.iter().position(|kept| before(&near, kept)).unwrap_or(self.0.len());
        if at < KEPT {
            self.0.insert(at, near);
            self.0.truncate(KEPT);
        }
    }
}

/// What differs, if it is one thing, or if at least the id is right.
fn compare(
    compiled: &Compiled,
    finding: &Finding,
    context: &Context<'_>,
    with_cvss: bool,
) -> Option<NearMiss> {
    let subject = Subject::new(finding, context, with_cvss);
    let criteria = || compiled.slow.iter().chain(&compiled.quick);
    let differing: Vec<_> = criteria().filter(|criterion| !criterion.holds(&subject)).collect();
    let id_holds =
        criteria().any(|c| matches!(c, Criterion::Id(_))) && !differing.iter().any(|c| c.field() == "cve");
    // A rule of one criterion has no near misses: everything that it does not match differs in one thing.
    if differing.is_empty() || criteria().count() < 2 || differing.len() > 1 && !id_holds {
        return None;
    }
    let differs = differing
        .into_iter()
        .map(|criterion| Difference {
            field: criterion.field(),
            wanted: wanted(criterion),
            found: found(criterion, &subject),
        })
        .collect();
    Some(NearMiss {
        differs,
        finding: Some(finding.id.clone()),
        package: Some(finding.package.purl.to_string()),
    })
}

fn of_image(compiled: &Compiled, context: &Context<'_>) -> NearMiss {
    let differs = compiled
        .image
        .iter()
        .filter(|criterion| context.image.is_none_or(|image| !criterion.holds_for(image)))
        .map(|criterion| Difference {
            field: criterion.field(),
            wanted: wanted(criterion),
            found: context.image.and_then(|image| found_in_image(criterion, image)),
        })
        .collect();
    NearMiss { differs, finding: None, package: None }
}
