//! What to upgrade, and to which version: what a version fixes is found by matching it, not by comparing it with
//! the fixes, because a vulnerability may be fixed in one branch and live on in the next.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use plimsoll_core::{Finding, Package, PackageType, Source, Status};
use plimsoll_matcher::{Candidates, Error, match_packages};
use plimsoll_report::Upgrade;
use plimsoll_version::Scheme;

/// One upgrade for each thing of which a published version fixes something, in the order of the findings. Findings
/// that rules disable ask for nothing.
pub(crate) fn plan(findings: &[Finding], advisories: &dyn Candidates) -> Result<Vec<Upgrade>, Error> {
    let active = || findings.iter().filter(|f| f.disabled.is_none() && f.status == Status::Affected);
    let mut seen: BTreeSet<(PackageType, &str, &str)> = BTreeSet::new();
    let mut upgrades = Vec::new();
    let mut upgraded = Vec::new();
    for finding in active() {
        let what = finding.package.upgraded_as();
        if !seen.insert(what) {
            continue;
        }
        let of_it: Vec<&Finding> = active().filter(|other| other.package.upgraded_as() == what).collect();
        let Some(to) = target(&of_it) else { continue };
        let ids: BTreeSet<String> = of_it.iter().map(|finding| finding.id.clone()).collect();
        let (kind, name, from) = what;
        let (name, from) = (name.to_owned(), from.to_owned());
        upgrades.push((
            Upgrade { kind, name, from, to: to.to_owned(), fixes: Vec::new(), leaves: Vec::new() },
            ids,
        ));
        upgraded.push(at_version(&finding.package, to));
    }
    let matched = match_packages(&upgraded, advisories, Default::default())?;
    let mut planned = Vec::new();
    for ((mut upgrade, ids), package) in upgrades.into_iter().zip(&upgraded) {
        let left: BTreeSet<&str> = matched
            .findings
            .iter()
            .filter(|finding| {
                finding.package.purl == package.purl && finding.package.version == package.version
            })
            .map(|finding| finding.id.as_str())
            .collect();
        (upgrade.leaves, upgrade.fixes) = ids.into_iter().partition(|id| left.contains(id.as_str()));
        if !upgrade.fixes.is_empty() {
            planned.push(upgrade);
        }
    }
    Ok(planned)
}

/// The lowest version that has everybody's lowest fix: the highest of those.
fn target<'a>(findings: &[&'a Finding]) -> Option<&'a str> {
    let scheme = Scheme::for_ecosystem(findings.first()?.package.ecosystem.as_ref()?.as_str())?;
    let lowest = findings.iter().filter_map(|finding| finding.fixed_versions.first());
    lowest.map(String::as_str).reduce(|a, b| match scheme.compare(a, b) {
        Ok(Ordering::Less) => b,
        _ => a,
    })
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
