use std::fmt;

use serde::Serialize;

use crate::{Date, Scope};

/// What applying rules came to, rule by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RulesReport {
    /// How many findings are disabled.
    pub disabled: usize,
    /// How many findings a `keep` rule holds on to that another rule would have disabled.
    pub kept: usize,
    /// Every rule, in the order in which they were given.
    pub rules: Vec<RuleOutcome>,
}

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleOutcome {
    /// The rule's id.
    pub rule: String,
    /// The file and line it is from.
    pub source: String,
    /// How near to the image it is.
    pub scope: Scope,
    /// Where it stands.
    pub state: RuleState,
    /// The last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// How many findings it matches; for an expired one, would match.
    pub matched: usize,
    /// How many of them it decides; the others are a nearer rule's.
    pub decided: usize,
    /// Of a rule that matches nothing: the findings that come nearest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMiss>,
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RuleState {
    /// It matches findings.
    Used,
    /// It matches none.
    Unused,
    /// It is past its last day, and disables nothing any more.
    Expired,
    /// It is for other images than this one.
    OtherImage,
}

/// A finding that a rule would match if one thing, or few, were different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NearMiss {
    /// The criteria that do not hold.
    pub differs: Vec<Difference>,
    /// The finding's id; none where the image differs, whatever the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The finding's package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// One criterion that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// The rule's field.
    pub field: &'static str,
    /// What the rule asks for.
    pub wanted: String,
    /// What there is instead; nothing where it is absent or not known.
    pub found: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, wanted, found } = self;
        match found {
            Some(found) => write!(f, "{field} is {found}, not {wanted}"),
            None => write!(f, "{field} is not known, wanted {wanted}"),
        }
    }
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(finding), Some(package)) = (&self.finding, &self.package) {
            write!(f, "{finding} in {package}: ")?;
        }
        for (i, difference) in self.differs.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{difference}")?;
        }
        Ok(())
    }
}

fn findings(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

impl fmt::Display for RuleOutcome {
    /// One line for a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, source, matched, .. } = self;
        write!(f, "{source}: rule {rule:?} ")?;
        match self.state {
            RuleState::Used => write!(f, "matches {} and decides {}", findings(*matched), self.decided)?,
            RuleState::Unused => f.write_str("matches no finding")?,
            RuleState::OtherImage => f.write_str("is for other images")?,
            RuleState::Expired => {
                f.write_str("expired")?;
                if let Some(day) = self.expires {
                    write!(f, " after {day}")?;
                }
                write!(f, "; it would match {}", findings(*matched))?;
            }
        }
        if let Some(near) = self.near_misses.first() {
            write!(f, "; nearest: {near}")?;
        }
        Ok(())
    }
}
