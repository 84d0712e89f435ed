//! Inventories, each layer's share stored once, whatever images it is in.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use plimsoll_core::{LayerRef, Location, Package, Purl, Role, Shared};
use plimsoll_matcher::queries;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::kept::Judged;
use super::{codec, kept};
use crate::error::Failed;

/// What differs between packages that advisories do not tell apart.
#[derive(Serialize, Deserialize)]
pub(super) struct Detail {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owned_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<plimsoll_core::Identity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<plimsoll_core::Origin>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sha1: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    cataloger: String,
    role: Role,
}

/// Things by the layer that they came with.
type ByLayer<T> = BTreeMap<Option<u32>, (Option<LayerRef>, Vec<T>)>;

/// Stores an inventory. Returns its row, and the coordinates that were not known before.
pub(super) fn put(conn: &Connection, packages: &[Package]) -> Result<(i64, Vec<i64>), Failed> {
    let mut new = Vec::new();
    let mut layers: ByLayer<(i64, i64)> = BTreeMap::new();
    for package in packages {
        let coordinate = coordinate(conn, package, &mut new)?;
        let mut places: ByLayer<Location> = BTreeMap::new();
        for location in &package.locations {
            let layer = location.layer.clone();
            let bare = Location { path: location.path.clone(), layer: None };
            let index = layer.as_ref().map(|layer| layer.index);
            places.entry(index).or_insert_with(|| (layer, Vec::new())).1.push(bare);
        }
        if places.is_empty() {
            places.insert(None, (None, Vec::new()));
        }
        for (index, (layer, locations)) in places {
            let row = detail(conn, package, coordinate, locations)?;
            layers.entry(index).or_insert_with(|| (layer, Vec::new())).1.push((row, coordinate));
        }
    }
    let mut parts = Vec::new();
    let mut rows = Vec::with_capacity(layers.len());
    for (layer, mut members) in layers.into_values() {
        members.sort_unstable();
        members.dedup();
        let row = part(conn, &members)?;
        let layer = match layer {
            Some(layer) => intern(conn, "layer", &codec::json(&layer)?)?,
            None => 0,
        };
        codec::push(&mut parts, row.unsigned_abs());
        codec::push(&mut parts, layer.unsigned_abs());
        rows.push(row);
    }
    let hash = codec::hash(&[&parts]);
    let mut select = conn.prepare_cached("SELECT id FROM inventory WHERE hash = ?1")?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok((id, new));
    }
    conn.prepare_cached("INSERT INTO inventory(hash, parts) VALUES(?1, ?2)")?
        .execute(params![hash, parts])?;
    let id = conn.last_insert_rowid();
    for part in rows {
        conn.prepare_cached("INSERT OR IGNORE INTO part_of(part, inventory) VALUES(?1, ?2)")?
            .execute(params![part, id])?;
    }
    note_doubled(conn, id)?;
    Ok((id, new))
}

/// Notes which coordinates several parts bring to an inventory: it is the one of the lowest number that counts.
pub(super) fn note_doubled(conn: &Connection, inventory: i64) -> Result<(), Failed> {
    let mut all: Vec<i64> = parts(conn, inventory)?.into_iter().map(|(part, _)| part).collect();
    all.sort_unstable();
    all.dedup();
    let mut insert = conn.prepare_cached("INSERT INTO doubled VALUES(?1, ?2, ?3)")?;
    let (mut known, mut own) = (HashSet::new(), Vec::new());
    for part in all {
        own.clear();
        coordinates(conn, part, &mut own)?;
        for coordinate in &own {
            if !known.insert(*coordinate) {
                insert.execute([inventory, *coordinate, part])?;
            }
        }
    }
    Ok(())
}

pub(super) fn intern(conn: &Connection, table: &'static str, body: &[u8]) -> Result<i64, Failed> {
    let hash = codec::hash(&[body]);
    let mut select = conn.prepare_cached(&format!("SELECT id FROM {table} WHERE hash = ?1"))?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    conn.prepare_cached(&format!("INSERT INTO {table}(hash, body) VALUES(?1, ?2)"))?
        .execute(params![hash, body])?;
    Ok(conn.last_insert_rowid())
}

pub(super) fn rule(conn: &Connection, body: &str) -> Result<i64, Failed> {
    let hash = codec::hash(&[body.as_bytes()]);
    let mut select = conn.prepare_cached("SELECT id FROM rule WHERE hash = ?1")?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO rule(hash, body) VALUES(?1, ?2)")?.execute(params![hash, body])?;
    Ok(conn.last_insert_rowid())
}

