use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::bits::{ALL, Bits};
use crate::criterion::Criterion;
use crate::error::line_of;
use crate::{Error, Example, Rule, RuleProblem, VexStatus};

/// Rules that are valid and ready to be applied.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    pub(crate) rules: Vec<Compiled>,
    pub(crate) examples: Vec<(Example, Place)>,
}

/// A rule with what was made of it.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: Rule,
    pub(crate) place: Place,
    /// What the bits of a finding must be within.
    pub(crate) mask: Bits,
    /// The criteria that `mask` stands for.
    pub(crate) quick: Vec<Criterion>,
    /// The criteria that look at the package, and so are the same for all its findings.
    pub(crate) of_package: Vec<Criterion>,
    /// The others that look at a finding.
    pub(crate) of_finding: Vec<Criterion>,
    /// The criteria that look at the image.
    pub(crate) of_image: Vec<Criterion>,
}

/// Where a rule is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// From 1; 0 where there is none.
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        Ok(())
    }
}

/// Something about a rule that is no error and that whoever keeps the rules may want to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The rule's id.
    pub rule: String,
    /// The file and line it is from.
    pub source: String,
    /// What it lacks.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: rule {:?} {}", self.source, self.rule, self.text)
    }
}

/// The largest rules file that is read, in bytes.
pub(crate) const LARGEST: usize = 16 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<Rule>>,
    #[serde(default)]
    test: Vec<Spanned<Example>>,
}

impl Ruleset {
    /// Reads a rules file: TOML, a `[[rule]]` table for each [`Rule`], and a `[[test]]` table for each
    /// [`Example`]. `name` is what errors and reports call it.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line. A field that no rule has is an error: a criterion that is
    /// misspelt would otherwise widen its rule.
    ///
    /// ```
    /// let rules = plimsoll_rules::Ruleset::parse("rules.toml", r#"
    ///     [[rule]]
    ///     id = "urlize-not-used"
    ///     reason = "the urlize filter is not used by our templates"
    ///     expires = 2027-01-31
    ///     cve = "CVE-2020-28493"
    ///     package = "jinja2"
    /// "#)?;
    /// assert_eq!(rules.len(), 1);
    /// # Ok::<(), plimsoll_rules::Error>(())
    /// ```
    pub fn parse(name: &str, toml: &str) -> Result<Self, Error> {
        check_size(name, toml)?;
        let file: File = toml::from_str(toml).map_err(|e| syntax(name, toml, &e))?;
        let place =
            |span: std::ops::Range<usize>| Place { file: name.to_owned(), line: line_of(toml, span.start) };
        let mut rules = Self::default();
        for spanned in file.rule {
            let place = place(spanned.span());
            rules.add(spanned.into_inner(), place)?;
        }
        rules.check_unique()?;
        for spanned in file.test {
            let place = place(spanned.span());
            rules.examples.push((spanned.into_inner(), place));
        }
        Ok(rules)
    }

    /// Rules that were built in code. `name` is what errors and reports call their origin.
    ///
    /// # Errors
    /// The first rule that is not valid.
    pub fn new(name: &str, rules: impl IntoIterator<Item = Rule>) -> Result<Self, Error> {
        let mut set = Self::default();
        for rule in rules {
            set.add(rule, Place { file: name.to_owned(), line: 0 })?;
        }
        set.check_unique()?;
        Ok(set)
    }

    /// All rules and examples of several sets.
    ///
    /// # Errors
    /// [`Error::Duplicate`] where two of them have a rule of the same id.
    pub fn merge(sets: impl IntoIterator<Item = Ruleset>) -> Result<Self, Error> {
        let mut all = Self::default();
        for set in sets {
            all.rules.extend(set.rules);
            all.examples.extend(set.examples);
        }
        all.check_unique()?;
        Ok(all)
    }

