use std::collections::BTreeSet;

use plimsoll_core::{Advisory, Affected};
use plimsoll_matcher::{normal_name, stream};
use rusqlite::{Connection, params};

use super::look_up::kind;
use super::state::{Digests, State};
use super::{Store, schema};
use crate::span::{Span, spans};
use crate::{Error, codec};

/// What is wrong.
enum Fault {
    Database(rusqlite::Error),
    Wrong(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<rusqlite::types::FromSqlError> for Fault {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Self::Database(error.into())
    }
}

impl Store {
    /// Reads every page and every record of the store, and computes anew what is derived from them: digests, and
    /// the intervals by which they are found.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] with the first thing that is wrong.
    pub fn verify(&self) -> Result<(), Error> {
        let corrupt = |why: String| Error::Corrupt { path: self.path.clone(), why };
        verify(self, &self.connection()).map_err(|fault| match fault {
            Fault::Wrong(why) => corrupt(why),
            Fault::Database(e) => match Error::database(&self.path, e) {
                Error::Database { source, .. } => corrupt(source.to_string()),
                other => other,
            },
        })
    }
}

fn verify(store: &Store, connection: &Connection) -> Result<(), Fault> {
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(Fault::Wrong(said));
    }
    let mut state = State::default();
    let mut intervals = 0i64;
    let mut live = connection.prepare(schema::LIVE)?;
    let mut rows = live.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let feed: String = row.get(2)?;
        let known = Digests { matching: row.get(3)?, rating: row.get(4)?, text: row.get(5)? };
        let damaged = |_: codec::Damaged| Fault::Wrong(format!("the record {name} can't be read"));
        let mut advisory = codec::head(row.get_ref(6)?.as_blob()?).map_err(damaged)?;
        let mut bodies = connection.prepare_cached("SELECT id, body FROM entry WHERE record = ?1")?;
        let mut groups = bodies.query([row.get::<_, i64>(0)?])?;
        while let Some(group) = groups.next()? {
            let entries = codec::entries(group.get_ref(1)?.as_blob()?).map_err(damaged)?;
            intervals += found(store, connection, group.get(0)?, &entries, &advisory)?;
            advisory.affected.extend(entries);
        }
        if advisory.id != name || advisory.feed != feed || Digests::of(&advisory) != known {
            return Err(Fault::Wrong(format!("the record {name} is not what its digests say")));
        }
        state.add(&name, &feed, known.parts());
    }
    let rows: i64 = connection.query_row("SELECT count(*) FROM span", [], |row| row.get(0))?;
    if rows != intervals {
        return Err(Fault::Wrong(format!("there are {rows} intervals, and the records have {intervals}")));
    }
    match store.newest(connection)? {
        Some(newest) if newest.digest != state.bytes() => {
            Err(Fault::Wrong(format!("the records are not those of generation {}", newest.id)))
        }
        _ => Ok(()),
    }
}

/// How many intervals a group of entries has, all of which have to be there.
fn found(
    store: &Store,
    connection: &Connection,
    entry: i64,
    entries: &[Affected],
    advisory: &Advisory,
) -> Result<i64, Fault> {
    let mut expected = BTreeSet::new();
    for affected in entries {
        let stream = stream(&affected.ecosystem);
        let ecosystem = store.ecosystems.get(stream.as_ref()).map(|ecosystem| ecosystem.id);
        let ecosystem = ecosystem
            .ok_or_else(|| Fault::Wrong(format!("the ecosystem {stream} of {} is missing", advisory.id)))?;
        let name = normal_name(affected.ecosystem.as_str(), &affected.name);
        let kind = kind(affected.name_kind);
        expected.extend(
            spans(affected).into_iter().map(|span| (ecosystem, name.clone().into_owned(), kind, span)),
        );
    }
    let mut select = connection.prepare_cached(schema::SPAN)?;
    for (ecosystem, name, kind, Span { lo, hi }) in &expected {
        if !select.exists(params![ecosystem, name, kind, lo, hi, entry])? {
            return Err(Fault::Wrong(format!("an interval of {name} in {} is missing", advisory.id)));
        }
    }
    Ok(i64::try_from(expected.len()).unwrap_or(i64::MAX))
}
