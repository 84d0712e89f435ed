//! Which rules match a finding, without trying every rule on every finding.

use std::collections::HashMap;

use plimsoll_core::Package;

use crate::Context;
use crate::criterion::Criterion;
use crate::pattern::fold_into;
use crate::ruleset::{Compiled, Ruleset};
use crate::subject::Subject;

/// Rules arranged by what they ask for.
pub(crate) struct Plan<'r> {
    rules: &'r [Compiled],
    /// The rules that name ids without wildcards, by id in upper case.
    by_id: HashMap<String, Vec<usize>>,
    /// The other rules that name packages without wildcards, by folded name.
    by_name: HashMap<String, Vec<usize>>,
    /// Those whose package URLs do, by folded name.
    by_purl: HashMap<String, Vec<usize>>,
    /// The other rules that ask for anything of the package.
    of_package: Vec<usize>,
    /// The rest.
    others: Vec<usize>,
    /// Whether each rule is for this image.
    pub(crate) for_image: Vec<bool>,
    pub(crate) with_cvss: bool,
}

/// A package's name, version and number of locations.
type PackageKey<'f> = (&'f str, &'f str, usize);

/// What was found out about packages already: most findings share theirs with others.
#[derive(Default)]
pub(crate) struct Known<'f> {
    /// For each package, a place in `lists`.
    packages: HashMap<PackageKey<'f>, Vec<(&'f Package, usize)>>,
    /// The rules whose criteria on the package hold.
    lists: Vec<Vec<usize>>,
    last: Option<(&'f Package, usize)>,
    key: String,
}

/// Packages that are alike in name, version and number of locations and kept apart; beyond it they are looked at
/// anew each time, so that a hostile image does not make the search long.
const ALIKE: usize = 8;

impl<'r> Plan<'r> {
    pub(crate) fn new(rules: &'r Ruleset, context: &Context<'_>) -> Self {
        let mut plan = Plan {
            rules: &rules.rules,
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            by_purl: HashMap::new(),
            of_package: Vec::new(),
            others: Vec::new(),
            for_image: Vec::with_capacity(rules.rules.len()),
            with_cvss: rules
                .rules
                .iter()
                .any(|rule| rule.of_finding.iter().any(|c| matches!(c, Criterion::Cvss(..)))),
        };
        for (at, compiled) in rules.rules.iter().enumerate() {
            let holds =
                compiled.of_image.iter().all(|c| context.image.is_some_and(|image| c.holds_for(image)));
            plan.for_image.push(holds);
            if !holds {
                continue;
            }
            if let Some(ids) = compiled.plain_ids() {
                for id in ids {
                    plan.by_id.entry(id.to_ascii_uppercase()).or_default().push(at);
                }
            } else if let Some(names) = compiled.plain_names() {
                for name in names {
                    plan.by_name.entry(folded(name)).or_default().push(at);
                }
            } else if let Some(names) = compiled.plain_purls() {
                for name in names {
                    plan.by_purl.entry(folded(name)).or_default().push(at);
                }
            } else if compiled.of_package.is_empty() {
                plan.others.push(at);
            } else {
                plan.of_package.push(at);
            }
        }
        plan
    }

    /// Adds the rules that match a finding to `hits`, each once.
    pub(crate) fn matching<'f>(&self, subject: &Subject<'f>, known: &mut Known<'f>, hits: &mut Vec<usize>) {
        let finding = subject.finding;
        if !self.by_id.is_empty() {
            let before = hits.len();
            for id in finding.aliases.iter().chain([&finding.id]) {
                known.key.clear();
                known.key.push_str(id);
                known.key.make_ascii_uppercase();
                for &at in self.by_id.get(known.key.as_str()).into_iter().flatten() {
                    let matches =
                        |rule: &Compiled| rule.holds_for_package(subject) && rule.holds_for_rest(subject);
                    // Another alias may have led here before; a rule names few of one finding's.
                    if self.rules.get(at).is_some_and(matches)
                        && !hits.iter().skip(before).any(|hit| *hit == at)
                    {
                        hits.push(at);
                    }
                }
            }
        }
        let mut check = |at: usize| {
            if self.rules.get(at).is_some_and(|rule| rule.holds_for_rest(subject)) {
                hits.push(at);
            }
        };
        self.others.iter().for_each(|at| check(*at));
        if self.by_name.is_empty() && self.by_purl.is_empty() && self.of_package.is_empty() {
            return;
        }
        let list = self.list_of(subject, known);
        known.lists.get(list).into_iter().flatten().for_each(|at| check(*at));
    }

    /// The place in `known` of the rules whose criteria on the package hold.
    fn list_of<'f>(&self, subject: &Subject<'f>, known: &mut Known<'f>) -> usize {
        let package = &subject.finding.package;
        // Findings mostly come package by package.
        if let Some((_, list)) = known.last.filter(|(last, _)| *last == package) {
            return list;
        }
        let key = (package.name.as_str(), package.version.as_str(), package.locations.len());
        let alike = known.packages.entry(key).or_default();
        let list = match alike.iter().find(|(known, _)| *known == package) {
            Some((_, list)) => *list,
            None => {
                let list = known.lists.len();
                known.lists.push(self.of_package(subject, &mut known.key));
                if alike.len() < ALIKE {
                    alike.push((package, list));
                }
                list
            }
        };
        known.last = Some((package, list));
        list
    }

    /// The rules whose criteria on the package hold.
    fn of_package(&self, subject: &Subject<'_>, key: &mut String) -> Vec<usize> {
        let mut found = Vec::new();
        let mut check = |at: usize| {
            if self.rules.get(at).is_some_and(|rule| rule.holds_for_package(subject)) {
                found.push(at);
            }
        };
        let package = &subject.finding.package;
        fold_into(&package.name, key);
        self.by_name.get(key.as_str()).into_iter().flatten().for_each(|at| check(*at));
        fold_into(&package.purl.name, key);
        self.by_purl.get(key.as_str()).into_iter().flatten().for_each(|at| check(*at));
        self.of_package.iter().for_each(|at| check(*at));
        // A rule may name two names that fold to one.
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn folded(name: &str) -> String {
    let mut key = String::new();
    fold_into(name, &mut key);
    key
}

impl Compiled {
    fn holds_for_package(&self, subject: &Subject<'_>) -> bool {
        self.of_package.iter().all(|criterion| criterion.holds(subject))
    }

    fn holds_for_rest(&self, subject: &Subject<'_>) -> bool {
        subject.bits & !self.mask == 0 && self.of_finding.iter().all(|criterion| criterion.holds(subject))
    }

    /// The ids that it names, if it does and none has a wildcard.
    pub(crate) fn plain_ids(&self) -> Option<&[String]> {
        self.of_finding.iter().find_map(|criterion| match criterion {
            Criterion::Id(texts) => texts.plain(),
            _ => None,
        })
    }

    /// The same for packages.
    pub(crate) fn plain_names(&self) -> Option<&[String]> {
        self.of_package.iter().find_map(|criterion| match criterion {
            Criterion::Package(texts) => texts.plain(),
            _ => None,
        })
    }

    /// The same for the names in package URLs.
    pub(crate) fn plain_purls(&self) -> Option<Vec<&str>> {
        self.of_package.iter().find_map(|criterion| match criterion {
            Criterion::Purl(purls) => purls.iter().map(|purl| purl.plain_name()).collect(),
            _ => None,
        })
    }
}
