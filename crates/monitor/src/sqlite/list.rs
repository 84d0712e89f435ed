//! Lists of images. What they are filtered by is a class, one number for each combination, and each class's images are
//! one range of an index; the images that have a package are listed with the package. So a list costs as much as it
//! shows, whatever is asked for.

use std::collections::{HashMap, HashSet, VecDeque};

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::holder::{Held, Next};
use super::{codec, inventory, query};
use crate::error::Failed;
use crate::subject::{Filter, Page};

/// Images that were pulled lately, or that have a package, are looked at one by one up to this number, rather than those
/// of a repository or a tag; where there are more, the images are walked in their order, and a page is full soon.
const RARE: usize = 2000;

/// Images that are looked at for one page, at most.
const LOOKS: usize = 400;

const CLASS: &str = "SELECT id FROM subject WHERE class = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
const REPOSITORY: &str = "SELECT subject FROM place WHERE repository = ?1 AND subject > ?2
    AND (removed IS NULL OR pushed > removed) ORDER BY subject LIMIT ?3";
const TAG: &str = "SELECT DISTINCT subject FROM tag WHERE name = ?1 AND until IS NULL AND subject > ?2
    ORDER BY subject LIMIT ?3";

/// Names are few beside images, and this reads an index of them.
const PART: &str = "SELECT id FROM repository WHERE instr(name, ?1) > 0 ORDER BY name LIMIT 1000";

pub(super) fn images(conn: &Connection, filter: &Filter) -> Result<Page, Failed> {
    let limit = usize::try_from(filter.limit.unwrap_or(100).clamp(1, 1000)).unwrap_or(100);
    let generation = query::generation(conn)?;
    let mut page = Page { images: Vec::new(), next: None };
    let Some(mut asked) = Asked::of(conn, filter)? else { return Ok(page) };
    let mut source = asked.source(conn, filter, limit)?;
    if matches!(source, Source::Held(_)) {
        // It shows no others.
        asked.coordinates = None;
    }
    let sql = format!("SELECT {} FROM subject s WHERE s.id = ?1", query::COLUMNS);
    let mut select = conn.prepare_cached(&sql)?;
    let mut last = filter.after;
    for _ in 0..LOOKS {
        let id = match source.next()? {
            Next::Image(id) => id,
            Next::Later(id) => {
                page.next = Some(id.unsigned_abs());
                return Ok(page);
            }
            Next::End => return Ok(page),
        };
        if asked.is_met(conn, filter, id)? {
            if page.images.len() == limit {
                page.next = Some(last);
                return Ok(page);
            }
            page.images.push(select.query_row([id], |row| Ok(query::image(row, generation)))??);
        }
        last = id.unsigned_abs();
    }
    // Where hardly any image is what is asked for, the page ends early, and the next goes on from here.
    page.next = Some(last);
    Ok(page)
}

/// What a filter comes to.
struct Asked {
    classes: HashSet<i64>,
    repositories: Option<HashSet<i64>>,
    /// The packages of which an image has one.
    coordinates: Option<HashSet<i64>>,
    /// Whether a part has one of them.
    parts: HashMap<i64, bool>,
}

