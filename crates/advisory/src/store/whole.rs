//! What takes the place of everything that was there before it: whole feeds, scores, lifetimes.

use rusqlite::{OptionalExtension, params};

use super::draft::Draft;
use super::put::Known;
use super::schema;
use super::state::Digests;
use crate::Error;
use crate::feeds::{Life, Score};

impl Draft {
    /// Remembers that the import has shown a record.
    pub(super) fn seen(&mut self, feed: i64, record: i64) {
        self.shown.entry(feed).or_default().insert(record);
    }

    /// Takes out what is known of a feed and was not shown: its document holds everything that there is.
    pub(crate) fn complete(&mut self, feed: &str) -> Result<(), Error> {
        self.try_complete(feed).map_err(|e| self.failed(e))
    }

    fn try_complete(&mut self, name: &str) -> rusqlite::Result<()> {
        let feed = self.feed(name)?;
        let mut select = self.connection()?.prepare_cached(schema::OF_FEED)?;
        let rows = select.query_map([feed], |row| {
            let known = Known {
                id: row.get(0)?,
                modified: None,
                since: row.get(2)?,
                digests: Digests { matching: row.get(3)?, rating: row.get(4)?, text: row.get(5)? },
            };
            Ok((row.get::<_, String>(1)?, known))
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        drop(select);
        let shown = self.shown.remove(&feed).unwrap_or_default();
        for (id, known) in rows.iter().filter(|(_, known)| !shown.contains(&known.id)) {
            self.end(id, name, known)?;
            self.counts.removed += 1;
        }
        Ok(())
    }

    /// Takes out a record that its publisher has taken back, unless it has been changed since then, and says how many
    /// that were.
    pub(crate) fn take_back(&mut self, feed: &str, id: &str, at: &str) -> Result<u64, Error> {
        self.try_take_back(feed, id, at).map_err(|e| self.failed(e))
    }

    fn try_take_back(&mut self, name: &str, id: &str, at: &str) -> rusqlite::Result<u64> {
        let Some(&feed) = self.feeds.get(name) else { return Ok(0) };
        let mut select = self.connection()?.prepare_cached(schema::KNOWN)?;
        let rows = select.query_map(params![id, feed], |row| {
            Ok(Known {
                id: row.get(0)?,
                modified: row.get(1)?,
                since: row.get(2)?,
                digests: Digests { matching: row.get(3)?, rating: row.get(4)?, text: row.get(5)? },
            })
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        drop(select);
        // Red Hat writes all its times in UTC: to the second they are in the order of their text.
        let until = at.get(..19).unwrap_or(at);
        let older = |known: &&Known| {
            known.modified.as_deref().is_none_or(|modified| modified.get(..19).unwrap_or(modified) <= until)
        };
        let mut taken = 0;
        for known in rows.iter().filter(older) {
            self.end(id, name, known)?;
            self.counts.removed += 1;
            taken += 1;
        }
        Ok(taken)
    }

    /// Makes room for the scores of a day. Says no where those that are known are newer.
    pub(crate) fn begin_scores(&mut self, date: &str) -> Result<bool, Error> {
        let begin = || -> rusqlite::Result<bool> {
            let connection = self.connection()?;
            let known: Option<String> = connection
                .query_row("SELECT value FROM meta WHERE name = 'scores'", [], |row| row.get(0))
                .optional()?;
            if known.is_some_and(|known| known.as_str() > date) {
                return Ok(false);
            }
            connection.execute("DELETE FROM score", [])?;
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('scores', ?1)", [date])?;
            Ok(true)
        };
        begin().map_err(|e| self.failed(e))
    }

    pub(crate) fn put_score(&mut self, score: &Score) -> Result<(), Error> {
        let put = || -> rusqlite::Result<()> {
            let sql = "INSERT OR REPLACE INTO score (id, probability, percentile) VALUES (?1, ?2, ?3)";
            let mut insert = self.connection()?.prepare_cached(sql)?;
            insert.execute(params![score.id, score.probability, score.percentile])?;
            Ok(())
        };
        put().map_err(|e| self.failed(e))
    }

    pub(crate) fn put_life(&mut self, life: &Life) -> Result<(), Error> {
        let put = || -> rusqlite::Result<()> {
            let mut insert = self.connection()?.prepare_cached(
                "INSERT OR REPLACE INTO life (product, release, codename, until, extended, ended)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            insert.execute(params![
                life.product,
                life.release,
                life.codename,
                life.until,
                life.extended,
                life.ended
            ])?;
            Ok(())
        };
        put().map_err(|e| self.failed(e))
    }
}
