//! What to do about an image.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use plimsoll_core::{
    Action, Finding, FixState, PackageType, Place, Plan, Remaining, Severity, Status, Step, Upgrade,
};

use crate::action::{Advice, is_malware, upgrade_action};
use crate::instruction;

/// What is done together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group<'f> {
    /// Everything that the operating system's package manager installed: one build renews it.
    Rebuild,
    /// A package, from a version to another. A finding that the common upgrade leaves may have one of its own.
    Upgrade(PackageType, &'f str, &'f str, &'f str),
    /// Malware, by its name.
    Remove(&'f str),
}

/// What a step does.
enum What<'a> {
    Action(Action),
    Upgrade(Cow<'a, Upgrade>),
}

impl<'a> Advice<'a> {
    /// The fewest actions that remove all findings that can be removed, first what removes most risk. `findings` are
    /// those that count: without those that rules disable.
    ///
    /// All that the operating system's package manager installed is renewed by one build on a current base, so that
    /// is one action; a package of a language is pinned by somebody, and is one each.
    pub fn plan<'f>(&self, findings: impl Iterator<Item = &'f Finding>) -> Plan
    where
        'a: 'f,
    {
        let mut plan = Plan { base: self.base.cloned(), ..Plan::default() };
        let mut groups: BTreeMap<Group<'f>, Vec<&Finding>> = BTreeMap::new();
        let mut left: BTreeMap<(FixState, bool), usize> = BTreeMap::new();
        let mut unfixed_of_system = 0_usize;
        for finding in findings {
            plan.findings += 1;
            match self.group(finding) {
                Some(group) => groups.entry(group).or_default().push(finding),
                None => {
                    unfixed_of_system += usize::from(finding.package.kind.is_os());
                    *left.entry((finding.fix, finding.status == Status::Undetermined)).or_default() += 1;
                }
            }
        }
        let steps = groups
            .iter()
            .filter_map(|(group, of_it)| Some(self.step(self.what(group, of_it.first()?)?, of_it)));
        plan.steps = steps.collect();
        for step in &mut plan.steps {
            let text = step.action.text.trim_end_matches('.');
            step.action.text = format!("{text}: fixes {} of {}.", step.fixes, plan.findings);
        }
        plan.fixed = plan.steps.iter().map(|step| step.fixes).sum();
        plan.steps
            .sort_by_cached_key(|step| (Reverse(step.risk), Reverse(step.fixes), step.action.text.clone()));
        if self.ended.is_some() && unfixed_of_system > 0 {
            // It is not known what the new base has: nothing is promised.
            plan.steps.push(self.step(What::Action(self.change_base()), &[]));
        }
        let remaining = left.into_iter().map(|((state, undetermined), findings)| Remaining {
            state,
            undetermined,
            findings,
        });
        plan.remaining = remaining.collect();
        plan
    }

    fn group<'f>(&self, finding: &'f Finding) -> Option<Group<'f>>
    where
        'a: 'f,
    {
        if finding.status == Status::Undetermined {
            return None;
        }
        if is_malware(finding) {
            return Some(Group::Remove(&finding.package.name));
        }
        let (kind, name, from) = finding.package.upgraded_as();
        let to = self.target(finding)?.to();
        Some(if self.image && kind.is_os() { Group::Rebuild } else { Group::Upgrade(kind, name, from, to) })
    }

    /// What a group does, by the first of its findings.
    fn what(&self, group: &Group<'_>, first: &Finding) -> Option<What<'a>> {
        Some(match group {
            Group::Rebuild => What::Action(self.rebuild()),
            Group::Upgrade(..) => What::Upgrade(self.upgrade(first)?),
            Group::Remove(_) => What::Action(self.remove(first)),
        })
    }

    fn step(&self, what: What<'_>, findings: &[&Finding]) -> Step {
        let action = match &what {
            What::Action(action) => action.clone(),
            What::Upgrade(upgrade) => upgrade_action(upgrade, ""),
        };
        let mut step = Step {
            action,
            fixes: findings.len(),
            risk: findings.iter().map(|finding| risk(finding)).sum(),
            severities: BTreeMap::new(),
            places: Vec::new(),
            vulnerabilities: Vec::new(),
        };
        let mut places: BTreeMap<u32, Place> = BTreeMap::new();
        let mut worst: BTreeMap<(Reverse<Severity>, &str), ()> = BTreeMap::new();
        for finding in findings {
            *step.severities.entry(finding.severity).or_default() += 1;
            worst.insert((Reverse(finding.severity), &finding.id), ());
            // One that is found in several places counts where it is found first.
            let Some(layer) = finding.package.locations.first().and_then(|at| at.layer.as_ref()) else {
                continue;
            };
            let place = places.entry(layer.index).or_insert_with(|| Place {
                layer: layer.index,
                instruction: layer.created_by.as_deref().map(instruction).filter(|text| !text.is_empty()),
                base: self.base.is_some_and(|base| layer.index < base.layers),
                fixes: 0,
            });
            place.fixes += 1;
        }
        step.places = places.into_values().collect();
        step.vulnerabilities = worst.into_keys().map(|(_, id)| id.to_owned()).collect();
        step.vulnerabilities.dedup();
        if let What::Upgrade(upgrade) = &what {
            step.action = upgrade_action(upgrade, &place_of(&step));
        }
        step
    }
}

/// How much a finding weighs: its priority.
fn risk(finding: &Finding) -> u64 {
    match (finding.priority, finding.severity) {
        (Some(priority), _) => u64::from(priority),
        (None, Severity::Critical) => 58,
        (None, Severity::High) => 52,
        (None, Severity::Medium) => 42,
        (None, Severity::Low) => 28,
        (None, Severity::Negligible) => 22,
        (None, Severity::None) => 20,
        (None, _) => 40,
    }
}

/// Where an upgrade is done, if it is one place.
fn place_of(step: &Step) -> String {
    let [at] = step.places.as_slice() else { return String::new() };
    match (&at.instruction, at.base) {
        (_, true) => " in the base image".to_owned(),
        (Some(instruction), false) => format!(" in the instruction `{instruction}`"),
        (None, false) => format!(" in layer {}", at.layer),
    }
}
