use std::cmp::Ordering;

use plimsoll_core::{
    Distro, Ecosystem, Finding, FixState, ImagePath, LayerRef, Location, Package, PackageType, Purl, Rating,
    Severity, Shared, Source, Status,
};
use serde::{Deserialize, Serialize};

use crate::value::one_or_many;
use crate::{Context, Date, Facts, Image, Ruleset, Share, apply};

/// An example in a rules file: a `[[test]]` table that describes a finding, and says which rule must disable it.
///
/// ```toml
/// [[test]]
/// name = "only jinja2"
/// cve = "CVE-2020-28493"
/// purl = "pkg:pypi/jinja2@2.10.1"
/// severity = "medium"
/// disabled_by = "urlize-not-used"
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The rule that must disable the finding; without it, the finding must count.
    #[serde(default)]
    pub disabled_by: Option<String>,
    /// The day; the caller's, if left out.
    #[serde(default)]
    pub now: Option<Date>,
    /// The finding's id.
    pub cve: String,
    /// Its other ids.
    #[serde(default, deserialize_with = "one_or_many")]
    pub aliases: Vec<String>,
    /// Its summary.
    #[serde(default)]
    pub title: String,
    /// The package, with its version.
    pub purl: Purl,
    /// The source package's name.
    #[serde(default)]
    pub source_package: Option<String>,
    /// The package's ecosystem, where the type does not say it.
    #[serde(default)]
    pub ecosystem: Option<String>,
    /// Where it was found.
    #[serde(default, deserialize_with = "one_or_many")]
    pub path: Vec<String>,
    /// The index of the layer that it came with.
    #[serde(default)]
    pub layer: Option<u32>,
    /// The severity; unknown, if left out.
    #[serde(default)]
    pub severity: Severity,
    /// Vectors that sources give.
    #[serde(default, deserialize_with = "one_or_many")]
    pub cvss: Vec<String>,
    /// The versions that fix it.
    #[serde(default, deserialize_with = "one_or_many")]
    pub fixed: Vec<String>,
    /// What the vendor says of a fix.
    #[serde(default)]
    pub fix: FixState,
    /// Whether the package is affected; it is, if left out.
    #[serde(default)]
    pub status: Option<Status>,
    /// The exploit prediction.
    #[serde(default)]
    pub epss: Option<Share>,
    /// Whether it is among the known exploited vulnerabilities.
    #[serde(default)]
    pub kev: Option<bool>,
    /// The day it was first seen.
    #[serde(default)]
    pub first_seen: Option<Date>,
    /// The image's operating system, `debian:12`.
    #[serde(default)]
    pub os: Option<String>,
    /// The image's organisation.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The image's registry.
    #[serde(default)]
    pub registry: Option<String>,
    /// The image's project.
    #[serde(default)]
    pub project: Option<String>,
    /// The image's repository.
    #[serde(default)]
    pub repository: Option<String>,
    /// The image's tags.
    #[serde(default, deserialize_with = "one_or_many")]
    pub tag: Vec<String>,
    /// The image's digests.
    #[serde(default, deserialize_with = "one_or_many")]
    pub digest: Vec<String>,
    /// How many layers are the base image's.
    #[serde(default)]
    pub base_layers: Option<u32>,
}

/// How an [`Example`] went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExampleOutcome {
    /// The example's name.
    pub name: String,
    /// The file and line it is from.
    pub source: String,
    /// The rule that was to disable the finding.
    pub expected: Option<String>,
    /// The rule that does.
    pub found: Option<String>,
}

impl ExampleOutcome {
    /// Whether it went as the example says.
    pub fn passed(&self) -> bool {
        self.expected == self.found
    }
}

/// The facts that an example states, before those that the caller has.
struct Stated<'a>(&'a Example, &'a dyn Facts);