/// The package without what says where it is.
fn bare(package: &Package) -> Package {
    Package {
        locations: Vec::new(),
        owned_by: None,
        identity: None,
        origin: None,
        sha1: Vec::new(),
        licences: Vec::new(),
        requires: Default::default(),
        provides: Default::default(),
        dependency: None,
        cataloger: String::new(),
        role: Role::Normal,
        purl: Purl { subpath: None, ..package.purl.clone() },
        ..package.clone()
    }
}

fn coordinate(conn: &Connection, package: &Package, new: &mut Vec<i64>) -> Result<i64, Failed> {
    let bare = bare(package);
    let body = codec::json(&bare)?;
    let hash = codec::hash(&[&body]);
    let mut select = conn.prepare_cached("SELECT id FROM coordinate WHERE hash = ?1")?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let ecosystem = bare.ecosystem.as_ref().map(|ecosystem| ecosystem.as_str());
    conn.prepare_cached(
        "INSERT INTO coordinate(hash, ecosystem, name, version, body) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![hash, ecosystem, bare.name, bare.version, body])?;
    let id = conn.last_insert_rowid();
    conn.prepare_cached("INSERT INTO reach(coordinate) VALUES(?1)")?.execute([id])?;
    for wanted in queries(&bare) {
        let query = wanted.query(false);
        conn.prepare_cached(
            "INSERT OR IGNORE INTO name(name, ecosystem, kind, coordinate) VALUES(?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            query.name,
            query.ecosystem.name(),
            super::kind_of_name(query.kind),
            id
        ])?;
    }
    new.push(id);
    Ok(id)
}

fn detail(
    conn: &Connection,
    package: &Package,
    coordinate: i64,
    locations: Vec<Location>,
) -> Result<i64, Failed> {
    let detail = Detail {
        locations,
        owned_by: package.owned_by.clone(),
        identity: package.identity.clone(),
        origin: package.origin.clone(),
        sha1: package.sha1.clone(),
        cataloger: package.cataloger.clone(),
        role: package.role,
    };
    let body = codec::json(&detail)?;
    let hash = codec::hash(&[&coordinate.to_be_bytes(), &body]);
    let mut select = conn.prepare_cached("SELECT id FROM package WHERE hash = ?1")?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO package(hash, coordinate, body) VALUES(?1, ?2, ?3)")?
        .execute(params![hash, coordinate, body])?;
    Ok(conn.last_insert_rowid())
}

