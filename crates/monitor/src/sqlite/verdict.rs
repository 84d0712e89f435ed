//! What advisories say of each distinct package, and what is different when they are asked again.

use std::collections::{BTreeSet, HashMap, HashSet};

use plimsoll_core::{Coverage, Finding, FixState, Package, Severity, Shared, Status};
use plimsoll_matcher::match_packages;
use rusqlite::{Connection, params};

use super::{codec, inventory, kept, reach};
use crate::error::Failed;
use crate::judge::Judge;
use crate::notification::ChangeKind;
use crate::time::Millis;

/// A finding of a coordinate, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) severity: Severity,
    pub(super) undetermined: bool,
    pub(super) fixable: bool,
}

/// What is known of a coordinate.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) findings: Vec<Row>,
    pub(super) unjudged: bool,
}

/// Something about a finding that is different now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) kind: ChangeKind,
    pub(super) finding: i64,
    pub(super) from: Severity,
    pub(super) to: Severity,
}

/// The coordinates about which something else is known now, with what is to be told of it; which may be nothing,
/// where only what could be judged is different.
pub(super) type Changed = HashMap<i64, Vec<Difference>>;

/// Coordinates that are matched at once.
const BATCH: usize = 4096;

/// Matches coordinates anew and stores what comes of it.
pub(super) fn judge_again(
    conn: &Connection,
    coordinates: &[i64],
    judge: &Judge<'_>,
    now: Millis,
) -> Result<Changed, Failed> {
    let (changed, written) = match_all(conn, coordinates, judge, now)?;
    if written {
        kept::renew(conn)?;
    }
    Ok(changed)
}

/// The same with coordinates that no reader has seen yet. What is new of them is no news of anything else.
pub(super) fn judge_new(
    conn: &Connection,
    coordinates: &[i64],
    judge: &Judge<'_>,
    now: Millis,
) -> Result<(), Failed> {
    match_all(conn, coordinates, judge, now).map(drop)
}

fn match_all(
    conn: &Connection,
    coordinates: &[i64],
    judge: &Judge<'_>,
    now: Millis,
) -> Result<(Changed, bool), Failed> {
    let (mut changed, mut written) = (Changed::new(), false);
    for batch in coordinates.chunks(BATCH) {
        let packages =
            batch.iter().map(|&id| inventory::package(conn, id)).collect::<Result<Vec<Package>, _>>()?;
        let mut matched = match_packages(&packages, judge.advisories, judge.options)?;
        matched.findings.iter_mut().for_each(|finding| (judge.rate)(finding));
        let mut findings = matched.findings.into_iter().peekable();
        for ((&id, package), coverage) in batch.iter().zip(&packages).zip(matched.coverage) {
            // Findings come in the order of the packages, of which no two are equal.
            let mut own = Vec::new();
            while let Some(finding) = findings.next_if(|finding| finding.package == *package) {
                own.push(finding);
            }
            let mut differences = compare(conn, id, own, now, &mut written)?;
            if differences.is_some() {
                reach::weigh(conn, id)?;
            }
            let covered = covered(conn, id, coverage)?;
            if covered && differences.is_none() {
                differences = Some(Vec::new());
            }
            if let Some(differences) = differences {
                changed.insert(id, differences);
            }
        }
    }
    Ok((changed, written))
}

/// Whether it is different now if the package could be judged.
fn covered(conn: &Connection, coordinate: i64, coverage: Coverage) -> Result<bool, Failed> {
    let code = i64::from(coverage == Coverage::Assessed);
    let changed = conn
        .prepare_cached("UPDATE coordinate SET coverage = ?2 WHERE id = ?1 AND coverage <> ?2")?
        .execute(params![coordinate, code])?;
    Ok(changed > 0)
}

struct Old {
    row: Row,
    vulnerability: String,
    body: Vec<u8>,
    gone: bool,
}

