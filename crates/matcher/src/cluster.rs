//! Findings of one package: records that share an id are one.

use std::collections::{HashMap, HashSet};

use plimsoll_core::{Finding, Package, Rating, Reference, Severity, Status, Verdict};

use crate::fixes;
use crate::hit::Hit;
use crate::identity::preference;

/// One vulnerability as one record speaks of it.
#[derive(Clone, Copy)]
struct Node {
    hit: usize,
    identity: usize,
}

/// The findings that a package's hits come to, in the order of their ids.
///
/// Records that share an id of their own are one vulnerability. It is a finding where any of them says affected:
/// another database's "fixed" does not outweigh it, but stands in the evidence.
pub(crate) fn findings(package: &Package, hits: &[Hit]) -> Vec<Finding> {
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
            let other = *first.entry(id).or_insert(at);
            union(&mut parent, at, other);
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
        clusters.iter().filter_map(|cluster| finding(package, hits, cluster)).collect();
    findings.sort_by(|a, b| preference(&a.id).cmp(&preference(&b.id)));
    findings
}

fn identity(hits: &[Hit], node: Node) -> Option<&crate::identity::Identity> {
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

fn finding(package: &Package, hits: &[Hit], cluster: &[Node]) -> Option<Finding> {
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
    let deciding: Vec<&Hit> =
        members.iter().copied().filter(|hit| hit.evidence.verdict == Verdict::Affected).collect();
    let (status, deciding) = if deciding.is_empty() {
        let open = |hit: &&Hit| hit.evidence.verdict == Verdict::Undetermined;
        (Status::Undetermined, members.iter().copied().filter(open).collect::<Vec<_>>())
    } else {
        (Status::Affected, deciding)
    };
    let id = ids.iter().copied().min_by(|a, b| preference(a).cmp(&preference(b)))?;
    let lead = deciding.first()?;
    let mut aliases: Vec<String> =
        ids.iter().chain(&shared).filter(|&&other| other != id).map(|&other| other.to_owned()).collect();
    aliases.sort_unstable();
    aliases.dedup();
    let fixes = fixes::of(package, &deciding);
    Some(Finding {
        id: id.to_owned(),
        aliases,
        summary: deciding
            .iter()
            .map(|hit| &hit.advisory.summary)
            .find(|s| !s.is_empty())
            .cloned()
            .unwrap_or_default(),
        package: package.clone(),
        status: if lead.evidence.verdict == Verdict::Affected { Status::Affected } else { status },
        severity: Severity::Unknown,
        score_tenths: None,
        rating: None,
        severity_rule: String::new(),
        ratings: ratings(&deciding),
        fixed_versions: fixes.versions,
        fix: fixes.state,
        evidence: members.iter().map(|hit| hit.evidence.clone()).collect(),
        references: references(&deciding),
        disabled: None,
    })
}

/// What is said of this package first, then what is said of the record as a whole.
fn ratings(hits: &[&Hit]) -> Vec<Rating> {
    let mut seen = HashSet::new();
    let entries = hits.iter().flat_map(|hit| hit.advisory.affected.iter().flat_map(|entry| &entry.ratings));
    let records = hits.iter().flat_map(|hit| &hit.advisory.ratings);
    entries.chain(records).filter(|rating| seen.insert(*rating)).cloned().collect()
}

fn references(hits: &[&Hit]) -> Vec<Reference> {
    let mut seen = HashSet::new();
    let all = hits.iter().flat_map(|hit| &hit.advisory.references);
    all.filter(|reference| seen.insert(reference.url.as_str())).cloned().collect()
}
