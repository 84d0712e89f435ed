//! Rows that are found by what they are: repositories, images, and single facts of the whole store.

use plimsoll_core::Digest;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::codec;
use crate::error::Failed;
use crate::plan::{State, SubjectState};
use crate::scope::Place;
use crate::time::Millis;

pub(super) fn meta<T: FromSql>(conn: &Connection, key: &str) -> Result<Option<T>, Failed> {
    let mut select = conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(select.query_row([key], |row| row.get(0)).optional()?)
}

pub(super) fn set_meta(conn: &Connection, key: &str, value: &dyn ToSql) -> Result<(), Failed> {
    conn.prepare_cached("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")?.execute(params![key, value])?;
    Ok(())
}

pub(super) fn repository(conn: &Connection, place: &Place) -> Result<i64, Failed> {
    let mut select = conn.prepare_cached("SELECT id FROM repository WHERE registry = ?1 AND name = ?2")?;
    let known = select.query_row(params![place.registry, place.repository], |row| row.get(0)).optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    conn.prepare_cached(
        "INSERT INTO repository(organisation, registry, project, name) VALUES(?1, ?2, ?3, ?4)",
    )?
    .execute(params![place.organisation, place.registry, place.project, place.repository])?;
    Ok(conn.last_insert_rowid())
}

pub(super) fn place(conn: &Connection, repository: i64) -> Result<Place, Failed> {
    let mut select =
        conn.prepare_cached("SELECT organisation, registry, project, name FROM repository WHERE id = ?1")?;
    Ok(select.query_row([repository], |row| {
        Ok(Place {
            organisation: row.get(0)?,
            registry: row.get(1)?,
            project: row.get(2)?,
            repository: row.get(3)?,
        })
    })?)
}

pub(super) fn find(conn: &Connection, digest: &Digest) -> Result<Option<i64>, Failed> {
    let mut select = conn.prepare_cached("SELECT id FROM subject WHERE digest = ?1")?;
    Ok(select.query_row([codec::digest_bytes(digest)], |row| row.get(0)).optional()?)
}

/// The image's row, which is made where there is none.
pub(super) fn subject(conn: &Connection, digest: &Digest, at: Millis) -> Result<i64, Failed> {
    if let Some(id) = find(conn, digest)? {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO subject(digest, first_seen) VALUES(?1, ?2)")?
        .execute(params![codec::digest_bytes(digest), at])?;
    Ok(conn.last_insert_rowid())
}

/// The row of a thing that is found by its content alone, and whether it was made now.
pub(super) fn interned(
    conn: &Connection,
    table: &'static str,
    content: &[u8],
) -> Result<(i64, bool), Failed> {
    let hash = codec::hash(&[content]);
    let mut select = conn.prepare_cached(&format!("SELECT id FROM {table} WHERE hash = ?1"))?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok((id, false));
    }
    conn.prepare_cached(&format!("INSERT INTO {table}(hash) VALUES(?1)"))?.execute([hash])?;
    Ok((conn.last_insert_rowid(), true))
}

pub(super) fn digest_of(conn: &Connection, subject: i64) -> Result<Option<Digest>, Failed> {
    let mut select = conn.prepare_cached("SELECT digest FROM subject WHERE id = ?1")?;
    let bytes: Option<Vec<u8>> = select.query_row([subject], |row| row.get(0)).optional()?;
    bytes.map(|bytes| codec::digest(&bytes)).transpose()
}

/// Adds to the planner's state what is known of an image.
pub(super) fn state(conn: &Connection, digest: &Digest, into: &mut State) -> Result<(), Failed> {
    let mut select = conn
        .prepare_cached("SELECT id, scan, last_pull, last_push, last_match FROM subject WHERE digest = ?1")?;
    let row = select
        .query_row([codec::digest_bytes(digest)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((id, scan, last_pull, last_push, last_match)) = row else { return Ok(()) };
    let id: i64 = id;
    let (mut places, mut deleted) = (Vec::new(), Vec::new());
    let mut select = conn.prepare_cached("SELECT repository, removed FROM place WHERE subject = ?1")?;
    let mut rows = select.query([id])?;
    while let Some(row) = rows.next()? {
        let place = place(conn, row.get(0)?)?;
        if let Some(at) = row.get::<_, Option<i64>>(1)? {
            deleted.push((place.clone(), at));
        }
        places.push(place);
    }
    let scan = codec::scan(scan)?;
    into.subjects
        .insert(digest.clone(), SubjectState { scan, last_pull, last_push, last_match, places, deleted });
    Ok(())
}
