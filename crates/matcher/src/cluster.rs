//! Findings of one package: records that share an id are one.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

use plimsoll_core::{Finding, Package, Rating, Reference, Severity, Shared, Status, Verdict};

use crate::facts::{Alone, Fact, OfOne};
use crate::fixes::{self, Fixes};
use crate::group::Said;
use crate::identity::preference;
use crate::record::{Id, Known};
use crate::unit::Hit;
use crate::weaknesses;

/// One vulnerability as one record speaks of it.
#[derive(Clone, Copy)]
struct Node<'u> {
    said: usize,
    known: &'u Known,
    /// What else is known of it.
    one: &'u OfOne,
}

impl<'u> Node<'u> {
    fn reach(&self) -> &'u [Id] {
        if self.one.reach.is_empty() { &self.known.own } else { &self.one.reach }
    }
}

/// What is to be a finding.
enum Plan<'u> {
    /// A vulnerability that one record alone speaks of: most are, and what they come to was made before.
    Alone(Said<'u>, &'u Alone),
    /// A vulnerability that several records speak of.
    Together(Vec<Node<'u>>, String, Shared<Vec<String>>),
}

/// Adds the findings that what is said of a package comes to, in the order of their ids.
///
/// Records that share an id of their own are one vulnerability. It is a finding where any of them says affected:
/// another database's "fixed" does not outweigh it, but stands in the evidence. What the source knows of their ids
/// makes records one that share none themselves.
pub(crate) fn findings(package: &Shared<Package>, said: &[Said<'_>], out: &mut Vec<Finding>) {
    let nodes = nodes(said);
    let mut parent = unions(&nodes);
    let mut sizes = vec![0u32; nodes.len()];
    let roots: Vec<usize> = (0..nodes.len()).map(|at| find(&mut parent, at)).collect();
    for root in &roots {
        if let Some(size) = sizes.get_mut(*root) {
            *size += 1;
        }
    }
    let mut plans: Vec<Plan<'_>> = Vec::with_capacity(nodes.len());
    let mut several: BTreeMap<usize, Vec<Node<'_>>> = BTreeMap::new();
    for (node, root) in nodes.iter().zip(roots) {
        if sizes.get(root) != Some(&1) {
            several.entry(root).or_default().push(*node);
        } else if let Some(said) = said.get(node.said).filter(|said| said.hit.counts()) {
            let made = || Alone::of(&said.hit.record, node.known, &node.one.facts);
            plans.push(Plan::Alone(*said, node.one.alone.get_or_init(made)));
        }
    }
    plans.extend(several.into_values().map(|cluster| {
        let known: Vec<&Known> = cluster.iter().map(|node| node.known).collect();
        let (id, aliases) = named(&known, cluster.iter().flat_map(|node| &node.one.facts));
        Plan::Together(cluster, id, aliases)
    }));
    let made = in_order(&plans).into_iter().filter_map(|at| plans.get(at)?.finding(package, said));
    out.extend(made);
}

/// The places of the plans, in the order of their ids.
fn in_order(plans: &[Plan<'_>]) -> Vec<usize> {
    // Most ranks differ, and they fit into a word of their own.
    let packed = |(sort, year, number): (u8, u32, u64)| {
        u128::from(sort) << 96 | u128::from(year) << 64 | u128::from(number)
    };
    let mut order: Vec<(u128, usize)> = plans.iter().map(|plan| packed(plan.order().0)).zip(0..).collect();
    let id = |at: usize| plans.get(at).map(|plan| plan.order().1);
    order.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| id(*x).cmp(&id(*y))).then(x.cmp(y)));
    order.into_iter().map(|(_, at)| at).collect()
}

impl Plan<'_> {
    fn order(&self) -> ((u8, u32, u64), &str) {
        match self {
            Self::Alone(_, alone) => (alone.rank, &alone.id),
            Self::Together(_, id, _) => (rank(id), id),
        }
    }

    fn finding(&self, package: &Shared<Package>, said: &[Said<'_>]) -> Option<Finding> {
        match self {
            Self::Alone(said, alone) => of_alone(package, *said, alone),
            Self::Together(cluster, id, aliases) => {
                together(package, said, cluster, id.clone(), aliases.clone())
            }
        }
    }
}

