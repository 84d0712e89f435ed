//! What to upgrade, and to which version: what a version fixes is found by matching it, not by comparing it with
//! the fixes, because a vulnerability may be fixed in one branch and live on in the next, and a new version may have
//! vulnerabilities of its own.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_core::{Distro, Finding, Package, PackageType, Purl, Source, Upgrade, WithinMajor};
use plimsoll_matcher::{Candidates, Error, Options, match_packages};
use plimsoll_version::Scheme;

use crate::{command, major};

/// Versions that are tried for one package.
const TRIED: usize = 12;

/// What is upgraded together.
type What<'f> = (PackageType, &'f str, &'f str);

/// The findings of one thing to upgrade.
struct Group<'f> {
    what: What<'f>,
    findings: Vec<&'f Finding>,
    /// Its packages, each name once.
    packages: Vec<&'f Package>,
    /// The versions to try, lowest first.
    versions: Vec<&'f str>,
}

/// What a version comes to.
struct Tried<'f> {
    to: &'f str,
    same_major: bool,
    fixes: Vec<String>,
    leaves: Vec<String>,
    brings: Vec<String>,
}

/// One upgrade for each thing of which a published version fixes something, in the order of the findings.
///
/// Preferred is the highest of the versions that the findings need within the installed major version, if it is rid of
/// all that any version is rid of; otherwise the version that leaves and brings least. Operating systems' packages
/// have no major version to stay in: their distribution offers one version.
///
/// # Errors
/// The advisories can't be read.
pub fn upgrades<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    distro: Option<&Distro>,
    advisories: &dyn Candidates,
) -> Result<Vec<Upgrade>, Error> {
    let groups = groups(findings);
    let mut packages: Vec<Package> = Vec::new();
    for group in &groups {
        for version in &group.versions {
            packages.extend(group.packages.iter().map(|package| at_version(package, version)));
        }
    }
    // Ids that other records know are looked for in the findings, which have them.
    let options = Options { known: false, ..Options::default() };
    let matched = match_packages(&packages, advisories, options)?;
    let mut found: HashMap<(&Purl, &str), Vec<&Finding>> = HashMap::new();
    for finding in &matched.findings {
        found.entry((&finding.package.purl, &finding.package.version)).or_default().push(finding);
    }
    let planned = groups.iter().filter_map(|group| {
        let tried: Vec<Tried<'_>> =
            group.versions.iter().map(|version| group.judge(version, &found)).collect();
        group.choose(tried, distro)
    });
    Ok(planned.collect())
}

