//! New advisories and new rules, carried on to every image.

use plimsoll_core::Digest;
use rusqlite::{Connection, params};

use super::assess::{Whom, spread};
use super::verdict::Changed;
use super::{
    base, codec, exempt, inventory, jobs, known, measure, reach, series, standing, support, verdict,
};
use crate::Error;
use crate::error::Failed;
use crate::judge::Judge;
use crate::notification::Cause;
use crate::plan::JobKind;
use crate::store::Reassessed;
use crate::subject::Scan;
use crate::time::Millis;

/// Brings every image up to the judge's advisories and rules.
pub(super) fn reassess(conn: &Connection, judge: &Judge<'_>, now: Millis) -> Result<Reassessed, Failed> {
    let generation = judge.advisories.generation()?;
    let stored = i64::try_from(generation).map_err(|_| Failed::Damaged("an impossible generation"))?;
    let known: Option<i64> = known::meta(conn, "generation")?;
    let mut out = Reassessed { generation, ..Reassessed::default() };
    let mut changed = Changed::new();
    if known != Some(stored) {
        let since = known.and_then(|known| u64::try_from(known).ok()).unwrap_or(0);
        // A store that was begun anew may be at a lower number: everything may be different then.
        let coordinates = if since > generation {
            let mut select = conn.prepare_cached("SELECT id FROM coordinate")?;
            select.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?
        } else if has_coordinates(conn)? {
            let changes = judge.advisories.changes(since)?;
            out.records = changes.len();
            verdict::touched(conn, &changes, judge)?
        } else {
            Vec::new()
        };
        out.packages = coordinates.len();
        changed = verdict::judge_again(conn, &coordinates, judge, now)?;
        out.changed = changed.len();
        known::set_meta(conn, "generation", &stored)?;
    }
    let key = exempt::key(judge, now);
    let same = known::meta::<Vec<u8>>(conn, "rules")?.as_ref() == Some(&key);
    // What advisories change is told as such, also where rules have changed at the same time.
    let cause = if out.changed > 0 || same { Cause::Advisories } else { Cause::Rules };
    if !same {
        known::set_meta(conn, "rules", &key)?;
    }
    if !same || !changed.is_empty() {
        let whom = if same { Whom::Changed } else { Whom::All };
        let spread = spread(conn, &changed, whom, judge, now, cause)?;
        (out.images, out.notifications) = (spread.images, spread.notifications);
        if out.images > 0 {
            series::note(conn, now)?;
        }
    }
    let spread = support::pass(conn, judge, generation, now)?;
    if spread.images > 0 {
        out.images += spread.images;
        out.notifications += spread.notifications;
        series::note(conn, now)?;
    }
    known::set_meta(conn, "reassessed", &now)?;
    Ok(out)
}

fn has_coordinates(conn: &Connection) -> Result<bool, Failed> {
    Ok(conn.query_row("SELECT EXISTS(SELECT 1 FROM coordinate)", [], |row| row.get(0))?)
}

pub(super) fn scanned(
    conn: &Connection,
    digest: &Digest,
    scan: &Scan,
    judge: &Judge<'_>,
    now: Millis,
) -> Result<(), Failed> {
    reassess(conn, judge, now)?;
    let subject = known::find(conn, digest)?.ok_or_else(|| Error::UnknownSubject(digest.clone()))?;
    let texts = |texts: &[String]| -> Result<Option<String>, Failed> {
        let short: Vec<String> =
            texts.iter().take(100).map(|text| text.chars().take(1000).collect()).collect();
        Ok(if short.is_empty() { None } else { String::from_utf8(codec::json(&short)?).ok() })
    };
    jobs::settle(conn, subject, JobKind::Scan)?;
    if let Some(why) = &scan.unsupported {
        conn.prepare_cached(
            "UPDATE subject SET scan = 4, assessment = 4, reasons = ?2, platform = coalesce(?3, platform)
             WHERE id = ?1",
        )?
        .execute(params![subject, texts(std::slice::from_ref(why))?, scan.platform])?;
        return Ok(());
    }
    let old: Option<i64> = conn
        .prepare_cached("SELECT inventory FROM subject WHERE id = ?1")?
        .query_row([subject], |row| row.get(0))?;
    let (inventory, new) = inventory::put(conn, &scan.packages)?;
    verdict::judge_new(conn, &new, judge, now)?;
    note_ecosystems(conn, &new, judge)?;
    let mut changed = Changed::new();
    if let Some(old) = old.filter(|old| *old != inventory) {
        changed = difference(conn, old, inventory)?;
    }
    let mut gaps = scan.gaps.clone();
    let os = standing::os(conn, scan.distro.as_ref())?;
    if let Some(distro) = &scan.distro {
        // Silence about what gets no fixes any more says nothing.
        gaps.extend(support::note(conn, distro, os, judge, now)?);
    }
    let distro = match &scan.distro {
        Some(distro) => String::from_utf8(codec::json(distro)?).ok(),
        None => None,
    };
    conn.prepare_cached(
        "UPDATE subject SET scan = 3, inventory = ?2, distro = ?3, gaps = ?4, reasons = NULL,
            platform = coalesce(?5, platform), first_scanned = coalesce(first_scanned, ?6), last_match = ?6, os = ?7
         WHERE id = ?1",
    )?
    .execute(params![
        subject,
        inventory,
        distro,
        texts(&gaps)?,
        scan.platform,
        now,
        os
    ])?;
    base::put(conn, subject, scan.base.as_ref())?;
    measure::meter(conn, subject, now)?;
    reach::recount(conn, subject)?;
    spread(conn, &changed, Whom::These(&[subject]), judge, now, Cause::Scan)?;
    Ok(())
}

