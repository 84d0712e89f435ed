//! What images come to, and who is to be told.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::thread;

use plimsoll_core::{Assessment, Severity};
use rusqlite::{Connection, params};

use super::exempt::{self, Exempt, Exempter};
use super::verdict::{Changed, Difference, Verdict};
use super::{codec, inventory, outbox, reach, verdict};
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

/// What is needed of the store to assess many images, read once.
struct Loaded {
    parts: HashMap<i64, Vec<i64>>,
    inventories: HashMap<i64, Vec<i64>>,
    verdicts: HashMap<i64, Verdict>,
}

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
    let loaded = load(conn, &subjects)?;
    let mut exempter = Exempter::new(judge, now);
    let (mut before, mut after) = (Vec::with_capacity(subjects.len()), Vec::with_capacity(subjects.len()));
    let mut known: HashMap<i64, Exempt> = HashMap::new();
    for subject in &subjects {
        let old = match known.get(&subject.exemption) {
            Some(old) => old.clone(),
            None => {
                let old = exempt::read(conn, subject.exemption)?;
                known.insert(subject.exemption, old.clone());
                old
            }
        };
        before.push(old);
        after.push(if exempter.is_idle() {
            Vec::new()
        } else {
            let findings = loaded.findings(subject.inventory);
            exempter.exempt(conn, subject.id, subject.inventory, &findings, subject.since)?
        });
    }
    let outcomes = assess_all(&subjects, &loaded, changed, before, after);
    let mut spread = Spread { images: subjects.len(), notifications: 0 };
    let tell = outbox::has_subscribers(conn)?;
    let mut parents: HashSet<i64> = HashSet::new();
    for (subject, outcome) in subjects.iter().zip(outcomes) {
        let exemption = exempt::put(conn, &outcome.exempt)?;
        let same = subject.before == Some(outcome.after)
            && subject.counts == outcome.counts
            && subject.exemption == exemption;
        if !same {
            store(conn, subject.id, &outcome, exemption)?;
            parents.insert(subject.id);
        }
        let first = subject.before.is_none();
        let mut changes = outcome.changes;
        if first {
            changes = all_new(&loaded, subject, &outcome.exempt);
        } else if subject.before == Some(Assessment::Unhealthy)
            && matches!(outcome.after, Assessment::Healthy | Assessment::HealthyByExemption)
            && changes.iter().any(|change| change.kind == ChangeKind::Resolved)
        {
            let none = Severity::None;
            changes.push(Difference { kind: ChangeKind::Healthy, finding: 0, from: none, to: none });
        }
        if tell && !changes.is_empty() {
            let note =
                outbox::Note { subject: subject.id, cause, before: subject.before, after: outcome.after };
            outbox::put(conn, &note, &outcome.counts, &changes, now)?;
            spread.notifications += 1;
        }
    }
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
            counts: Counts {
                critical: row.get(3)?,
                high: row.get(4)?,
                medium: row.get(5)?,
                low: row.get(6)?,
                other: row.get(7)?,
                fixable: row.get(8)?,
                undetermined: row.get(9)?,
                disabled: row.get(10)?,
                packages: row.get(11)?,
                unjudged: row.get(12)?,
            },
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

fn load(conn: &Connection, subjects: &[Subject]) -> Result<Loaded, Failed> {
    let mut loaded = Loaded { parts: HashMap::new(), inventories: HashMap::new(), verdicts: HashMap::new() };
    let mut coordinates: HashSet<i64> = HashSet::new();
    for subject in subjects {
        if loaded.inventories.contains_key(&subject.inventory) {
            continue;
        }
        let parts: Vec<i64> =
            inventory::parts(conn, subject.inventory)?.into_iter().map(|(part, _)| part).collect();
        for &part in &parts {
            if let Entry::Vacant(place) = loaded.parts.entry(part) {
                let mut members = Vec::new();
                inventory::coordinates(conn, part, &mut members)?;
                coordinates.extend(&members);
                place.insert(members);
            }
        }
        loaded.inventories.insert(subject.inventory, parts);
    }
    loaded.verdicts = verdict::verdicts(conn, coordinates)?;
    Ok(loaded)
}

impl Loaded {
    /// The coordinates of an inventory, ascending, each once.
    fn coordinates(&self, inventory: i64, out: &mut Vec<i64>) {
        out.clear();
        for part in self.inventories.get(&inventory).into_iter().flatten() {
            out.extend(self.parts.get(part).into_iter().flatten());
        }
        out.sort_unstable();
        out.dedup();
    }

    fn findings(&self, inventory: i64) -> Vec<i64> {
        let mut coordinates = Vec::new();
        self.coordinates(inventory, &mut coordinates);
        let verdicts = coordinates.iter().filter_map(|coordinate| self.verdicts.get(coordinate));
        verdicts.flat_map(|verdict| &verdict.findings).map(|row| row.id).collect()
    }
}

