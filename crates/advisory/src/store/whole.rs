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