impl Asked {
    /// Nothing where no image can be meant.
    fn of(conn: &Connection, filter: &Filter) -> Result<Option<Self>, Failed> {
        let column = |sql: &str, value: &str| -> Result<HashSet<i64>, Failed> {
            let mut select = conn.prepare_cached(sql)?;
            Ok(select.query_map([value], |row| row.get(0))?.collect::<Result<_, _>>()?)
        };
        let registries = match &filter.registry {
            Some(name) => Some(column("SELECT registries FROM registered WHERE registry = ?1", name)?),
            None => None,
        };
        let mut repositories = match &filter.repository {
            Some(name) => Some(column("SELECT id FROM repository WHERE name = ?1", name)?),
            None => None,
        };
        if let Some(part) = &filter.repository_part {
            let mut named = column(PART, &part.to_ascii_lowercase())?;
            if let Some(exact) = repositories {
                named.retain(|id| exact.contains(id));
            }
            repositories = Some(named);
        }
        let mut coordinates = None;
        if let Some(id) = &filter.vulnerability {
            coordinates = Some(column(
                "SELECT f.coordinate FROM alias a JOIN finding f ON f.id = a.finding AND f.gone IS NULL WHERE a.id = ?1",
                id,
            )?);
        }
        if let Some(name) = &filter.package {
            let named = column("SELECT id FROM coordinate WHERE name = ?1", name)?;
            coordinates = Some(match coordinates {
                Some(other) => other.intersection(&named).copied().collect(),
                None => named,
            });
        }
        let mut select = conn.prepare_cached("SELECT DISTINCT class FROM tally_os")?;
        let all = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        let classes: HashSet<i64> =
            all.into_iter().filter(|class| is_asked(*class, filter, registries.as_ref())).collect();
        if classes.is_empty() || coordinates.as_ref().is_some_and(HashSet::is_empty) {
            return Ok(None);
        }
        Ok(Some(Self { classes, repositories, coordinates, parts: HashMap::new() }))
    }

