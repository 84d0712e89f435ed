use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use plimsoll_core::{Advisory, NameKind, Rating};
use plimsoll_matcher::{Candidates, Query, stream};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, schema};
use crate::Error;
use crate::codec::{self, Damaged};
use crate::memory::hint;

impl Candidates for Store {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Advisory),
    ) -> Result<(), plimsoll_matcher::Error> {
        self.look_up(queries, hit).map_err(plimsoll_matcher::Error::source)
    }

    fn covers(&self, ecosystem: &plimsoll_core::Ecosystem) -> Result<bool, plimsoll_matcher::Error> {
        let has = |stream: &str| self.ecosystems.get(stream).is_some_and(|ecosystem| ecosystem.records > 0);
        Ok(has(&stream(ecosystem)) || has(ecosystem.name()))
    }

    fn known(
        &self,
        ids: &[&str],
        hit: &mut dyn FnMut(usize, &Advisory),
    ) -> Result<(), plimsoll_matcher::Error> {
        self.look_up_ids(ids, hit).map_err(plimsoll_matcher::Error::source)
    }
}

impl Store {
    fn look_up(&self, queries: &[Query<'_>], hit: &mut dyn FnMut(usize, &Advisory)) -> Result<(), Error> {
        let failed = |e| Error::database(&self.path, e);
        let connection = self.connection();
        let mut matching = connection.prepare_cached(schema::MATCH).map_err(failed)?;
        let mut all = connection.prepare_cached(schema::ALL).map_err(failed)?;
        // A source package's records are asked for with each of its binaries: their heads are read once.
        let mut heads: HashMap<i64, Advisory> = HashMap::new();
        for (index, query) in queries.iter().enumerate() {
            let Some(ecosystem) = self.ecosystems.get(stream(query.ecosystem).as_ref()) else { continue };
            let kind = kind(query.kind);
            let mut rows = match hint(query) {
                Some(key) => matching.query(params![ecosystem.id, query.name, kind, key]),
                None => all.query(params![ecosystem.id, query.name, kind]),
            }
            .map_err(failed)?;
            let mut seen: Vec<i64> = Vec::new();
            while let Some(row) = rows.next().map_err(failed)? {
                let record: i64 = row.get(0).map_err(failed)?;
                // Several spans of one entry may hold the version.
                if seen.contains(&record) {
                    continue;
                }
                seen.push(record);
                let body = row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
                let advisory = match heads.entry(record) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(self.head(&connection, record)?),
                };
                advisory.affected = codec::entries(body).map_err(|e| self.damaged(e))?;
                hit(index, advisory);
            }
        }
        Ok(())
    }

    fn look_up_ids(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Advisory)) -> Result<(), Error> {
        let failed = |e| Error::database(&self.path, e);
        let connection = self.connection();
        let mut known = connection.prepare_cached(schema::IDS).map_err(failed)?;
        let mut score = connection.prepare_cached(schema::SCORE).map_err(failed)?;
        let mut shown: HashSet<i64> = HashSet::new();
        for (index, id) in ids.iter().enumerate() {
            let mut rows = known.query([id]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let record: i64 = row.get(0).map_err(failed)?;
                if shown.insert(record) {
                    hit(index, &self.head(&connection, record)?);
                }
            }
            let probability: Option<u32> =
                score.query_row([id], |row| row.get(0)).optional().map_err(failed)?;
            if let Some(probability) = probability {
                hit(index, &scored(id, probability));
            }
        }
        Ok(())
    }

    /// A record without its affected entries.
    pub(super) fn head(&self, connection: &Connection, record: i64) -> Result<Advisory, Error> {
        let failed = |e| Error::database(&self.path, e);
        let mut heads = connection.prepare_cached(schema::HEAD).map_err(failed)?;
        let mut rows = heads.query([record]).map_err(failed)?;
        let row = rows.next().map_err(failed)?.ok_or_else(|| self.damaged(Damaged))?;
        let head = row.get_ref(0).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
        codec::head(head).map_err(|e| self.damaged(e))
    }

    pub(super) fn damaged(&self, why: Damaged) -> Error {
        Error::Corrupt { path: self.path.clone(), why: why.to_string() }
    }
}

/// A score as what it is: a rating of a vulnerability. Its value is a decimal fraction, exact to the millionth.
pub(crate) fn scored(id: &str, millionths: u32) -> Advisory {
    let value = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    let rating = Rating { source: "FIRST".to_owned(), scheme: "EPSS".to_owned(), value };
    Advisory { id: id.to_owned(), feed: "epss".to_owned(), ratings: vec![rating], ..Advisory::default() }
}

/// How the tables number the kinds of name.
pub(super) fn kind(kind: NameKind) -> i64 {
    match kind {
        NameKind::Binary => 0,
        NameKind::Source => 1,
    }
}