/// Nothing where there is no difference that counts or is to be counted. `written` says whether readers see another
/// thing of a package that they may have seen before.
fn compare(
    conn: &Connection,
    coordinate: i64,
    findings: Vec<Finding>,
    now: Millis,
    written: &mut bool,
) -> Result<Option<Vec<Difference>>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT id, severity, undetermined, fixable, vulnerability, gone IS NOT NULL, body FROM finding
         WHERE coordinate = ?1",
    )?;
    let mut rows = select.query([coordinate])?;
    let mut old: Vec<Old> = Vec::new();
    while let Some(row) = rows.next()? {
        old.push(Old { row: short(row)?, vulnerability: row.get(4)?, gone: row.get(5)?, body: row.get(6)? });
    }
    drop(rows);
    let (mut differences, mut counts) = (Vec::new(), false);
    for finding in findings {
        let severity = finding.severity;
        let undetermined = finding.status == Status::Undetermined;
        let fixable = finding.fix == FixState::Available || !finding.fixed_versions.is_empty();
        let body = codec::pack(&finding)?;
        let at = position(&old, &finding)?;
        let Some(at) = at else {
            conn.prepare_cached(
                "INSERT INTO finding(coordinate, vulnerability, severity, undetermined, fixable, since, body)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                coordinate,
                finding.id,
                codec::severity_code(severity),
                undetermined,
                fixable,
                now,
                body
            ])?;
            let id = conn.last_insert_rowid();
            aliases(conn, id, &finding)?;
            *written = true;
            differences.push(Difference {
                kind: ChangeKind::NewFinding,
                finding: id,
                from: severity,
                to: severity,
            });
            continue;
        };
        let before = old.swap_remove(at);
        let id = before.row.id;
        let tell = |kind| Difference { kind, finding: id, from: before.row.severity, to: severity };
        if before.gone || before.row.undetermined && !undetermined {
            differences.push(tell(ChangeKind::NewFinding));
        } else {
            if severity > before.row.severity {
                differences.push(tell(ChangeKind::SeverityRaised));
            }
            if fixable && !before.row.fixable {
                differences.push(tell(ChangeKind::FixAvailable));
            }
        }
        let row = Row { id, severity, undetermined, fixable };
        counts |= row != before.row;
        if before.gone || row != before.row || before.body != body || before.vulnerability != finding.id {
            conn.prepare_cached(
                "UPDATE finding SET vulnerability = ?2, severity = ?3, undetermined = ?4, fixable = ?5, body = ?6,
                    since = CASE WHEN gone IS NULL THEN since ELSE ?7 END, gone = NULL WHERE id = ?1",
            )?
            .execute(params![
                id,
                finding.id,
                codec::severity_code(severity),
                undetermined,
                fixable,
                body,
                now
            ])?;
            aliases(conn, id, &finding)?;
            *written = true;
        }
    }
    for before in old.iter().filter(|before| !before.gone) {
        let severity = before.row.severity;
        conn.prepare_cached("UPDATE finding SET gone = ?2 WHERE id = ?1")?
            .execute(params![before.row.id, now])?;
        *written = true;
        differences.push(Difference {
            kind: ChangeKind::Resolved,
            finding: before.row.id,
            from: severity,
            to: severity,
        });
    }
    Ok((counts || !differences.is_empty()).then_some(differences))
}

