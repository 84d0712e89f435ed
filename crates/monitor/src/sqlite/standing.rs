//! What follows from where an image is and what names it: kept with the image, so that lists need not work it out.

use plimsoll_core::Distro;
use rusqlite::{Connection, OptionalExtension, params};

use super::{codec, known, reach};
use crate::error::Failed;

/// Brings up to date what follows from the repositories that an image is in.
pub(super) fn refresh(conn: &Connection, subject: i64) -> Result<(), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT repository FROM place WHERE subject = ?1 AND (removed IS NULL OR pushed > removed)
         ORDER BY repository",
    )?;
    let repositories = select.query_map([subject], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let (places, registries) = placeset(conn, &repositories)?;
    conn.prepare_cached("UPDATE subject SET present = ?2, places = ?3, registries = ?4 WHERE id = ?1")?
        .execute(params![subject, !repositories.is_empty(), places, registries])?;
    reach::recount(conn, subject)
}

/// The rows of a set of repositories and of the set of their registries.
fn placeset(conn: &Connection, repositories: &[i64]) -> Result<(i64, i64), Failed> {
    if repositories.is_empty() {
        return Ok((0, 0));
    }
    let content = codec::ascending(repositories);
    let mut select = conn.prepare_cached("SELECT id, registries FROM placeset WHERE hash = ?1")?;
    let hash = codec::hash(&[&content]);
    if let Some(known) = select.query_row([hash], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
        return Ok(known);
    }
    let mut names = Vec::new();
    for &repository in repositories {
        names.push(known::place(conn, repository)?.registry);
    }
    names.sort_unstable();
    names.dedup();
    let (registries, new) = known::interned(conn, "registryset", &codec::json(&names)?)?;
    if new {
        for name in names {
            conn.prepare_cached("INSERT INTO registered VALUES(?1, ?2)")?
                .execute(params![registries, name])?;
        }
    }
    conn.prepare_cached("INSERT INTO placeset(hash, registries) VALUES(?1, ?2)")?
        .execute(params![hash, registries])?;
    let places = conn.last_insert_rowid();
    for repository in repositories {
        conn.prepare_cached("INSERT INTO placed VALUES(?1, ?2)")?.execute([places, *repository])?;
    }
    Ok((places, registries))
}

/// Brings up to date whether a tag names an image or an index that lists it; of an index also for its images.
pub(super) fn name(conn: &Connection, subject: i64) -> Result<(), Failed> {
    conn.prepare_cached(
        "UPDATE subject SET named =
            EXISTS(SELECT 1 FROM tag t WHERE t.subject = subject.id AND t.until IS NULL)
            OR EXISTS(SELECT 1 FROM child c JOIN tag t ON t.subject = c.parent AND t.until IS NULL
                WHERE c.subject = subject.id)
         WHERE id = ?1 OR id IN (SELECT subject FROM child WHERE parent = ?1)",
    )?
    .execute([subject])?;
    Ok(())
}

/// The row of an operating system; 0 is none.
pub(super) fn os(conn: &Connection, distro: Option<&Distro>) -> Result<i64, Failed> {
    let Some(distro) = distro else { return Ok(0) };
    let short = |text: &str| text.chars().take(64).collect::<String>();
    let (name, version) = (short(&distro.id), short(&distro.version));
    conn.prepare_cached("INSERT OR IGNORE INTO os(name, version) VALUES(?1, ?2)")?
        .execute(params![name, version])?;
    let mut select = conn.prepare_cached("SELECT id FROM os WHERE name = ?1 AND version = ?2")?;
    Ok(select.query_row(params![name, version], |row| row.get(0))?)
}
