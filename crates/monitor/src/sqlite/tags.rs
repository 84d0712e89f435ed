//! Tags as intervals of time. Each row says what a tag named from an instant on; the row after it says until when.
//! So what comes late finds its place, and the order in which events come does not matter.

use plimsoll_core::Digest;
use rusqlite::{Connection, OptionalExtension, params};

use super::{known, standing};
use crate::error::Failed;
use crate::subject::{Moved, TagInterval};
use crate::time::Millis;

/// A tag names nothing.
pub(super) const NOTHING: i64 = 0;

/// Notes that a tag named something from an instant on.
pub(super) fn assert(
    conn: &Connection,
    repository: i64,
    name: &str,
    at: Millis,
    subject: i64,
) -> Result<(), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT subject, derived FROM tag WHERE repository = ?1 AND name = ?2 AND since = ?3",
    )?;
    let same: Option<(i64, bool)> =
        select.query_row(params![repository, name, at], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((other, false)) = same {
        // Two things at one instant: either order of their coming must end the same.
        let bytes = |id| Ok::<_, Failed>(known::digest_of(conn, id)?.map(|d| d.as_bytes().to_vec()));
        if other == subject || bytes(subject)? <= bytes(other)? {
            return Ok(());
        }
    }
    conn.prepare_cached(
        "INSERT OR REPLACE INTO tag(repository, name, since, subject, until, derived)
         VALUES(?1, ?2, ?3, ?4, NULL, 0)",
    )?
    .execute(params![repository, name, at, subject])?;
    let mut before = conn.prepare_cached(
        "SELECT since, subject FROM tag WHERE repository = ?1 AND name = ?2 AND since < ?3 AND NOT derived
         ORDER BY since DESC LIMIT 1",
    )?;
    let before: Option<(Millis, i64)> =
        before.query_row(params![repository, name, at], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((since, other)) = before {
        settle(conn, repository, name, since, other)?;
        standing::name(conn, other)?;
    }
    settle(conn, repository, name, at, subject)?;
    if let Some((other, _)) = same {
        standing::name(conn, other)?;
    }
    standing::name(conn, subject)
}

/// Says until when the tag named what it named from an instant on: until the next thing, or until the image was first
/// deleted from the repository. Depends on what was told alone, and not on its order.
fn settle(conn: &Connection, repository: i64, name: &str, since: Millis, subject: i64) -> Result<(), Failed> {
    let mut next = conn.prepare_cached(
        "SELECT min(since) FROM tag WHERE repository = ?1 AND name = ?2 AND since > ?3 AND NOT derived",
    )?;
    let next: Option<Millis> = next.query_row(params![repository, name, since], |row| row.get(0))?;
    conn.prepare_cached(
        "DELETE FROM tag WHERE repository = ?1 AND name = ?2 AND since > ?3 AND derived
            AND (?4 IS NULL OR since < ?4)",
    )?
    .execute(params![repository, name, since, next])?;
    let mut deleted = conn.prepare_cached(
        "SELECT min(at) FROM deletion WHERE repository = ?1 AND subject = ?2 AND at > ?3 AND (?4 IS NULL OR at < ?4)",
    )?;
    let deleted: Option<Millis> =
        deleted.query_row(params![repository, subject, since, next], |row| row.get(0))?;
    conn.prepare_cached("UPDATE tag SET until = ?4 WHERE repository = ?1 AND name = ?2 AND since = ?3")?
        .execute(params![repository, name, since, deleted.or(next)])?;
    if let Some(deleted) = deleted {
        conn.prepare_cached(
            "INSERT INTO tag(repository, name, since, subject, until, derived) VALUES(?1, ?2, ?3, 0, ?4, 1)",
        )?
        .execute(params![repository, name, deleted, next])?;
    }
    Ok(())
}

/// Notes that an image was deleted from a repository, which ends whatever named it there.
pub(super) fn deleted(conn: &Connection, repository: i64, subject: i64, at: Millis) -> Result<(), Failed> {
    conn.prepare_cached("INSERT OR IGNORE INTO deletion(repository, subject, at) VALUES(?1, ?2, ?3)")?
        .execute(params![repository, subject, at])?;
    let mut select = conn.prepare_cached(
        "SELECT name, since FROM tag WHERE subject = ?2 AND repository = ?1 AND since < ?3 AND NOT derived",
    )?;
    let rows = select.query_map(params![repository, subject, at], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (name, since) in rows.collect::<Result<Vec<(String, Millis)>, _>>()? {
        settle(conn, repository, &name, since, subject)?;
    }
    standing::name(conn, subject)
}

/// What a tag named at an instant.
pub(super) fn at(conn: &Connection, repository: i64, name: &str, at: Millis) -> Result<Option<i64>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT subject FROM tag WHERE repository = ?1 AND name = ?2 AND since <= ?3 ORDER BY since DESC LIMIT 1",
    )?;
    Ok(select.query_row(params![repository, name, at], |row| row.get(0)).optional()?)
}

/// The tags that have named an image or an index that lists it, the latest first.
pub(super) fn of(conn: &Connection, subject: i64) -> Result<Vec<TagInterval>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT repository, name, since, until, subject FROM tag
         WHERE subject = ?1 OR subject IN (SELECT parent FROM child WHERE subject = ?1)
         ORDER BY since DESC, name LIMIT 1000",
    )?;
    let mut rows = select.query([subject])?;
    let mut all: Vec<TagInterval> = Vec::new();
    while let Some(row) = rows.next()? {
        let (repository, tag): (i64, String) = (row.get(0)?, row.get(1)?);
        let (since, until): (Millis, Option<Millis>) = (row.get(2)?, row.get(3)?);
        let place = known::place(conn, repository)?;
        // The same said again later goes on, and is no end. The later rows come first.
        let goes_on = all
            .iter_mut()
            .find(|later| later.tag == tag && later.place == place && Some(later.since) == until);
        if let Some(later) = goes_on {
            later.since = since;
            continue;
        }
        let replaced_by = match until {
            Some(until) => named(conn, repository, &tag, until)?,
            None => None,
        };
        all.push(TagInterval { place, tag, since, until, replaced_by });
    }
    Ok(all)
}

fn named(conn: &Connection, repository: i64, tag: &str, since: Millis) -> Result<Option<Digest>, Failed> {
    match at(conn, repository, tag, since)? {
        Some(subject) if subject != NOTHING => known::digest_of(conn, subject),
        _ => Ok(None),
    }
}

/// What is to be said of an image that tags have named and none does.
pub(super) fn moved(tags: &[TagInterval], last_pull: Option<Millis>) -> Option<Moved> {
    if tags.iter().any(|tag| tag.until.is_none()) {
        return None;
    }
    let last = tags.iter().max_by_key(|tag| tag.until)?;
    let (tag, replaced_by) = (last.tag.clone(), last.replaced_by.clone());
    Some(Moved { tag, until: last.until?, replaced_by, last_pull })
}
