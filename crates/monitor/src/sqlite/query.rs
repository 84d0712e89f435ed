//! What is asked of the store.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use plimsoll_core::{Digest, Disabled, Package, Severity, Shared};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::kept::Kept;
use super::{codec, counts, exempt, known, tags};
use crate::Error;
use crate::error::Failed;
use crate::store::Status;
use crate::subject::{Activity, Counts, Found, Image, ImageDetail, Moved};

pub(super) const COLUMNS: &str = "s.id, s.digest, s.is_index, s.media_type, s.platform, s.scan, s.assessment, s.first_seen,
    s.first_scanned, s.last_match, s.last_push, s.last_pull, s.reasons, s.gaps, s.critical, s.high, s.medium, s.low,
    s.other, s.fixable, s.undetermined, s.disabled, s.packages, s.unjudged";

pub(super) fn image(row: &Row<'_>, generation: u64) -> Result<Image, Failed> {
    let digest: Vec<u8> = row.get(1)?;
    let assessment: Option<i64> = row.get(6)?;
    let mut reasons: Vec<String> = Vec::new();
    for column in [12, 13] {
        if let Some(texts) = row.get::<_, Option<String>>(column)? {
            reasons.extend(codec::from_json::<Vec<String>>(texts.as_bytes())?);
        }
    }
    let counts = counts::of_row(row, 14)?;
    if counts.unjudged > 0 {
        reasons.push(format!("{} of {} packages could not be judged", counts.unjudged, counts.packages));
    }
    Ok(Image {
        number: row.get::<_, i64>(0)?.unsigned_abs(),
        digest: codec::digest(&digest)?,
        index: row.get(2)?,
        media_type: row.get(3)?,
        platform: row.get(4)?,
        scan: codec::scan(row.get(5)?)?,
        assessment: assessment.map(codec::assessment).transpose()?,
        counts,
        generation,
        first_seen: row.get(7)?,
        first_scanned: row.get(8)?,
        last_match: row.get(9)?,
        last_push: row.get(10)?,
        last_pull: row.get(11)?,
        reasons,
    })
}

pub(super) fn generation(conn: &Connection) -> Result<u64, Failed> {
    Ok(known::meta::<i64>(conn, "generation")?.map_or(0, i64::unsigned_abs))
}

pub(super) fn detail(conn: &Connection, digest: &Digest) -> Result<Option<ImageDetail>, Failed> {
    let generation = generation(conn)?;
    let sql = format!("SELECT {COLUMNS} FROM subject s WHERE s.digest = ?1");
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query([codec::digest_bytes(digest)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let image = image(row, generation)?;
    let id: i64 = row.get(0)?;
    let mut select = conn.prepare_cached(
        "SELECT repository FROM place WHERE subject = ?1 AND (removed IS NULL OR pushed > removed)",
    )?;
    let repositories = select.query_map([id], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let places = repositories
        .into_iter()
        .map(|repository| known::place(conn, repository))
        .collect::<Result<_, _>>()?;
    let related = |sql: &str| -> Result<Vec<Digest>, Failed> {
        let mut select = conn.prepare_cached(sql)?;
        let bytes = select.query_map([id], |row| row.get(0))?.collect::<Result<Vec<Vec<u8>>, _>>()?;
        bytes.iter().map(|bytes| codec::digest(bytes)).collect()
    };
    let tags = tags::of(conn, id)?;
    let moved = tags::moved(&tags, image.last_pull);
    Ok(Some(ImageDetail {
        places,
        moved,
        tags,
        activity: activity(conn, id)?,
        indexes: related(
            "SELECT s.digest FROM child c JOIN subject s ON s.id = c.parent WHERE c.subject = ?1",
        )?,
        images: related(
            "SELECT s.digest FROM child c JOIN subject s ON s.id = c.subject WHERE c.parent = ?1",
        )?,
        image,
    }))
}

fn activity(conn: &Connection, subject: i64) -> Result<Vec<Activity>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT at, action, repository, tag, actor, agent, own FROM activity WHERE subject = ?1
         ORDER BY at DESC, id DESC",
    )?;
    let mut rows = select.query([subject])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let action: String = row.get(1)?;
        all.push(Activity {
            at: row.get(0)?,
            action: codec::from_json(format!("{action:?}").as_bytes())?,
            place: known::place(conn, row.get(2)?)?,
            tag: row.get(3)?,
            actor: row.get(4)?,
            user_agent: row.get(5)?,
            own: row.get(6)?,
        });
    }
    Ok(all)
}

