//! Putting records into a draft.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::{Advisory, Affected};
use plimsoll_matcher::{known_ids, normal_name, stream};
use rusqlite::params;

use super::changes::shared;
use super::draft::Draft;
use super::look_up::kind;
use super::schema;
use super::state::Digests;
use crate::span::{Span, spans};
use crate::{Error, codec};

/// What became of a record that was put into a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Changed,
    Unchanged,
    /// The draft has it from a later date, and keeps that.
    Older,
    /// This import has put it in before, and the later one counts.
    Again,
}

pub(super) struct Known {
    pub(super) id: i64,
    pub(super) modified: Option<String>,
    pub(super) since: i64,
    pub(super) digests: Digests,
}

impl Draft {
    /// Puts a record in. One of the same feed and id that it has already is replaced, unless that is newer.
    pub(crate) fn put(&mut self, advisory: &Advisory) -> Result<Change, Error> {
        self.try_put(advisory).map_err(|e| self.failed(e))
    }

    fn try_put(&mut self, advisory: &Advisory) -> rusqlite::Result<Change> {
        let feed = self.feed(&advisory.feed)?;
        let realm = realm(advisory);
        let known = self.known(&advisory.id, feed, &realm)?;
        let united = self.united(advisory, &known)?;
        let advisory = united.as_ref().unwrap_or(advisory);
        let digests = Digests::of(advisory);
        let mut change = Change::Added;
        for known in &known {
            if is_older(advisory.modified.as_deref(), known.modified.as_deref()) {
                self.seen(feed, known.id);
                return Ok(Change::Older);
            }
            if known.digests == digests && known.modified == advisory.modified {
                self.seen(feed, known.id);
                return Ok(Change::Unchanged);
            }
            change = match change {
                Change::Changed => Change::Changed,
                _ if known.since < self.generation => Change::Changed,
                _ => Change::Again,
            };
        }
        match change {
            Change::Changed => self.counts.changed += 1,
            Change::Added => self.counts.added += 1,
            _ => {}
        }
        for known in known {
            self.end(&advisory.id, &advisory.feed, &known)?;
        }
        let record = self.insert(advisory, feed, &realm, &digests)?;
        self.seen(feed, record);
        self.state.add(&advisory.id, &advisory.feed, digests.parts());
        self.records += 1;
        Ok(change)
    }

