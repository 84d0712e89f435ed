//! Stores of older versions, brought up to this one when they are opened for writing: as a whole, or not at all.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, TransactionBehavior};

use super::{holder, inventory, schema};
use crate::error::Failed;

/// The oldest version that can be brought up to this one.
const OLDEST: i64 = 2;

/// Parts that are kept in memory, about.
const PARTS: usize = 100_000;

/// Leaves a store as it is that is too old, or of a later version.
pub(super) fn migrate(connection: &mut Connection, version: i64) -> Result<(), Failed> {
    if !(OLDEST..schema::SCHEMA).contains(&version) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version < 3 {
        to_third(&transaction)?;
    }
    transaction.execute_batch(schema::FOURTH)?;
    renew_views(&transaction)?;
    transaction.pragma_update(None, "user_version", schema::SCHEMA)?;
    transaction.commit()?;
    Ok(())
}

fn to_third(conn: &Connection) -> Result<(), Failed> {
    conn.execute_batch(schema::THIRD)?;
    let mut select = conn.prepare("SELECT id FROM inventory")?;
    let inventories = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for inventory in inventories {
        inventory::note_doubled(conn, inventory)?;
    }
    let mut parts: HashMap<i64, Vec<i64>> = HashMap::new();
    holder::build(conn, |inventory, out| {
        if parts.len() > PARTS {
            parts.clear();
        }
        for (part, _) in inventory::parts(conn, inventory)? {
            let members = match parts.entry(part) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let mut members = Vec::new();
                    inventory::coordinates(conn, part, &mut members)?;
                    new.insert(members)
                }
            };
            out.extend(members.iter());
        }
        out.sort_unstable();
        out.dedup();
        Ok(())
    })
}

/// The views, and the indexes over what they say, as they are in this version.
fn renew_views(conn: &Connection) -> Result<(), Failed> {
    let mut select = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")?;
    let names = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for name in names {
        conn.execute_batch(&format!("DROP VIEW \"{}\"", name.replace('"', "\"\"")))?;
    }
    for name in ["subject_digest", "subject_state", "subject_severity"] {
        conn.execute_batch(&format!("DROP INDEX IF EXISTS {name}"))?;
    }
    conn.execute_batch(&schema::views())?;
    Ok(())
}
