//! Where a vulnerability is: its findings in all images, a page at a time.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::holder::{Held, Next};
use super::{SqliteStore, inventory};
use crate::Error;
use crate::error::Failed;

/// A finding of an image, by the numbers that the views have for both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The image's number.
    pub image: u64,
    /// The finding's number.
    pub finding: u64,
}

/// A page of findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vulnerable {
    /// The findings, ascending.
    pub findings: Vec<Occurrence>,
    /// After which the next page begins; none where this is the last. A page may have fewer than were asked for, even
    /// none, and still have a next one.
    pub next: Option<Occurrence>,
}

impl SqliteStore {
    /// The findings of a vulnerability, by any of its ids, in all images that are in a repository: up to `limit` of
    /// those after one.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn vulnerable(&self, id: &str, after: Occurrence, limit: usize) -> Result<Vulnerable, Error> {
        self.read(|conn| vulnerable(conn, id, after, limit))
    }
}

fn vulnerable(conn: &Connection, id: &str, after: Occurrence, limit: usize) -> Result<Vulnerable, Failed> {
    let mut findings: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut select = conn.prepare_cached(
        "SELECT f.coordinate, f.id FROM alias a JOIN finding f ON f.id = a.finding AND f.gone IS NULL
         WHERE a.id = ?1",
    )?;
    let mut rows = select.query([id])?;
    while let Some(row) = rows.next()? {
        findings.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let coordinates: HashSet<i64> = findings.keys().copied().collect();
    // The image that the page before ended in may have more.
    let before = i64::try_from(after.image).unwrap_or(i64::MAX).saturating_sub(1);
    let mut held = Held::after(conn, &coordinates, before)?;
    let mut parts: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut inventory = conn.prepare_cached(
        "SELECT i.parts FROM subject s JOIN inventory i ON i.id = s.inventory WHERE s.id = ?1",
    )?;
    let mut page = Vulnerable::default();
    loop {
        let image = match held.next()? {
            Next::Image(image) => image,
            Next::Later(image) => {
                page.next = Some(Occurrence { image: image.unsigned_abs(), finding: u64::MAX });
                return Ok(page);
            }
            Next::End => return Ok(page),
        };
        let bytes: Vec<u8> = inventory.query_row([image], |row| row.get(0))?;
        let mut own: Vec<Occurrence> = Vec::new();
        for (part, _) in inventory::parts_of(&bytes)? {
            let within = match parts.entry(part) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let mut members = Vec::new();
                    inventory::coordinates(conn, part, &mut members)?;
                    let within = members.iter().filter_map(|coordinate| findings.get(coordinate)).flatten();
                    new.insert(within.copied().collect())
                }
            };
            let at = |id: &i64| Occurrence { image: image.unsigned_abs(), finding: id.unsigned_abs() };
            own.extend(within.iter().map(at));
        }
        own.sort_unstable();
        own.dedup();
        for at in own.into_iter().filter(|at| *at > after) {
            if page.findings.len() >= limit {
                page.next = page.findings.last().copied();
                return Ok(page);
            }
            page.findings.push(at);
        }
    }
}