fn groups<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Group<'f>> {
    let mut places: BTreeMap<What<'f>, usize> = BTreeMap::new();
    let mut groups: Vec<Group<'f>> = Vec::new();
    for finding in findings {
        let what = finding.package.upgraded_as();
        let at = *places.entry(what).or_insert_with(|| {
            groups.push(Group { what, findings: Vec::new(), packages: Vec::new(), versions: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.findings.push(finding);
        }
    }
    for group in &mut groups {
        let mut names = BTreeSet::new();
        group.packages.extend(
            group
                .findings
                .iter()
                .map(|f| &*f.package)
                .filter(|p| names.insert((p.name.as_str(), p.arch.as_deref()))),
        );
        group.versions = group.candidates();
    }
    groups.retain(|group| !group.versions.is_empty());
    groups
}

impl<'f> Group<'f> {
    fn scheme(&self) -> Option<Scheme> {
        Scheme::for_ecosystem(self.findings.first()?.package.ecosystem.as_ref()?.as_str())
    }

    fn is_same_major(&self, version: &str) -> bool {
        let (kind, _, from) = self.what;
        let installed = major(kind, from);
        installed.is_some() && installed == major(kind, version)
    }

    /// The versions that are worth trying: for each finding the lowest fix, and the lowest of the installed major
    /// version.
    fn candidates(&self) -> Vec<&'f str> {
        let Some(scheme) = self.scheme() else { return Vec::new() };
        let mut all: Vec<&'f str> = Vec::new();
        for finding in &self.findings {
            let fixed = || finding.fixed_versions.iter().map(String::as_str);
            all.extend(fixed().next());
            all.extend(fixed().find(|version| self.is_same_major(version)));
        }
        let order = |a: &&str, b: &&str| scheme.compare(a, b).unwrap_or(Ordering::Equal);
        all.sort_by(order);
        all.dedup_by(|a, b| order(&&**a, &&**b).is_eq());
        let (kind, ..) = self.what;
        let kept = if kind.is_os() { 1 } else { TRIED };
        // The highest are what everybody's fix is in; of those that stay in the major version, the same.
        let highest_within = all.iter().rposition(|version| self.is_same_major(version));
        let first = all.len().saturating_sub(kept);
        let mut tried: Vec<&'f str> = all.get(first..).unwrap_or_default().to_vec();
        if let Some(within) = highest_within.filter(|at| *at < first).and_then(|at| all.get(at)) {
            tried.insert(0, within);
        }
        tried
    }

    fn judge(&self, version: &'f str, found: &HashMap<(&Purl, &str), Vec<&Finding>>) -> Tried<'f> {
        let mut left: BTreeMap<&str, &str> = BTreeMap::new();
        for package in &self.packages {
            let package = at_version(package, version);
            for finding in found.get(&(&package.purl, package.version.as_str())).into_iter().flatten() {
                for id in ids(finding) {
                    left.insert(id, &finding.id);
                }
            }
        }
        let (mut fixes, mut leaves) = (BTreeSet::new(), BTreeSet::new());
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for finding in &self.findings {
            let stays: Vec<&str> = ids(finding).filter_map(|id| left.get(id).copied()).collect();
            known.extend(&stays);
            if stays.is_empty() { &mut fixes } else { &mut leaves }.insert(finding.id.clone());
        }
        let brings: BTreeSet<String> =
            left.values().filter(|id| !known.contains(**id)).map(|id| (*id).to_owned()).collect();
        Tried {
            to: version,
            same_major: self.is_same_major(version),
            fixes: fixes.into_iter().collect(),
            leaves: leaves.into_iter().collect(),
            brings: brings.into_iter().collect(),
        }
    }

    fn choose(&self, mut tried: Vec<Tried<'f>>, distro: Option<&Distro>) -> Option<Upgrade> {
        let (kind, name, from) = self.what;
        tried.retain(|tried| !tried.fixes.is_empty());
        // The order of versions is that of the list, so that the lowest wins among equals.
        let best = |same_major: bool| {
            let among = tried.iter().enumerate().filter(|(_, tried)| !same_major || tried.same_major);
            among.min_by_key(|(at, tried)| (tried.leaves.len(), tried.brings.len(), *at)).map(|(at, _)| at)
        };
        let (overall, within) = (best(false)?, best(true));
        let cost = |at: usize| tried.get(at).map(|tried| tried.leaves.len());
        let chosen = within.filter(|within| cost(*within) == cost(overall)).unwrap_or(overall);
        let within = within.filter(|within| *within != chosen).and_then(|at| tried.get(at));
        let within_major =
            within.map(|within| WithinMajor { to: within.to.to_owned(), fixes: within.fixes.clone() });
        let names: Vec<&str> = match kind.is_os() {
            true => self
                .packages
                .iter()
                .map(|package| package.name.as_str())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            false => vec![name],
        };
        let chosen = tried.into_iter().nth(chosen)?;
        Some(Upgrade {
            kind,
            name: name.to_owned(),
            from: from.to_owned(),
            to: chosen.to.to_owned(),
            same_major: major(kind, from).map(|_| chosen.same_major),
            command: command::upgrade(kind, distro, &names, chosen.to),
            fixes: chosen.fixes,
            leaves: chosen.leaves,
            brings: chosen.brings,
            within_major,
        })
    }
}

fn ids(finding: &Finding) -> impl Iterator<Item = &str> {
    [finding.id.as_str()].into_iter().chain(finding.aliases.iter().map(String::as_str))
}

/// The package as it would be.
fn at_version(package: &Package, version: &str) -> Package {
    let mut upgraded = package.clone();
    upgraded.version = version.to_owned();
    upgraded.purl.version = Some(version.to_owned());
    if let Some(source) = &mut upgraded.source {
        *source = Source { name: std::mem::take(&mut source.name), version: version.to_owned() };
    }
    upgraded
}
