//! Findings of one package: records that share an id are one.

use std::collections::{HashMap, HashSet};

use plimsoll_core::{Finding, Package, Rating, Reference, Severity, Status, Verdict};

use crate::fixes;
use crate::hit::Hit;
use crate::hub::Hub;
use crate::identity::{Identity, preference};

/// One vulnerability as one record speaks of it.
#[derive(Clone, Copy)]
struct Node {
    hit: usize,
    identity: usize,
}

/// The findings that a package's hits come to, in the order of their ids.
///
/// Records that share an id of their own are one vulnerability. It is a finding where any of them says affected:
/// another database's "fixed" does not outweigh it, but stands in the evidence. What the hub knows of their ids
/// makes records one that share none themselves.
pub(crate) fn findings(package: &Package, hits: &[Hit], hub: &Hub) -> Vec<Finding> {
    let nodes: Vec<Node> = hits
        .iter()
        .enumerate()
        .flat_map(|(hit, of)| (0..of.identities.len()).map(move |identity| Node { hit, identity }))
        .collect();
    let mut clusters: Vec<Vec<Node>> = Vec::new();
    let mut parent: Vec<usize> = (0..nodes.len()).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (at, node) in nodes.iter().enumerate() {
        for id in identity(hits, *node).map_or(&[][..], |identity| &identity.own) {
            let others = hub.of(id).map_or(&[][..], |known| &known.ids);
            for id in std::iter::once(id).chain(others) {
                let other = *first.entry(id).or_insert(at);
                union(&mut parent, at, other);
            }
        }
    }
    let mut place: HashMap<usize, usize> = HashMap::new();
    for (at, node) in nodes.iter().enumerate() {
        let root = find(&mut parent, at);
        let cluster = *place.entry(root).or_insert_with(|| {
            clusters.push(Vec::new());
            clusters.len() - 1
        });
        if let Some(cluster) = clusters.get_mut(cluster) {
            cluster.push(*node);
        }
    }
    let mut findings: Vec<Finding> =
        clusters.iter().filter_map(|cluster| finding(package, hits, cluster, hub)).collect();
    findings.sort_by(|a, b| preference(&a.id).cmp(&preference(&b.id)));
    findings
}

fn identity(hits: &[Hit], node: Node) -> Option<&Identity> {
    hits.get(node.hit)?.identities.get(node.identity)
}

fn find(parent: &mut [usize], mut at: usize) -> usize {
    while let Some(&next) = parent.get(at).filter(|&&next| next != at) {
        let grandparent = parent.get(next).copied().unwrap_or(next);
        if let Some(slot) = parent.get_mut(at) {
            *slot = grandparent;
        }
        at = grandparent;
    }
    at
}

fn union(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(parent, a), find(parent, b));
    // The smaller index stays the root, so that clusters keep the order of the hits.
    if let Some(slot) = parent.get_mut(a.max(b)) {
        *slot = a.min(b);
    }
}

fn finding(package: &Package, hits: &[Hit], cluster: &[Node], hub: &Hub) -> Option<Finding> {
    let mut members: Vec<&Hit> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    let mut shared: Vec<&str> = Vec::new();
    for node in cluster {
        if let (Some(hit), Some(identity)) = (hits.get(node.hit), identity(hits, *node)) {
            members.push(hit);
            ids.extend(identity.own.iter().map(String::as_str));
            shared.extend(identity.shared.iter().map(String::as_str));
        }
    }
    members.sort_by_key(|hit| hit.evidence.verdict);
    // `Verdict` is ordered by what outweighs what.
    let verdict = members.first()?.evidence.verdict;
    let status = match verdict {
        Verdict::Affected => Status::Affected,
        Verdict::Undetermined => Status::Undetermined,
        _ => return None,
    };
    let deciding: Vec<&Hit> = members.iter().copied().filter(|hit| hit.evidence.verdict == verdict).collect();
    let known: Vec<_> = ids.iter().filter_map(|id| hub.of(id)).collect();
    ids.extend(known.iter().flat_map(|known| &known.ids).map(String::as_str));
    let id = ids.iter().copied().min_by(|a, b| preference(a).cmp(&preference(b)))?;
    ids.extend(shared);
    ids.retain(|other| *other != id);
    ids.sort_unstable();
    ids.dedup();
    let summary = deciding.iter().map(|hit| &hit.advisory.summary).find(|summary| !summary.is_empty());
    let fixes = fixes::of(package, &deciding);
    Some(Finding {
        id: id.to_owned(),
        aliases: ids.into_iter().map(str::to_owned).collect(),
        summary: summary.cloned().unwrap_or_default(),
        package: package.clone(),
        status,
        severity: Severity::Unknown,
        score_tenths: None,
        rating: None,
        severity_rule: String::new(),
        ratings: ratings(&deciding, known.iter().flat_map(|known| &known.ratings)),
        fixed_versions: fixes.versions,
        fix: fixes.state,
        evidence: members.iter().map(|hit| hit.evidence.clone()).collect(),
        references: references(&deciding),
        disabled: None,
    })
}

/// What is said of this package first, then what is said of the record as a whole, then what others say.
fn ratings<'a>(hits: &[&'a Hit], others: impl Iterator<Item = &'a Rating>) -> Vec<Rating> {
    let mut seen = HashSet::new();
    let entries = hits.iter().flat_map(|hit| hit.advisory.affected.iter().flat_map(|entry| &entry.ratings));
    let records = hits.iter().flat_map(|hit| &hit.advisory.ratings);
    entries.chain(records).chain(others).filter(|rating| seen.insert(*rating)).cloned().collect()
}

fn references(hits: &[&Hit]) -> Vec<Reference> {
    let mut seen = HashSet::new();
    let all = hits.iter().flat_map(|hit| &hit.advisory.references);
    all.filter(|reference| seen.insert(reference.url.as_str())).cloned().collect()
}
