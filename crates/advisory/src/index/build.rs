use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::Index;
use super::layout::{self, HEAD, Header};
use super::segment::{Builder, TooLarge};
use crate::span::Span;
use crate::store::scored;
use crate::{Error, Store, codec};

impl Index {
    /// Writes the index of a store's valid records to `path`, where it appears whole or not at all.
    ///
    /// # Errors
    ///
    /// As for reading the store, and [`Error::Io`] or [`Error::Full`] where the file can't be written.
    pub fn build(store: &Store, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".draft");
        let draft = path.with_file_name(name);
        let built = write(store, &draft)
            .and_then(|()| fs::rename(&draft, path).map_err(|e| Error::io("write", path, e)));
        if built.is_err() {
            let _ = fs::remove_file(&draft);
        }
        built
    }
}

fn write(store: &Store, path: &Path) -> Result<(), Error> {
    let failed = |e| Error::io("write", path, e);
    let generation = store.status()?.generation;
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    // The header is written once its last field is known.
    file.write_all(&vec![0; usize::try_from(HEAD).unwrap_or_default()]).map_err(failed)?;
    let mut offset = HEAD;
    let mut directory: Vec<(String, u64, u64)> = Vec::new();
    let segments = ecosystems(store)?.into_iter().map(|(name, streams)| (name, Some(streams)));
    for (name, streams) in std::iter::once((layout::IDS.to_owned(), None)).chain(segments) {
        let bytes = match streams {
            Some(streams) => segment(store, &streams)?,
            None => ids(store)?,
        };
        file.write_all(&bytes).map_err(failed)?;
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        directory.push((name, offset, len));
        offset = offset.saturating_add(len);
    }
    let mut bytes = Vec::new();
    codec::write_number(&mut bytes, directory.len());
    for (name, offset, len) in &directory {
        codec::write_blob(&mut bytes, name.as_bytes());
        codec::write_long(&mut bytes, *offset);
        codec::write_long(&mut bytes, *len);
    }
    file.write_all(&bytes).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let header = Header {
        generation: generation.as_ref().map_or(0, |generation| generation.id),
        digest: generation.map_or([0; 32], |generation| generation.digest),
        directory: offset,
    };
    file.write_all(&header.write()).map_err(failed)?;
    let file = file.into_inner().map_err(|e| failed(e.into_error()))?;
    file.sync_all().map_err(failed)
}

/// The streams of each ecosystem that records speak of.
fn ecosystems(store: &Store) -> Result<BTreeMap<String, Vec<(i64, String)>>, Error> {
    let mut all: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for (stream, id) in store.streams() {
        let name = stream.split(':').next().unwrap_or_default().to_owned();
        all.entry(name).or_default().push((id, stream.to_owned()));
    }
    all.values_mut().for_each(|streams| streams.sort_unstable());
    Ok(all)
}

fn segment(store: &Store, streams: &[(i64, String)]) -> Result<Vec<u8>, Error> {
    store.read(|connection| {
        let mut builder = Builder::default();
        let mut known = Known::default();
        let mut spans =
            connection.prepare("SELECT name, kind, lo, hi, entry FROM span WHERE ecosystem = ?1")?;
        for (id, stream) in streams {
            let mut rows = spans.query([id])?;
            while let Some(row) = rows.next()? {
                let entry: i64 = row.get(4)?;
                let Some(entry) = known.entry(connection, &mut builder, entry)? else { continue };
                let span = Span { lo: row.get(2)?, hi: row.get(3)? };
                let name = row.get_ref(0)?.as_str()?;
                builder.span(stream, row.get(1)?, name, span, entry)?;
            }
        }
        Ok(builder.finish()?)
    })
}

/// The records by their ids, with no more of each than tells what it is and how it rates: the rest is in the
/// ecosystems' segments.
fn ids(store: &Store) -> Result<Vec<u8>, Error> {
    store.read(|connection| {
        let mut builder = Builder::default();
        let mut entries: HashMap<i64, u32> = HashMap::new();
        let mut known = connection.prepare("SELECT id, record FROM known")?;
        let mut rows = known.query([])?;
        while let Some(row) = rows.next()? {
            let record: i64 = row.get(1)?;
            let entry = match entries.get(&record) {
                Some(&known) => known,
                None => {
                    let mut select = connection.prepare_cached("SELECT head FROM record WHERE id = ?1")?;
                    let head: Vec<u8> = select.query_row([record], |row| row.get(0))?;
                    // A damaged record is found when the store is verified.
                    let Ok(mut advisory) = codec::head(&head) else { continue };
                    advisory.references.clear();
                    advisory.summary.clear();
                    let mut slim = Vec::new();
                    codec::write_head(&advisory, &mut slim);
                    let new = builder.record(&slim)?;
                    let new = builder.entry(new, &[0])?;
                    entries.insert(record, new);
                    new
                }
            };
            let span = Span { lo: Vec::new(), hi: Vec::new() };
            builder.span(layout::IDS, 0, row.get_ref(0)?.as_str()?, span, entry)?;
        }
        let mut scores =
            connection.prepare("SELECT id, probability FROM score WHERE id IN (SELECT id FROM known)")?;
        let mut rows = scores.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_str()?;
            let mut slim = Vec::new();
            codec::write_head(&scored(id, row.get(1)?), &mut slim);
            let record = builder.record(&slim)?;
            let entry = builder.entry(record, &[0])?;
            let span = Span { lo: Vec::new(), hi: Vec::new() };
            builder.span(layout::IDS, 0, id, span, entry)?;
        }
        Ok(builder.finish()?)
    })
}

/// What of the store is in the segment already.
#[derive(Default)]
struct Known {
    entries: HashMap<i64, u32>,
    records: HashMap<i64, u32>,
}

impl Known {
    /// The group of entries `id`, added with its record where it is new; nothing where its record is not valid.
    fn entry(
        &mut self,
        connection: &Connection,
        builder: &mut Builder,
        id: i64,
    ) -> Result<Option<u32>, Failed> {
        if let Some(&known) = self.entries.get(&id) {
            return Ok(Some(known));
        }
        let row = connection
            .prepare_cached(
                "SELECT entry.record, entry.body, record.head
                 FROM entry JOIN record ON record.id = entry.record
                 WHERE entry.id = ?1 AND record.until IS NULL",
            )?
            .query_row([id], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
            })
            .optional()?;
        let Some((record, body, head)) = row else { return Ok(None) };
        let record = match self.records.get(&record) {
            Some(&known) => known,
            None => {
                let new = builder.record(&head)?;
                self.records.insert(record, new);
                new
            }
        };
        let new = builder.entry(record, &body)?;
        self.entries.insert(id, new);
        Ok(Some(new))
    }
}

/// Why a segment can't be made.
pub(crate) enum Failed {
    Database(rusqlite::Error),
    TooLarge,
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<rusqlite::types::FromSqlError> for Failed {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Self::Database(error.into())
    }
}

impl From<TooLarge> for Failed {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}
