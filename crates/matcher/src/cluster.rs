//! Findings of one package: records that share an id are one.

use std::collections::HashSet;
use std::hash::Hash;

use plimsoll_core::{Finding, Package, Rating, Reference, Severity, Status, Verdict};

use crate::fixes;
use crate::hit::Hit;
use crate::hub::Hub;
use crate::identity::{Identity, identities, preference};
use crate::weaknesses;

/// One vulnerability as one record speaks of it.
#[derive(Clone, Copy)]
struct Node {
    hit: usize,
    identity: usize,
}

/// One vulnerability: what is to be a finding.
struct Plan {
    id: String,
    aliases: Vec<String>,
    status: Status,
    /// The hits, those that decide first.
    members: Vec<usize>,
    /// How many of them decide.
    deciding: usize,
    /// The facts that the hub knows of it.
    facts: Vec<usize>,
}

/// The findings that a package's hits come to, in the order of their ids.
///
/// Records that share an id of their own are one vulnerability. It is a finding where any of them says affected:
/// another database's "fixed" does not outweigh it, but stands in the evidence. What the hub knows of their ids
/// makes records one that share none themselves.
///
/// With `take` the hits are given up to the findings, where only one needs them.
pub(crate) fn findings(package: &Package, hits: &mut Vec<Hit>, hub: &Hub, take: bool) -> Vec<Finding> {
    if hits.is_empty() {
        return Vec::new();
    }
    let mut plans = plans(hits, hub);
    let mut hits: Vec<Option<Hit>> = match take {
        true => std::mem::take(hits).into_iter().map(Some).collect(),
        false => hits.iter().cloned().map(Some).collect(),
    };
    plans.sort_by(|a, b| preference(&a.id).cmp(&preference(&b.id)));
    let mut uses = vec![0usize; hits.len()];
    for member in plans.iter().flat_map(|plan| &plan.members) {
        if let Some(uses) = uses.get_mut(*member) {
            *uses += 1;
        }
    }
    plans
        .into_iter()
        .map(|plan| {
            let sole = plan.members.iter().all(|member| uses.get(*member) == Some(&1));
            finding(package, &mut hits, plan, hub, sole)
        })
        .collect()
}

fn plans(hits: &[Hit], hub: &Hub) -> Vec<Plan> {
    let identities: Vec<Vec<Identity<'_>>> = hits.iter().map(|hit| identities(&hit.advisory)).collect();
    let nodes: Vec<Node> = identities
        .iter()
        .enumerate()
        .flat_map(|(hit, of)| (0..of.len()).map(move |identity| Node { hit, identity }))
        .collect();
    let mut parent: Vec<usize> = (0..nodes.len()).collect();
    let mut ids: Vec<(&str, usize)> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let own = identity(&identities, *node).map_or(&[][..], |identity| &identity.own);
        ids.extend(own.iter().map(|id| (*id, at)));
        let facts = facts(own, hub).into_iter().filter_map(|number| hub.fact(number));
        ids.extend(facts.flat_map(|fact| &fact.ids).map(|id| (id.as_str(), at)));
    }
    ids.sort_unstable();
    for pair in ids.windows(2) {
        if let [(id, a), (other, b)] = pair
            && id == other
        {
            union(&mut parent, *a, *b);
        }
    }
    // A root is the least of its cluster, so that clusters come in the order of the hits.
    let mut clusters: Vec<Vec<Node>> = vec![Vec::new(); nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        let root = find(&mut parent, at);
        if let Some(cluster) = clusters.get_mut(root) {
            cluster.push(*node);
        }
    }
    clusters.iter().filter_map(|cluster| plan(hits, &identities, cluster, hub)).collect()
}

fn identity<'a, 'b>(identities: &'a [Vec<Identity<'b>>], node: Node) -> Option<&'a Identity<'b>> {
    identities.get(node.hit)?.get(node.identity)
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
    // The smaller index stays the root.
    if let Some(slot) = parent.get_mut(a.max(b)) {
        *slot = a.min(b);
    }
}

/// The facts that are known by some ids, by their numbers.
fn facts(ids: &[&str], hub: &Hub) -> Vec<usize> {
    let mut facts: Vec<usize> = ids.iter().flat_map(|id| hub.of(id)).copied().collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}

