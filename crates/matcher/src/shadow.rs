use std::collections::HashMap;

use plimsoll_core::{Finding, Package, Verdict};

use crate::group::{Group, Said};
use crate::unit::Unit;

/// A finding in a language package whose files belong to an operating-system package: `jinja2` in
/// `python3-jinja2`. The distribution may have mended it without a new version number, so its word about its own
/// package counts, for the vulnerabilities that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The index of the finding.
    pub finding: usize,
    /// The package that owns the files.
    pub owner: String,
    /// What the owner's vendor says of this vulnerability; nothing where it says nothing.
    pub verdict: Option<Verdict>,
    /// One sentence: why.
    pub reason: String,
}

impl Shadow {
    /// Whether the owner's vendor has decided: the vulnerability is fixed or not affected there, or is a finding of
    /// the owner itself. What is unknown there stays a finding here.
    pub fn decided(&self) -> bool {
        self.verdict.is_some()
    }
}

/// The findings that stand in an owner's shadow: those that are given, with the indexes of their packages and their own.
pub(crate) fn shadows<'f>(
    packages: &[Package],
    groups: &[Group<'_>],
    units: &[Unit<'_>],
    owned: impl Iterator<Item = (usize, usize, &'f Finding)>,
) -> Vec<Shadow> {
    // What is said of each owner, by the ids that it is said of.
    let mut owners: HashMap<&str, HashMap<&str, Said<'_>>> = HashMap::new();
    for group in groups.iter().filter(|group| group.owner) {
        let words = owners.entry(group.package.name.as_str()).or_default();
        for said in group.said(units) {
            for id in said.hit.record.derived().identities.iter().flat_map(|known| &known.own) {
                let word = words.entry(&id.text).or_insert(said);
                if said.hit.verdict < word.hit.verdict {
                    *word = said;
                }
            }
        }
    }
    let mut shadows = Vec::new();
    for (package, index, finding) in owned {
        let Some(owner) = packages.get(package).and_then(|package| package.owned_by.as_deref()) else {
            continue;
        };
        let words = owners.get(owner);
        let ids = std::iter::once(&finding.id).chain(&finding.aliases);
        let word = ids.filter_map(|id| words?.get(id.as_str())).min_by_key(|said| said.hit.verdict);
        let reason = match word {
            Some(said) => {
                let reason = said.hit.evidence(said.unit).reason;
                format!("Owned by {owner}, of which {} says: {reason}", said.hit.record.id)
            }
            None => format!("Owned by {owner}, of which no advisory speaks of {}.", finding.id),
        };
        let verdict = word.map(|said| said.hit.verdict);
        shadows.push(Shadow { finding: index, owner: owner.to_owned(), verdict, reason });
    }
    shadows
}
