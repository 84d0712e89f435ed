//! How scopes have fared: a row whenever a scope is found to fare otherwise than before. It is looked at once a day, and
//! after advisories and rules have changed.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::{known, measure};
use crate::error::Failed;
use crate::scope::{Place, Scope};
use crate::store::{Score, ScorePoint};
use crate::time::{DAY, Millis};

/// Healthy, exempt, unhealthy, not applicable.
type Fares = [u32; 4];

/// Looks where it was not looked today.
pub(super) fn daily(conn: &Connection, now: Millis) -> Result<(), Failed> {
    let last: Option<i64> = known::meta(conn, "scored")?;
    if last.is_some_and(|last| last.div_euclid(DAY) >= now.div_euclid(DAY)) {
        return Ok(());
    }
    note(conn, now)
}

/// The scopes that a place is in, as `score.scope` has them.
fn scopes_of(place: &Place) -> Vec<String> {
    let registry = &place.registry;
    let mut all = vec![format!("registry:{registry}"), format!("repository:{place}")];
    all.extend(place.project.iter().map(|project| format!("project:{registry}/{project}")));
    all.extend(place.organisation.iter().map(|organisation| format!("organisation:{organisation}")));
    all
}

/// Notes how every scope fares.
pub(super) fn note(conn: &Connection, now: Millis) -> Result<(), Failed> {
    let mut places: HashMap<i64, Vec<String>> = HashMap::new();
    let mut select = conn.prepare_cached("SELECT places, repository FROM placed")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let scopes = scopes_of(&known::place(conn, row.get(1)?)?);
        places.entry(row.get(0)?).or_default().extend(scopes);
    }
    for scopes in places.values_mut() {
        scopes.push(String::new());
        scopes.sort_unstable();
        scopes.dedup();
    }
    let mut found: BTreeMap<&str, Fares> = BTreeMap::new();
    let mut select = conn.prepare_cached("SELECT places, class, images FROM tally_place")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let mut score = Score::default();
        measure::count(&mut score, row.get(1)?, row.get(2)?)?;
        for scope in places.get(&row.get(0)?).into_iter().flatten() {
            let fares = found.entry(scope).or_default();
            let more = [score.healthy, score.exempt, score.unhealthy, score.not_applicable];
            fares.iter_mut().zip(more).for_each(|(to, more)| *to = to.saturating_add(more));
        }
    }
    let mut before: HashMap<String, Fares> = HashMap::new();
    let mut select =
        conn.prepare_cached("SELECT scope, healthy, exempt, unhealthy, not_applicable FROM scored")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        before.insert(row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]);
    }
    let gone =
        before.iter().filter(|(scope, fares)| **fares != [0; 4] && !found.contains_key(scope.as_str()));
    let gone: Vec<&str> = gone.map(|(scope, _)| scope.as_str()).collect();
    found.extend(gone.into_iter().map(|scope| (scope, [0; 4])));
    for (scope, [healthy, exempt, unhealthy, not_applicable]) in found {
        if before.get(scope).copied().unwrap_or_default() == [healthy, exempt, unhealthy, not_applicable] {
            continue;
        }
        for sql in [
            "INSERT OR REPLACE INTO score(scope, at, healthy, exempt, unhealthy, not_applicable)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
            "INSERT OR REPLACE INTO scored(scope, at, healthy, exempt, unhealthy, not_applicable)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        ] {
            conn.prepare_cached(sql)?.execute(params![
                scope,
                now,
                healthy,
                exempt,
                unhealthy,
                not_applicable
            ])?;
        }
    }
    known::set_meta(conn, "scored", &now)
}

/// The name of a scope that has a series.
fn name_of(scope: &Scope) -> Option<String> {
    let one = |name: &str| !name.ends_with('*');
    match scope {
        Scope { organisation: None, registry: None, project: None, repository: None, digest: None } => {
            Some(String::new())
        }
        Scope { organisation: Some(name), registry: None, project: None, repository: None, digest: None } => {
            one(name).then(|| format!("organisation:{name}"))
        }
        Scope { registry: Some(registry), project, repository, digest: None, .. } if one(registry) => {
            match (project, repository) {
                (None, None) => Some(format!("registry:{registry}")),
                (Some(project), None) => one(project).then(|| format!("project:{registry}/{project}")),
                (_, Some(name)) => one(name).then(|| format!("repository:{registry}/{name}")),
            }
        }
        _ => None,
    }
}

pub(super) fn points(
    conn: &Connection,
    scope: &Scope,
    from: Millis,
    to: Millis,
    max: u32,
) -> Result<Vec<ScorePoint>, Failed> {
    let Some(name) = name_of(scope) else { return Ok(Vec::new()) };
    let mut select = conn.prepare_cached(
        "SELECT at, healthy, exempt, unhealthy, not_applicable FROM score
         WHERE scope = ?1 AND at < ?3
            AND at >= ifnull((SELECT max(at) FROM score WHERE scope = ?1 AND at <= ?2), ?2) ORDER BY at",
    )?;
    let rows = select.query_map(params![name, from, to], |row| {
        let score = Score {
            healthy: row.get(1)?,
            exempt: row.get(2)?,
            unhealthy: row.get(3)?,
            not_applicable: row.get(4)?,
            ..Score::default()
        };
        Ok(ScorePoint { at: row.get(0)?, score: measure::weighed(score, max) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
