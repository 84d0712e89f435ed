use std::fmt;
use std::sync::{Arc, OnceLock};

use plimsoll_core::{Rating, Shared};

use crate::identity::inner_cve;
use crate::record::{Id, Record};

/// What a source knows of a record's vulnerabilities besides what the record says: their other ids, and what others
/// say of their severity. [`Record::facts`] makes it.
pub struct Facts {
    /// As many as the record has vulnerabilities.
    pub(crate) of: Vec<OfOne>,
}

/// What is known of one vulnerability.
#[derive(Default)]
pub(crate) struct OfOne {
    pub(crate) facts: Vec<Fact>,
    /// Its own ids and those of the facts, each once: what makes records one. Empty where there are no facts.
    pub(crate) reach: Vec<Id>,
    /// What a finding of this vulnerability alone has.
    pub(crate) alone: OnceLock<Alone>,
}

/// What is the same in every finding that only this record speaks of.
pub(crate) struct Alone {
    pub(crate) id: String,
    /// The beginning of the id's [`preference`](crate::identity::preference).
    pub(crate) rank: (u8, u32, u64),
    pub(crate) aliases: Shared<Vec<String>>,
    /// The ratings of the record and the facts, without those of the affected entries.
    pub(crate) ratings: Shared<Vec<Rating>>,
    pub(crate) cwes: Shared<Vec<String>>,
}

/// What one record knows of a vulnerability.
#[derive(Clone)]
pub(crate) struct Fact {
    pub(crate) record: Arc<Record>,
    /// Which of the record's vulnerabilities.
    pub(crate) identity: usize,
}

impl Fact {
    pub(crate) fn ids(&self) -> &[Id] {
        self.record.derived().identities.get(self.identity).map_or(&[], |known| &known.own)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.record, &other.record) && self.identity == other.identity
    }
}

impl Facts {
    pub(crate) fn of<E>(
        record: &Record,
        find: &mut impl FnMut(&str, &mut dyn FnMut(&Arc<Record>)) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut of = Vec::new();
        for known in &record.derived().identities {
            let mut asked: Vec<&str> = asked(&known.own).collect();
            asked.sort_unstable();
            let mut facts: Vec<Fact> = Vec::new();
            for id in asked {
                find(id, &mut |found| {
                    for fact in facts_of(found, id) {
                        if !facts.iter().any(|known| known.is(&fact)) {
                            facts.push(fact);
                        }
                    }
                })?;
            }
            let mut reach = if facts.is_empty() { Vec::new() } else { known.own.clone() };
            for id in facts.iter().flat_map(Fact::ids) {
                if !reach.contains(id) {
                    reach.push(id.clone());
                }
            }
            of.push(OfOne { facts, reach, alone: OnceLock::new() });
        }
        Ok(Self { of })
    }
}

/// The ids by which others may know a vulnerability. An id that is made of a CVE is one distributor's alone.
pub(crate) fn asked(own: &[Id]) -> impl Iterator<Item = &str> {
    own.iter().map(|id| id.text.as_str()).filter(|id| inner_cve(id).is_none())
}

/// What a record that was found by an id knows of it. A withdrawn record is no longer anyone's word; an erratum of
/// several vulnerabilities rates them together, and has no ids of one of them alone.
fn facts_of<'a>(record: &'a Arc<Record>, id: &'a str) -> impl Iterator<Item = Fact> + 'a {
    let identities = if record.withdrawn.is_none() { record.derived().identities.as_slice() } else { &[] };
    identities
        .iter()
        .enumerate()
        .filter(move |(_, known)| known.shared.is_empty() && known.own.iter().any(|own| own.text == id))
        .map(|(identity, _)| Fact { record: Arc::clone(record), identity })
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.of.iter().flat_map(|one| &one.facts).map(|fact| &fact.record.id);
        f.debug_list().entries(records).finish()
    }
}
