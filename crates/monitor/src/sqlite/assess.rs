//! What images come to, and who is to be told.

use std::collections::{HashMap, HashSet};

use plimsoll_core::{Assessment, Severity};
use rusqlite::{Connection, params, params_from_iter};

use super::exempt::{self, Decided, Exempt, Exempter, Exemption};
use super::loaded::{self, Loaded};
use super::verdict::{Changed, Difference, Row};
use super::{codec, counts as columns, outbox, reach, side};
use crate::error::Failed;
use crate::judge::Judge;
use crate::notification::{Cause, ChangeKind};
use crate::subject::Counts;
use crate::time::Millis;

/// An image that is looked at.
#[derive(Clone, Debug)]
struct Subject {
    id: i64,
    inventory: i64,
    before: Option<Assessment>,
    counts: Counts,
    exemption: i64,
    since: Millis,
    gaps: bool,
}

/// What an image comes to now.
struct Outcome {
    after: Assessment,
    counts: Counts,
    exempt: Exempt,
    changes: Vec<Difference>,
}

/// Images of which indexes are looked up one by one, at most.
const MANY: usize = 1000;

/// Which images to look at.
pub(super) enum Whom<'a> {
    /// Those with a coordinate about which something else is known.
    Changed,
    /// All.
    All,
    /// These.
    These(&'a [i64]),
}

/// What has come of it: images looked at, notifications put out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    pub(super) images: usize,
    pub(super) notifications: usize,
}

/// Carries what is different about coordinates on to the images that have them.
pub(super) fn spread(
    conn: &Connection,
    changed: &Changed,
    whom: Whom<'_>,
    judge: &Judge<'_>,
    now: Millis,
    cause: Cause,
) -> Result<Spread, Failed> {
    let subjects = match whom {
        Whom::All => subjects(conn, None)?,
        Whom::These(ids) => subjects(conn, Some(ids))?,
        Whom::Changed => subjects(conn, Some(&reached(conn, changed)?))?,
    };
    let loaded = Loaded::of(conn, subjects.iter().map(|subject| subject.inventory))?;
    let mut exempter = Exempter::new(judge, now);
    let mut work = Vec::with_capacity(subjects.len());
    for subject in &subjects {
        let exemption = exempter.look(conn, subject.id, subject.inventory, &loaded, subject.since)?;
        work.push((subject, exemption));
    }
    let before = exempt::read_all(conn, subjects.iter().map(|subject| subject.exemption))?;
    let everything = Everything { loaded, changed, before, decided: exempter.decided() };
    let mut spread = Spread { images: subjects.len(), notifications: 0 };
    let tell = outbox::has_subscribers(conn)?;
    let mut parents: HashSet<i64> = HashSet::new();
    let assess = |(subject, exemption): &(&Subject, Exemption), packages: &mut Vec<u32>| {
        everything.assess(subject, exemption, packages)
    };
    side::by_side(&work, assess, |(subject, _), outcome| {
        let exemption = if outcome.exempt == *everything.before(subject) {
            subject.exemption
        } else {
            exempt::put(conn, &outcome.exempt)?
        };
        if store(conn, subject, &outcome, exemption)? {
            parents.insert(subject.id);
        }
        if tell && !outcome.changes.is_empty() {
            let note =
                outbox::Note { subject: subject.id, cause, before: subject.before, after: outcome.after };
            outbox::put(conn, &note, &outcome.counts, &outcome.changes, now)?;
            spread.notifications += 1;
        }
        Ok(())
    })?;
    roll_up(conn, &indexes(conn, &parents)?)?;
    Ok(spread)
}

/// The images that have any of the coordinates, by the posting lists.
fn reached(conn: &Connection, changed: &Changed) -> Result<Vec<i64>, Failed> {
    let mut parts: HashSet<i64> = HashSet::new();
    let mut select = conn.prepare_cached("SELECT part FROM posting WHERE coordinate = ?1")?;
    for coordinate in changed.keys() {
        let mut rows = select.query([coordinate])?;
        while let Some(row) = rows.next()? {
            parts.insert(row.get(0)?);
        }
    }
    reach::subjects(conn, &parts)
}

