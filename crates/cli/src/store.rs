//! Which advisory store a command uses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use plimsoll::stages::advisory::Memory;
use plimsoll::stages::matcher::known_ids;
use plimsoll::{Advisory, Candidates, Scanner, Store, starter};

use crate::args;
use crate::output::Failure;

/// The store's file: named, or the user's own.
pub(crate) fn path(args: &args::Store) -> Result<PathBuf, Failure> {
    if let Some(path) = &args.db {
        return Ok(path.clone());
    }
    let base = etcetera::choose_base_strategy().map_err(|_| {
        Failure::Said("no home folder to keep the advisory store in: name one with --db PATH".to_owned())
    })?;
    Ok(base.data_dir().join("plimsoll").join("advisories.db"))
}

/// The advisories that a command asks, by itself and not through a scanner.
pub(crate) enum Advisories {
    Store(Store),
    Starter(Memory),
}

impl Advisories {
    pub(crate) fn starter() -> Self {
        Self::Starter(starter::advisories().0)
    }

    pub(crate) fn source(&self) -> &dyn Candidates {
        match self {
            Self::Store(store) => store,
            Self::Starter(memory) => memory,
        }
    }

    /// The records that are known by any of the ids, each once, by id.
    pub(crate) fn records(&self, ids: &[String]) -> Result<Vec<Advisory>, Failure> {
        let mut records: BTreeMap<(String, String), Advisory> = BTreeMap::new();
        let mut keep = |record: Advisory| {
            records.insert((record.id.clone(), record.feed.clone()), record);
        };
        match self {
            Self::Store(store) => {
                for id in ids {
                    store.records(id)?.into_iter().for_each(&mut keep);
                }
            }
            Self::Starter(memory) => {
                let known = |record: &&Advisory| known_ids(record).iter().any(|id| ids.contains(id));
                memory.advisories().filter(known).cloned().for_each(keep);
            }
        }
        Ok(records.into_values().collect())
    }

    /// When the newest record was last changed.
    pub(crate) fn newest(&self) -> Result<Option<String>, Failure> {
        Ok(match self {
            Self::Store(store) => store.status()?.feeds.into_iter().filter_map(|feed| feed.newest).max(),
            Self::Starter(memory) => memory.advisories().filter_map(|record| record.modified.clone()).max(),
        })
    }
}

/// The store, or the starter set where nobody named a store and the user has none.
pub(crate) fn advisories(args: &args::Store) -> Result<Advisories, Failure> {
    let path = match path(args) {
        Ok(path) => path,
        Err(_) if args.db.is_none() => return Ok(Advisories::starter()),
        Err(failure) => return Err(failure),
    };
    if args.db.is_none() && !path.exists() {
        return Ok(Advisories::starter());
    }
    Ok(Advisories::Store(Store::open(&path)?))
}

/// A scanner over the store, or over the starter set where nobody named a store and the user has none.
pub(crate) fn scanner(args: &args::Store) -> Result<Scanner, Failure> {
    match advisories(args)? {
        Advisories::Store(store) => Ok(Scanner::new(store)?),
        Advisories::Starter(_) => Ok(Scanner::starter()),
    }
}