    /// The images to look at: as few as is easily told.
    fn source<'a>(&self, conn: &'a Connection, filter: &Filter, limit: usize) -> Result<Source<'a>, Failed> {
        let after = i64::try_from(filter.after).unwrap_or(i64::MAX);
        let scattered = self.repositories.is_none() && filter.tag.is_none();
        if let Some(coordinates) = &self.coordinates
            && (scattered || self.images(conn)? <= RARE)
        {
            return Ok(Source::Held(Held::after(conn, coordinates, after)?));
        }
        if let Some(since) = filter.pulled_since {
            let mut select = conn.prepare_cached("SELECT id FROM subject WHERE last_pull >= ?1 LIMIT ?2")?;
            let most = i64::try_from(RARE).unwrap_or(i64::MAX);
            let rows = select.query_map(params![since, most + 1], |row| row.get(0))?;
            let mut pulled = rows.collect::<Result<Vec<i64>, _>>()?;
            if pulled.len() <= RARE {
                pulled.retain(|id| *id > after);
                pulled.sort_unstable();
                return Ok(Source::Listed(pulled.into()));
            }
        }
        let (select, keys): (_, Vec<Key>) = match (&self.repositories, &filter.tag) {
            (Some(repositories), _) => (REPOSITORY, repositories.iter().map(|id| Key::Number(*id)).collect()),
            (None, Some(tag)) => (TAG, vec![Key::Text(tag.clone())]),
            (None, None) => (CLASS, self.classes.iter().map(|class| Key::Number(*class)).collect()),
        };
        let block = (2 * limit).div_ceil(keys.len().max(1)).min(limit + 1).max(2);
        let stream = |key| Stream { key, after, done: false, ahead: VecDeque::new() };
        let streams = keys.into_iter().map(stream).collect();
        Ok(Source::Merged { select: conn.prepare_cached(select)?, streams, block, last: after })
    }

    /// How many images have one of the packages, at most.
    fn images(&self, conn: &Connection) -> Result<usize, Failed> {
        let mut select = conn.prepare_cached("SELECT images FROM reach WHERE coordinate = ?1")?;
        let mut all = 0_usize;
        for coordinate in self.coordinates.iter().flatten() {
            let images: Option<u32> = select.query_row([coordinate], |row| row.get(0)).optional()?;
            all = all.saturating_add(images.unwrap_or_default() as usize);
            if all > RARE {
                break;
            }
        }
        Ok(all)
    }

    fn is_met(&mut self, conn: &Connection, filter: &Filter, id: i64) -> Result<bool, Failed> {
        let mut select = conn.prepare_cached(match self.coordinates {
            None => "SELECT class, last_pull, NULL FROM subject WHERE id = ?1",
            Some(_) => {
                "SELECT s.class, s.last_pull, i.parts FROM subject s JOIN inventory i ON i.id = s.inventory
                 WHERE s.id = ?1"
            }
        })?;
        type Row = (Option<i64>, Option<i64>, Option<Vec<u8>>);
        let row: Option<Row> =
            select.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let Some((Some(class), last_pull, inventory)) = row else { return Ok(false) };
        if !self.classes.contains(&class) || filter.pulled_since.is_some_and(|since| last_pull < Some(since))
        {
            return Ok(false);
        }
        if let Some(repositories) = &self.repositories {
            let mut there = conn.prepare_cached(
                "SELECT repository FROM place WHERE subject = ?1 AND (removed IS NULL OR pushed > removed)",
            )?;
            let mut rows = there.query([id])?;
            let mut is = false;
            while let Some(row) = rows.next()? {
                is |= repositories.contains(&row.get(0)?);
            }
            if !is {
                return Ok(false);
            }
        }
        if let Some(tag) = &filter.tag {
            let mut named =
                conn.prepare_cached("SELECT 1 FROM tag WHERE name = ?1 AND subject = ?2 AND until IS NULL")?;
            if !named.exists(params![tag, id])? {
                return Ok(false);
            }
        }
        match (&self.coordinates, inventory) {
            (None, _) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(wanted), Some(inventory)) => {
                let mut members = Vec::new();
                for (part, _) in inventory::parts_of(&inventory)? {
                    let has = match self.parts.get(&part) {
                        Some(has) => *has,
                        None => {
                            members.clear();
                            inventory::coordinates(conn, part, &mut members)?;
                            let has = members.iter().any(|coordinate| wanted.contains(coordinate));
                            self.parts.insert(part, has);
                            has
                        }
                    };
                    if has {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

/// Whether images of a class are asked for. The bits are those of `subject.class`.
fn is_asked(class: i64, filter: &Filter, registries: Option<&HashSet<i64>>) -> bool {
    let (worst, scan, assessment) = (class & 7, (class >> 3) & 7, (class >> 6) & 7);
    let named = (class >> 10) & 1 == 1;
    filter.assessment.is_none_or(|wanted| codec::assessment_code(wanted) == assessment)
        && filter.scan.is_none_or(|wanted| codec::scan_code(wanted) == scan)
        && filter.at_least.is_none_or(|level| worst > codec::severity_code(level))
        && filter.tagged.is_none_or(|wanted| wanted == named)
        && registries.is_none_or(|registries| registries.contains(&(class >> 11)))
}

/// Images in ascending order.
enum Source<'a> {
    Listed(VecDeque<i64>),
    Held(Held<'a>),
    /// Of several ranges of an index, each ascending, of which no more is read than is needed.
    Merged {
        select: CachedStatement<'a>,
        streams: Vec<Stream>,
        block: usize,
        last: i64,
    },
}

enum Key {
    Number(i64),
    Text(String),
}

struct Stream {
    key: Key,
    after: i64,
    done: bool,
    ahead: VecDeque<i64>,
}

impl Source<'_> {
    fn next(&mut self) -> Result<Next, Failed> {
        let (select, streams, block, last) = match self {
            Self::Listed(ids) => return Ok(ids.pop_front().map_or(Next::End, Next::Image)),
            Self::Held(held) => return held.next(),
            Self::Merged { select, streams, block, last } => (select, streams, *block, last),
        };
        let mut least: Option<i64> = None;
        for stream in streams.iter_mut() {
            while stream.ahead.front().is_some_and(|id| id <= last) {
                stream.ahead.pop_front();
            }
            if stream.ahead.is_empty() && !stream.done {
                let most = i64::try_from(block).unwrap_or(i64::MAX);
                let read = |row: &rusqlite::Row<'_>| row.get(0);
                let rows = match &stream.key {
                    Key::Number(key) => select.query_map(params![key, stream.after, most], read)?,
                    Key::Text(key) => select.query_map(params![key, stream.after, most], read)?,
                };
                stream.ahead = rows.collect::<Result<_, _>>()?;
                stream.done = stream.ahead.len() < block;
                stream.after = stream.ahead.back().copied().unwrap_or(stream.after);
            }
            if let Some(id) = stream.ahead.front() {
                least = Some(least.map_or(*id, |least| least.min(*id)));
            }
        }
        Ok(match least {
            Some(least) => {
                *last = least;
                Next::Image(least)
            }
            None => Next::End,
        })
    }
}
