//! What is stored of one image: the other way round from a scan.

use plimsoll_core::{Digest, Package, Shared};
use rusqlite::{Connection, OptionalExtension};

use super::kept::Kept;
use super::{base, codec, inventory};
use crate::error::Failed;
use crate::subject::Stored;

pub(super) fn stored(conn: &Connection, digest: &Digest, kept: &Kept) -> Result<Option<Stored>, Failed> {
    let mut select =
        conn.prepare_cached("SELECT inventory, distro, gaps, id FROM subject WHERE digest = ?1")?;
    let row = select.query_row([codec::digest_bytes(digest)], |row| {
        Ok((
            row.get::<_, Option<i64>>(0)?,
            row.get::<_, Option<String>>(1)?,
            row.get::<_, Option<String>>(2)?,
            row.get::<_, i64>(3)?,
        ))
    });
    let Some((Some(row), distro, gaps, subject)) = row.optional()? else { return Ok(None) };
    let distro = distro.map(|text| codec::from_json(text.as_bytes())).transpose()?;
    let gaps = gaps.map(|text| codec::from_json(text.as_bytes())).transpose()?.unwrap_or_default();
    let mut judged = conn.prepare_cached("SELECT coverage FROM coordinate WHERE id = ?1")?;
    let mut all: Vec<(Package, bool)> = Vec::new();
    for brought in inventory::packages(&kept.view(conn)?, conn, row, |_| true)? {
        let assessed: i64 = judged.query_row([brought.coordinate], |row| row.get(0))?;
        all.push((Shared::into_inner(brought.package), assessed != 0));
    }
    all.sort_by_cached_key(|(package, _)| (package.kind, package.name.clone(), package.purl.to_string()));
    let base = base::of(conn, subject)?;
    Ok(Some(Stored { packages: all, distro, gaps, base }))
}