fn part(conn: &Connection, members: &[(i64, i64)]) -> Result<i64, Failed> {
    let packages = codec::ascending(&members.iter().map(|(package, _)| *package).collect::<Vec<_>>());
    let hash = codec::hash(&[&packages]);
    let mut select = conn.prepare_cached("SELECT id FROM part WHERE hash = ?1")?;
    if let Some(id) = select.query_row([hash], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let mut coordinates: Vec<i64> = members.iter().map(|(_, coordinate)| *coordinate).collect();
    coordinates.sort_unstable();
    coordinates.dedup();
    conn.prepare_cached("INSERT INTO part(hash, coordinates, packages) VALUES(?1, ?2, ?3)")?
        .execute(params![hash, codec::ascending(&coordinates), packages])?;
    let id = conn.last_insert_rowid();
    let mut insert = conn.prepare_cached("INSERT INTO posting(coordinate, part) VALUES(?1, ?2)")?;
    for coordinate in coordinates {
        insert.execute(params![coordinate, id])?;
    }
    Ok(id)
}

/// The parts of an inventory, lowest layer first, each with its layer's row.
pub(super) fn parts(conn: &Connection, inventory: i64) -> Result<Vec<(i64, i64)>, Failed> {
    let mut select = conn.prepare_cached("SELECT parts FROM inventory WHERE id = ?1")?;
    let bytes: Vec<u8> = select.query_row([inventory], |row| row.get(0))?;
    parts_of(&bytes)
}

/// The same of its stored form.
pub(super) fn parts_of(bytes: &[u8]) -> Result<Vec<(i64, i64)>, Failed> {
    let (mut rest, mut all) = (bytes, Vec::new());
    let number = |rest: &mut &[u8]| {
        i64::try_from(codec::pull(rest)?).map_err(|_| Failed::Damaged("an inventory has an impossible part"))
    };
    while !rest.is_empty() {
        all.push((number(&mut rest)?, number(&mut rest)?));
    }
    Ok(all)
}

/// The coordinates of a part, ascending.
pub(super) fn coordinates(conn: &Connection, part: i64, out: &mut Vec<i64>) -> Result<(), Failed> {
    let mut select = conn.prepare_cached("SELECT coordinates FROM part WHERE id = ?1")?;
    let mut rows = select.query([part])?;
    let row = rows.next()?.ok_or(Failed::Damaged("an inventory has a part that is gone"))?;
    codec::ids(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, out)
}

/// The coordinates of an inventory, ascending, each once.
pub(super) fn all_coordinates(conn: &Connection, inventory: i64) -> Result<Vec<i64>, Failed> {
    let mut all = Vec::new();
    for (part, _) in parts(conn, inventory)? {
        coordinates(conn, part, &mut all)?;
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The package of a coordinate.
pub(super) fn package(conn: &Connection, coordinate: i64) -> Result<Package, Failed> {
    let mut select = conn.prepare_cached("SELECT body FROM coordinate WHERE id = ?1")?;
    let mut rows = select.query([coordinate])?;
    let row = rows.next()?.ok_or(Failed::Damaged("a package is gone"))?;
    codec::from_json(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
}

/// A package's coordinate, and what is its own.
pub(super) fn detail_of(conn: &Connection, package: i64) -> Result<(i64, Detail), Failed> {
    let mut select = conn.prepare_cached("SELECT coordinate, body FROM package WHERE id = ?1")?;
    let mut rows = select.query([package])?;
    let row = rows.next()?.ok_or(Failed::Damaged("a package is gone"))?;
    Ok((row.get(0)?, codec::from_json(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?))
}

impl Detail {
    /// The package, as the layer brings it.
    fn of(&self, base: &Package, layer: Option<&LayerRef>) -> Package {
        let locations = self.locations.iter();
        let locations =
            locations.map(|at| Location { path: at.path.clone(), layer: layer.cloned() }).collect();
        Package {
            locations,
            owned_by: self.owned_by.clone(),
            identity: self.identity.clone(),
            origin: self.origin.clone(),
            sha1: self.sha1.clone(),
            cataloger: self.cataloger.clone(),
            role: self.role,
            ..base.clone()
        }
    }
}

/// A package of an inventory.
pub(super) struct Brought {
    pub(super) coordinate: i64,
    /// What is known of the coordinate.
    pub(super) judged: Arc<Judged>,
    /// The package, with its locations.
    pub(super) package: Shared<Package>,
}

/// The packages of an inventory; those of whose coordinates nothing is `wanted` are left out.
pub(super) fn packages(
    view: &kept::View<'_>,
    conn: &Connection,
    inventory: i64,
    wanted: impl Fn(&Judged) -> bool,
) -> Result<Vec<Brought>, Failed> {
    let mut all: Vec<Brought> = Vec::new();
    // Where the packages of each coordinate are among them.
    let mut of: HashMap<i64, Vec<usize>> = HashMap::new();
    for (part, number) in parts(conn, inventory)? {
        let layer: Option<LayerRef> = match number {
            0 => None,
            number => {
                let mut select = conn.prepare_cached("SELECT body FROM layer WHERE id = ?1")?;
                let body: Vec<u8> = select.query_row([number], |row| row.get(0))?;
                Some(codec::from_json(&body)?)
            }
        };
        let mut select = conn.prepare_cached("SELECT packages FROM part WHERE id = ?1")?;
        let members: Vec<u8> = select.query_row([part], |row| row.get(0))?;
        let mut ids = Vec::new();
        codec::ids(&members, &mut ids)?;
        for id in ids {
            let detail = view.detail(id)?;
            let coordinate = detail.0;
            let judged = view.judged(coordinate)?;
            if !wanted(&judged) {
                continue;
            }
            let package = view.located(id, number, || Ok(detail.1.of(&judged.package, layer.as_ref())))?;
            // A package that several layers hold is one package.
            let same = |at: &&usize| {
                all.get(**at).is_some_and(|Brought { package: known, .. }| {
                    known.owned_by == package.owned_by
                        && known.role == package.role
                        && known.identity == package.identity
                        && known.cataloger == package.cataloger
                        && known.locations.last().map(|at| &at.layer)
                            != package.locations.first().map(|at| &at.layer)
                })
            };
            let of = of.entry(coordinate).or_default();
            match of.iter().find(same).copied().and_then(|at| all.get_mut(at)) {
                Some(known) => known.package.locations.extend(package.locations.iter().cloned()),
                None => {
                    of.push(all.len());
                    all.push(Brought { coordinate, judged, package });
                }
            }
        }
    }
    Ok(all)
}