fn subjects(conn: &Connection, ids: Option<&[i64]>) -> Result<Vec<Subject>, Failed> {
    const COLUMNS: &str =
        "id, inventory, assessment, critical, high, medium, low, other, fixable, undetermined,
        disabled, packages, unjudged, exempt, first_scanned, gaps IS NOT NULL";
    let read = |row: &rusqlite::Row<'_>| -> Result<Subject, Failed> {
        let assessment: Option<i64> = row.get(2)?;
        Ok(Subject {
            id: row.get(0)?,
            inventory: row.get(1)?,
            before: assessment.map(codec::assessment).transpose()?,
            counts: columns::of_row(row, 3)?,
            exemption: row.get(13)?,
            since: row.get::<_, Option<i64>>(14)?.unwrap_or_default(),
            gaps: row.get(15)?,
        })
    };
    let mut all = Vec::new();
    match ids {
        None => {
            let sql = format!("SELECT {COLUMNS} FROM subject WHERE inventory IS NOT NULL ORDER BY id");
            let mut select = conn.prepare_cached(&sql)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                all.push(read(row)?);
            }
        }
        Some(ids) => {
            let sql = format!("SELECT {COLUMNS} FROM subject WHERE inventory IS NOT NULL AND id = ?1");
            let mut select = conn.prepare_cached(&sql)?;
            for id in ids {
                let mut rows = select.query([id])?;
                while let Some(row) = rows.next()? {
                    all.push(read(row)?);
                }
            }
        }
    }
    Ok(all)
}

/// What images are assessed by, whichever thread does it.
struct Everything<'a> {
    loaded: Loaded,
    changed: &'a Changed,
    before: HashMap<i64, Exempt>,
    decided: &'a Decided,
}

fn is_exempt(exempt: &Exempt, finding: i64) -> bool {
    exempt.binary_search_by_key(&finding, |(finding, _)| *finding).is_ok()
}

impl Everything<'_> {
    /// What was disabled before.
    fn before(&self, subject: &Subject) -> &Exempt {
        const NONE: &Exempt = &Vec::new();
        self.before.get(&subject.exemption).unwrap_or(NONE)
    }

    fn assess(&self, subject: &Subject, exemption: &Exemption, packages: &mut Vec<u32>) -> Outcome {
        self.loaded.packages(subject.inventory, packages);
        let mut counts = Counts::default();
        for weighed in packages.iter().filter_map(|package| self.loaded.weighed(*package)) {
            loaded::add(&mut counts, &weighed.counts);
        }
        let disabling = self.decided.of(exemption, self.loaded.parts(subject.inventory));
        disabling.iter().for_each(|(row, _)| loaded::disable(&mut counts, row));
        let new: Exempt = disabling.into_iter().map(|(row, rule)| (row.id, rule)).collect();
        let after = comes_to(&counts, subject.gaps);
        let changes = if subject.before.is_none() {
            self.all_new(packages, &new)
        } else {
            self.changes(subject, packages, &new, after)
        };
        Outcome { after, counts, exempt: new, changes }
    }

    /// Everything of an image that is assessed for the first time.
    fn all_new(&self, packages: &[u32], exempt: &Exempt) -> Vec<Difference> {
        let rows = packages.iter().filter_map(|package| self.loaded.weighed(*package));
        let rows =
            rows.flat_map(|weighed| &weighed.verdict.findings).filter(|row| !is_exempt(exempt, row.id));
        let new = |row: &Row| Difference {
            kind: ChangeKind::NewFinding,
            finding: row.id,
            from: row.severity,
            to: row.severity,
        };
        rows.map(new).collect()
    }

    fn changes(
        &self,
        subject: &Subject,
        packages: &[u32],
        new: &Exempt,
        after: Assessment,
    ) -> Vec<Difference> {
        let old = self.before(subject);
        let expired = old.iter().any(|(finding, _)| !is_exempt(new, *finding));
        let mut changes: Vec<Difference> = Vec::new();
        for &package in packages {
            if expired && let Some(weighed) = self.loaded.weighed(package) {
                // What a rule has let go and is still there.
                let rows = weighed.verdict.findings.iter();
                let rows = rows.filter(|row| !is_exempt(new, row.id) && is_exempt(old, row.id));
                let kind = ChangeKind::ExceptionExpired;
                changes.extend(rows.map(|row| Difference {
                    kind,
                    finding: row.id,
                    from: row.severity,
                    to: row.severity,
                }));
            }
            let coordinate = self.loaded.coordinate(package);
            if let Some(differences) = coordinate.and_then(|coordinate| self.changed.get(&coordinate)) {
                let counts = |change: &&Difference| match change.kind {
                    ChangeKind::Resolved => !is_exempt(old, change.finding),
                    _ => !is_exempt(new, change.finding),
                };
                changes.extend(differences.iter().filter(counts));
            }
        }
        if subject.before == Some(Assessment::Unhealthy)
            && matches!(after, Assessment::Healthy | Assessment::HealthyByExemption)
            && changes.iter().any(|change| change.kind == ChangeKind::Resolved)
        {
            let none = Severity::None;
            changes.push(Difference { kind: ChangeKind::Healthy, finding: 0, from: none, to: none });
        }
        changes
    }
}

