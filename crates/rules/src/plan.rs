//! Which rules match a finding, without trying every rule on every finding.

use std::collections::HashMap;

use plimsoll_core::Package;

use crate::bits::Bits;
use crate::by_package::Packages;
use crate::criterion::Criterion;
use crate::fragments::Fragments;
use crate::ruleset::{Compiled, Ruleset};
use crate::subject::Subject;
use crate::{Context, Share, Tenths};

/// Rules arranged by what they ask for, so that few of them are tried on a finding.
pub(crate) struct Plan<'r> {
    rules: &'r [Compiled],
    /// The rules that name ids: without wildcards by id in upper case, and those with.
    by_id: HashMap<String, Vec<usize>>,
    ids: Fragments,
    any_id: Vec<usize>,
    /// The rules that look for texts in summaries.
    titles: Fragments,
    /// The other rules that ask for anything of the package.
    packages: Packages,
    /// The rest: of the finding they ask only for what [`Signature`] has.
    others: Vec<usize>,
    /// Whether each rule is for this image.
    pub(crate) for_image: Vec<bool>,
    pub(crate) with_cvss: bool,
    with_epss: bool,
    with_kev: bool,
    with_age: bool,
}

/// All that rules without an id, a text or a package may ask of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Signature {
    bits: Bits,
    cvss: [Option<(Tenths, Tenths)>; 3],
    epss: Option<Share>,
    kev: Option<bool>,
    age: Option<u32>,
}

/// A package's name, version and number of locations.
type PackageKey<'f> = (&'f str, &'f str, usize);

/// What was found out already: most findings share their package with others, and their signature with many.
#[derive(Default)]
pub(crate) struct Known<'f> {
    /// For each package, a place in `lists`.
    packages: HashMap<PackageKey<'f>, Vec<(&'f Package, usize)>>,
    /// The rules whose criteria on the package hold.
    lists: Vec<Vec<usize>>,
    last: Option<(&'f Package, usize)>,
    /// The rules of the rest that match findings of a signature.
    signatures: HashMap<Signature, Vec<usize>>,
    key: String,
    candidates: Vec<usize>,
}

/// Packages that are alike in name, version and number of locations and kept apart; beyond it they are looked at
/// anew each time, so that a hostile image does not make the search long.
const ALIKE: usize = 8;

/// Signatures that are kept, for the same reason.
const SIGNATURES: usize = 1 << 14;

impl<'r> Plan<'r> {
    pub(crate) fn new(rules: &'r Ruleset, context: &Context<'_>) -> Self {
        let asks = |of: fn(&Criterion) -> bool| rules.rules.iter().any(|rule| rule.of_finding.iter().any(of));
        let mut plan = Plan {
            rules: &rules.rules,
            by_id: HashMap::new(),
            ids: Fragments::default(),
            any_id: Vec::new(),
            titles: Fragments::default(),
            packages: Packages::default(),
            others: Vec::new(),
            for_image: Vec::with_capacity(rules.rules.len()),
            with_cvss: asks(|criterion| matches!(criterion, Criterion::Cvss(..))),
            with_epss: asks(|criterion| matches!(criterion, Criterion::Epss(_))),
            with_kev: asks(|criterion| matches!(criterion, Criterion::Kev(_))),
            with_age: asks(|criterion| matches!(criterion, Criterion::Age(_))),
        };
        for (at, compiled) in rules.rules.iter().enumerate() {
            let holds =
                compiled.of_image.iter().all(|c| context.image.is_some_and(|image| c.holds_for(image)));
            plan.for_image.push(holds);
            if holds {
                plan.place(compiled, at);
            }
        }
        plan.ids.arrange();
        plan.titles.arrange();
        plan.packages.arrange();
        plan
    }

    /// Puts a rule where it is found by what it asks for.
    fn place(&mut self, compiled: &Compiled, at: usize) {
        let ids = compiled.of_finding.iter().find_map(|criterion| match criterion {
            Criterion::Id(texts) => Some(texts.parts()),
            _ => None,
        });
        if let Some((plain, patterns)) = ids {
            if !patterns.iter().all(Fragments::takes) {
                self.any_id.push(at);
                return;
            }
            for id in plain {
                self.by_id.entry(id.to_ascii_uppercase()).or_default().push(at);
            }
            patterns.iter().for_each(|pattern| self.ids.add(pattern, at));
            return;
        }
        if !compiled.of_package.is_empty() {
            self.packages.place(compiled, at);
            return;
        }
        let titles = compiled.of_finding.iter().find_map(|criterion| match criterion {
            Criterion::Title(texts) => Some(texts),
            _ => None,
        });
        match titles {
            Some(texts) => texts.iter().for_each(|text| self.titles.add_text(text, at)),
            None => self.others.push(at),
        }
    }

