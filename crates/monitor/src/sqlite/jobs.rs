//! The queue. An image has at most one job of each kind in it.

use plimsoll_core::Digest;
use rusqlite::{Connection, params};

use super::{codec, events, known, series, standing};
use crate::Error;
use crate::error::Failed;
use crate::plan::{Event, Job, JobKind, ScanState, State, plan};
use crate::policy::Policies;
use crate::store::{Claimed, Failure, Retry};
use crate::time::{DAY, Millis};

/// A job is tried so often before it is given up, later and later.
const ATTEMPTS: u32 = 12;

/// How long to wait after so many tries.
fn wait(retry: Retry, attempts: u32) -> Option<Millis> {
    let (first, longest): (Millis, Millis) = match retry {
        Retry::Never => return None,
        Retry::Soon => (500, 30_000),
        Retry::Later => (30_000, DAY / 4),
    };
    (attempts < ATTEMPTS).then(|| first.saturating_mul(1 << attempts.min(20)).min(longest))
}

pub(super) fn queue(conn: &Connection, job: &Job, now: Millis) -> Result<(), Failed> {
    let subject = known::subject(conn, &job.digest, now)?;
    let repository = job.place.as_ref().map(|place| known::repository(conn, place)).transpose()?;
    conn.prepare_cached(
        "INSERT OR IGNORE INTO job(subject, kind, reason, repository, due) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        subject,
        codec::kind_code(job.kind),
        codec::reason_code(job.reason),
        repository,
        now
    ])?;
    if job.kind != JobKind::Rematch {
        scan_state(conn, subject, ScanState::Queued)?;
    }
    Ok(())
}

fn scan_state(conn: &Connection, subject: i64, state: ScanState) -> Result<(), Failed> {
    conn.prepare_cached("UPDATE subject SET scan = ?2 WHERE id = ?1")?
        .execute(params![subject, codec::scan_code(state)])?;
    Ok(())
}

pub(super) fn claim(conn: &Connection, limit: usize, now: Millis) -> Result<Vec<Claimed>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT subject, kind, reason, repository, attempts FROM job
         WHERE running = 0 AND due <= ?1 ORDER BY kind, due LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map(params![now, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    })?;
    let rows = rows.collect::<Result<Vec<(i64, i64, i64, Option<i64>, u32)>, _>>()?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (subject, kind, reason, repository, attempts) in rows {
        conn.prepare_cached("UPDATE job SET running = 1 WHERE subject = ?1 AND kind = ?2")?
            .execute(params![subject, kind])?;
        let digest = known::digest_of(conn, subject)?.ok_or(Failed::Damaged("a job of no image"))?;
        let kind = codec::kind(kind)?;
        if kind != JobKind::Rematch {
            scan_state(conn, subject, ScanState::Running)?;
        }
        let place = repository.map(|repository| known::place(conn, repository)).transpose()?;
        let job = Job { digest, kind, reason: codec::reason(reason)?, place };
        claimed.push(Claimed { job, attempts });
    }
    Ok(claimed)
}

pub(super) fn settle(conn: &Connection, subject: i64, kind: JobKind) -> Result<(), Failed> {
    conn.prepare_cached("DELETE FROM job WHERE subject = ?1 AND kind = ?2")?
        .execute(params![subject, codec::kind_code(kind)])?;
    Ok(())
}