    /// Where this import has met the record before, of the same date and with other packages: both together. An
    /// erratum stands in the metadata of several repositories, in each with that repository's packages.
    fn united(&self, advisory: &Advisory, known: &[Known]) -> rusqlite::Result<Option<Advisory>> {
        let same = |known: &&Known| known.since == self.generation && known.modified == advisory.modified;
        let Some(known) = known.iter().find(same).filter(|_| advisory.modified.is_some()) else {
            return Ok(None);
        };
        let mut bodies = self.connection()?.prepare_cached("SELECT body FROM entry WHERE record = ?1")?;
        let bodies =
            bodies.query_map([known.id], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
        let before: Vec<Affected> =
            bodies.iter().flat_map(|body| codec::entries(body).unwrap_or_default()).collect();
        if before.iter().all(|entry| advisory.affected.contains(entry)) {
            return Ok(None);
        }
        let mut united = advisory.clone();
        united.affected.extend(before.into_iter().filter(|entry| !advisory.affected.contains(entry)));
        Ok(Some(united))
    }

    /// The valid records of an id that speak of an ecosystem of `realm`, or of none. One of the same id that speaks
    /// of others is another publisher's: RubyGems' and npm's both use GitHub's ids, each for packages of its own.
    fn known(&self, name: &str, feed: i64, realm: &str) -> rusqlite::Result<Vec<Known>> {
        let mut select = self.connection()?.prepare_cached(schema::KNOWN)?;
        let rows = select.query_map(params![name, feed], |row| {
            let known = Known {
                id: row.get(0)?,
                modified: row.get(1)?,
                since: row.get(2)?,
                digests: Digests { matching: row.get(3)?, rating: row.get(4)?, text: row.get(5)? },
            };
            Ok((known, row.get::<_, String>(6)?))
        })?;
        let mut known = Vec::new();
        for row in rows {
            let (record, other) = row?;
            if shared(realm, &other) {
                known.push(record);
            }
        }
        Ok(known)
    }

    /// Ends the validity of a record. One that began in this generation has never been valid.
    pub(super) fn end(&mut self, name: &str, feed: &str, known: &Known) -> rusqlite::Result<()> {
        let touched = self.unlink(known.id)?;
        self.touched.extend(touched);
        self.state.remove(name, feed, known.digests.parts());
        self.records = self.records.saturating_sub(1);
        let connection = self.connection()?;
        if known.since == self.generation {
            connection.prepare_cached("DELETE FROM entry WHERE record = ?1")?.execute([known.id])?;
            connection.prepare_cached("DELETE FROM record WHERE id = ?1")?.execute([known.id])?;
        } else {
            let mut end = connection.prepare_cached("UPDATE record SET until = ?2 WHERE id = ?1")?;
            end.execute([known.id, self.generation])?;
        }
        Ok(())
    }

    /// Takes a record out of everything that leads to it, and says which ecosystems it was in.
    fn unlink(&self, record: i64) -> rusqlite::Result<Vec<i64>> {
        let connection = self.connection()?;
        let mut bodies = connection.prepare_cached("SELECT id, body FROM entry WHERE record = ?1")?;
        let entries = bodies
            .query_map([record], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        let mut delete = connection.prepare_cached(schema::DELETE_SPAN)?;
        let mut unplace =
            connection.prepare_cached("DELETE FROM place WHERE ecosystem = ?1 AND record = ?2")?;
        let mut touched = Vec::new();
        for (entry, body) in entries {
            for affected in codec::entries(&body).unwrap_or_default() {
                let stream = stream(&affected.ecosystem);
                let Some(&ecosystem) = self.ecosystems.get(stream.as_ref()) else { continue };
                let name = normal_name(affected.ecosystem.as_str(), &affected.name);
                for Span { lo, hi } in spans(&affected) {
                    delete.execute(params![ecosystem, name, kind(affected.name_kind), lo, hi, entry])?;
                }
                unplace.execute([ecosystem, record])?;
                touched.push(ecosystem);
            }
        }
        let mut head = connection.prepare_cached(schema::HEAD)?;
        let head: Vec<u8> = head.query_row([record], |row| row.get(0))?;
        let mut forget = connection.prepare_cached("DELETE FROM known WHERE id = ?1 AND record = ?2")?;
        for id in codec::head(&head).map(|head| known_ids(&head)).unwrap_or_default() {
            forget.execute(params![id, record])?;
        }
        Ok(touched)
    }

    fn insert(
        &mut self,
        advisory: &Advisory,
        feed: i64,
        realm: &str,
        digests: &Digests,
    ) -> rusqlite::Result<i64> {
        let mut head = Vec::new();
        codec::write_head(advisory, &mut head);
        let connection = self.connection()?;
        connection
            .prepare_cached(
                "INSERT INTO record (feed, name, realm, modified, since, match, rating, text, head)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                feed,
                advisory.id,
                realm,
                advisory.modified,
                self.generation,
                digests.matching,
                digests.rating,
                digests.text,
                head
            ])?;
        let record = connection.last_insert_rowid();
        let mut know =
            connection.prepare_cached("INSERT OR IGNORE INTO known (id, record) VALUES (?1, ?2)")?;
        for id in known_ids(advisory) {
            know.execute(params![id, record])?;
        }
        drop(know);
        let mut groups: BTreeMap<_, Vec<&Affected>> = BTreeMap::new();
        for entry in &advisory.affected {
            let name = normal_name(entry.ecosystem.as_str(), &entry.name);
            groups.entry((entry.ecosystem.name(), name, kind(entry.name_kind))).or_default().push(entry);
        }
        for ((_, name, kind), entries) in groups {
            let mut body = Vec::new();
            codec::write_entries(entries.iter().copied(), &mut body);
            let mut rows = BTreeSet::new();
            for entry in entries {
                let ecosystem = self.ecosystem(&entry.ecosystem)?;
                rows.extend(spans(entry).into_iter().map(|span| (ecosystem, span)));
            }
            let connection = self.connection()?;
            connection
                .prepare_cached("INSERT INTO entry (record, body) VALUES (?1, ?2)")?
                .execute(params![record, body])?;
            let entry = connection.last_insert_rowid();
            let mut insert = connection.prepare_cached(schema::INSERT_SPAN)?;
            let mut place = connection
                .prepare_cached("INSERT OR IGNORE INTO place (ecosystem, record) VALUES (?1, ?2)")?;
            let mut touched = BTreeSet::new();
            for (ecosystem, Span { lo, hi }) in rows {
                insert.execute(params![ecosystem, name, kind, lo, hi, entry])?;
                if touched.insert(ecosystem) {
                    place.execute([ecosystem, record])?;
                }
            }
            drop((insert, place));
            self.touched.extend(touched);
        }
        Ok(record)
    }

    fn ecosystem(&mut self, ecosystem: &plimsoll_core::Ecosystem) -> rusqlite::Result<i64> {
        let stream = stream(ecosystem);
        if let Some(&id) = self.ecosystems.get(stream.as_ref()) {
            return Ok(id);
        }
        let connection = self.connection()?;
        connection
            .prepare_cached("INSERT INTO ecosystem (stream, name) VALUES (?1, ?2)")?
            .execute(params![stream, ecosystem.as_str()])?;
        let id = connection.last_insert_rowid();
        self.ecosystems.insert(stream.into_owned(), id);
        Ok(id)
    }

    pub(super) fn feed(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(&id) = self.feeds.get(name) {
            return Ok(id);
        }
        let connection = self.connection()?;
        connection.prepare_cached("INSERT INTO feed (name) VALUES (?1)")?.execute([name])?;
        let id = connection.last_insert_rowid();
        self.feeds.insert(name.to_owned(), id);
        Ok(id)
    }
}

/// The names, without releases, of the ecosystems that a record speaks of, one a line.
fn realm(advisory: &Advisory) -> String {
    let names: BTreeSet<&str> = advisory.affected.iter().map(|entry| entry.ecosystem.name()).collect();
    names.into_iter().collect::<Vec<_>>().join("\n")
}

/// Whether the date is before the other. Dates that are not both UTC are not compared.
fn is_older(date: Option<&str>, other: Option<&str>) -> bool {
    let utc = |date: Option<&'_ str>| date.and_then(|date| date.strip_suffix('Z').map(str::to_owned));
    match (utc(date), utc(other)) {
        (Some(date), Some(other)) => date < other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_older;

    #[test]
    fn dates_compare_with_and_without_fractions() {
        assert!(is_older(Some("2021-07-15T02:22:09Z"), Some("2021-07-15T02:22:09.9Z")));
        assert!(!is_older(Some("2021-07-15T02:22:09.9Z"), Some("2021-07-15T02:22:09Z")));
        assert!(!is_older(Some("2021-07-15T02:22:09Z"), Some("2021-07-15T02:22:09Z")));
        assert!(!is_older(None, Some("2021-07-15T02:22:09Z")));
    }
}