/// Which ecosystems have a feed is noted with the first package of each, so that it shows when that changes.
fn note_ecosystems(conn: &Connection, coordinates: &[i64], judge: &Judge<'_>) -> Result<(), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT ecosystem FROM coordinate WHERE id = ?1 AND ecosystem IS NOT NULL
            AND NOT EXISTS(SELECT 1 FROM ecosystem e WHERE e.name = coordinate.ecosystem)",
    )?;
    for id in coordinates {
        let names = select.query_map([id], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        for name in names {
            let covers = judge.advisories.covers(&name.clone().into())?;
            conn.prepare_cached("INSERT OR IGNORE INTO ecosystem(name, covered) VALUES(?1, ?2)")?
                .execute(params![name, covers])?;
        }
    }
    Ok(())
}

/// What an image that was read again has that it had not, and the reverse.
fn difference(conn: &Connection, old: i64, new: i64) -> Result<Changed, Failed> {
    let (old, new) = (inventory::all_coordinates(conn, old)?, inventory::all_coordinates(conn, new)?);
    let added = new.iter().copied().filter(|id| old.binary_search(id).is_err());
    let verdicts = verdict::verdicts(conn, added)?;
    let told = |row: &verdict::Row| verdict::Difference {
        kind: crate::ChangeKind::NewFinding,
        finding: row.id,
        from: row.severity,
        to: row.severity,
    };
    Ok(verdicts.iter().map(|(id, verdict)| (*id, verdict.findings.iter().map(told).collect())).collect())
}

/// Matches whole images again.
pub(super) fn rematch(
    conn: &Connection,
    digests: &[Digest],
    judge: &Judge<'_>,
    now: Millis,
) -> Result<Reassessed, Failed> {
    let mut out = reassess(conn, judge, now)?;
    let (mut coordinates, mut subjects) = (Vec::new(), Vec::new());
    for digest in digests {
        let Some(subject) = known::find(conn, digest)? else { continue };
        jobs::settle(conn, subject, JobKind::Rematch)?;
        let inventory: Option<i64> = conn
            .prepare_cached("SELECT inventory FROM subject WHERE id = ?1")?
            .query_row([subject], |row| row.get(0))?;
        let Some(inventory) = inventory else { continue };
        for (part, _) in inventory::parts(conn, inventory)? {
            inventory::coordinates(conn, part, &mut coordinates)?;
        }
        subjects.push(subject);
    }
    coordinates.sort_unstable();
    coordinates.dedup();
    let changed = verdict::judge_again(conn, &coordinates, judge, now)?;
    out.packages += coordinates.len();
    out.changed += changed.len();
    if !changed.is_empty() {
        let spread = spread(conn, &changed, Whom::Changed, judge, now, Cause::Advisories)?;
        out.images += spread.images;
        out.notifications += spread.notifications;
    }
    for subject in subjects {
        conn.prepare_cached("UPDATE subject SET last_match = ?2 WHERE id = ?1")?
            .execute(params![subject, now])?;
    }
    Ok(out)
}
