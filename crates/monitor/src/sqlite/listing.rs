//! Registries as they are, against what events told of them: events get lost.

use rusqlite::{Connection, OptionalExtension, params};

use super::{events, jobs, known, standing, tags};
use crate::error::Failed;
use crate::plan::{Event, Job, State, is_index, plan};
use crate::policy::Policies;
use crate::scope::Place;
use crate::store::{Listed, Listing};
use crate::time::Millis;

pub(super) fn begin(conn: &Connection, registry: &str, now: Millis) -> Result<Listing, Failed> {
    conn.execute("INSERT OR IGNORE INTO listing(registry, started) VALUES(?1, ?2)", params![registry, now])?;
    let mut select = conn.prepare_cached("SELECT started, after FROM listing WHERE registry = ?1")?;
    let (started, after) = select.query_row([registry], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Listing { registry: registry.to_owned(), started, after })
}

pub(super) fn listed(
    conn: &Connection,
    listing: &mut Listing,
    place: &Place,
    found: &[Listed],
    policies: &Policies,
) -> Result<Vec<Job>, Failed> {
    let at = listing.started;
    let repository = known::repository(conn, place)?;
    let mut out = Vec::new();
    for entry in found {
        let mut state = State::default();
        known::state(conn, &entry.digest, &mut state)?;
        let event = Event::Listed { digest: &entry.digest, media_type: entry.media_type.as_deref(), place };
        let planned = plan(event, &state, policies);
        let subject = known::subject(conn, &entry.digest, at)?;
        if let Some(media_type) = &entry.media_type {
            conn.prepare_cached("UPDATE subject SET media_type = ?2, is_index = ?3 WHERE id = ?1")?
                .execute(params![subject, media_type, is_index(media_type)])?;
        }
        // That it is there now says that a deletion before now was not the last word.
        let mut removed =
            conn.prepare_cached("SELECT removed FROM place WHERE subject = ?1 AND repository = ?2")?;
        let removed: Option<Option<Millis>> =
            removed.query_row(params![subject, repository], |row| row.get(0)).optional()?;
        let back = removed.flatten().filter(|removed| *removed < at).map(|_| at);
        events::there(conn, subject, repository, at, back)?;
        if tags::at(conn, repository, &entry.tag, at)? != Some(subject) {
            tags::assert(conn, repository, &entry.tag, at, subject)?;
        }
        standing::refresh(conn, subject)?;
        for job in planned {
            jobs::queue(conn, &job, at)?;
            out.push(job);
        }
    }
    end_tags(conn, repository, at, |tag| found.iter().any(|entry| entry.tag == tag))?;
    passed(conn, listing, &place.repository)?;
    Ok(out)
}

/// Goes on after a repository: those before it that the listing did not find are empty.
pub(super) fn passed(conn: &Connection, listing: &mut Listing, repository: &str) -> Result<(), Failed> {
    end_repositories(conn, listing, Some(repository))?;
    listing.after = Some(repository.to_owned());
    conn.execute("UPDATE listing SET after = ?2 WHERE registry = ?1", params![listing.registry, repository])?;
    Ok(())
}

/// Ends the tags of a repository that named something at an instant and were not found.
fn end_tags(
    conn: &Connection,
    repository: i64,
    at: Millis,
    found: impl Fn(&str) -> bool,
) -> Result<(), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT name FROM tag WHERE repository = ?1 AND subject <> 0 AND since < ?2
            AND (until IS NULL OR until > ?2)",
    )?;
    let names = select.query_map(params![repository, at], |row| row.get(0))?;
    for name in names.collect::<Result<Vec<String>, _>>()?.iter().filter(|name| !found(name)) {
        tags::assert(conn, repository, name, at, tags::NOTHING)?;
    }
    Ok(())
}

/// Repositories come in ascending order: those that were passed over are empty.
fn end_repositories(conn: &Connection, listing: &Listing, before: Option<&str>) -> Result<(), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT id FROM repository WHERE registry = ?1 AND (?2 IS NULL OR name > ?2) AND (?3 IS NULL OR name < ?3)",
    )?;
    let ids = select.query_map(params![listing.registry, listing.after, before], |row| row.get(0))?;
    for id in ids.collect::<Result<Vec<i64>, _>>()? {
        end_tags(conn, id, listing.started, |_| false)?;
    }
    Ok(())
}

pub(super) fn done(conn: &Connection, listing: &Listing) -> Result<(), Failed> {
    end_repositories(conn, listing, None)?;
    conn.execute("DELETE FROM listing WHERE registry = ?1", [&listing.registry])?;
    Ok(())
}