    /// Adds the rules that match a finding to `hits`, each once.
    pub(crate) fn matching<'f>(&self, subject: &Subject<'f>, known: &mut Known<'f>, hits: &mut Vec<usize>) {
        let finding = subject.finding;
        let mut candidates = std::mem::take(&mut known.candidates);
        candidates.clear();
        candidates.extend(&self.any_id);
        if !self.by_id.is_empty() || !self.ids.is_empty() {
            for id in finding.aliases.iter().chain([&finding.id]) {
                known.key.clear();
                known.key.push_str(id);
                known.key.make_ascii_uppercase();
                candidates.extend(self.by_id.get(known.key.as_str()).into_iter().flatten());
                if !self.ids.is_empty() {
                    known.key.make_ascii_lowercase();
                    self.ids.find(known.key.as_bytes(), &mut candidates);
                }
            }
        }
        if !self.titles.is_empty() {
            self.titles.find(finding.summary.to_lowercase().as_bytes(), &mut candidates);
        }
        // Several ids, or several texts, may lead to one rule.
        candidates.sort_unstable();
        candidates.dedup();
        hits.extend(candidates.iter().copied().filter(|at| {
            self.rules
                .get(*at)
                .is_some_and(|rule| rule.holds_for_package(subject) && rule.holds_for_rest(subject))
        }));
        known.candidates = candidates;
        self.other(subject, known, hits);
        if !self.packages.is_empty() {
            let list = self.list_of(subject, known);
            let of_package = known.lists.get(list).into_iter().flatten().copied();
            hits.extend(
                of_package.filter(|at| self.rules.get(*at).is_some_and(|rule| rule.holds_for_rest(subject))),
            );
        }
    }

    /// Adds the matching rules that ask for nothing but what a signature has.
    fn other<'f>(&self, subject: &Subject<'f>, known: &mut Known<'f>, hits: &mut Vec<usize>) {
        if self.others.is_empty() {
            return;
        }
        let facts = subject.context.facts;
        let signature = Signature {
            bits: subject.bits,
            cvss: subject.scores(),
            epss: self.with_epss.then(|| facts.epss(subject.finding)).flatten(),
            kev: self.with_kev.then(|| facts.kev(subject.finding)).flatten(),
            age: self.with_age.then(|| subject.age_days()).flatten(),
        };
        if let Some(list) = known.signatures.get(&signature) {
            hits.extend(list);
            return;
        }
        let holds = |at: &usize| self.rules.get(*at).is_some_and(|rule| rule.holds_for_rest(subject));
        let list: Vec<usize> = self.others.iter().copied().filter(holds).collect();
        hits.extend(&list);
        if known.signatures.len() < SIGNATURES {
            known.signatures.insert(signature, list);
        }
    }

    /// The place in `known` of the rules whose criteria on the package hold.
    fn list_of<'f>(&self, subject: &Subject<'f>, known: &mut Known<'f>) -> usize {
        let package: &Package = &subject.finding.package;
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
        let mut found = self.packages.find(&subject.finding.package, key);
        // A rule may name several names that lead to it.
        found.sort_unstable();
        found.dedup();
        found.retain(|at| self.rules.get(*at).is_some_and(|rule| rule.holds_for_package(subject)));
        found
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rule;

    fn criteria() -> Vec<Rule> {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut rules = Vec::new();
        for cve in [&["CVE-1"][..], &["cve-*"], &["*-1"], &["*"], &["GHSA-?", "CVE-2"], &["*S*"]] {
            rules.push(Rule { cve: texts(cve), ..Rule::default() });
        }
        for names in [&["a_b"][..], &["A*"], &["*-b", "zlib1g"], &["*"], &["?"], &["*l*"]] {
            rules.push(Rule { package: texts(names), ..Rule::default() });
            rules.push(Rule { source_package: texts(names), ..Rule::default() });
        }
        for purl in [&["pkg:pypi/a-b"][..], &["pkg:pypi/a*"], &["pkg:npm/*", "pkg:deb/zlib1g"]] {
            rules.push(Rule { purl: texts(purl), ..Rule::default() });
        }
        for path in [&["/app/**"][..], &["**/x"], &["**"], &["/usr/x", "/App/*"]] {
            rules.push(Rule { path: texts(path), ..Rule::default() });
        }
        for title in [&["overflow"][..], &["Heap", "of"], &["é"]] {
            rules.push(Rule { title_contains: texts(title), ..Rule::default() });
        }
        rules.push(Rule { severity_below: Some(plimsoll_core::Severity::High), ..Rule::default() });
        rules.push(Rule { cvss_v3_below: Some(Tenths(60)), ..Rule::default() });
        rules.push(Rule { kev: Some(true), ..Rule::default() });
        rules.push(Rule { epss_above: Share::from_f64(0.5), ..Rule::default() });
        rules
    }

    /// Both of two rules' criteria.
    fn both(a: &Rule, b: &Rule) -> Rule {
        let mut both = a.clone();
        for (to, from) in [
            (&mut both.cve, &b.cve),
            (&mut both.package, &b.package),
            (&mut both.source_package, &b.source_package),
            (&mut both.purl, &b.purl),
            (&mut both.path, &b.path),
            (&mut both.title_contains, &b.title_contains),
        ] {
            if to.is_empty() {
                to.clone_from(from);
            }
        }
        both.severity_below = both.severity_below.or(b.severity_below);
        both.cvss_v3_below = both.cvss_v3_below.or(b.cvss_v3_below);
        both.kev = both.kev.or(b.kev);
        both.epss_above = both.epss_above.or(b.epss_above);
        both
    }

    const FINDINGS: &str = r#"
        [[test]]
        name = "1"
        cve = "CVE-1"
        aliases = ["GHSA-a", "GHSA-b"]
        purl = "pkg:pypi/a-b@1"
        title = "Heap overflow"
        path = ["/app/x", "/usr/x"]
        severity = "low"
        cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"
        [[test]]
        name = "2"
        cve = "cve-2"
        purl = "pkg:npm/%40a/b@1"
        title = "Out of bounds é"
        path = "/App/y"
        severity = "high"
        [[test]]
        name = "3"
        cve = "GHSA-1"
        purl = "pkg:deb/debian/zlib1g@1"
        source_package = "zlib"
        severity = "critical"
        cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        [[test]]
        name = "4"
        cve = "OSV-x"
        purl = "pkg:pypi/A_B@2"
        path = "/usr/x"
    "#;

    #[test]
    fn what_is_looked_up_is_what_matches_one_by_one() {
        let single = criteria();
        let pairs = single.iter().flat_map(|a| single.iter().map(|b| both(a, b)));
        let rules = single.iter().cloned().chain(pairs).enumerate();
        let rules = rules.map(|(at, rule)| Rule { id: format!("{at}"), reason: "x".into(), ..rule });
        let rules = Ruleset::new("test", rules).unwrap();
        let findings: Vec<_> = Ruleset::parse("f", FINDINGS)
            .unwrap()
            .examples
            .iter()
            .map(|(example, _)| example.finding())
            .collect();
        let context = Context::on("2026-01-01".parse().unwrap());
        let plan = Plan::new(&rules, &context);
        let mut known = Known::default();
        let mut matched = 0;
        // Twice, so that what is known already is used too.
        for finding in findings.iter().chain(&findings) {
            let subject = Subject::new(finding, &context, plan.with_cvss);
            let mut hits = Vec::new();
            plan.matching(&subject, &mut known, &mut hits);
            hits.sort_unstable();
            let holds = |(at, rule): (usize, &Compiled)| {
                (rule.holds_for_package(&subject) && rule.holds_for_rest(&subject)).then_some(at)
            };
            let expected: Vec<usize> = rules.rules.iter().enumerate().filter_map(holds).collect();
            assert_eq!(hits, expected, "{}", finding.id);
            matched += hits.len();
        }
        assert!(matched > 1000, "{matched}");
    }
}
