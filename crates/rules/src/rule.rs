use plimsoll_core::{FixState, Severity, Status};
use serde::{Deserialize, Serialize};

use crate::value::{LayerPattern, Share, Tenths, one_or_many};
use crate::{Date, Justification, VexStatus};

/// A rule: which findings, what becomes of them, why, and for how long.
///
/// The values of one criterion are alternatives; all criteria that a rule has must hold; an empty one is none. What
/// a finding does not have (a score, a path, a date) never meets a criterion. Names and ids are compared without
/// regard to case; in names, ids and paths `*` and `?` are wildcards.
///
/// The fields are the keys of a `[[rule]]` table in a rules file, where a criterion with one value may have it
/// without brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The name by which reports speak of it; unique.
    #[serde(default)]
    pub id: String,
    /// Why, for whoever reads the report.
    #[serde(default)]
    pub reason: String,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The day it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Date>,
    /// The last day it holds; without one it holds for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// What becomes of the findings.
    #[serde(default, skip_serializing_if = "Action::is_disable")]
    pub action: Action,
    /// That the findings are `not_affected` or `fixed`, where that is the reason; VEX documents say it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vex: Option<VexStatus>,
    /// Why they are not affected, in VEX's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<Justification>,

    /// Ids of the vulnerability; any of a finding's aliases counts.
    #[serde(
        default,
        alias = "vulnerability",
        deserialize_with = "one_or_many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub cve: Vec<String>,
    /// Text in the finding's summary.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub title_contains: Vec<String>,
    /// `os`, `language` or `other`: by what sort of package manager the package was installed.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<Category>,
    /// Severities.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub severity: Vec<Severity>,
    /// Every severity below this one. An unknown severity is not below anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_below: Option<Severity>,
    /// The highest CVSS v2 score that a source gives is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_v2_below: Option<Tenths>,
    /// The lowest CVSS v2 score that a source gives is above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_v2_above: Option<Tenths>,
    /// The highest CVSS v3 score that a source gives is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_v3_below: Option<Tenths>,
    /// The lowest CVSS v3 score that a source gives is above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_v3_above: Option<Tenths>,
    /// The highest CVSS v4 score that a source gives is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_v4_below: Option<Tenths>,
    /// The lowest CVSS v4 score that a source gives is above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_v4_above: Option<Tenths>,
    /// The exploit prediction (EPSS) is below this share, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss_below: Option<Share>,
    /// The exploit prediction (EPSS) is above this share, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss_above: Option<Share>,
    /// Whether it is among the known exploited vulnerabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<bool>,
    /// Whether there is a fixed version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patchable: Option<bool>,
    /// What the vendor says of a fix.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<FixState>,
    /// Whether the package is affected or that is undetermined.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<Status>,
    /// Names of the package.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub package: Vec<String>,
    /// Names of the source package; a package that has no other source is its own.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub source_package: Vec<String>,
    /// Package URLs: what one states must be so, what it leaves out is free.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub purl: Vec<String>,
    /// Versions (`1.2.3`) and ranges (`>= 1.0, < 2.0`) in the package's own order.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub version: Vec<String>,
    /// Ecosystems (`PyPI`, `Debian`, `Debian:12`) or package types (`deb`).
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub ecosystem: Vec<String>,
    /// Paths; a package that was found in several places must match with each. `*` stays within a component, `**`
    /// does not.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// Layers that the package came with, by index from 0 or by digest.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub layer: Vec<LayerPattern>,
    /// Whether the package came with the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image: Option<bool>,
    /// Seen for the first time fewer days ago than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days_below: Option<u32>,
    /// Seen for the first time more days ago than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days_above: Option<u32>,

    /// Operating systems, `debian` or `debian:12`; a version covers its point releases.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub os: Vec<String>,
    /// Organisations; the widest scope.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub organisation: Vec<String>,
    /// Registries.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub registry: Vec<String>,
    /// Projects.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub project: Vec<String>,
    /// Repositories.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub repository: Vec<String>,
    /// Tags; one of an image's is enough.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<String>,
    /// Image digests; the nearest scope.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub digest: Vec<String>,
}

/// What a rule does with the findings that it matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// They are disabled: they stay in the report and do not count.
    #[default]
    Disable,
    /// They count, whatever a rule of a wider scope or of the same one says.
    Keep,
}

impl Action {
    fn is_disable(&self) -> bool {
        *self == Self::Disable
    }
}

/// How a package was installed, as a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// By the operating system's package manager.
    Os,
    /// By a language's.
    Language,
    /// By none.
    Other,
}

/// How near to the image a rule is. Of several rules that match a finding the one of the nearest scope decides;
/// within one scope `keep` before `disable`, then the lower id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The rule names one of an image's digests.
    Digest,
    /// It names a repository.
    Repository,
    /// It names a project.
    Project,
    /// It names a registry.
    Registry,
    /// It names an organisation.
    Organisation,
    /// It names none of these, and holds everywhere.
    Everywhere,
}

impl Rule {
    /// The nearest scope that the rule names.
    pub fn scope(&self) -> Scope {
        let named = [
            (&self.digest, Scope::Digest),
            (&self.repository, Scope::Repository),
            (&self.project, Scope::Project),
            (&self.registry, Scope::Registry),
            (&self.organisation, Scope::Organisation),
        ];
        named.into_iter().find(|(names, _)| !names.is_empty()).map_or(Scope::Everywhere, |(_, scope)| scope)
    }
}
