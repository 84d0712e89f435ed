use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use plimsoll_core::{Advisory, Ecosystem, NameKind};
use plimsoll_matcher::{Candidates, Error, Facts, Query, Record, known_ids, normal_name, stream};
use plimsoll_version::{Key, Scheme};

use crate::span::{self, Span};

/// Advisories in memory, found by name: for a handful that is compiled in, for tests, and for embedders that hold
/// theirs already.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    advisories: Vec<Arc<Record>>,
    places: HashMap<String, HashMap<(NameKind, String), Vec<Posting>>>,
    known: HashMap<String, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Posting {
    advisory: usize,
    spans: Vec<Span>,
}

impl Memory {
    /// The index of these advisories.
    pub fn new(advisories: Vec<Advisory>) -> Self {
        let mut places: HashMap<String, HashMap<(NameKind, String), Vec<Posting>>> = HashMap::new();
        let mut known: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, advisory) in advisories.iter().enumerate() {
            for id in known_ids(advisory) {
                known.entry(id).or_default().push(index);
            }
            for entry in &advisory.affected {
                let names = places.entry(stream(&entry.ecosystem).into_owned()).or_default();
                let name = normal_name(entry.ecosystem.as_str(), &entry.name).into_owned();
                let postings = names.entry((entry.name_kind, name)).or_default();
                match postings.last_mut().filter(|posting| posting.advisory == index) {
                    Some(posting) => posting.spans.extend(span::spans(entry)),
                    None => postings.push(Posting { advisory: index, spans: span::spans(entry) }),
                }
            }
        }
        let advisories = advisories.into_iter().map(|advisory| Arc::new(Record::new(advisory))).collect();
        Self { advisories, places, known }
    }

    /// The advisories, in the order in which they were given.
    pub fn advisories(&self) -> impl ExactSizeIterator<Item = &Advisory> {
        self.advisories.iter().map(|record| record.advisory())
    }
}

impl From<Vec<Advisory>> for Memory {
    fn from(advisories: Vec<Advisory>) -> Self {
        Self::new(advisories)
    }
}

impl FromIterator<Advisory> for Memory {
    fn from_iter<T: IntoIterator<Item = Advisory>>(advisories: T) -> Self {
        Self::new(advisories.into_iter().collect())
    }
}

impl Candidates for Memory {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), Error> {
        for (index, query) in queries.iter().enumerate() {
            let Some(names) = self.places.get(stream(query.ecosystem).as_ref()) else { continue };
            let Some(postings) = names.get(&(query.kind, query.name.to_owned())) else { continue };
            let key = hint(query);
            let key = key.as_ref().map(Key::as_bytes);
            for posting in postings {
                let may = key.is_none_or(|key| posting.spans.iter().any(|span| span.contains(key)));
                if let Some(advisory) = self.advisories.get(posting.advisory).filter(|_| may) {
                    hit(index, advisory);
                }
            }
        }
        Ok(())
    }

    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, Error> {
        Ok(self.places.contains_key(stream(ecosystem).as_ref()) || self.places.contains_key(ecosystem.name()))
    }

    fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        let mut shown = HashSet::new();
        for (at, id) in ids.iter().enumerate() {
            let indexes = self.known.get(*id).map_or(&[][..], Vec::as_slice);
            let new = indexes.iter().filter(|index| shown.insert(**index));
            new.filter_map(|&index| self.advisories.get(index)).for_each(|advisory| hit(at, advisory));
        }
        Ok(())
    }

    fn facts(&self, record: &Record) -> Result<Option<Arc<Facts>>, Error> {
        record.facts(|id, show| self.known(&[id], &mut |_, record| show(record))).map(Some)
    }
}

/// The key of the version that a query gives as a hint.
pub(crate) fn hint(query: &Query<'_>) -> Option<Key> {
    span::place(Scheme::for_ecosystem(query.ecosystem.as_str())?, query.version?)
}
