//! What images were built on: of the history that says so only what it comes to is kept, once for all images of a base.

use plimsoll_core::Base;
use rusqlite::{Connection, OptionalExtension, params};

use super::{codec, inventory};
use crate::error::Failed;

/// Longer texts are cut: a history is anyone's to write.
const LONGEST: usize = 512;

pub(super) fn put(conn: &Connection, subject: i64, base: Option<&Base>) -> Result<(), Failed> {
    let Some(base) = base else {
        conn.prepare_cached("DELETE FROM built WHERE subject = ?1")?.execute([subject])?;
        return Ok(());
    };
    let short = |text: &String| text.chars().take(LONGEST).collect::<String>();
    let base = Base {
        name: base.name.as_ref().map(short),
        digest: base.digest.as_ref().map(short),
        layers: base.layers,
        created: base.created.as_ref().map(short),
        evidence: short(&base.evidence),
    };
    let row = inventory::intern(conn, "base", &codec::json(&base)?)?;
    conn.prepare_cached(
        "INSERT INTO built(subject, base) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET base = excluded.base",
    )?
    .execute(params![subject, row])?;
    Ok(())
}

pub(super) fn of(conn: &Connection, subject: i64) -> Result<Option<Base>, Failed> {
    let mut select =
        conn.prepare_cached("SELECT body FROM built b JOIN base ON base.id = b.base WHERE b.subject = ?1")?;
    let body: Option<Vec<u8>> = select.query_row([subject], |row| row.get(0)).optional()?;
    body.map(|body| codec::from_json(&body)).transpose()
}