fn rank(id: &str) -> (u8, u32, u64) {
    let (sort, year, number, _) = preference(id);
    (sort, year, number)
}

fn nodes<'u>(said: &[Said<'u>]) -> Vec<Node<'u>> {
    let mut nodes = Vec::with_capacity(said.len());
    for (at, Said { hit, .. }) in said.iter().enumerate() {
        let hit: &'u Hit = hit;
        for (identity, known) in hit.record.derived().identities.iter().enumerate() {
            let learned = hit.facts.as_ref().and_then(|facts| facts.of.get(identity));
            nodes.push(Node { said: at, known, one: learned.unwrap_or(&known.plain) });
        }
    }
    nodes
}

/// The nodes that share an id, as a forest: each one's parent, the roots their own.
fn unions(nodes: &[Node<'_>]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..nodes.len()).collect();
    if nodes.len() < 2 {
        return parent;
    }
    let ids: Vec<(&Id, usize)> =
        nodes.iter().enumerate().flat_map(|(at, node)| node.reach().iter().map(move |id| (id, at))).collect();
    // A table with open addressing of where each id stands first: the ids bring their hashes along.
    let mut table = vec![0usize; ids.len().saturating_mul(2).next_power_of_two()];
    let mask = table.len().saturating_sub(1);
    for (number, (id, node)) in (1usize..).zip(&ids) {
        let mut slot = usize::try_from(id.hash & u64::from(u32::MAX)).unwrap_or_default() & mask;
        while let Some(taken) = table.get_mut(slot) {
            match taken.checked_sub(1).and_then(|first| ids.get(first)) {
                None => *taken = number,
                Some((known, first)) if known == id => union(&mut parent, *first, *node),
                Some(_) => {
                    slot = (slot + 1) & mask;
                    continue;
                }
            }
            break;
        }
    }
    parent
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

fn status(verdict: Verdict) -> Option<Status> {
    match verdict {
        Verdict::Affected => Some(Status::Affected),
        Verdict::Undetermined => Some(Status::Undetermined),
        _ => None,
    }
}

fn of_alone(package: &Shared<Package>, said: Said<'_>, alone: &Alone) -> Option<Finding> {
    let hit = said.hit;
    let status = status(hit.verdict)?;
    let rated =
        |entry: &usize| hit.record.affected.get(*entry).is_some_and(|entry| !entry.ratings.is_empty());
    let ratings = match hit.entries().iter().any(rated) {
        true => ratings(&[said], alone.ratings.iter()),
        false => alone.ratings.clone(),
    };
    let fixes = fixes::of_hit(said).unwrap_or_else(|| fixes::of(package, &[said]));
    let summary = hit.record.summary.clone();
    let evidence = vec![hit.evidence(said.unit)].into();
    let references = hit.record.derived().references.clone();
    let (id, aliases, cwes) = (alone.id.clone(), alone.aliases.clone(), alone.cwes.clone());
    let parts = Parts { summary, ratings, cwes, fixes, evidence, references };
    Some(finding(package, id, aliases, status, parts))
}

impl Alone {
    fn of(record: &crate::Record, known: &Known, facts: &[Fact]) -> Self {
        let (id, aliases) = named(&[known], facts);
        let others = facts.iter().flat_map(|fact| &fact.record.ratings);
        let all = record.ratings.iter().chain(others);
        let ratings = distinct(all.collect(), |rating| rating).into_iter().cloned().collect();
        let cwes = weaknesses::of(std::iter::once(record), facts);
        Self { rank: rank(&id), id, aliases, ratings, cwes }
    }
}

/// The finding of a vulnerability that several records speak of.
fn together(
    package: &Shared<Package>,
    said: &[Said<'_>],
    cluster: &[Node<'_>],
    id: String,
    aliases: Shared<Vec<String>>,
) -> Option<Finding> {
    // One record may be in a cluster by two of its vulnerabilities.
    let mut members: Vec<usize> = cluster.iter().map(|node| node.said).collect();
    members.sort_unstable();
    members.dedup();
    let mut members: Vec<Said<'_>> = members.into_iter().filter_map(|at| said.get(at).copied()).collect();
    // `Verdict` is ordered by what outweighs what.
    members.sort_by_key(|said| said.hit.verdict);
    let decides = members.first()?.hit.verdict;
    let status = status(decides)?;
    let deciding = members.partition_point(|said| said.hit.verdict == decides);
    let deciding = members.get(..deciding)?;
    let mut facts: Vec<Fact> = Vec::new();
    for fact in cluster.iter().flat_map(|node| &node.one.facts) {
        if !facts.iter().any(|known| known.is(fact)) {
            facts.push(fact.clone());
        }
    }
    let summary = deciding.iter().map(|said| &said.hit.record.summary).find(|summary| !summary.is_empty());
    let summary = summary.cloned().unwrap_or_default();
    let records = deciding.iter().flat_map(|said| &said.hit.record.ratings);
    let others = facts.iter().flat_map(|fact| &fact.record.ratings);
    let ratings = ratings(deciding, records.chain(others));
    let fixes = fixes::of(package, deciding);
    let evidence = members.iter().map(|said| said.hit.evidence(said.unit)).collect();
    let references = deciding.iter().flat_map(|said| said.hit.record.derived().references.iter());
    let references = distinct(references.collect(), |reference| reference.url.as_str());
    let references: Shared<Vec<Reference>> = references.into_iter().cloned().collect();
    let cwes = weaknesses::of(deciding.iter().map(|said| &*said.hit.record), &facts);
    let parts = Parts { summary, ratings, cwes, fixes, evidence, references };
    Some(finding(package, id, aliases, status, parts))
}

/// The id of a vulnerability, and its others.
fn named<'u>(
    known: &[&'u Known],
    facts: impl IntoIterator<Item = &'u Fact>,
) -> (String, Shared<Vec<String>>) {
    let own = known.iter().flat_map(|known| &known.own).chain(facts.into_iter().flat_map(Fact::ids));
    let mut ids: Vec<&str> = own.map(|id| id.text.as_str()).collect();
    let id = ids.iter().copied().min_by(|a, b| preference(a).cmp(&preference(b))).unwrap_or_default();
    ids.extend(known.iter().flat_map(|known| &known.shared).map(|id| id.as_str()));
    ids.retain(|other| *other != id);
    ids.sort_unstable();
    ids.dedup();
    (id.to_owned(), ids.into_iter().map(str::to_owned).collect())
}

struct Parts {
    summary: String,
    ratings: Shared<Vec<Rating>>,
    cwes: Shared<Vec<String>>,
    fixes: Fixes,
    evidence: Shared<Vec<plimsoll_core::Evidence>>,
    references: Shared<Vec<Reference>>,
}

fn finding(
    package: &Shared<Package>,
    id: String,
    aliases: Shared<Vec<String>>,
    status: Status,
    parts: Parts,
) -> Finding {
    Finding {
        id,
        aliases,
        summary: parts.summary,
        package: package.clone(),
        status,
        severity: Severity::Unknown,
        score_tenths: None,
        rating: None,
        severity_rule: String::new(),
        ratings: parts.ratings,
        priority: None,
        first_seen: None,
        cwes: parts.cwes,
        fixed_versions: parts.fixes.versions,
        fix: parts.fixes.state,
        actions: Vec::new(),
        evidence: parts.evidence,
        references: parts.references,
        disabled: None,
    }
}

/// What is said of this package first, then what is said of the record as a whole, then what others say.
fn ratings<'a>(deciding: &[Said<'a>], others: impl IntoIterator<Item = &'a Rating>) -> Shared<Vec<Rating>> {
    let entries = deciding
        .iter()
        .flat_map(|said| said.hit.entries().iter().filter_map(|entry| said.hit.record.affected.get(*entry)));
    let all: Vec<&Rating> = entries.flat_map(|entry| &entry.ratings).chain(others).collect();
    distinct(all, |rating| rating).into_iter().cloned().collect()
}

/// The first of each that are equal by their key, in their order.
pub(crate) fn distinct<'a, T, K: Eq + Hash>(mut all: Vec<&'a T>, key: impl Fn(&'a T) -> K) -> Vec<&'a T> {
    let mut seen = HashSet::with_capacity(all.len());
    all.retain(|item| seen.insert(key(item)));
    all
}
