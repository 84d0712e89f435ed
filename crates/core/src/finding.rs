use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Action, Ecosystem, NameKind, Package, Rating, Reference, Severity, Shared, Word};

/// Whether a package is affected by an advisory. Three answers, and the reasons for a "no" kept apart; what can't
/// be decided is `Undetermined`, never "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The version is in an affected range.
    Affected,
    /// Not decidable: a version or a bound that can't be read, or too little is known of the package.
    Undetermined,
    /// The version is at or past the fix.
    Fixed,
    /// The record does not reach this version or says that it is not affected.
    NotAffected,
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// The package is affected.
    Affected,
    /// Whether the package is affected could not be decided; someone has to look.
    Undetermined,
}

/// What the vendor of a package says of a fix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FixState {
    /// A fixed version is published.
    Available,
    /// Affected, with no fixed version published.
    NotAvailable,
    /// The vendor will not fix it.
    WontFix,
    /// The vendor has put it off.
    Deferred,
    /// The release gets no fixes any more.
    EndOfLife,
    /// Nobody says.
    #[default]
    Unknown,
}

/// One vulnerability in one package: what is reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The id that people know it by: the CVE where there is one.
    pub id: String,
    /// Every other id of the same vulnerability, sorted.
    #[serde(default)]
    pub aliases: Shared<Vec<String>>,
    /// One line for a person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Its weaknesses, as the advisories class them: `CWE-79`, lowest number first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwes: Shared<Vec<String>>,
    /// The package it is in.
    pub package: Shared<Package>,
    /// Whether the package is affected.
    pub status: Status,
    /// The level.
    pub severity: Severity,
    /// The score the level comes from, where it comes from one: 0.0 to 10.0, in tenths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_tenths: Option<u8>,
    /// The rating that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// The rule of the severity policy that chose it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub severity_rule: String,
    /// Every rating that any source gives, the chosen one included. Besides severities, what is known of exploitation
    /// stands here as well: the schemes `KEV`, `KEV-ransomware`, `EPSS` and `SSVC-exploitation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Shared<Vec<Rating>>,
    /// What to look at first, 0 to 100, from severity, exploitation and whether there is a fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// The day on which a scan first had it, `YYYY-MM-DD`, where an earlier report tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// The versions that fix it, lowest first, in the ecosystem's order.
    #[serde(default)]
    pub fixed_versions: Shared<Vec<String>>,
    /// What the vendor says of a fix.
    #[serde(default)]
    pub fix: FixState,
    /// What to do about it, the best first. A scan gives every finding at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Why: one entry for each advisory that says so.
    pub evidence: Shared<Vec<Evidence>>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Shared<Vec<Reference>>,
    /// The rule that disables it, if one does. A disabled finding stays in the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
}

/// Why a verdict is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The verdict that this advisory gives.
    pub verdict: Verdict,
    /// The advisory's id.
    pub advisory: Word,
    /// The feed it came from.
    pub feed: Word,
    /// When the record was published, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Word>,
    /// When the record was last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Word>,
    /// The ecosystem of the affected entry that decided.
    pub ecosystem: Ecosystem,
    /// The name that matched.
    pub name: Word,
    /// Whether that is the source or the binary package's.
    pub name_kind: NameKind,
    /// The version that was compared: the source package's where its name matched.
    pub version: Word,
    /// The order that it was compared by: `dpkg`, `pep440`.
    pub scheme: Word,
    /// The range that decided, as a person reads it: `>= 0, < 1.1.1n-0+deb11u4`; or the listed version.
    pub range: Word,
    /// One sentence: why.
    pub reason: Word,
}

/// `ADVISORY of FEED: NAME VERSION RANGE. REASON`.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { advisory, feed, name, version, range, reason, .. } = self;
        write!(f, "{advisory} of {feed}: {name} {version} {range}. {reason}")
    }
}

/// Which rule disables a finding, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Disabled {
    /// The rule's id.
    pub rule: String,
    /// Why, as its owner wrote.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`; none means for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What it claims in VEX's words, if it claims something: `not_affected`, `fixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vex: Option<String>,
    /// Why the package is not affected, in OpenVEX's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
}
