//! From packages to the images that have them, by the posting lists.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::error::Failed;

/// The images of some parts, ascending, so that what follows does not depend on a hash's order; nothing where they
/// have more than `most` inventories.
pub(super) fn subjects(
    conn: &Connection,
    parts: &HashSet<i64>,
    most: usize,
) -> Result<Option<Vec<i64>>, Failed> {
    let mut inventories: HashSet<i64> = HashSet::new();
    let mut select = conn.prepare_cached("SELECT inventory FROM part_of WHERE part = ?1")?;
    for part in parts {
        let mut rows = select.query([part])?;
        while let Some(row) = rows.next()? {
            inventories.insert(row.get(0)?);
            if inventories.len() > most {
                return Ok(None);
            }
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
    Ok(Some(subjects))
}
