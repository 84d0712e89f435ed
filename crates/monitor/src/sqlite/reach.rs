//! From packages to the images that have them, by the posting lists.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::{holder, inventory};
use crate::error::Failed;

/// The images of some parts, ascending, so that what follows does not depend on a hash's order. Also those that are in no
/// repository any more.
pub(super) fn subjects(conn: &Connection, parts: &HashSet<i64>) -> Result<Vec<i64>, Failed> {
    let mut inventories: HashSet<i64> = HashSet::new();
    let mut select = conn.prepare_cached("SELECT inventory FROM part_of WHERE part = ?1")?;
    for part in parts {
        let mut rows = select.query([part])?;
        while let Some(row) = rows.next()? {
            inventories.insert(row.get(0)?);
        }
    }
    let mut subjects = Vec::new();
    let mut select = conn.prepare_cached("SELECT id FROM subject WHERE inventory = ?1")?;
    for inventory in inventories {
        let mut rows = select.query([inventory])?;
        while let Some(row) = rows.next()? {
            subjects.push(row.get(0)?);
        }
    }
    subjects.sort_unstable();
    Ok(subjects)
}

/// Counts an image for the packages that it has, where it is there, and no longer for those that it had.
pub(super) fn recount(conn: &Connection, subject: i64) -> Result<(), Failed> {
    let mut select = conn.prepare_cached(
        "SELECT counted, CASE WHEN present AND NOT is_index THEN ifnull(inventory, 0) ELSE 0 END
         FROM subject WHERE id = ?1",
    )?;
    let (before, now): (i64, i64) = select.query_row([subject], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if before == now {
        return Ok(());
    }
    let of = |inventory| match inventory {
        0 => Ok(Vec::new()),
        _ => inventory::all_coordinates(conn, inventory),
    };
    let (old, new) = (of(before)?, of(now)?);
    for (these, others, by) in [(&old, &new, -1), (&new, &old, 1)] {
        let mut update =
            conn.prepare_cached("UPDATE reach SET images = images + ?2 WHERE coordinate = ?1")?;
        let apart: Vec<i64> =
            these.iter().copied().filter(|coordinate| others.binary_search(coordinate).is_err()).collect();
        for coordinate in &apart {
            update.execute(params![coordinate, by])?;
        }
        holder::note(conn, subject, apart, by > 0)?;
    }
    conn.prepare_cached("UPDATE subject SET counted = ?2 WHERE id = ?1")?.execute(params![subject, now])?;
    Ok(())
}

/// Counts the findings of a package.
pub(super) fn weigh(conn: &Connection, coordinate: i64) -> Result<(), Failed> {
    conn.prepare_cached(
        "UPDATE reach SET (critical, high, medium, low, other, fixable) =
            (SELECT count(*) FILTER (WHERE severity = 6), count(*) FILTER (WHERE severity = 5),
                count(*) FILTER (WHERE severity = 4), count(*) FILTER (WHERE severity = 3),
                count(*) FILTER (WHERE severity < 3), count(*) FILTER (WHERE fixable)
             FROM finding WHERE coordinate = ?1 AND gone IS NULL) WHERE coordinate = ?1",
    )?
    .execute([coordinate])?;
    Ok(())
}