impl Facts for Stated<'_> {
    fn epss(&self, finding: &Finding) -> Option<Share> {
        self.0.epss.or_else(|| self.1.epss(finding))
    }

    fn kev(&self, finding: &Finding) -> Option<bool> {
        self.0.kev.or_else(|| self.1.kev(finding))
    }

    fn first_seen(&self, finding: &Finding) -> Option<Date> {
        self.0.first_seen.or_else(|| self.1.first_seen(finding))
    }

    fn compare(&self, package: &Package, a: &str, b: &str) -> Option<Ordering> {
        self.1.compare(package, a, b)
    }
}

impl Ruleset {
    /// Applies the rules to each example that their files hold. `now` is the day of those that name none; `facts`
    /// compares versions and answers what an example leaves open.
    pub fn run_examples(&self, now: Date, facts: &dyn Facts) -> Vec<ExampleOutcome> {
        let run = |(example, place): &(Example, crate::ruleset::Place)| {
            let image = example.image();
            let stated = Stated(example, facts);
            let context = Context { now: example.now.unwrap_or(now), image: Some(&image), facts: &stated };
            let mut findings = [example.finding()];
            apply(self, &mut findings, &context);
            let [finding] = findings;
            ExampleOutcome {
                name: example.name.clone(),
                source: place.to_string(),
                expected: example.disabled_by.clone(),
                found: finding.disabled.map(|disabled| disabled.rule),
            }
        };
        self.examples.iter().map(run).collect()
    }
}

impl Example {
    fn image(&self) -> Image {
        let distro = self.os.as_deref().map(|os| {
            let (id, version) = os.split_once(':').unwrap_or((os, ""));
            Distro { id: id.to_owned(), version: version.to_owned(), ..Distro::default() }
        });
        Image {
            organisation: self.organisation.clone(),
            registry: self.registry.clone(),
            project: self.project.clone(),
            repository: self.repository.clone(),
            tags: self.tag.clone(),
            digests: self.digest.clone(),
            distro,
            base_layers: self.base_layers,
        }
    }

    pub(crate) fn finding(&self) -> Finding {
        let rating = |vector: &String| Rating {
            source: "example".to_owned(),
            scheme: if vector.starts_with("CVSS:4") { "CVSS_V4" } else { "CVSS_V3" }.to_owned(),
            value: vector.clone(),
        };
        Finding {
            id: self.cve.clone(),
            aliases: self.aliases.clone().into(),
            summary: self.title.clone(),
            package: self.package().into(),
            status: self.status.unwrap_or(Status::Affected),
            severity: self.severity,
            score_tenths: None,
            rating: None,
            severity_rule: String::new(),
            actions: Vec::new(),
            ratings: self.cvss.iter().map(rating).collect(),
            priority: None,
            first_seen: None,
            cwes: Default::default(),
            fixed_versions: self.fixed.clone().into(),
            fix: self.fix,
            evidence: Shared::default(),
            references: Shared::default(),
            disabled: None,
        }
    }

    fn package(&self) -> Package {
        let purl = self.purl.clone();
        let kind = PackageType::from_purl_type(&purl.kind).unwrap_or(PackageType::Generic);
        // Advisories write a language package's namespace as part of its name.
        let name = match (&purl.namespace, kind) {
            (Some(group), PackageType::Maven) => format!("{group}:{}", purl.name),
            (Some(namespace), kind) if !kind.is_os() => format!("{namespace}/{}", purl.name),
            _ => purl.name.clone(),
        };
        let version = purl.version.clone().unwrap_or_default();
        let mut package = Package::new(kind, name, version.clone(), purl);
        package.source = self.source_package.clone().map(|name| Source { name, version });
        if let Some(ecosystem) = &self.ecosystem {
            package.ecosystem = Some(Ecosystem::from(ecosystem.clone()));
        }
        let layer = self.layer.map(|index| LayerRef { index, diff_id: None, created_by: None });
        let path = |path: &String| ImagePath::new(path.as_bytes()).ok();
        package.locations =
            self.path.iter().filter_map(path).map(|path| Location { path, layer: layer.clone() }).collect();
        if package.locations.is_empty() && layer.is_some() {
            package.locations.push(Location { path: ImagePath::default(), layer });
        }
        package
    }
}
