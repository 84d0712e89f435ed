//! What is counted: images that are paid for, and how images fare.

use std::collections::{BTreeMap, HashSet};

use plimsoll_core::Assessment;
use plimsoll_rules::{Control, SecureScore};
use rusqlite::{Connection, OptionalExtension, params};

use super::codec;
use crate::error::Failed;
use crate::scope::{Place, Scope};
use crate::store::{Score, Usage};
use crate::time::Millis;

const HOUR: Millis = 3_600_000;

/// Meters an image that was scanned for the first time. One that is in several registries is paid for once: in the one
/// in which it was first.
pub(super) fn meter(conn: &Connection, subject: i64, now: Millis) -> Result<(), Failed> {
    let changed = conn
        .prepare_cached(
            "UPDATE subject SET metered = ifnull((SELECT repository FROM place WHERE subject = ?1
                ORDER BY first_seen, repository LIMIT 1), 0)
             WHERE id = ?1 AND metered IS NULL AND first_scanned IS NOT NULL AND NOT is_index",
        )?
        .execute([subject])?;
    if changed > 0 {
        conn.prepare_cached(
            "INSERT INTO meter SELECT ?2, ifnull(r.registry, ''), 1 FROM subject s
                LEFT JOIN repository r ON r.id = s.metered WHERE s.id = ?1
             ON CONFLICT DO UPDATE SET images = images + 1",
        )?
        .execute(params![subject, now.div_euclid(HOUR)])?;
    }
    Ok(())
}

/// Whole hours are counted already; what is before the first and after the last is looked at.
pub(super) fn usage(conn: &Connection, from: Millis, to: Millis) -> Result<Vec<Usage>, Failed> {
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    let mut add = |sql: &str, from: i64, to: i64| -> Result<(), Failed> {
        let mut select = conn.prepare_cached(sql)?;
        let mut rows = select.query([from, to])?;
        while let Some(row) = rows.next()? {
            *all.entry(row.get(0)?).or_default() += row.get::<_, i64>(1)?.unsigned_abs();
        }
        Ok(())
    };
    const HOURS: &str =
        "SELECT registry, sum(images) FROM meter WHERE hour >= ?1 AND hour < ?2 GROUP BY registry";
    const EDGE: &str = "SELECT ifnull(r.registry, ''), count(*) FROM subject s
        LEFT JOIN repository r ON r.id = s.metered
        WHERE s.first_scanned >= ?1 AND s.first_scanned < ?2 AND s.metered IS NOT NULL GROUP BY 1";
    let (first, last) = (from.saturating_add(HOUR - 1).div_euclid(HOUR), to.div_euclid(HOUR));
    if first < last {
        add(HOURS, first, last)?;
        add(EDGE, from, first.saturating_mul(HOUR))?;
        add(EDGE, last.saturating_mul(HOUR), to)?;
    } else {
        add(EDGE, from, to)?;
    }
    Ok(all.into_iter().map(|(registry, images)| Usage { registry, images }).collect())
}

/// The repositories of a scope, whatever digest it names.
fn repositories(conn: &Connection, scope: &Scope) -> Result<Vec<i64>, Failed> {
    let wide = Scope { digest: None, ..scope.clone() };
    // What is named whole is looked up; what is a pattern is looked for.
    let whole = |name: &Option<String>| name.clone().filter(|name| !name.ends_with('*'));
    let (column, name) = match (whole(&wide.repository), whole(&wide.project)) {
        (Some(name), _) => ("name = ?1", Some(name)),
        (None, Some(name)) => ("project = ?1", Some(name)),
        (None, None) => ("?1 IS NULL", None),
    };
    let mut select = conn.prepare_cached(&format!(
        "SELECT id, organisation, registry, project, name FROM repository WHERE {column}"
    ))?;
    let mut rows = select.query([name])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let place = Place {
            organisation: row.get(1)?,
            registry: row.get(2)?,
            project: row.get(3)?,
            repository: row.get(4)?,
        };
        if wide.contains(&place, None) {
            all.push(row.get(0)?);
        }
    }
    Ok(all)
}

pub(super) fn score(conn: &Connection, scope: &Scope, max: u32) -> Result<Score, Failed> {
    let mut score = Score::default();
    if let Some(digest) = &scope.digest {
        let mut select = conn.prepare_cached(
            "SELECT s.class, 1 FROM subject s JOIN placed d ON d.places = s.places
             WHERE s.digest = ?1 AND d.repository = ?2 AND s.class IS NOT NULL",
        )?;
        for repository in repositories(conn, scope)? {
            let class = select.query_row(params![codec::digest_bytes(digest), repository], |row| row.get(0));
            if let Some(class) = class.optional()? {
                count(&mut score, class, 1)?;
                break;
            }
        }
    } else if let Scope { organisation: None, registry, project: None, repository: None, .. } = scope
        && registry.as_ref().is_none_or(|name| !name.ends_with('*'))
    {
        let mut within = conn.prepare_cached("SELECT registries FROM registered WHERE registry = ?1")?;
        let sets = match registry {
            Some(name) => {
                Some(within.query_map([name], |row| row.get(0))?.collect::<Result<HashSet<i64>, _>>()?)
            }
            None => None,
        };
        let mut select = conn.prepare_cached("SELECT class, images FROM tally_os")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let class: i64 = row.get(0)?;
            if sets.as_ref().is_none_or(|sets| sets.contains(&(class >> 11))) {
                count(&mut score, class, row.get(1)?)?;
            }
        }
    } else {
        // Each image is in one set of places, so that none counts twice.
        let mut sets: HashSet<i64> = HashSet::new();
        let mut select = conn.prepare_cached("SELECT places FROM placed WHERE repository = ?1")?;
        for repository in repositories(conn, scope)? {
            let rows = select.query_map([repository], |row| row.get(0))?;
            for places in rows {
                sets.insert(places?);
            }
        }
        let mut select = conn.prepare_cached("SELECT class, images FROM tally_place WHERE places = ?1")?;
        for places in sets {
            let mut rows = select.query([places])?;
            while let Some(row) = rows.next()? {
                count(&mut score, row.get(0)?, row.get(1)?)?;
            }
        }
    }
    Ok(weighed(score, max))
}

/// The same with the points that it comes to.
pub(super) fn weighed(mut score: Score, max: u32) -> Score {
    let control = Control {
        name: "Vulnerabilities in container images should be remediated".to_owned(),
        max,
        healthy: score.healthy,
        exempt: score.exempt,
        unhealthy: score.unhealthy,
        not_applicable: score.not_applicable,
    };
    score.score = SecureScore::of(&[control]);
    score
}

/// Counts images of a class, where they are images that were assessed.
pub(super) fn count(score: &mut Score, class: i64, images: u32) -> Result<(), Failed> {
    let assessment = class >> 6 & 7;
    if class & 1 << 9 != 0 || assessment == 0 {
        return Ok(());
    }
    let to = match codec::assessment(assessment)? {
        Assessment::Healthy => &mut score.healthy,
        Assessment::HealthyByExemption => &mut score.exempt,
        Assessment::Unhealthy => &mut score.unhealthy,
        _ => &mut score.not_applicable,
    };
    *to = to.saturating_add(images);
    Ok(())
}