fn assess_all(
    subjects: &[Subject],
    loaded: &Loaded,
    changed: &Changed,
    before: Vec<Exempt>,
    after: Vec<Exempt>,
) -> Vec<Outcome> {
    let mut work: Vec<(&Subject, Exempt, Exempt)> =
        subjects.iter().zip(before).zip(after).map(|((subject, old), new)| (subject, old, new)).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
    let share = work.len().div_ceil(threads).max(1);
    let run = |work: &mut [(&Subject, Exempt, Exempt)]| -> Vec<Outcome> {
        let mut coordinates = Vec::new();
        let one = |(subject, old, new): &mut (&Subject, Exempt, Exempt)| {
            assess(subject, loaded, changed, old, std::mem::take(new), &mut coordinates)
        };
        work.iter_mut().map(one).collect()
    };
    if work.len() < 1000 {
        return run(&mut work);
    }
    thread::scope(|scope| {
        let handles: Vec<_> = work.chunks_mut(share).map(|share| scope.spawn(move || run(share))).collect();
        let mut all = Vec::with_capacity(subjects.len());
        for handle in handles {
            match handle.join() {
                Ok(outcomes) => all.extend(outcomes),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

fn is_exempt(exempt: &Exempt, finding: i64) -> bool {
    exempt.binary_search_by_key(&finding, |(finding, _)| *finding).is_ok()
}

fn assess(
    subject: &Subject,
    loaded: &Loaded,
    changed: &Changed,
    old: &Exempt,
    new: Exempt,
    coordinates: &mut Vec<i64>,
) -> Outcome {
    loaded.coordinates(subject.inventory, coordinates);
    let mut counts = Counts::default();
    let mut changes: Vec<Difference> = Vec::new();
    let mut affected = false;
    for coordinate in coordinates.iter() {
        counts.packages += 1;
        if let Some(verdict) = loaded.verdicts.get(coordinate) {
            counts.unjudged += u32::from(verdict.unjudged);
            for row in &verdict.findings {
                if !new.is_empty() && is_exempt(&new, row.id) {
                    counts.disabled += 1;
                    continue;
                }
                *match row.severity {
                    Severity::Critical => &mut counts.critical,
                    Severity::High => &mut counts.high,
                    Severity::Medium => &mut counts.medium,
                    Severity::Low => &mut counts.low,
                    Severity::Negligible | Severity::None | Severity::Unknown => &mut counts.other,
                } += 1;
                counts.fixable += u32::from(row.fixable);
                counts.undetermined += u32::from(row.undetermined);
                affected |= !row.undetermined;
                // What a rule has let go and is still there.
                if !old.is_empty() && is_exempt(old, row.id) {
                    let kind = ChangeKind::ExceptionExpired;
                    changes.push(Difference { kind, finding: row.id, from: row.severity, to: row.severity });
                }
            }
        }
        if let Some(differences) = changed.get(coordinate) {
            let counts = |change: &&Difference| match change.kind {
                ChangeKind::Resolved => !is_exempt(old, change.finding),
                _ => !is_exempt(&new, change.finding),
            };
            changes.extend(differences.iter().filter(counts));
        }
    }
    let after = comes_to(&counts, affected, subject.gaps);
    Outcome { after, counts, exempt: new, changes }
}

/// Healthy only where everything was read and judged.
fn comes_to(counts: &Counts, affected: bool, gaps: bool) -> Assessment {
    if affected {
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

/// Everything of an image that is assessed for the first time.
fn all_new(loaded: &Loaded, subject: &Subject, exempt: &Exempt) -> Vec<Difference> {
    let mut coordinates = Vec::new();
    loaded.coordinates(subject.inventory, &mut coordinates);
    let verdicts = coordinates.iter().filter_map(|coordinate| loaded.verdicts.get(coordinate));
    let rows = verdicts.flat_map(|verdict| &verdict.findings).filter(|row| !is_exempt(exempt, row.id));
    let new = |row: &verdict::Row| Difference {
        kind: ChangeKind::NewFinding,
        finding: row.id,
        from: row.severity,
        to: row.severity,
    };
    rows.map(new).collect()
}

fn store(conn: &Connection, subject: i64, outcome: &Outcome, exemption: i64) -> Result<(), Failed> {
    let counts = &outcome.counts;
    conn.prepare_cached(
        "UPDATE subject SET assessment = ?2, worst = ?3, critical = ?4, high = ?5, medium = ?6, low = ?7, other = ?8,
            fixable = ?9, undetermined = ?10, disabled = ?11, packages = ?12, unjudged = ?13, exempt = ?14
         WHERE id = ?1",
    )?
    .execute(params![
        subject,
        codec::assessment_code(outcome.after),
        worst(counts),
        counts.critical,
        counts.high,
        counts.medium,
        counts.low,
        counts.other,
        counts.fixable,
        counts.undetermined,
        counts.disabled,
        counts.packages,
        counts.unjudged,
        exemption,
    ])?;
    Ok(())
}

/// One more than the level's code, so that 0 is an image without findings.
fn worst(counts: &Counts) -> i64 {
    counts.worst().map_or(0, |level| codec::severity_code(level) + 1)
}

fn indexes(conn: &Connection, images: &HashSet<i64>) -> Result<Vec<i64>, Failed> {
    let mut select = conn.prepare_cached("SELECT parent FROM child WHERE subject = ?1")?;
    let mut all = Vec::new();
    for image in images {
        for parent in select.query_map([image], |row| row.get(0))? {
            all.push(parent?);
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
