use std::collections::{BTreeSet, HashMap};

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind};
use rusqlite::{Connection, params};

use super::{Store, schema};
use crate::{Error, codec};

/// What has become of a record between two generations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChange {
    /// The record's id.
    pub id: String,
    /// The feed it came from.
    pub feed: String,
    /// What follows from it.
    pub effect: Effect,
    /// The names that the record speaks of, or spoke of before, where they have to be matched anew.
    pub names: BTreeSet<ChangedName>,
    /// The record as it is now; nothing where it is gone.
    pub record: Option<Advisory>,
}

/// What follows from a change, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Effect {
    /// It may affect other packages than before: match them anew.
    Match,
    /// It affects what it did, and rates it otherwise: judge its severity anew.
    Rating,
    /// It says the same of packages and severity in other words: nothing has to be done.
    Text,
}

/// A name that a record speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChangedName {
    /// The ecosystem, with its release where the record names one.
    pub ecosystem: Ecosystem,
    /// Whether it is a source or a binary package's.
    pub kind: NameKind,
    /// The name as the record writes it.
    pub name: String,
}

/// A record at one of the two generations.
struct Version {
    id: i64,
    realm: String,
    digests: [Vec<u8>; 3],
}

impl Store {
    /// What has changed since a generation: exactly the records that say something else now than they did then,
    /// each once, however often they changed in between. A subscriber remembers the generation it has seen and asks
    /// from there. For a generation that there never was, everything has changed.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where the store can't be read.
    pub fn changes(&self, since: u64) -> Result<Vec<RecordChange>, Error> {
        self.changes_between(since, u64::MAX)
    }

    /// What has changed from one generation to a later one: as [`changes`](Self::changes), seen from the generation
    /// `to`. [`RecordChange::record`] is the record as it was then.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where the store can't be read.
    pub fn changes_between(&self, from: u64, to: u64) -> Result<Vec<RecordChange>, Error> {
        let [from, to] = [from, to].map(|generation| i64::try_from(generation).unwrap_or(i64::MAX));
        let connection = self.connection();
        let changes = changed(&connection, from, to).map_err(|e| Error::database(&self.path, e))?;
        changes.into_iter().collect::<Result<Vec<_>, _>>().map_err(|e| self.damaged(e))
    }
}

type Changed = Result<RecordChange, codec::Damaged>;

fn changed(connection: &Connection, from: i64, to: i64) -> rusqlite::Result<Vec<Changed>> {
    let mut then: HashMap<(String, String), Vec<Version>> = HashMap::new();
    let mut now: HashMap<(String, String), Vec<Version>> = HashMap::new();
    for (sql, versions) in [(schema::ENDED, &mut then), (schema::BEGUN, &mut now)] {
        let mut select = connection.prepare_cached(sql)?;
        let mut rows = select.query(params![from, to])?;
        while let Some(row) = rows.next()? {
            let version = Version {
                id: row.get(2)?,
                realm: row.get(3)?,
                digests: [row.get(4)?, row.get(5)?, row.get(6)?],
            };
            versions.entry((row.get(0)?, row.get(1)?)).or_default().push(version);
        }
    }
    let mut changes = Vec::new();
    for (key, versions) in now {
        let mut before = then.remove(&key).unwrap_or_default();
        for version in versions {
            // The records of an id are told apart by what they speak of, as when they were put in.
            let (old, rest): (Vec<_>, Vec<_>) =
                before.into_iter().partition(|old| shared(&old.realm, &version.realm));
            before = rest;
            if let Some(change) = change(connection, &key, &old, Some(&version))? {
                changes.push(change);
            }
        }
        for old in before {
            changes.extend(change(connection, &key, &[old], None)?);
        }
    }
    for (key, versions) in then {
        for old in versions {
            changes.extend(change(connection, &key, &[old], None)?);
        }
    }
    changes.sort_by(|a, b| {
        let key =
            |change: &Changed| change.as_ref().ok().map(|change| (change.id.clone(), change.feed.clone()));
        key(a).cmp(&key(b))
    });
    Ok(changes)
}

/// Whether two records of one id are one publisher's.
pub(super) fn shared(realm: &str, other: &str) -> bool {
    realm.is_empty() || other.is_empty() || realm.lines().any(|name| other.lines().any(|other| name == other))
}

/// What became of a record; nothing where it is what it was.
fn change(
    connection: &Connection,
    (id, feed): &(String, String),
    old: &[Version],
    new: Option<&Version>,
) -> rusqlite::Result<Option<Changed>> {
    let same = |part: usize| {
        new.is_some_and(|new| {
            old.len() == 1 && old.iter().all(|old| old.digests.get(part) == new.digests.get(part))
        })
    };
    let effect = match (same(0), same(1), same(2)) {
        (true, true, true) => return Ok(None),
        (false, ..) => Effect::Match,
        (_, false, _) => Effect::Rating,
        _ => Effect::Text,
    };
    let mut names = BTreeSet::new();
    let mut record = None;
    for version in old.iter().filter(|_| effect == Effect::Match) {
        match entries(connection, version.id)? {
            Ok(entries) => names.extend(entries.iter().map(name)),
            Err(damaged) => return Ok(Some(Err(damaged))),
        }
    }
    if let Some(new) = new {
        let head: Vec<u8> = connection.prepare_cached(schema::HEAD)?.query_row([new.id], |row| row.get(0))?;
        let read = entries(connection, new.id)?.and_then(|entries| Ok((codec::head(&head)?, entries)));
        match read {
            Ok((mut head, entries)) => {
                if effect == Effect::Match {
                    names.extend(entries.iter().map(name));
                }
                head.affected = entries;
                record = Some(head);
            }
            Err(damaged) => return Ok(Some(Err(damaged))),
        }
    }
    Ok(Some(Ok(RecordChange { id: id.clone(), feed: feed.clone(), effect, names, record })))
}

fn name(entry: &Affected) -> ChangedName {
    ChangedName { ecosystem: entry.ecosystem.clone(), kind: entry.name_kind, name: entry.name.clone() }
}

pub(super) fn entries(
    connection: &Connection,
    record: i64,
) -> rusqlite::Result<Result<Vec<Affected>, codec::Damaged>> {
    let mut bodies = connection.prepare_cached("SELECT body FROM entry WHERE record = ?1 ORDER BY id")?;
    let mut rows = bodies.query([record])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        match codec::entries(row.get_ref(0)?.as_blob()?) {
            Ok(entries) => all.extend(entries),
            Err(damaged) => return Ok(Err(damaged)),
        }
    }
    Ok(Ok(all))
}
