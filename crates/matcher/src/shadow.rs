use std::collections::HashMap;

use plimsoll_core::{Finding, Package, Verdict};

use crate::group::Group;
use crate::hit::Hit;
use crate::identity::identities;

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

/// The findings that stand in an owner's shadow. `findings` come with the indexes of their packages.
pub(crate) fn shadows(
    packages: &[Package],
    groups: &[Group<'_>],
    findings: &[(usize, Finding)],
) -> Vec<Shadow> {
    // What is said of each owner, by the ids that it is said of.
    let mut owners: HashMap<&str, HashMap<&str, &Hit>> = HashMap::new();
    for group in groups.iter().filter(|group| group.owner) {
        let words = owners.entry(group.package.name.as_str()).or_default();
        for hit in &group.hits {
            for id in identities(&hit.advisory).into_iter().flat_map(|identity| identity.own) {
                let word = words.entry(id).or_insert(hit);
                if hit.evidence.verdict < word.evidence.verdict {
                    *word = hit;
                }
            }
        }
    }
    let mut shadows = Vec::new();
    for (index, (package, finding)) in findings.iter().enumerate() {
        let Some(owner) = packages.get(*package).and_then(|package| package.owned_by.as_deref()) else {
            continue;
        };
        let words = owners.get(owner);
        let ids = std::iter::once(&finding.id).chain(&finding.aliases);
        let word = ids.filter_map(|id| words?.get(id.as_str())).min_by_key(|hit| hit.evidence.verdict);
        let reason = match word {
            Some(hit) => {
                format!("Owned by {owner}, of which {} says: {}", hit.advisory.id, hit.evidence.reason)
            }
            None => format!("Owned by {owner}, of which no advisory speaks of {}.", finding.id),
        };
        let verdict = word.map(|hit| hit.evidence.verdict);
        shadows.push(Shadow { finding: index, owner: owner.to_owned(), verdict, reason });
    }
    shadows
}