/// Whether there may be a finding of this level or above that no rule disables, by what is counted.
pub(super) fn may_reach(counts: &Counts, least: Severity) -> bool {
    // What is counted as other is not told apart.
    counts.worst().is_some_and(|worst| worst >= least || least <= Severity::Negligible)
}

/// The findings of an image that are no milder than `least`.
pub(super) fn findings(
    conn: &Connection,
    digest: &Digest,
    kept: &Kept,
    least: Option<Severity>,
) -> Result<Vec<Found>, Failed> {
    let subject = known::find(conn, digest)?.ok_or_else(|| Error::UnknownSubject(digest.clone()))?;
    let mut select =
        conn.prepare_cached("SELECT inventory, exempt, first_scanned, last_pull FROM subject WHERE id = ?1")?;
    let (inventory, exemption, scanned, last_pull): (Option<i64>, i64, Option<i64>, Option<i64>) =
        select.query_row([subject], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let Some(inventory) = inventory else { return Ok(Vec::new()) };
    let exempt = exempt::read(conn, exemption)?;
    let moved = tags::moved(&tags::of(conn, subject)?, last_pull).map(|moved| moved.to_string());
    let findings = exempt::findings_of(conn, inventory, kept, least)?;
    let mut rules: HashMap<i64, Disabled> = HashMap::new();
    let mut out = Vec::with_capacity(findings.len());
    for (id, mut finding, since) in findings {
        if let Ok(at) = exempt.binary_search_by_key(&id, |(finding, _)| *finding)
            && let Some((_, rule)) = exempt.get(at)
        {
            let known = match rules.entry(*rule) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(exempt::disabled(conn, *rule)?),
            };
            finding.disabled = Some(known.clone());
        }
        let first_seen = since.max(scanned.unwrap_or(since));
        let action = match (&moved, finding.fixed_versions.first()) {
            (Some(_), _) => Some(Moved::ACTION.to_owned()),
            (None, Some(version)) => {
                let (_, name, _) = finding.package.upgraded_as();
                Some(format!("upgrade {name} to {version}"))
            }
            (None, None) => None,
        };
        out.push(Found { finding, first_seen, moved: moved.clone(), action });
    }
    // The findings of a package come one after the other: what it is called is written once.
    let mut last: Option<(Shared<Package>, Rc<str>)> = None;
    out.sort_by_cached_key(|found| {
        let finding = &found.finding;
        let purl = match &last {
            Some((package, purl)) if Shared::is_same(package, &finding.package) => purl.clone(),
            _ => Rc::from(finding.package.purl.to_string()),
        };
        last = Some((finding.package.clone(), purl.clone()));
        (Reverse(finding.severity), finding.id.clone(), purl)
    });
    Ok(out)
}

pub(super) fn status(conn: &Connection) -> Result<Status, Failed> {
    let count = |sql: &str| -> Result<u64, Failed> {
        Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    };
    let mut select = conn.prepare_cached("SELECT name, cursor FROM subscriber ORDER BY name")?;
    let subscribers = select
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?
        .collect::<Result<_, _>>()?;
    let sequence = conn
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")?
        .query_row([], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(Status {
        // Rows of both are numbered one after the other and never go.
        subjects: count("SELECT ifnull(max(id), 0) FROM subject")?,
        scanned: count("SELECT ifnull(sum(images), 0) FROM meter")?,
        packages: count("SELECT ifnull(max(id), 0) FROM coordinate")?,
        jobs: count("SELECT jobs FROM queued")?,
        sequence: sequence.map_or(0, i64::unsigned_abs),
        subscribers,
        generation: generation(conn)?,
        size: count("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")?,
    })
}

pub(super) fn prune(conn: &Connection, before: i64) -> Result<(), Failed> {
    conn.execute("DELETE FROM event WHERE at < ?1", [before])?;
    conn.execute("DELETE FROM activity WHERE at < ?1", [before])?;
    // What a subscriber has not taken stays, however old it is.
    conn.execute(
        "DELETE FROM outbox WHERE at < ?1
            AND sequence <= coalesce((SELECT min(cursor) FROM subscriber), 9223372036854775807)",
        [before],
    )?;
    let none: i64 = conn.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
    if none == 0 {
        conn.execute(
            "DELETE FROM alias WHERE finding IN (SELECT id FROM finding WHERE gone < ?1)",
            params![before],
        )?;
        conn.execute("DELETE FROM finding WHERE gone < ?1", params![before])?;
    }
    Ok(())
}
