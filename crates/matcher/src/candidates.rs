use std::sync::Arc;

use plimsoll_core::{Advisory, Ecosystem, NameKind};

use crate::identity::known_ids;
use crate::name::normal_name;
use crate::stream::speaks;
use crate::{Error, Facts, Record};

/// One name to look up. [`queries`](crate::queries) makes a package's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query<'a> {
    /// The ecosystem of the package, with its release.
    pub ecosystem: &'a Ecosystem,
    /// The name, normal in its ecosystem ([`normal_name`](crate::normal_name)).
    pub name: &'a str,
    /// Which of a package's names it is: an entry of the other kind is another package's.
    pub kind: NameKind,
    /// The installed version. Where it is given, a source may leave out what certainly does not affect it.
    pub version: Option<&'a str>,
}

/// A source of advisories: a store, an index, a slice in memory.
///
/// A source may show more than was asked for: [`verdict`](crate::verdict) decides. It must not show less: every
/// advisory with an affected entry in the query's ecosystem (by [`stream`](crate::stream)) whose name and kind
/// are the query's, except for what [`Query::version`] allows it to leave out. The advisories shown may be cut
/// down to the affected entries that the query is about.
pub trait Candidates {
    /// Shows each query's advisories, with the query's index. What is derived from a [`Record`] is kept in it, so a
    /// source is fast where it shows the same `Arc` each time.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the advisories can't be read.
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), Error>;

    /// Whether there is any advisory for the ecosystem and its release: whether "no finding" means something.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the advisories can't be read.
    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, Error>;

    /// Shows the records that are known by any of the ids ([`known_ids`](crate::known_ids)), whatever packages they
    /// speak of, each once, with the index of an id that it is known by. By these a finding learns its other ids and
    /// what others say of its severity. A source that can't look up ids shows none.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the advisories can't be read.
    fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        let _ = (ids, hit);
        Ok(())
    }

    /// What is known of the vulnerabilities of a record that this source has shown, where the source keeps it with the
    /// record ([`Record::facts`]). Nothing where it does not: then [`known`](Self::known) is asked, each time.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the advisories can't be read.
    fn facts(&self, record: &Record) -> Result<Option<Arc<Facts>>, Error> {
        let _ = record;
        Ok(None)
    }
}

macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T: Candidates + ?Sized> Candidates for $pointer {
            fn candidates(
                &self,
                queries: &[Query<'_>],
                hit: &mut dyn FnMut(usize, &Arc<Record>),
            ) -> Result<(), Error> {
                (**self).candidates(queries, hit)
            }

            fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, Error> {
                (**self).covers(ecosystem)
            }

            fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
                (**self).known(ids, hit)
            }

            fn facts(&self, record: &Record) -> Result<Option<Arc<Facts>>, Error> {
                (**self).facts(record)
            }
        }
    )*};
}

pointers!(&T, Arc<T>, Box<T>);

/// The simplest source: every record is looked at for every query.
impl Candidates for [Advisory] {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), Error> {
        for (at, query) in queries.iter().enumerate() {
            let asked = |advisory: &&Advisory| {
                advisory.affected.iter().any(|entry| {
                    entry.name_kind == query.kind
                        && speaks(&entry.ecosystem, query.ecosystem)
                        && normal_name(entry.ecosystem.as_str(), &entry.name) == query.name
                })
            };
            self.iter().filter(asked).for_each(|advisory| hit(at, &Arc::new(Record::new(advisory.clone()))));
        }
        Ok(())
    }

    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, Error> {
        Ok(self
            .iter()
            .flat_map(|advisory| &advisory.affected)
            .any(|entry| speaks(&entry.ecosystem, ecosystem)))
    }

    fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        for advisory in self {
            let known = known_ids(advisory);
            if let Some(at) = ids.iter().position(|id| known.iter().any(|known| known == id)) {
                hit(at, &Arc::new(Record::new(advisory.clone())));
            }
        }
        Ok(())
    }
}

impl Candidates for Vec<Advisory> {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), Error> {
        self.as_slice().candidates(queries, hit)
    }

    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, Error> {
        self.as_slice().covers(ecosystem)
    }

    fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        self.as_slice().known(ids, hit)
    }
}
