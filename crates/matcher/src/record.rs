use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use plimsoll_core::{Advisory, Reference, Shared, Word};

use crate::cluster::distinct;
use crate::entry::Entry;
use crate::facts::{Facts, OfOne};
use crate::identity::identities;

/// An advisory as a [source](crate::Candidates) shows it, with what matching makes of it: its bounds as keys, its names
/// in their normal form, the ids of its vulnerabilities. That is made when it is first needed and kept, so a source that
/// shows the same record again and again shows the same `Arc`.
///
/// It reads as the [`Advisory`] that it holds.
pub struct Record {
    advisory: Advisory,
    derived: OnceLock<Derived>,
    facts: OnceLock<Arc<Facts>>,
}

/// What matching makes of a record.
pub(crate) struct Derived {
    /// Tells it from others of the source, but for chance.
    pub(crate) hash: u64,
    pub(crate) id: Word,
    pub(crate) feed: Word,
    pub(crate) published: Option<Word>,
    pub(crate) modified: Option<Word>,
    /// As many as it has affected entries.
    pub(crate) entries: Vec<Entry>,
    pub(crate) identities: Vec<Known>,
    /// The links, each once.
    pub(crate) references: Shared<Vec<Reference>>,
}

/// The ids of one vulnerability of a record, as [`Identity`](crate::identity::Identity), kept.
pub(crate) struct Known {
    pub(crate) own: Vec<Id>,
    pub(crate) shared: Vec<Word>,
    /// What is known of it where nobody else is asked.
    pub(crate) plain: OfOne,
}

/// An id, with its hash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) hash: u64,
    pub(crate) text: Word,
}

impl Record {
    /// The record of an advisory.
    pub fn new(advisory: Advisory) -> Self {
        Self { advisory, derived: OnceLock::new(), facts: OnceLock::new() }
    }

    /// The advisory.
    pub fn advisory(&self) -> &Advisory {
        &self.advisory
    }

    /// The advisory itself.
    pub fn into_advisory(self) -> Advisory {
        self.advisory
    }

    /// What a source that does not change knows of the record's vulnerabilities besides what the record says: what
    /// [`Candidates::facts`](crate::Candidates::facts) returns. `find` shows the records that are known by an id. They
    /// are looked up when this is first asked, and kept.
    ///
    /// # Errors
    ///
    /// The error of `find`.
    pub fn facts<E>(
        &self,
        mut find: impl FnMut(&str, &mut dyn FnMut(&Arc<Record>)) -> Result<(), E>,
    ) -> Result<Arc<Facts>, E> {
        if let Some(known) = self.facts.get() {
            return Ok(Arc::clone(known));
        }
        let facts = Arc::new(Facts::of(self, &mut find)?);
        Ok(Arc::clone(self.facts.get_or_init(|| facts)))
    }

    pub(crate) fn derived(&self) -> &Derived {
        self.derived.get_or_init(|| Derived::of(&self.advisory))
    }
}

impl Derived {
    fn of(advisory: &Advisory) -> Self {
        let identities = identities(advisory).into_iter().map(|identity| Known {
            own: identity.own.into_iter().map(Id::of).collect(),
            shared: identity.shared.into_iter().map(Word::from).collect(),
            plain: OfOne::default(),
        });
        let links = distinct(advisory.references.iter().collect(), |reference| reference.url.as_str());
        Self {
            hash: hash(&(&advisory.id, &advisory.feed)),
            id: advisory.id.as_str().into(),
            feed: advisory.feed.as_str().into(),
            published: advisory.published.as_deref().map(Word::from),
            modified: advisory.modified.as_deref().map(Word::from),
            identities: identities.collect(),
            references: links.into_iter().cloned().collect(),
            entries: advisory.affected.iter().map(|entry| Entry::of(entry, advisory)).collect(),
        }
    }
}

impl Id {
    pub(crate) fn of(text: &str) -> Self {
        Self { hash: hash(text), text: text.into() }
    }
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Deref for Record {
    type Target = Advisory;

    fn deref(&self) -> &Advisory {
        &self.advisory
    }
}

impl From<Advisory> for Record {
    fn from(advisory: Advisory) -> Self {
        Self::new(advisory)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.advisory.fmt(f)
    }
}
