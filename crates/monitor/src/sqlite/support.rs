//! Distributions whose support ends: on the day that it does, and not when an image is scanned next.
//!
//! Of each distribution that any image has it is kept what was last said of it. So a day that brings nothing new costs a
//! few look-ups, and only the images of one whose support has ended are looked at.

use std::collections::BTreeMap;

use plimsoll_core::{Distro, Severity};
use rusqlite::{Connection, params};

use super::assess::{Spread, Whom, spread};
use super::verdict::{Changed, Difference};
use super::{codec, counts, known, outbox};
use crate::error::Failed;
use crate::judge::Judge;
use crate::notification::{Cause, ChangeKind};
use crate::subject::Counts;
use crate::time::{DAY, Millis};

/// What is said of distributions.
const SAID: &str = "support";
/// By which day and advisories.
const BY: &str = "supported";
/// Distributions that are kept: an image can make up any number.
const MOST: usize = 4096;

/// By a distribution, as it is stored: the row of its operating system, and that its support has ended.
type Said = BTreeMap<String, (i64, Option<String>)>;

fn read(conn: &Connection) -> Result<Said, Failed> {
    let text: Option<String> = known::meta(conn, SAID)?;
    text.map_or(Ok(Said::new()), |text| codec::from_json(text.as_bytes()))
}

fn write(conn: &Connection, said: &Said) -> Result<(), Failed> {
    let text = String::from_utf8(codec::json(said)?).unwrap_or_default();
    known::set_meta(conn, SAID, &text)
}

/// As long as a gap may be: an image can call its distribution anything.
fn short(text: String) -> String {
    text.chars().take(1000).collect()
}

/// `YYYY-MM-DD`.
fn day(now: Millis) -> String {
    let day = plimsoll_rules::Date::from_days_since_1970(now.div_euclid(DAY));
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// That the support of an image's distribution has ended; it is looked at again every day from now on.
pub(super) fn note(
    conn: &Connection,
    distro: &Distro,
    os: i64,
    judge: &Judge<'_>,
    now: Millis,
) -> Result<Option<String>, Failed> {
    let key = String::from_utf8(codec::json(distro)?).unwrap_or_default();
    let mut said = read(conn)?;
    if let Some((_, ended)) = said.get(&key) {
        return Ok(ended.clone());
    }
    let ended = judge.advisories.support_ended(distro, &day(now))?.map(short);
    if said.len() < MOST {
        said.insert(key, (os, ended.clone()));
        write(conn, &said)?;
    }
    Ok(ended)
}

/// Looks at every distribution once a day, and where advisories have changed, and carries what is different to its
/// images.
pub(super) fn pass(
    conn: &Connection,
    judge: &Judge<'_>,
    generation: u64,
    now: Millis,
) -> Result<Spread, Failed> {
    let mut total = Spread::default();
    let (day, by) = (day(now), format!("{} {generation}", day(now)));
    if known::meta::<String>(conn, BY)?.as_ref() == Some(&by) {
        return Ok(total);
    }
    known::set_meta(conn, BY, &by)?;
    let mut said = read(conn)?;
    let mut changed = false;
    for (text, (os, ended)) in &mut said {
        let distro: Distro = codec::from_json(text.as_bytes())?;
        let new = judge.advisories.support_ended(&distro, &day)?.map(short);
        if new == *ended {
            continue;
        }
        let old = std::mem::replace(ended, new);
        changed = true;
        let one = carry(conn, text, *os, old.as_deref(), ended.as_deref(), judge, now)?;
        total.images += one.images;
        total.notifications += one.notifications;
    }
    if changed {
        write(conn, &said)?;
    }
    Ok(total)
}

/// Puts what is said now in the place of what was, with every image of a distribution.
fn carry(
    conn: &Connection,
    distro: &str,
    os: i64,
    old: Option<&str>,
    new: Option<&str>,
    judge: &Judge<'_>,
    now: Millis,
) -> Result<Spread, Failed> {
    let mut select = conn.prepare_cached(
        "SELECT id, gaps FROM subject WHERE os = ?1 AND distro = ?2 AND inventory IS NOT NULL",
    )?;
    let rows = select.query_map(params![os, distro], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows = rows.collect::<Result<Vec<(i64, Option<String>)>, _>>()?;
    let mut images = Vec::with_capacity(rows.len());
    for (subject, gaps) in rows {
        let gaps = gaps.map(|text| codec::from_json::<Vec<String>>(text.as_bytes())).transpose()?;
        let mut gaps = gaps.unwrap_or_default();
        gaps.retain(|gap| Some(gap.as_str()) != old);
        gaps.extend(new.map(str::to_owned));
        let text = if gaps.is_empty() { None } else { String::from_utf8(codec::json(&gaps)?).ok() };
        conn.prepare_cached("UPDATE subject SET gaps = ?2 WHERE id = ?1")?.execute(params![subject, text])?;
        images.push((subject, stands(conn, subject)?.0));
    }
    let ids: Vec<i64> = images.iter().map(|(subject, _)| *subject).collect();
    let mut total = spread(conn, &Changed::new(), Whom::These(&ids), judge, now, Cause::Support)?;
    if new.is_some() && old.is_none() && outbox::has_subscribers(conn)? {
        let none = Severity::None;
        let change = Difference { kind: ChangeKind::SupportEnded, finding: 0, from: none, to: none };
        for (subject, before) in images {
            let (Some(after), counts) = stands(conn, subject)? else { continue };
            let note = outbox::Note { subject, cause: Cause::Support, before, after };
            outbox::put(conn, &note, &counts, std::slice::from_ref(&change), now)?;
            total.notifications += 1;
        }
    }
    Ok(total)
}

/// What an image comes to, and its counts.
fn stands(conn: &Connection, subject: i64) -> Result<(Option<plimsoll_core::Assessment>, Counts), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT assessment, critical, high, medium, low, other, fixable, undetermined, disabled, packages, unjudged
         FROM subject WHERE id = ?1",
    )?;
    let (assessment, counts) = select.query_row([subject], |row| {
        let counts = counts::of_row(row, 1)?;
        Ok((row.get::<_, Option<i64>>(0)?, counts))
    })?;
    Ok((assessment.map(codec::assessment).transpose()?, counts))
}
