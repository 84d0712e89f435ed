//! What events change.

use plimsoll_registry::Action;
use rusqlite::{Connection, params};

use super::{codec, jobs, known, standing, tags};
use crate::error::Failed;
use crate::plan::{Event, State, counts_as_pull, is_index, plan};
use crate::policy::Policies;
use crate::store::{Accepted, Incoming};
use crate::time::Millis;

/// What is kept of an image's activity, one by one; times of the last of each are kept for good.
const ACTIVITY: i64 = 32;

pub(super) fn accept(
    conn: &Connection,
    events: &[Incoming],
    received: Millis,
    policies: &Policies,
) -> Result<Accepted, Failed> {
    let mut accepted = Accepted::default();
    for incoming in events {
        let mut name = incoming.event.key();
        if incoming.event.id.is_none() && incoming.event.time.is_none() {
            // Nothing tells it from the same thing done again, so it counts each time that it comes.
            name.push_str(&format!("|{received}"));
        }
        let key = codec::hash(&[incoming.place.registry.as_bytes(), name.as_bytes()]);
        let new = conn
            .prepare_cached("INSERT OR IGNORE INTO event(key, at) VALUES(?1, ?2)")?
            .execute(params![key, received])?;
        if new == 0 {
            accepted.duplicates += 1;
            continue;
        }
        accepted.new += 1;
        let mut state = State::default();
        if let Some(digest) = &incoming.event.digest {
            known::state(conn, digest, &mut state)?;
        }
        let (event, place) = (&incoming.event, &incoming.place);
        let jobs = plan(Event::Registry { event, place, received }, &state, policies);
        note(conn, incoming, received, policies)?;
        for job in jobs {
            jobs::queue(conn, &job, received)?;
            accepted.jobs.push(job);
        }
    }
    Ok(accepted)
}

fn note(conn: &Connection, incoming: &Incoming, received: Millis, policies: &Policies) -> Result<(), Failed> {
    let (event, place) = (&incoming.event, &incoming.place);
    let at = event.time.unwrap_or(received);
    let Some(digest) = &event.digest else {
        // A tag was removed.
        if let (Action::Delete, Some(tag)) = (event.action, &event.tag) {
            let repository = known::repository(conn, place)?;
            tags::assert(conn, repository, tag, at, tags::NOTHING)?;
        }
        return Ok(());
    };
    let pull = event.action == Action::Pull;
    let counts = !pull || counts_as_pull(event, policies);
    // The scanner's own pulls are no news of an image that nobody told of.
    let subject = match (counts, known::find(conn, digest)?) {
        (true, _) => known::subject(conn, digest, at)?,
        (false, Some(subject)) => subject,
        (false, None) => return Ok(()),
    };
    let repository = known::repository(conn, place)?;
    activity(conn, incoming, subject, repository, at, policies.own.is(event))?;
    if !counts {
        return Ok(());
    }
    if let Some(media_type) = &event.media_type {
        conn.prepare_cached("UPDATE subject SET media_type = ?2, is_index = ?3 WHERE id = ?1")?
            .execute(params![subject, media_type, is_index(media_type)])?;
    }
    match event.action {
        Action::Delete => {
            conn.prepare_cached(
                "INSERT INTO place(subject, repository, first_seen, removed) VALUES(?1, ?2, ?3, ?3)
                 ON CONFLICT DO UPDATE SET removed = max(coalesce(removed, ?3), ?3)",
            )?
            .execute(params![subject, repository, at])?;
            tags::deleted(conn, repository, subject, at)?;
        }
        Action::Pull => {
            there(conn, subject, repository, at, None)?;
            conn.prepare_cached(
                "UPDATE subject SET last_pull = max(coalesce(last_pull, ?2), ?2) WHERE id = ?1",
            )?
            .execute(params![subject, at])?;
            // A pull by a tag says what it names, should the push have been lost.
            if let Some(tag) = &event.tag
                && tags::at(conn, repository, tag, at)? != Some(subject)
            {
                tags::assert(conn, repository, tag, at, subject)?;
            }
        }
        _ => {
            there(conn, subject, repository, at, Some(at))?;
            conn.prepare_cached(
                "UPDATE subject SET last_push = max(coalesce(last_push, ?2), ?2) WHERE id = ?1",
            )?
            .execute(params![subject, at])?;
            if let Some(tag) = &event.tag {
                tags::assert(conn, repository, tag, at, subject)?;
            }
        }
    }
    standing::refresh(conn, subject)
}

/// Notes that an image is in a repository; and with an index, the images that it is known to list.
pub(super) fn there(
    conn: &Connection,
    subject: i64,
    repository: i64,
    at: Millis,
    pushed: Option<Millis>,
) -> Result<(), Failed> {
    there_alone(conn, subject, repository, at, pushed)?;
    let mut select = conn.prepare_cached("SELECT subject FROM child WHERE parent = ?1")?;
    let children = select.query_map([subject], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for child in children {
        // An index that is there has its images there.
        there_alone(conn, child, repository, at, pushed)?;
        standing::refresh(conn, child)?;
    }
    Ok(())
}

fn there_alone(
    conn: &Connection,
    subject: i64,
    repository: i64,
    at: Millis,
    pushed: Option<Millis>,
) -> Result<(), Failed> {
    conn.prepare_cached(
        "INSERT INTO place(subject, repository, first_seen, pushed) VALUES(?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET first_seen = min(first_seen, ?3),
            pushed = CASE WHEN ?4 IS NULL THEN pushed ELSE max(coalesce(pushed, ?4), ?4) END",
    )?
    .execute(params![subject, repository, at, pushed])?;
    Ok(())
}

fn activity(
    conn: &Connection,
    incoming: &Incoming,
    subject: i64,
    repository: i64,
    at: Millis,
    own: bool,
) -> Result<(), Failed> {
    let event = &incoming.event;
    let short = |text: &Option<String>| text.as_ref().map(|text| text.chars().take(256).collect::<String>());
    conn.prepare_cached(
        "INSERT INTO activity(subject, at, action, repository, tag, actor, agent, own)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        subject,
        at,
        event.action.name(),
        repository,
        event.tag,
        short(&event.actor),
        short(&event.user_agent),
        own
    ])?;
    conn.prepare_cached(
        "DELETE FROM activity WHERE subject = ?1 AND id NOT IN
            (SELECT id FROM activity WHERE subject = ?1 ORDER BY at DESC, id DESC LIMIT ?2)",
    )?
    .execute(params![subject, ACTIVITY])?;
    Ok(())
}