pub(super) fn failed(
    conn: &Connection,
    job: &Job,
    failure: &Failure,
    now: Millis,
) -> Result<Option<Millis>, Failed> {
    let subject = known::find(conn, &job.digest)?.ok_or_else(|| Error::UnknownSubject(job.digest.clone()))?;
    let kind = codec::kind_code(job.kind);
    let mut select = conn.prepare_cached("SELECT attempts FROM job WHERE subject = ?1 AND kind = ?2")?;
    let attempts: Vec<u32> =
        select.query_map(params![subject, kind], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let Some(&attempts) = attempts.first() else { return Ok(None) };
    let why: String = failure.why.chars().take(1000).collect();
    let reasons = String::from_utf8(codec::json(&[why])?).unwrap_or_default();
    conn.prepare_cached("UPDATE subject SET reasons = ?2 WHERE id = ?1")?
        .execute(params![subject, reasons])?;
    if let Some(wait) = wait(failure.retry, attempts) {
        let due = now.saturating_add(wait);
        conn.prepare_cached(
            "UPDATE job SET running = 0, attempts = attempts + 1, due = ?3 WHERE subject = ?1 AND kind = ?2",
        )?
        .execute(params![subject, kind, due])?;
        if job.kind != JobKind::Rematch {
            scan_state(conn, subject, ScanState::Queued)?;
        }
        return Ok(Some(due));
    }
    settle(conn, subject, job.kind)?;
    if job.kind != JobKind::Rematch {
        scan_state(conn, subject, ScanState::Failed)?;
    }
    Ok(None)
}

pub(super) fn tick(
    conn: &Connection,
    now: Millis,
    policies: &Policies,
    limit: usize,
) -> Result<Vec<Job>, Failed> {
    series::daily(conn, now)?;
    let widest = policies.widest();
    let Some(every) = widest.rematch_every else { return Ok(Vec::new()) };
    let since = |days: Option<u16>| days.map(|days| now.saturating_sub(Millis::from(days) * DAY));
    let (pulled, pushed) = (since(widest.pulled_within), since(widest.pushed_within));
    let all = pulled.is_none() && pushed.is_none() || !policies.scopes.is_empty();
    let mut select = conn.prepare_cached(
        "SELECT digest FROM subject WHERE scan = 3 AND is_index = 0 AND present AND last_match <= ?1
            AND (?2 OR last_pull >= ?3 OR last_push >= ?4)
            AND NOT EXISTS(SELECT 1 FROM job WHERE job.subject = subject.id AND kind = 3)",
    )?;
    let mut rows =
        select.query(params![now.saturating_sub(Millis::from(every) * DAY), all, pulled, pushed])?;
    let mut jobs = Vec::new();
    while jobs.len() < limit
        && let Some(row) = rows.next()?
    {
        let digest = codec::digest(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
        let mut state = State::default();
        known::state(conn, &digest, &mut state)?;
        jobs.extend(plan(Event::Tick { now }, &state, policies));
    }
    drop(rows);
    for job in &jobs {
        queue(conn, job, now)?;
    }
    Ok(jobs)
}

/// Notes the images of an index, and queues those that are new.
pub(super) fn expanded(
    conn: &Connection,
    index: &Digest,
    images: &[(Digest, Option<String>)],
    now: Millis,
    policies: &Policies,
) -> Result<Vec<Job>, Failed> {
    let parent = known::find(conn, index)?.ok_or_else(|| Error::UnknownSubject(index.clone()))?;
    let mut state = State::default();
    let mut digests = Vec::with_capacity(images.len());
    let mut select = conn.prepare_cached(
        "SELECT repository, pushed, ifnull(pushed, first_seen) FROM place WHERE subject = ?1
            AND (removed IS NULL OR pushed > removed)",
    )?;
    let rows = select.query_map([parent], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let places = rows.collect::<Result<Vec<(i64, Option<Millis>, Millis)>, _>>()?;
    let mut removed = conn.prepare_cached(
        "SELECT removed FROM place WHERE subject = ?1 AND repository = ?2 AND removed < ?3",
    )?;
    for (digest, platform) in images.iter().filter(|(digest, _)| digest != index) {
        let subject = known::subject(conn, digest, now)?;
        conn.prepare_cached("UPDATE subject SET platform = coalesce(?2, platform) WHERE id = ?1")?
            .execute(params![subject, platform])?;
        conn.prepare_cached("INSERT OR IGNORE INTO child(parent, subject) VALUES(?1, ?2)")?
            .execute(params![parent, subject])?;
        for (repository, pushed, since) in &places {
            // What a registry has an index of was there when the index came, whatever had become of it before.
            let back = removed.exists(params![subject, repository, since])?;
            events::there(conn, subject, *repository, now, pushed.or(back.then_some(*since)))?;
        }
        standing::refresh(conn, subject)?;
        known::state(conn, digest, &mut state)?;
        digests.push(digest.clone());
    }
    let mut job =
        conn.prepare_cached("SELECT reason, repository FROM job WHERE subject = ?1 ORDER BY kind LIMIT 1")?;
    let row = job.query_map([parent], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let noted = row.collect::<Result<Vec<(i64, Option<i64>)>, _>>()?;
    settle(conn, parent, JobKind::Expand)?;
    // What was taken for an image may have turned out to be an index.
    settle(conn, parent, JobKind::Scan)?;
    conn.prepare_cached("UPDATE subject SET is_index = 1, scan = 3 WHERE id = ?1")?.execute([parent])?;
    standing::refresh(conn, parent)?;
    standing::name(conn, parent)?;
    super::assess::roll_up(conn, &[parent])?;
    let (reason, repository) =
        noted.first().copied().unwrap_or((codec::reason_code(crate::Reason::Push), None));
    let repository = repository.or_else(|| places.first().map(|(repository, ..)| *repository));
    let Some(repository) = repository else { return Ok(Vec::new()) };
    let place = known::place(conn, repository)?;
    let reason = codec::reason(reason)?;
    let jobs = plan(Event::Expanded { index, images: &digests, place: &place, reason }, &state, policies);
    for job in &jobs {
        queue(conn, job, now)?;
    }
    Ok(jobs)
}
