use std::collections::{BTreeMap, HashMap};

use plimsoll_core::{Coverage, Finding, Package, PackageType, Severity, Status};
use plimsoll_severity::Version;

use crate::graph;
use crate::identity::Identity;
use crate::licence::Licence;
use crate::time::Instant;
use crate::{Assessed, Options, Report, advice, link, score, weakness};

/// What both forms write.
pub(super) struct Bom<'a> {
    pub serial: String,
    pub time: String,
    pub tool: (&'a str, &'a str),
    pub root: Component,
    pub properties: Vec<(&'static str, String)>,
    pub components: Vec<Component>,
    /// What needs what: references, each with those that it needs.
    pub dependencies: Vec<(String, Vec<String>)>,
    /// `incomplete` where it is known that something is missing.
    pub aggregate: &'static str,
    pub vulnerabilities: Vec<Vulnerability>,
}

#[derive(Default)]
pub(super) struct Component {
    pub kind: &'static str,
    pub reference: String,
    pub publisher: Option<String>,
    pub group: Option<String>,
    pub name: String,
    pub version: Option<String>,
    /// SHA-1, in hexadecimal.
    pub hash: Option<String>,
    pub licences: Vec<Licence>,
    pub purl: Option<String>,
    pub properties: Vec<(&'static str, String)>,
    /// Where it was found (`evidence.occurrences`).
    pub occurrences: Vec<String>,
}

pub(super) struct Vulnerability {
    pub reference: String,
    pub id: String,
    pub source: Option<(&'static str, String)>,
    pub aliases: Vec<(String, String)>,
    pub ratings: Vec<Rating>,
    pub cwes: Vec<u32>,
    pub description: String,
    pub recommendation: String,
    pub advisories: Vec<String>,
    pub analysis: Option<Analysis>,
    pub affects: Vec<(String, String)>,
    pub properties: Vec<(&'static str, String)>,
}

pub(super) struct Rating {
    pub source: String,
    pub score: Option<f64>,
    pub severity: &'static str,
    pub method: Option<&'static str>,
    pub vector: Option<String>,
}

pub(super) struct Analysis {
    pub state: Option<&'static str>,
    pub response: Option<&'static str>,
    pub detail: String,
}

impl<'a> Bom<'a> {
    pub(super) fn of(report: &'a Report, options: &Options) -> Self {
        let image = &report.image;
        let identity = Identity::of(report);
        let mut seen = HashMap::new();
        let mut references: HashMap<&Package, String> = HashMap::new();
        let mut components = Vec::with_capacity(report.packages.len() + 1);
        for Assessed { package, coverage } in &report.packages {
            let purl = package.purl.to_string();
            // The same package in several places is several components; their references must differ.
            let count = seen.entry(purl.clone()).and_modify(|count| *count += 1).or_insert(1u32);
            let reference = if *count == 1 { purl } else { format!("{purl}#{count}") };
            references.entry(package).or_insert_with(|| reference.clone());
            let coverage = Some(*coverage).filter(|_| !options.inventory);
            components.push(component(package, reference, coverage));
        }
        components.extend(image.distro.as_ref().map(|distro| Component {
            kind: "operating-system",
            reference: format!("os:{}@{}", distro.id, distro.version),
            name: distro.id.clone(),
            version: Some(distro.version.clone()).filter(|version| !version.is_empty()),
            ..Component::default()
        }));
        let digest = image.digest.as_ref().or(image.config_digest.as_ref()).map(ToString::to_string);
        let root = Component {
            kind: "container",
            reference: digest.clone().unwrap_or_else(|| format!("image:{}", image.name)),
            name: if image.name.is_empty() { "image".to_owned() } else { image.name.clone() },
            version: digest,
            properties: of_image(report),
            ..Component::default()
        };
        let dependencies = dependencies(report, &root, &components);
        let counts = &report.coverage.unidentified;
        let missing = counts.archives + counts.executables > 0
            || report.diagnostics.iter().any(|diagnostic| diagnostic.kind.is_partial());
        Self {
            serial: format!("urn:uuid:{}", identity.uuid("cyclonedx")),
            time: Instant::of(report, options).to_string(),
            tool: (&report.tool.name, &report.tool.version),
            root,
            properties: if options.inventory { Vec::new() } else { of_scan(report) },
            components,
            dependencies,
            aggregate: if missing { "incomplete" } else { "unknown" },
            vulnerabilities: vulnerabilities(report, &references),
        }
    }
}

/// What packages need, and before it the image, of which are those that are asked for themselves.
fn dependencies(report: &Report, root: &Component, components: &[Component]) -> Vec<(String, Vec<String>)> {
    let needs = graph::dependencies(report);
    let direct = graph::direct(report);
    let reference = |at: &usize| components.get(*at).map(|component| component.reference.clone());
    // The distribution comes after the packages, and nothing needs it.
    let own = (0..components.len()).filter(|at| direct.get(*at) != Some(&false));
    let mut all = vec![(root.reference.clone(), own.filter_map(|at| reference(&at)).collect())];
    for (component, needs) in components.iter().zip(&needs).filter(|(_, needs)| !needs.is_empty()) {
        all.push((component.reference.clone(), needs.iter().filter_map(reference).collect()));
    }
    all
}

/// Licences as the schema takes them: several, or one expression.
fn licences(package: &Package) -> Vec<Licence> {
    let mut licences = Licence::of(package);
    if licences.len() > 1 {
        for licence in &mut licences {
            if let Licence::Expression(text) = licence {
                *licence = Licence::Name(std::mem::take(text));
            }
        }
    }
    licences
}

fn of_image(report: &Report) -> Vec<(&'static str, String)> {
    let image = &report.image;
    let mut properties = Vec::new();
    properties.extend(image.config_digest.iter().map(|id| ("plimsoll:image:id", id.to_string())));
    properties.extend(image.tags.iter().map(|tag| ("plimsoll:image:tag", tag.clone())));
    properties.extend(image.platform.iter().map(|platform| ("plimsoll:image:platform", platform.clone())));
    for layer in &image.layers {
        properties.extend(layer.diff_id.iter().map(|id| ("plimsoll:image:layer", id.to_string())));
    }
    properties
}

fn of_scan(report: &Report) -> Vec<(&'static str, String)> {
    let coverage = &report.coverage.counts;
    let mut properties = vec![
        ("plimsoll:assessment", assessment(report)),
        ("plimsoll:coverage:packages", coverage.packages.to_string()),
        ("plimsoll:coverage:assessed", coverage.assessed.to_string()),
    ];
    properties.extend(report.advisories.newest.iter().map(|at| ("plimsoll:advisories:newest", at.clone())));
    properties
}

/// The assessment's word, as JSON has it.
fn assessment(report: &Report) -> String {
    match serde_json::to_value(report.assessment) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn component(package: &Package, reference: String, coverage: Option<Coverage>) -> Component {
    let (group, name) = match (package.kind, &package.purl.namespace) {
        (PackageType::Maven | PackageType::Npm | PackageType::Composer, Some(namespace)) => {
            (Some(namespace.clone()), package.purl.name.clone())
        }
        _ => (None, package.name.clone()),
    };
    let mut properties = vec![("plimsoll:type", package.kind.to_string())];
    for at in &package.locations {
        if let Some(diff_id) = at.layer.as_ref().and_then(|layer| layer.diff_id.as_ref()) {
            properties.push(("plimsoll:layer:diffId", diff_id.to_string()));
        }
    }
    if let Some(source) = &package.source {
        properties.push(("plimsoll:source:name", source.name.clone()));
        properties.push(("plimsoll:source:version", source.version.clone()));
    }
    properties.extend(package.owned_by.iter().map(|owner| ("plimsoll:ownedBy", owner.clone())));
    // One component has one digest for each algorithm; of one that is there in several forms each is said.
    let hash = match package.sha1.as_slice() {
        [one] => Some(one.clone()),
        several => {
            properties.extend(several.iter().map(|sha1| ("plimsoll:sha1", sha1.clone())));
            None
        }
    };
    properties.extend(package.module.iter().map(|module| ("plimsoll:module", module.clone())));
    let coverage = coverage.and_then(|coverage| match serde_json::to_value(coverage) {
        Ok(serde_json::Value::String(word)) => Some(("plimsoll:coverage", word)),
        _ => None,
    });
    properties.extend(coverage);
    Component {
        kind: "library",
        purl: Some(package.purl.to_string()),
        hash,
        licences: licences(package),
        reference,
        publisher: package.vendor.clone().filter(|vendor| !vendor.is_empty()),
        group,
        name,
        version: Some(package.version.clone()).filter(|version| !version.is_empty()),
        properties,
        occurrences: package.locations.iter().map(|at| at.path.to_text()).collect(),
    }
}

/// One entry for all findings that differ in the package alone.
fn vulnerabilities(report: &Report, references: &HashMap<&Package, String>) -> Vec<Vulnerability> {
    let mut entries: Vec<Vulnerability> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for finding in &report.findings {
        // Whoever scans what has no packages in the report refers to the package by its purl.
        let affected =
            references.get(&*finding.package).cloned().unwrap_or_else(|| finding.package.purl.to_string());
        let affected = (affected, finding.package.version.clone());
        let mut entry = vulnerability(report, finding);
        let key = format!(
            "{}\0{}\0{}\0{:?}\0{:?}",
            finding.id,
            entry.description,
            entry.recommendation,
            (finding.severity, finding.score_tenths, &finding.rating, finding.status),
            finding.disabled
        );
        if let Some(entry) = known.get(&key).and_then(|&at| entries.get_mut(at)) {
            if !entry.affects.contains(&affected) {
                entry.affects.push(affected);
            }
            continue;
        }
        let count = seen.entry(&finding.id).and_modify(|count| *count += 1).or_insert(1);
        entry.reference = format!("vulnerability:{}#{count}", finding.id);
        entry.affects.push(affected);
        known.insert(key, entries.len());
        entries.push(entry);
    }
    entries
}

fn vulnerability(report: &Report, finding: &Finding) -> Vulnerability {
    let decided = finding.rating.as_ref();
    let scores = score::scores(finding);
    let mut ratings: Vec<Rating> = Vec::new();
    if decided.is_none_or(|rating| !rating.scheme.starts_with("CVSS")) {
        ratings.push(Rating {
            source: decided.map_or_else(|| report.tool.name.clone(), |rating| rating.source.clone()),
            score: None,
            severity: severity(finding.severity),
            method: None,
            vector: None,
        });
    }
    ratings.extend(scores.iter().map(|scored| Rating {
        source: scored.source.to_owned(),
        score: Some(scored.score()),
        severity: match scored.level.name() {
            "negligible" => "info",
            name => name,
        },
        method: Some(match scored.version {
            Version::V2 => "CVSSv2",
            Version::V3_0 => "CVSSv3",
            Version::V3_1 => "CVSSv31",
            _ => "CVSSv4",
        }),
        vector: Some(scored.vector.to_owned()),
    }));
    let source = link::vulnerability(&finding.id).map(|url| {
        let name = if url.contains("nvd.nist") {
            "NVD"
        } else if url.contains("github.com") {
            "GitHub"
        } else {
            "OSV"
        };
        (name, url)
    });
    let mut properties = Vec::new();
    properties.extend(score::exploited(finding).map(|at| ("plimsoll:exploited:since", at.to_owned())));
    properties.extend(score::epss(finding).map(|epss| ("plimsoll:epss", epss.to_string())));
    properties.extend(finding.first_seen.clone().map(|day| ("plimsoll:first_seen", day)));
    properties.extend(finding.priority.map(|priority| ("plimsoll:priority", priority.to_string())));
    let analysis = match (&finding.disabled, finding.status) {
        (Some(by), _) => {
            let until = by.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            let detail = format!("Disabled by rule {}{until}: {}", by.rule, by.reason);
            Some(match by.vex.as_deref() {
                Some("not_affected") => Analysis { state: Some("not_affected"), response: None, detail },
                Some("fixed") => Analysis { state: Some("resolved"), response: None, detail },
                _ => Analysis { state: None, response: Some("will_not_fix"), detail },
            })
        }
        (None, Status::Undetermined) => {
            let detail = advice::reason(finding);
            Some(Analysis { state: Some("in_triage"), response: None, detail })
        }
        _ => None,
    };
    Vulnerability {
        reference: String::new(),
        id: finding.id.clone(),
        source,
        aliases: finding
            .aliases
            .iter()
            .filter_map(|alias| Some((alias.clone(), link::vulnerability(alias)?)))
            .collect(),
        ratings,
        cwes: weakness::numbers(finding).collect(),
        description: finding.summary.clone(),
        recommendation: advice::solution(report, finding),
        advisories: link::all(finding),
        analysis,
        affects: Vec::new(),
        properties,
    }
}

/// CycloneDX knows no negligible, and calls what is of no consequence info.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Negligible => "info",
        severity => severity.name(),
    }
}