    /// The rules.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// The rules as a rules file that says the same.
    ///
    /// ```
    /// use plimsoll_rules::{Rule, Ruleset};
    /// let rule = Rule { id: "a".into(), reason: "b".into(), cve: vec!["CVE-2020-28493".into()], ..Rule::default() };
    /// let rules = Ruleset::new("code", [rule])?;
    /// assert_eq!(rules.to_toml(), "[[rule]]\nid = \"a\"\nreason = \"b\"\ncve = [\"CVE-2020-28493\"]\n");
    /// # Ok::<(), plimsoll_rules::Error>(())
    /// ```
    pub fn to_toml(&self) -> String {
        #[derive(Serialize)]
        struct File<'a> {
            rule: Vec<&'a Rule>,
        }
        // Rules are tables of strings, numbers and lists of them: there is nothing in them that TOML can't say.
        toml::to_string(&File { rule: self.rules().collect() }).unwrap_or_default()
    }

    /// What rules lack: an owner, the day they were written, an end.
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for Compiled { rule, place, .. } in &self.rules {
            let lacks = [
                (rule.owner.is_none(), "has no owner: nobody can be asked whether it still holds"),
                (rule.created.is_none(), "has no day of creation"),
                (rule.expires.is_none(), "never expires"),
            ];
            remarks.extend(lacks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, text)| Remark {
                rule: rule.id.clone(),
                source: place.to_string(),
                text: text.to_owned(),
            }));
        }
        remarks
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn add(&mut self, rule: Rule, place: Place) -> Result<(), Error> {
        match compile(rule, &place) {
            Ok(compiled) => {
                self.rules.push(compiled);
                Ok(())
            }
            Err((rule, problem)) => Err(Error::Rule { file: place.file, line: place.line, rule, problem }),
        }
    }

    fn check_unique(&self) -> Result<(), Error> {
        let mut seen = HashMap::new();
        for compiled in &self.rules {
            if let Some(first) = seen.insert(compiled.rule.id.as_str(), &compiled.place) {
                return Err(Error::Duplicate {
                    file: compiled.place.file.clone(),
                    line: compiled.place.line,
                    rule: compiled.rule.id.clone(),
                    first: first.to_string(),
                });
            }
        }
        Ok(())
    }
}

pub(crate) fn check_size(file: &str, text: &str) -> Result<(), Error> {
    if text.len() > LARGEST {
        return Err(Error::TooLarge { file: file.to_owned(), size: text.len(), limit: LARGEST });
    }
    Ok(())
}

pub(crate) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Error {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    Error::Syntax { file: file.to_owned(), line, problem: error.message().trim().replace('\n', "; ") }
}

fn compile(rule: Rule, place: &Place) -> Result<Compiled, (String, RuleProblem)> {
    let criteria = match valid(&rule).and_then(|()| Criterion::of(&rule)) {
        Ok(criteria) if criteria.is_empty() => Err(RuleProblem::NoCriterion),
        other => other,
    };
    let criteria = match criteria {
        Ok(criteria) => criteria,
        Err(problem) => return Err((rule.id, problem)),
    };
    let (of_image, rest): (Vec<_>, Vec<_>) = criteria.into_iter().partition(Criterion::is_of_image);
    let (of_package, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(Criterion::is_of_package);
    let (quick, of_finding): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|criterion| criterion.mask().is_some());
    let mask = quick.iter().filter_map(Criterion::mask).fold(ALL, |all, mask| all & mask);
    Ok(Compiled { rule, place: place.clone(), mask, quick, of_package, of_finding, of_image })
}

fn valid(rule: &Rule) -> Result<(), RuleProblem> {
    if rule.id.trim().is_empty() {
        return Err(RuleProblem::NoId);
    }
    if rule.reason.trim().is_empty() {
        return Err(RuleProblem::NoReason);
    }
    if rule.created.zip(rule.expires).is_some_and(|(created, expires)| expires < created) {
        return Err(RuleProblem::ExpiresBeforeCreated);
    }
    let claims = matches!(rule.vex, None | Some(VexStatus::NotAffected | VexStatus::Fixed));
    if !claims || rule.justification.is_some() && rule.vex == Some(VexStatus::Fixed) {
        let problem = "a rule can say not_affected, with a justification, or fixed".to_owned();
        let value = rule.vex.map(|status| status.to_string()).unwrap_or_default();
        return Err(RuleProblem::Value { field: "vex", value, problem });
    }
    let scores = [
        (rule.cvss_v2_above, rule.cvss_v2_below, "cvss_v2_above", "cvss_v2_below"),
        (rule.cvss_v3_above, rule.cvss_v3_below, "cvss_v3_above", "cvss_v3_below"),
        (rule.cvss_v4_above, rule.cvss_v4_below, "cvss_v4_above", "cvss_v4_below"),
    ];
    for (lower, upper, above, below) in scores {
        if lower.zip(upper).is_some_and(|(lower, upper)| lower >= upper) {
            return Err(RuleProblem::EmptyRange { above, below });
        }
    }
    if rule.epss_above.zip(rule.epss_below).is_some_and(|(lower, upper)| lower >= upper) {
        return Err(RuleProblem::EmptyRange { above: "epss_above", below: "epss_below" });
    }
    if rule.age_days_above.zip(rule.age_days_below).is_some_and(|(lower, upper)| lower >= upper) {
        return Err(RuleProblem::EmptyRange { above: "age_days_above", below: "age_days_below" });
    }
    Ok(())
}
