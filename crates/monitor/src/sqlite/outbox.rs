//! Notifications: put out in the transaction that makes them true, taken by each subscriber in its own time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use plimsoll_core::{Assessment, Shared};
use rusqlite::{Connection, OptionalExtension, params};

use super::verdict::Difference;
use super::{SqliteStore, codec, counts, known, tags, verdict};
use crate::Error;
use crate::error::Failed;
use crate::notification::{Cause, Change, ChangeKind, Notification};
use crate::sink::Sink;
use crate::store::Start;
use crate::subject::Counts;
use crate::time::Millis;

/// Notifications that are read at once.
const BATCH: i64 = 256;

pub(super) struct Note {
    pub(super) subject: i64,
    pub(super) cause: Cause,
    pub(super) before: Option<Assessment>,
    pub(super) after: Assessment,
}

const KINDS: [ChangeKind; 7] = [
    ChangeKind::NewFinding,
    ChangeKind::SeverityRaised,
    ChangeKind::FixAvailable,
    ChangeKind::Resolved,
    ChangeKind::ExceptionExpired,
    ChangeKind::Healthy,
    ChangeKind::SupportEnded,
];
const CAUSES: [Cause; 4] = [Cause::Scan, Cause::Advisories, Cause::Rules, Cause::Support];

pub(super) fn has_subscribers(conn: &Connection) -> Result<bool, Failed> {
    Ok(conn.prepare_cached("SELECT EXISTS(SELECT 1 FROM subscriber)")?.query_row([], |row| row.get(0))?)
}

pub(super) fn put(
    conn: &Connection,
    note: &Note,
    counts: &Counts,
    changes: &[Difference],
    now: Millis,
) -> Result<(), Failed> {
    let mut packed = Vec::with_capacity(changes.len() * 6);
    for change in changes {
        let kind = KINDS.iter().position(|kind| *kind == change.kind).unwrap_or_default();
        codec::push(&mut packed, kind as u64);
        codec::push(&mut packed, codec::severity_code(change.from).unsigned_abs());
        codec::push(&mut packed, codec::severity_code(change.to).unsigned_abs());
        codec::push(&mut packed, change.finding.unsigned_abs());
    }
    let cause = CAUSES.iter().position(|cause| *cause == note.cause).unwrap_or_default();
    conn.prepare_cached(
        "INSERT INTO outbox(at, subject, cause, before, after, counts, changes) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        now,
        note.subject,
        i64::try_from(cause).unwrap_or_default(),
        note.before.map(codec::assessment_code),
        codec::assessment_code(note.after),
        pack_counts(counts),
        packed
    ])?;
    Ok(())
}

fn pack_counts(counts: &Counts) -> Vec<u8> {
    let mut out = Vec::new();
    for count in counts::in_order(counts) {
        codec::push(&mut out, count.into());
    }
    out
}

fn unpack_counts(mut bytes: &[u8]) -> Result<Counts, Failed> {
    counts::read(|| {
        u32::try_from(codec::pull(&mut bytes)?).map_err(|_| Failed::Damaged("an impossible count"))
    })
}

pub(super) fn subscribe(conn: &Connection, name: &str, start: Start) -> Result<(), Failed> {
    let cursor: i64 = match start {
        Start::Oldest => 0,
        // What was put out and pruned counts as well.
        Start::Now => conn
            .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'", [], |row| row.get(0))
            .optional()?
            .unwrap_or(0),
    };
    conn.execute("INSERT OR IGNORE INTO subscriber(name, cursor) VALUES(?1, ?2)", params![name, cursor])?;
    Ok(())
}

pub(super) fn unsubscribe(conn: &Connection, name: &str) -> Result<(), Failed> {
    conn.execute("DELETE FROM subscriber WHERE name = ?1", [name])?;
    Ok(())
}