fn plan(hits: &[Hit], identities: &[Vec<Identity<'_>>], cluster: &[Node], hub: &Hub) -> Option<Plan> {
    let mut members: Vec<usize> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    let mut shared: Vec<&str> = Vec::new();
    for node in cluster {
        if let Some(identity) = identity(identities, *node) {
            members.push(node.hit);
            ids.extend(&identity.own);
            shared.extend(&identity.shared);
        }
    }
    // One record may be in a cluster by two of its vulnerabilities.
    members.sort_unstable();
    members.dedup();
    let verdict = |member: &usize| hits.get(*member).map(|hit| hit.evidence.verdict);
    members.sort_by_key(verdict);
    // `Verdict` is ordered by what outweighs what.
    let decides = verdict(members.first()?)?;
    let status = match decides {
        Verdict::Affected => Status::Affected,
        Verdict::Undetermined => Status::Undetermined,
        _ => return None,
    };
    let deciding = members.iter().take_while(|member| verdict(member) == Some(decides)).count();
    let facts = facts(&ids, hub);
    let known = facts.iter().filter_map(|&number| hub.fact(number));
    ids.extend(known.flat_map(|fact| &fact.ids).map(String::as_str));
    let id = ids.iter().copied().min_by(|a, b| preference(a).cmp(&preference(b)))?;
    ids.extend(shared);
    ids.retain(|other| *other != id);
    ids.sort_unstable();
    ids.dedup();
    let aliases = ids.into_iter().map(str::to_owned).collect();
    Some(Plan { id: id.to_owned(), aliases, status, members, deciding, facts })
}

fn finding(package: &Package, hits: &mut [Option<Hit>], plan: Plan, hub: &Hub, sole: bool) -> Finding {
    let deciding: Vec<&Hit> =
        plan.members.iter().take(plan.deciding).filter_map(|&member| hits.get(member)?.as_ref()).collect();
    let summary = deciding.iter().map(|hit| &hit.advisory.summary).find(|summary| !summary.is_empty());
    let summary = summary.cloned().unwrap_or_default();
    let fixes = fixes::of(package, &deciding);
    let cwes = weaknesses::of(&deciding, plan.facts.iter().filter_map(|&number| hub.fact(number)));
    let others = plan.facts.iter().filter_map(|&number| hub.fact(number)).flat_map(|fact| &fact.ratings);
    let ratings = ratings(&deciding, others);
    let mut references: Vec<Reference> = Vec::new();
    let mut evidence = Vec::with_capacity(plan.members.len());
    for (at, &member) in plan.members.iter().enumerate() {
        let Some(slot) = hits.get_mut(member) else { continue };
        let Some(hit) = (if sole { slot.take() } else { slot.clone() }) else { continue };
        evidence.push(hit.evidence);
        if at < plan.deciding {
            references.extend(hit.advisory.references);
        }
    }
    let references = distinct(references, |reference| reference.url.clone());
    Finding {
        id: plan.id,
        aliases: plan.aliases.into(),
        summary,
        package: package.clone().into(),
        status: plan.status,
        severity: Severity::Unknown,
        score_tenths: None,
        rating: None,
        severity_rule: String::new(),
        ratings: ratings.into(),
        priority: None,
        first_seen: None,
        cwes: cwes.into(),
        fixed_versions: fixes.versions.into(),
        fix: fixes.state,
        actions: Vec::new(),
        evidence: evidence.into(),
        references: references.into(),
        disabled: None,
    }
}

/// What is said of this package first, then what is said of the record as a whole, then what others say.
fn ratings<'a>(hits: &[&'a Hit], others: impl Iterator<Item = &'a Rating>) -> Vec<Rating> {
    let entries = hits.iter().flat_map(|hit| hit.advisory.affected.iter().flat_map(|entry| &entry.ratings));
    let records = hits.iter().flat_map(|hit| &hit.advisory.ratings);
    let all: Vec<&Rating> = entries.chain(records).chain(others).collect();
    distinct(all, |rating| *rating).into_iter().cloned().collect()
}

/// The first of each that are equal by their key, in their order.
fn distinct<T, K: Eq + Hash>(mut all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::with_capacity(all.len());
    all.retain(|item| seen.insert(key(item)));
    all
}
