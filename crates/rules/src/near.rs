//! Near misses: for a rule that matches nothing, the findings that it misses by little.

use std::collections::HashMap;

use plimsoll_core::Finding;

use crate::Context;
use crate::criterion::Criterion;
use crate::describe::{found, found_in_image, wanted};
use crate::outcome::{Difference, NearMiss, RuleOutcome, RuleState};
use crate::pattern::fold_into;
use crate::ruleset::{Compiled, Ruleset};
use crate::subject::Subject;

/// Near misses that are kept for one rule.
const KEPT: usize = 3;

/// Comparisons of rule and finding, over all rules whose candidates can't be looked up. Past it, the rules that are
/// left get no near misses.
const BUDGET: usize = 200_000;

/// Adds near misses to the rules that are unused or for other images.
pub(crate) fn find(
    rules: &Ruleset,
    findings: &[Finding],
    context: &Context<'_>,
    with_cvss: bool,
    outcomes: &mut [RuleOutcome],
) {
    let unused = rules.rules.iter().zip(&*outcomes).filter(|(_, outcome)| outcome.state == RuleState::Unused);
    let candidates = Candidates::new(unused.map(|(compiled, _)| compiled), findings);
    let mut budget = BUDGET;
    for (compiled, outcome) in rules.rules.iter().zip(outcomes) {
        match outcome.state {
            RuleState::OtherImage => outcome.near_misses = vec![of_image(compiled, context)],
            RuleState::Unused if compiled.criteria().count() > 1 => {
                let mut nearest = Nearest::default();
                let mut look = |finding: &Finding| {
                    let subject = Subject::new(finding, context, with_cvss);
                    if let Some(near) = compare(compiled, &subject) {
                        nearest.offer(near);
                    }
                };
                match candidates.of(compiled) {
                    Some(known) => known.iter().filter_map(|at| findings.get(*at)).for_each(&mut look),
                    None if budget < findings.len() => continue,
                    None => {
                        budget -= findings.len();
                        findings.iter().for_each(&mut look);
                    }
                }
                outcome.near_misses = nearest.0;
            }
            _ => {}
        }
    }
}

/// The findings that have the ids or package names of some rules.
#[derive(Default)]
struct Candidates {
    by_id: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Candidates {
    fn new<'r>(rules: impl Iterator<Item = &'r Compiled>, findings: &[Finding]) -> Self {
        let mut all = Self::default();
        let mut key = String::new();
        for rule in rules.filter(|rule| rule.criteria().count() > 1) {
            for id in rule.plain_ids().into_iter().flatten() {
                all.by_id.entry(id.to_ascii_uppercase()).or_default();
            }
            for name in names(rule).into_iter().flatten() {
                fold_into(name, &mut key);
                all.by_name.entry(key.clone()).or_default();
            }
        }
        for (at, finding) in findings.iter().enumerate() {
            if !all.by_id.is_empty() {
                for id in finding.aliases.iter().chain([&finding.id]) {
                    key.clear();
                    key.push_str(id);
                    key.make_ascii_uppercase();
                    if let Some(known) = all.by_id.get_mut(&key) {
                        known.push(at);
                    }
                }
            }
            if !all.by_name.is_empty() {
                for name in names_of(finding) {
                    fold_into(name, &mut key);
                    if let Some(known) = all.by_name.get_mut(&key) {
                        known.push(at);
                    }
                }
            }
        }
        all
    }

    /// The findings that a rule may miss by little: those with one of its ids, else those of its packages; nothing
    /// where it names neither, so that every finding is one.
    fn of(&self, rule: &Compiled) -> Option<Vec<usize>> {
        let mut key = String::new();
        let ids = rule.plain_ids();
        let names = names(rule);
        if ids.is_none() && names.is_none() {
            return None;
        }
        let with_id = ids.into_iter().flatten().filter_map(|id| self.by_id.get(&id.to_ascii_uppercase()));
        let with_id: Vec<usize> = with_id.flatten().copied().collect();
        if !with_id.is_empty() {
            return Some(with_id);
        }
        let mut of_package = Vec::new();
        for name in names.into_iter().flatten() {
            fold_into(name, &mut key);
            of_package.extend(self.by_name.get(&key).into_iter().flatten());
        }
        Some(of_package)
    }
}

/// The packages that a rule names, by name or in package URLs.
fn names(rule: &Compiled) -> Option<Vec<&str>> {
    let plain = rule.plain_names().map(|names| names.iter().map(String::as_str).collect());
    plain.or_else(|| rule.plain_purls())
}

/// The names under which rules may know a finding's package: its own, and without what stands before it.
fn names_of(finding: &Finding) -> impl Iterator<Item = &str> {
    let package = &finding.package;
    let short = Some(package.purl.name.as_str()).filter(|short| *short != package.name);
    [package.name.as_str()].into_iter().chain(short)
}

/// The best few, in an order that does not depend on that of the findings.
#[derive(Default)]
struct Nearest(Vec<NearMiss>);

impl Nearest {
    fn offer(&mut self, near: NearMiss) {
        let before =
            |a: &NearMiss, b: &NearMiss| a.differs.len().cmp(&b.differs.len()).then_with(|| a.cmp(b)).is_lt();
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
fn compare(compiled: &Compiled, subject: &Subject<'_>) -> Option<NearMiss> {
    let has_id = || compiled.of_finding.iter().find(|c| matches!(c, Criterion::Id(_)));
    let id_holds = || has_id().is_some_and(|criterion| criterion.holds(subject));
    // Each quick criterion that does not hold leaves the finding's one bit of its group.
    let quick = (subject.bits & !compiled.mask).count_ones();
    let slow = || compiled.of_package.iter().chain(&compiled.of_finding).filter(|c| !c.holds(subject));
    let allowed = 1_usize.saturating_sub(usize::try_from(quick).unwrap_or(usize::MAX));
    if (quick > 1 || slow().nth(allowed).is_some()) && !id_holds() {
        return None;
    }
    let differs: Vec<_> = compiled
        .criteria()
        .filter(|criterion| !criterion.holds(subject))
        .map(|criterion| Difference {
            field: criterion.field(),
            wanted: wanted(criterion),
            found: found(criterion, subject),
        })
        .collect();
    let finding = subject.finding;
    (!differs.is_empty()).then(|| NearMiss {
        differs,
        finding: Some(finding.id.clone()),
        package: Some(finding.package.purl.to_string()),
    })
}

fn of_image(compiled: &Compiled, context: &Context<'_>) -> NearMiss {
    let differs = compiled
        .of_image
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

impl Compiled {
    /// What it asks of a finding.
    fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.of_finding.iter().chain(&self.of_package).chain(&self.quick)
    }
}