/// The cursor moves after each batch, and up to what was taken where the sink refuses.
pub(super) fn deliver(
    store: &SqliteStore,
    name: &str,
    sink: &mut dyn Sink,
    limit: usize,
) -> Result<usize, Error> {
    let mut taken = 0;
    while taken < limit {
        let batch = BATCH.min(i64::try_from(limit - taken).unwrap_or(BATCH));
        let notifications = store.read(|conn| waiting(conn, name, batch))?;
        let count = notifications.len();
        let (mut last, mut refused) = (None, None);
        for notification in &notifications {
            if let Err(why) = sink.take(notification) {
                let sequence = notification.sequence;
                refused = Some(Error::Sink { subscriber: name.to_owned(), sequence, why });
                break;
            }
            last = Some(notification.sequence);
            taken += 1;
        }
        if let Some(last) = last {
            let last = i64::try_from(last).unwrap_or(i64::MAX);
            store.write(|conn| {
                conn.execute(
                    "UPDATE subscriber SET cursor = max(cursor, ?2) WHERE name = ?1",
                    params![name, last],
                )?;
                Ok(())
            })?;
        }
        if let Some(error) = refused {
            return Err(error);
        }
        if count < usize::try_from(batch).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(taken)
}

fn waiting(conn: &Connection, name: &str, limit: i64) -> Result<Vec<Notification>, Failed> {
    let mut cursor = conn.prepare_cached("SELECT cursor FROM subscriber WHERE name = ?1")?;
    let cursor: Option<i64> = cursor.query_row([name], |row| row.get(0)).optional()?;
    let cursor = cursor.ok_or_else(|| Error::UnknownSubscriber(name.to_owned()))?;
    let store: String = known::meta(conn, "store")?.unwrap_or_default();
    let mut select = conn.prepare_cached(
        "SELECT sequence, at, subject, cause, before, after, counts, changes FROM outbox
         WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let mut rows = select.query(params![cursor, limit])?;
    let (mut all, mut told) = (Vec::new(), HashMap::new());
    while let Some(row) = rows.next()? {
        let subject: i64 = row.get(2)?;
        let sequence = row.get::<_, i64>(0)?.unsigned_abs();
        let before: Option<i64> = row.get(4)?;
        let image = known::digest_of(conn, subject)?.ok_or(Failed::Damaged("a notification of no image"))?;
        let tags = tags::of(conn, subject)?;
        let mut pull = conn.prepare_cached("SELECT last_pull FROM subject WHERE id = ?1")?;
        let last_pull = pull.query_row([subject], |row| row.get(0))?;
        let moved = tags::moved(&tags, last_pull).map(|moved| moved.to_string());
        let counts: Vec<u8> = row.get(6)?;
        let packed: Vec<u8> = row.get(7)?;
        all.push(Notification {
            sequence,
            id: format!("{store}-{sequence}"),
            at: row.get(1)?,
            image,
            tags: tags.into_iter().filter(|tag| tag.until.is_none()).collect(),
            cause: usize::try_from(row.get::<_, i64>(3)?)
                .ok()
                .and_then(|at| CAUSES.get(at).copied())
                .ok_or(Failed::Damaged("an unknown cause"))?,
            before: before.map(codec::assessment).transpose()?,
            after: codec::assessment(row.get(5)?)?,
            counts: unpack_counts(&counts)?,
            changes: changes(conn, &packed, &mut told)?,
            moved,
        });
    }
    Ok(all)
}

/// What notifications say of a finding. Those of one delta say the same of the same ones.
struct Told {
    vulnerability: String,
    package: String,
    fixed_versions: Vec<String>,
}

fn changes(
    conn: &Connection,
    mut packed: &[u8],
    told: &mut HashMap<i64, Told>,
) -> Result<Vec<Change>, Failed> {
    let mut all = Vec::new();
    while !packed.is_empty() {
        let kind = usize::try_from(codec::pull(&mut packed)?).ok().and_then(|at| KINDS.get(at).copied());
        let kind = kind.ok_or(Failed::Damaged("an unknown change"))?;
        let mut level = || codec::severity(i64::try_from(codec::pull(&mut packed)?).unwrap_or(-1));
        let (from, severity) = (level()?, level()?);
        let finding = i64::try_from(codec::pull(&mut packed)?).unwrap_or_default();
        if matches!(kind, ChangeKind::Healthy | ChangeKind::SupportEnded) {
            let (vulnerability, package) = (String::new(), String::new());
            all.push(Change {
                kind,
                vulnerability,
                package,
                from: None,
                severity,
                fixed_versions: Vec::new(),
            });
            continue;
        }
        let told = match told.entry(finding) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let (finding, _) = verdict::finding(conn, finding)?;
                new.insert(Told {
                    vulnerability: finding.id,
                    package: finding.package.purl.to_string(),
                    fixed_versions: Shared::into_inner(finding.fixed_versions),
                })
            }
        };
        all.push(Change {
            kind,
            vulnerability: told.vulnerability.clone(),
            package: told.package.clone(),
            from: Some(from).filter(|from| *from != severity),
            severity,
            fixed_versions: told.fixed_versions.clone(),
        });
    }
    Ok(all)
}
