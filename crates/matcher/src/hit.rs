use std::collections::HashMap;

use plimsoll_core::{Advisory, Affected, Evidence, Verdict};

use crate::identity::known_ids;
use crate::matching::Dismissed;
use crate::verdict::Judged;

/// An advisory that speaks of a package.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// The advisory, with those affected entries alone that gave the verdict.
    pub(crate) advisory: Advisory,
    pub(crate) evidence: Evidence,
    /// Whether it is undetermined for want of a readable version of the package.
    pub(crate) unparsed: bool,
}

impl Hit {
    pub(crate) fn of(advisory: &Advisory, judged: Judged<'_>) -> Self {
        Self {
            advisory: trimmed(advisory, judged.entries.into_iter().cloned().collect()),
            evidence: judged.evidence,
            unparsed: judged.unparsed,
        }
    }

    /// What to keep of it where it does not affect the package `index`.
    pub(crate) fn dismissed(&self, index: usize) -> Option<Dismissed> {
        if matches!(self.evidence.verdict, Verdict::Affected | Verdict::Undetermined) {
            return None;
        }
        let ids = known_ids(&self.advisory);
        Some(Dismissed { package: index, ids, evidence: self.evidence.clone() })
    }
}

/// Leaves one hit of each record. The same record may be met by the source and by the binary name; the verdict that
/// outweighs stays.
pub(crate) fn unite(hits: &mut Vec<Hit>) {
    let mut keep = vec![true; hits.len()];
    {
        let mut best: HashMap<(&str, &str), usize> = HashMap::with_capacity(hits.len());
        for (index, hit) in hits.iter().enumerate() {
            let known = best.entry((hit.advisory.id.as_str(), hit.advisory.feed.as_str())).or_insert(index);
            if *known == index {
                continue;
            }
            let outweighs =
                hits.get(*known).is_some_and(|known| hit.evidence.verdict < known.evidence.verdict);
            let drop = if outweighs { std::mem::replace(known, index) } else { index };
            if let Some(keep) = keep.get_mut(drop) {
                *keep = false;
            }
        }
    }
    let mut keep = keep.into_iter();
    hits.retain(|_| keep.next().unwrap_or(true));
}

/// What findings need of an advisory, with the affected entries that count: records of a hundred are common.
fn trimmed(advisory: &Advisory, affected: Vec<Affected>) -> Advisory {
    Advisory {
        id: advisory.id.clone(),
        feed: advisory.feed.clone(),
        aliases: advisory.aliases.clone(),
        upstream: advisory.upstream.clone(),
        summary: advisory.summary.clone(),
        kind: advisory.kind,
        ratings: advisory.ratings.clone(),
        cwes: advisory.cwes.clone(),
        affected,
        references: advisory.references.clone(),
        ..Advisory::default()
    }
}