/// Healthy only where everything was read and judged.
fn comes_to(counts: &Counts, gaps: bool) -> Assessment {
    if counts.active() > counts.undetermined {
        Assessment::Unhealthy
    } else if gaps || counts.unjudged > 0 || counts.undetermined > 0 {
        Assessment::Partial
    } else if counts.packages == 0 {
        Assessment::NothingToScan
    } else if counts.disabled > 0 {
        Assessment::HealthyByExemption
    } else {
        Assessment::Healthy
    }
}

/// Stores what is different. What indexes and tallies are over is written only where it changes: to write it costs more
/// than all the rest. Returns whether anything was different.
fn store(conn: &Connection, subject: &Subject, outcome: &Outcome, exemption: i64) -> Result<bool, Failed> {
    let counts = &outcome.counts;
    let state =
        |assessment: Option<Assessment>, counts| (assessment.map(codec::assessment_code), worst(counts));
    let (before, after) = (state(subject.before, &subject.counts), state(Some(outcome.after), counts));
    if before == after && subject.counts == *counts && subject.exemption == exemption {
        return Ok(false);
    }
    if subject.counts != *counts {
        conn.prepare_cached(
            "UPDATE subject SET critical = ?2, high = ?3, medium = ?4, low = ?5, other = ?6, fixable = ?7,
                undetermined = ?8, disabled = ?9, packages = ?10, unjudged = ?11 WHERE id = ?1",
        )?
        .execute(params_from_iter(
            [subject.id].into_iter().chain(columns::in_order(counts).map(i64::from)),
        ))?;
    }
    if before != after {
        conn.prepare_cached("UPDATE subject SET assessment = ?2, worst = ?3 WHERE id = ?1")?
            .execute(params![subject.id, after.0, after.1])?;
    }
    if subject.exemption != exemption {
        conn.prepare_cached("UPDATE subject SET exempt = ?2 WHERE id = ?1")?
            .execute([subject.id, exemption])?;
    }
    Ok(true)
}

/// One more than the level's code, so that 0 is an image without findings.
fn worst(counts: &Counts) -> i64 {
    counts.worst().map_or(0, |level| codec::severity_code(level) + 1)
}

fn indexes(conn: &Connection, images: &HashSet<i64>) -> Result<Vec<i64>, Failed> {
    let mut all: Vec<i64> = Vec::new();
    if images.len() > MANY {
        let mut select = conn.prepare_cached("SELECT parent, subject FROM child")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if images.contains(&row.get(1)?) {
                all.push(row.get(0)?);
            }
        }
    } else {
        let mut select = conn.prepare_cached("SELECT parent FROM child WHERE subject = ?1")?;
        for image in images {
            for parent in select.query_map([image], |row| row.get(0))? {
                all.push(parent?);
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// An index comes to the worst of what its images come to, once one of them is assessed. The same vulnerability is in
/// most of them, so of each count it is the greatest that says how many there are.
pub(super) fn roll_up(conn: &Connection, indexes: &[i64]) -> Result<(), Failed> {
    for index in indexes {
        conn.prepare_cached(
            "UPDATE subject SET (assessment, worst, critical, high, medium, low, other, fixable, undetermined,
                disabled, packages, unjudged, last_match) =
             (SELECT max(s.assessment), coalesce(max(s.worst), 0), coalesce(max(s.critical), 0),
                coalesce(max(s.high), 0), coalesce(max(s.medium), 0), coalesce(max(s.low), 0),
                coalesce(max(s.other), 0), coalesce(max(s.fixable), 0), coalesce(max(s.undetermined), 0),
                coalesce(max(s.disabled), 0), coalesce(max(s.packages), 0), coalesce(max(s.unjudged), 0),
                min(s.last_match)
              FROM child c JOIN subject s ON s.id = c.subject WHERE c.parent = ?1) WHERE id = ?1",
        )?
        .execute([index])?;
    }
    Ok(())
}
