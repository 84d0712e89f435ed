use std::collections::HashSet;
use std::sync::Arc;

use plimsoll_core::{Advisory, NameKind, Rating};
use plimsoll_matcher::{Candidates, Facts, Query, Record, stream};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, schema};
use crate::Error;
use crate::codec::{self, Damaged};
use crate::memory::hint;
use crate::seen::Seen;

impl Candidates for Store {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
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
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), plimsoll_matcher::Error> {
        self.look_up_ids(ids, hit).map_err(plimsoll_matcher::Error::source)
    }

    fn facts(&self, record: &Record) -> Result<Option<Arc<Facts>>, plimsoll_matcher::Error> {
        let facts = record.facts(|id, show| self.look_up_ids(&[id], &mut |_, record| show(record)));
        facts.map(Some).map_err(plimsoll_matcher::Error::source)
    }
}

impl Store {
    fn look_up(&self, queries: &[Query<'_>], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        let failed = |e| Error::database(&self.path, e);
        let connection = self.connection();
        let mut matching = connection.prepare_cached(schema::MATCH).map_err(failed)?;
        let mut all = connection.prepare_cached(schema::ALL).map_err(failed)?;
        for (index, query) in queries.iter().enumerate() {
            let Some(ecosystem) = self.ecosystems.get(stream(query.ecosystem).as_ref()) else { continue };
            let kind = kind(query.kind);
            let mut rows = match hint(query) {
                Some(key) => matching.query(params![ecosystem.id, query.name, kind, key.as_bytes()]),
                None => all.query(params![ecosystem.id, query.name, kind]),
            }
            .map_err(failed)?;
            // Several spans of one entry may hold the version.
            let mut seen = Seen::default();
            while let Some(row) = rows.next().map_err(failed)? {
                let entry: i64 = row.get(0).map_err(failed)?;
                if seen.insert(entry) {
                    hit(index, &self.entry(&connection, entry)?);
                }
            }
        }
        Ok(())
    }

    /// A group of entries with its record.
    fn entry(&self, connection: &Connection, id: i64) -> Result<Arc<Record>, Error> {
        if let Some(kept) = self.kept.entry(id) {
            return Ok(kept);
        }
        let failed = |e| Error::database(&self.path, e);
        let mut entries = connection.prepare_cached(schema::ENTRY).map_err(failed)?;
        let mut rows = entries.query([id]).map_err(failed)?;
        let row = rows.next().map_err(failed)?.ok_or_else(|| self.damaged(Damaged))?;
        let blob = |column| row.get_ref(column).and_then(|value| Ok(value.as_blob()?)).map_err(failed);
        let (head, body) = (blob(0)?, blob(1)?);
        let mut advisory = codec::head(head).map_err(|e| self.damaged(e))?;
        advisory.affected = codec::entries(body).map_err(|e| self.damaged(e))?;
        let record = Arc::new(Record::new(advisory));
        self.kept.keep_entry(id, &record, head.len().saturating_add(body.len()));
        Ok(record)
    }

    fn look_up_ids(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        let failed = |e| Error::database(&self.path, e);
        let connection = self.connection();
        let mut known = connection.prepare_cached(schema::IDS).map_err(failed)?;
        let mut score = connection.prepare_cached(schema::SCORE).map_err(failed)?;
        let mut shown: HashSet<i64> = HashSet::new();
        for (index, id) in ids.iter().enumerate() {
            let mut rows = known.query([id]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let record: i64 = row.get(0).map_err(failed)?;
                if !shown.insert(record) {
                    continue;
                }
                if let Some(kept) = self.kept.head(record) {
                    hit(index, &kept);
                    continue;
                }
                let (head, size) = self.sized(&connection, record)?;
                let head = Arc::new(Record::new(head));
                self.kept.keep_head(record, &head, size);
                hit(index, &head);
            }
            let probability: Option<u32> =
                score.query_row([id], |row| row.get(0)).optional().map_err(failed)?;
            if let Some(probability) = probability {
                hit(index, &Arc::new(Record::new(scored(id, probability))));
            }
        }
        Ok(())
    }

    /// A record without its affected entries.
    pub(super) fn head(&self, connection: &Connection, record: i64) -> Result<Advisory, Error> {
        self.sized(connection, record).map(|(head, _)| head)
    }

    /// The same, with its encoded size.
    fn sized(&self, connection: &Connection, record: i64) -> Result<(Advisory, usize), Error> {
        let failed = |e| Error::database(&self.path, e);
        let mut heads = connection.prepare_cached(schema::HEAD).map_err(failed)?;
        let mut rows = heads.query([record]).map_err(failed)?;
        let row = rows.next().map_err(failed)?.ok_or_else(|| self.damaged(Damaged))?;
        let head = row.get_ref(0).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
        Ok((codec::head(head).map_err(|e| self.damaged(e))?, head.len()))
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
