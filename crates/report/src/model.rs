use std::collections::BTreeMap;

use plimsoll_core::{
    Assessment, Coverage, CoverageCounts, Diagnostic, Digest, Distro, Finding, LayerRef, Package, Plan,
    Severity, Upgrade,
};
use serde::{Deserialize, Serialize};

/// Everything that a scan came to. Its JSON form is documented in docs/json.md.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`FORMAT`](crate::FORMAT).
    pub format: String,
    /// Raised when a field changes its meaning or goes; new fields do not raise it.
    pub format_version: u32,
    /// What made the report.
    pub tool: Tool,
    /// What was scanned.
    pub image: ImageSummary,
    /// The day that rules, support and the age of findings were judged by, `YYYY-MM-DD`, where the caller named it or
    /// an earlier report was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// What the scan comes to.
    pub assessment: Assessment,
    /// Why it is not simply healthy or unhealthy, one sentence each.
    #[serde(default)]
    pub assessment_reasons: Vec<String>,
    /// Findings that no rule disables, by severity; levels without one are left out.
    #[serde(default)]
    pub counts: BTreeMap<Severity, usize>,
    /// What could be judged and what could not.
    pub coverage: CoverageReport,
    /// The advisories that it was judged by.
    pub advisories: AdvisorySet,
    /// The packages, each with its coverage.
    #[serde(default)]
    pub packages: Vec<Assessed>,
    /// The findings, the disabled ones included, worst first; those of one level by priority.
    pub findings: Vec<Finding>,
    /// What to upgrade: one entry for each thing that has a fix, in the order of the findings.
    #[serde(default)]
    pub upgrades: Vec<Upgrade>,
    /// What to do first.
    #[serde(default)]
    pub plan: Plan,
    /// What the owner's rules did.
    #[serde(default)]
    pub rules: RulesSummary,
    /// What was wrong in the image.
    #[serde(default)]
    pub diagnostics: Vec<Diagnostic>,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSummary {
    /// As the caller named it.
    pub name: String,
    /// What form it had: `docker-archive`, `oci-layout`, `oci-archive`, `directory`.
    #[serde(default)]
    pub source: String,
    /// The manifest's digest, by which registries know the image; a docker archive has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The configuration's digest, which container engines show as the image id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_digest: Option<Digest>,
    /// The names that the archive or layout gives it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `os/architecture[/variant]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// When it was built, as its configuration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Its distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distro: Option<Distro>,
    /// Its layers, lowest first.
    #[serde(default)]
    pub layers: Vec<LayerRef>,
}

/// What could be judged and what could not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// How many packages of each sort.
    #[serde(flatten)]
    pub counts: CoverageCounts,
    /// What could not be judged, by reason and ecosystem.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// Files that may hold software which no cataloger could name.
    #[serde(default)]
    pub unidentified: Unidentified,
    /// Until when the distribution gets fixes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<Support>,
}

/// Until when a distribution's release gets fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// The product, as endoflife.date names it.
    pub product: String,
    /// The release.
    pub release: String,
    /// The last day of security support, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The last day of extended support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<String>,
    /// Whether all of it is over: that nothing is said of a package then says nothing.
    pub ended: bool,
    /// One sentence, without its full stop.
    pub statement: String,
}

/// Packages that could not be judged for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Why.
    pub coverage: Coverage,
    /// The ecosystem, or the package type where there is none.
    pub ecosystem: String,
    /// How many packages.
    pub packages: usize,
}

/// Files that may hold software which no cataloger could name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unidentified {
    /// Executables.
    pub executables: usize,
    /// Archives.
    pub archives: usize,
    /// Some of their paths.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The SHA-1 of archives that nothing names, by their paths: others may know it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sha1: BTreeMap<String, String>,
}

/// The advisories that a report was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvisorySet {
    /// Records in all.
    pub records: u64,
    /// The store's generation: each import makes a new one.
    pub generation: u64,
    /// When the newest record was last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// Whether it is the starter set that is compiled in, which is for a first look and covers little.
    #[serde(default)]
    pub starter: bool,
}

/// A package with what could be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// Whether it could be judged.
    pub coverage: Coverage,
}

/// What the owner's rules did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesSummary {
    /// Rules in force.
    pub rules: usize,
    /// Findings that they disable.
    pub disabled: usize,
    /// Findings that a rule of the action `keep` holds on to.
    #[serde(default)]
    pub kept: usize,
    /// Findings by severity as they would be without rules, so that suppression is visible.
    #[serde(default)]
    pub raw_counts: BTreeMap<Severity, usize>,
    /// What the scan would come to without rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_assessment: Option<Assessment>,
    /// Rules that are expired, unused or nearly matched, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Report {
    /// What there is to report of packages that nobody matched: an inventory, in the forms that reports have.
    pub fn of_packages(
        mut image: ImageSummary,
        distro: Option<Distro>,
        packages: Vec<Package>,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        image.distro = distro;
        let coverage = Coverage::NoFeed;
        let mut counts = CoverageCounts::default();
        packages.iter().for_each(|_| counts.add(coverage));
        Self {
            format: crate::FORMAT.to_owned(),
            format_version: crate::FORMAT_VERSION,
            tool: Tool { name: "plimsoll".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            image,
            day: None,
            assessment: Assessment::Partial,
            assessment_reasons: Vec::new(),
            counts: BTreeMap::new(),
            coverage: CoverageReport { counts, ..CoverageReport::default() },
            advisories: AdvisorySet::default(),
            packages: packages.into_iter().map(|package| Assessed { package, coverage }).collect(),
            findings: Vec::new(),
            upgrades: Vec::new(),
            plan: Plan::default(),
            rules: RulesSummary::default(),
            diagnostics,
        }
    }

    /// The findings that no rule disables.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.disabled.is_none())
    }

    /// The findings that rules disable.
    pub fn disabled(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.disabled.is_some())
    }

    /// The worst level of the findings that no rule disables.
    pub fn worst(&self) -> Option<Severity> {
        self.active().map(|finding| finding.severity).max()
    }
}
