use plimsoll_core::{Advisory, Affected, Evidence, Verdict};

use crate::identity::{Identity, identities};
use crate::matching::Dismissed;
use crate::verdict::Judged;

/// An advisory that speaks of a package.
pub(crate) struct Hit {
    /// The advisory, with those affected entries alone that gave the verdict.
    pub(crate) advisory: Advisory,
    pub(crate) identities: Vec<Identity>,
    pub(crate) evidence: Evidence,
    /// Whether it is undetermined for want of a readable version of the package.
    pub(crate) unparsed: bool,
}

impl Hit {
    pub(crate) fn of(advisory: &Advisory, judged: Judged<'_>) -> Self {
        Self {
            identities: identities(advisory),
            advisory: trimmed(advisory, judged.entries.into_iter().cloned().collect()),
            evidence: judged.evidence,
            unparsed: judged.unparsed,
        }
    }

    /// Adds the hit to those of its package. The same record may be met by the source and by the binary name; the
    /// verdict that outweighs stays.
    pub(crate) fn join(self, hits: &mut Vec<Hit>) {
        let same = hits
            .iter_mut()
            .find(|hit| hit.advisory.id == self.advisory.id && hit.advisory.feed == self.advisory.feed);
        match same {
            Some(known) if self.evidence.verdict < known.evidence.verdict => *known = self,
            Some(_) => {}
            None => hits.push(self),
        }
    }

    /// What to keep of it where it does not affect the package `index`.
    pub(crate) fn dismissed(&self, index: usize) -> Option<Dismissed> {
        if matches!(self.evidence.verdict, Verdict::Affected | Verdict::Undetermined) {
            return None;
        }
        let mut ids: Vec<String> = self
            .identities
            .iter()
            .flat_map(|identity| identity.own.iter().chain(&identity.shared))
            .cloned()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        Some(Dismissed { package: index, ids, evidence: self.evidence.clone() })
    }
}

/// A copy of the advisory with other affected entries: records of a hundred entries are common, and one counts.
fn trimmed(advisory: &Advisory, affected: Vec<Affected>) -> Advisory {
    Advisory {
        id: advisory.id.clone(),
        feed: advisory.feed.clone(),
        aliases: advisory.aliases.clone(),
        upstream: advisory.upstream.clone(),
        related: advisory.related.clone(),
        summary: advisory.summary.clone(),
        published: advisory.published.clone(),
        modified: advisory.modified.clone(),
        withdrawn: advisory.withdrawn.clone(),
        kind: advisory.kind,
        ratings: advisory.ratings.clone(),
        cwes: advisory.cwes.clone(),
        affected,
        references: advisory.references.clone(),
    }
}
