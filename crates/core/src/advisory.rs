use serde::{Deserialize, Serialize};

use crate::{Ecosystem, FixState, Rating};

/// One record of a feed: a vulnerability, and the packages that it is in. The shape follows the OSV schema,
/// into which the other feeds' facts fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// The record's id: `CVE-…`, `GHSA-…`, `DSA-…`.
    pub id: String,
    /// Which feed it came from: `osv`, `debian-tracker`.
    pub feed: String,
    /// Other ids of the same vulnerability.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Ids of the vulnerabilities that this record speaks of on behalf of a distributor (OSV `upstream`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<String>,
    /// Ids that have to do with it and are not the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// One line for a person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// When it was published, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// When it was withdrawn, RFC 3339. A withdrawn record matches nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What sort of record it is.
    #[serde(default)]
    pub kind: AdvisoryKind,
    /// What the record says of its severity, for all affected packages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Rating>,
    /// Weaknesses: `CWE-79`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwes: Vec<String>,
    /// The packages it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Affected>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// The sorts of record that feeds hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AdvisoryKind {
    /// A vulnerability.
    #[default]
    Vulnerability,
    /// The package itself is the attack.
    Malware,
    /// Worth knowing and no vulnerability: RustSec's unmaintained, unsound and notice; errata that only mend bugs.
    Informational,
}

/// One package that an advisory speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// The ecosystem, with its release where the record names one.
    pub ecosystem: Ecosystem,
    /// The package's name in that ecosystem.
    pub name: String,
    /// Whether the name is a source or a binary package's.
    #[serde(default)]
    pub name_kind: NameKind,
    /// The affected ranges; a version in any one of them is affected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
    /// Affected versions one by one, besides the ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// What the record says of the severity for this package.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Rating>,
    /// What the package's vendor says of a fix, where it says anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixState>,
    /// Operating systems that it is limited to, as the feed names them (`windows`); empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub os: Vec<String>,
    /// Architectures that it is limited to; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arch: Vec<String>,
    /// The rpm module (`name:stream`) that it is limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
}

impl Affected {
    /// A package of which nothing is said yet: no version is affected.
    pub fn new(ecosystem: Ecosystem, name: impl Into<String>, name_kind: NameKind) -> Self {
        Self {
            ecosystem,
            name: name.into(),
            name_kind,
            ranges: Vec::new(),
            versions: Vec::new(),
            ratings: Vec::new(),
            fix: None,
            os: Vec::new(),
            arch: Vec::new(),
            module: None,
        }
    }
}

/// Which of a package's two names an [`Affected`] entry uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    /// The binary package, or the only name there is.
    #[default]
    Binary,
    /// The source package: every binary built from it is meant.
    Source,
}

/// A range of versions: events along the ecosystem's order (OSV schema, "affected[].ranges[].events").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// In which order the events stand.
    pub kind: RangeKind,
    /// The events, in any order.
    pub events: Vec<Event>,
}

/// The order of a [`Range`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RangeKind {
    /// SemVer 2.0.0.
    Semver,
    /// The ecosystem's own.
    Ecosystem,
    /// Commits. Not an order of versions; it decides nothing here.
    Git,
}

/// A point of a [`Range`] at which a package becomes affected or stops being so.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Affected from here on; `0` means from the first version.
    Introduced(String),
    /// No longer affected from here on.
    Fixed(String),
    /// No longer affected after this one.
    LastAffected(String),
    /// The range says nothing from here on.
    Limit(String),
}

/// A link of an advisory.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// What it is, as OSV names it: `ADVISORY`, `FIX`, `WEB`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is.
    pub url: String,
}