/// The same vulnerability may get another name: a CVE where there was only an id of a database.
fn position(old: &[Old], finding: &Finding) -> Result<Option<usize>, Failed> {
    if let Some(at) = old.iter().position(|old| old.vulnerability == finding.id) {
        return Ok(Some(at));
    }
    for (at, old) in old.iter().enumerate() {
        if finding.aliases.contains(&old.vulnerability) {
            return Ok(Some(at));
        }
        let known: Finding = codec::unpack(&old.body)?;
        if known.aliases.contains(&finding.id) || known.aliases.iter().any(|id| finding.aliases.contains(id))
        {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn aliases(conn: &Connection, id: i64, finding: &Finding) -> Result<(), Failed> {
    conn.prepare_cached("DELETE FROM alias WHERE finding = ?1 AND id NOT IN (?2)")?
        .execute(params![id, finding.id])?;
    for alias in std::iter::once(&finding.id).chain(&finding.aliases) {
        conn.prepare_cached("INSERT OR IGNORE INTO alias(id, finding) VALUES(?1, ?2)")?
            .execute(params![alias, id])?;
    }
    Ok(())
}

fn short(row: &rusqlite::Row<'_>) -> Result<Row, Failed> {
    Ok(Row {
        id: row.get(0)?,
        severity: codec::severity(row.get(1)?)?,
        undetermined: row.get(2)?,
        fixable: row.get(3)?,
    })
}

/// What is known of coordinates.
pub(super) fn verdicts(
    conn: &Connection,
    coordinates: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Verdict>, Failed> {
    let mut findings = conn.prepare_cached(
        "SELECT id, severity, undetermined, fixable FROM finding WHERE coordinate = ?1 AND gone IS NULL ORDER BY id",
    )?;
    let mut coverage = conn.prepare_cached("SELECT coverage FROM coordinate WHERE id = ?1")?;
    let mut all = HashMap::new();
    for id in coordinates {
        let mut verdict = Verdict {
            unjudged: coverage.query_row([id], |row| row.get::<_, i64>(0))? == 0,
            ..Verdict::default()
        };
        let mut rows = findings.query([id])?;
        while let Some(row) = rows.next()? {
            verdict.findings.push(short(row)?);
        }
        all.insert(id, verdict);
    }
    Ok(all)
}

/// A finding as it was stored.
pub(super) fn finding(conn: &Connection, id: i64) -> Result<(Finding, Millis), Failed> {
    let mut select = conn.prepare_cached("SELECT body, since FROM finding WHERE id = ?1")?;
    let (body, since): (Vec<u8>, Millis) = select.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((codec::unpack(&body)?, since))
}

/// The findings of a coordinate as they were stored: the row of each, and since when it is known.
pub(super) fn findings(
    conn: &Connection,
    coordinate: i64,
) -> Result<Vec<(i64, Shared<Finding>, Millis)>, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT id, body, since FROM finding WHERE coordinate = ?1 AND gone IS NULL ORDER BY id",
    )?;
    let mut rows = select.query([coordinate])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        all.push((row.get(0)?, Shared::from(codec::unpack::<Finding>(body)?), row.get(2)?));
    }
    Ok(all)
}

/// The coordinates that changed advisories may say something else of.
pub(super) fn touched(
    conn: &Connection,
    changes: &[plimsoll_advisory::RecordChange],
    judge: &Judge<'_>,
) -> Result<Vec<i64>, Failed> {
    let mut out: BTreeSet<i64> = BTreeSet::new();
    let mut asked = HashSet::new();
    let mut names =
        conn.prepare_cached("SELECT coordinate FROM name WHERE name = ?1 AND ecosystem = ?2 AND kind = ?3")?;
    let mut aliases = conn.prepare_cached(
        "SELECT f.coordinate FROM alias a JOIN finding f ON f.id = a.finding WHERE a.id = ?1",
    )?;
    for change in changes {
        let now = change.record.iter().flat_map(|record| &record.affected);
        let now = now.map(|entry| (&entry.ecosystem, entry.name_kind, &entry.name));
        let before = change.names.iter().map(|name| (&name.ecosystem, name.kind, &name.name));
        for (ecosystem, kind, name) in now.chain(before) {
            let name = plimsoll_matcher::normal_name(ecosystem.as_str(), name);
            let kind = super::kind_of_name(kind);
            if asked.insert((name.to_string(), ecosystem.name().to_owned(), kind)) {
                let mut rows = names.query(params![name, ecosystem.name(), kind])?;
                while let Some(row) = rows.next()? {
                    out.insert(row.get(0)?);
                }
            }
        }
        // Another publisher's word on the same vulnerability counts for its severity and its names.
        let known = change.record.iter().flat_map(plimsoll_matcher::known_ids).map(|id| id.to_string());
        for id in std::iter::once(change.id.clone()).chain(known) {
            let mut rows = aliases.query([id])?;
            while let Some(row) = rows.next()? {
                out.insert(row.get(0)?);
            }
        }
    }
    out.extend(newly_covered(conn, judge)?);
    Ok(out.into_iter().collect())
}

/// The coordinates of ecosystems that have a feed now and had none, or the reverse.
fn newly_covered(conn: &Connection, judge: &Judge<'_>) -> Result<Vec<i64>, Failed> {
    let mut select =
        conn.prepare_cached("SELECT DISTINCT ecosystem FROM coordinate WHERE ecosystem IS NOT NULL")?;
    let all = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut out = Vec::new();
    for name in all {
        let covers = judge.advisories.covers(&name.clone().into())?;
        let changed = conn
            .prepare_cached(
                "INSERT INTO ecosystem(name, covered) VALUES(?1, ?2)
                 ON CONFLICT DO UPDATE SET covered = ?2 WHERE covered <> ?2",
            )?
            .execute(params![name, covers])?;
        if changed > 0 {
            let mut select = conn.prepare_cached("SELECT id FROM coordinate WHERE ecosystem = ?1")?;
            let ids = select.query_map([name], |row| row.get(0))?;
            for id in ids {
                out.push(id?);
            }
        }
    }
    Ok(out)
}
