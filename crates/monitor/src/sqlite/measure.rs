//! What is counted: images that are paid for, and how images fare.

use plimsoll_rules::{Control, SecureScore};
use rusqlite::{Connection, params};

use super::{codec, known};
use crate::error::Failed;
use crate::scope::Scope;
use crate::store::{Score, Usage};
use crate::time::Millis;

/// An image that is in several registries is paid for once: in the one in which it was first.
pub(super) fn usage(conn: &Connection, from: Millis, to: Millis) -> Result<Vec<Usage>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT registry, count(*) FROM (
            SELECT (SELECT r.registry FROM place p JOIN repository r ON r.id = p.repository
                    WHERE p.subject = s.id ORDER BY p.first_seen, r.id LIMIT 1) AS registry
            FROM subject s WHERE s.first_scanned >= ?1 AND s.first_scanned < ?2 AND NOT s.is_index)
         GROUP BY registry ORDER BY registry",
    )?;
    let rows = select.query_map(params![from, to], |row| {
        let registry: Option<String> = row.get(0)?;
        Ok(Usage { registry: registry.unwrap_or_default(), images: row.get::<_, i64>(1)?.unsigned_abs() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn score(conn: &Connection, scope: &Scope, max: u32) -> Result<Score, Failed> {
    let mut score = Score::default();
    let mut add = |assessment: i64, count: u32| -> Result<(), Failed> {
        use plimsoll_core::Assessment;
        let to = match codec::assessment(assessment)? {
            Assessment::Healthy => &mut score.healthy,
            Assessment::HealthyByExemption => &mut score.exempt,
            Assessment::Unhealthy => &mut score.unhealthy,
            _ => &mut score.not_applicable,
        };
        *to = to.saturating_add(count);
        Ok(())
    };
    const WHICH: &str = "s.present AND NOT s.is_index AND s.assessment IS NOT NULL";
    if *scope == Scope::default() {
        let sql = format!("SELECT s.assessment, count(*) FROM subject s WHERE {WHICH} GROUP BY s.assessment");
        let mut select = conn.prepare_cached(&sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            add(row.get(0)?, row.get(1)?)?;
        }
    } else {
        let mut select = conn.prepare_cached("SELECT id FROM repository")?;
        let all = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        let wide = Scope { digest: None, ..scope.clone() };
        let one = scope.digest.as_ref().map(|digest| known::find(conn, digest)).transpose()?;
        let mut seen = std::collections::HashSet::new();
        let sql = format!(
            "SELECT s.id, s.assessment FROM place p JOIN subject s ON s.id = p.subject
             WHERE p.repository = ?1 AND (p.removed IS NULL OR p.pushed > p.removed) AND {WHICH}"
        );
        let mut select = conn.prepare_cached(&sql)?;
        for repository in all {
            if !wide.contains(&known::place(conn, repository)?, None) {
                continue;
            }
            let mut rows = select.query([repository])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                if one.is_none_or(|one| one == Some(id)) && seen.insert(id) {
                    add(row.get(1)?, 1)?;
                }
            }
        }
    }
    let control = Control {
        name: "Vulnerabilities in container images should be remediated".to_owned(),
        max,
        healthy: score.healthy,
        exempt: score.exempt,
        unhealthy: score.unhealthy,
        not_applicable: score.not_applicable,
    };
    score.score = SecureScore::of(&[control]);
    Ok(score)
}
