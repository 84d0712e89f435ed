//! The compact index: a store's valid records in one immutable file, for those who match at high rates.
//!
//! It holds one segment for each ecosystem, releases together, and a segment is read when it is first asked for. A
//! look-up is one probe of a hash table and one walk over the intervals of the name. `docs/schema.md` has the
//! layout.

mod build;
mod kept;
mod layout;
mod marks;
mod segment;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use plimsoll_core::Ecosystem;
use plimsoll_matcher::{Candidates, Facts, Query, Record, stream};
use plimsoll_version::{Key, Scheme};

use crate::Error;
use crate::codec::{Damaged, Reader};
use crate::span;
pub(crate) use build::Failed;
use kept::Shelf;
use segment::Segment;

/// A compact index, open. Any number of threads may ask it at once.
pub struct Index {
    path: PathBuf,
    file: Mutex<File>,
    generation: u64,
    digest: [u8; 32],
    segments: HashMap<String, Slot>,
}

/// A segment's place in the file, and the segment once it has been read.
struct Slot {
    offset: u64,
    len: u64,
    loaded: OnceLock<Segment>,
}

impl Index {
    /// Opens the index at `path`. Reads its directory alone.
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`], [`Error::NotAStore`], [`Error::Schema`] and [`Error::Corrupt`] say what the file is
    /// instead; [`Error::Io`] where it can't be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut file = match File::open(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoStore { path: path.to_owned() });
            }
            opened => opened.map_err(|e| Error::io("read", path, e))?,
        };
        let mut head = Vec::new();
        (&mut file).take(layout::HEAD).read_to_end(&mut head).map_err(|e| Error::io("read", path, e))?;
        let header = layout::Header::read(&head, path)?;
        let size = file.metadata().map_err(|e| Error::io("read", path, e))?.len();
        if header.directory > size {
            return Err(damaged(path, Damaged));
        }
        let mut directory = Vec::new();
        file.seek(SeekFrom::Start(header.directory)).map_err(|e| Error::io("read", path, e))?;
        file.by_ref()
            .take(size.saturating_sub(header.directory))
            .read_to_end(&mut directory)
            .map_err(|e| Error::io("read", path, e))?;
        let segments = directory_of(&directory, size).map_err(|e| damaged(path, e))?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            generation: header.generation,
            digest: header.digest,
            segments,
        })
    }

    /// The store's generation that it was made of.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The digest of its records, as [`Generation::digest`](crate::Generation::digest).
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Reads the segment of an ecosystem, so that the first look-up in it need not.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where it can't be read, [`Error::Corrupt`] where it is not what it should be.
    pub fn load(&self, ecosystem: &Ecosystem) -> Result<bool, Error> {
        Ok(self.segment(ecosystem.name())?.is_some())
    }

    fn segment(&self, name: &str) -> Result<Option<&Segment>, Error> {
        let Some(slot) = self.segments.get(name) else { return Ok(None) };
        if let Some(segment) = slot.loaded.get() {
            return Ok(Some(segment));
        }
        let read = |e| Error::io("read", &self.path, e);
        let mut bytes = Vec::new();
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(slot.offset)).map_err(read)?;
            file.by_ref().take(slot.len).read_to_end(&mut bytes).map_err(read)?;
        }
        let segment = Segment::read(bytes).map_err(|e| damaged(&self.path, e))?;
        // Two threads may both have read it; the first one's stays.
        Ok(Some(slot.loaded.get_or_init(|| segment)))
    }
}

impl Index {
    fn look_up(&self, queries: &[Query<'_>], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), Error> {
        // An image's packages are of a handful of ecosystems.
        let mut places: Vec<(&Ecosystem, Option<Place<'_>>)> = Vec::new();
        // A package is asked for under several names, with the same version.
        let mut last: Option<(&str, Scheme, Option<Key>)> = None;
        for (index, query) in queries.iter().enumerate() {
            let known = places.iter().position(|(ecosystem, _)| *ecosystem == query.ecosystem);
            let at = match known {
                Some(known) => known,
                None => {
                    places.push((query.ecosystem, self.place(query.ecosystem)?));
                    places.len() - 1
                }
            };
            let Some(place) = places.get(at).and_then(|(_, place)| place.as_ref()) else { continue };
            let key = match query.version.zip(place.scheme) {
                None => None,
                Some((version, scheme)) => match &mut last {
                    Some((text, of, key)) if *text == version && *of == scheme => key.as_ref(),
                    last => last.insert((version, scheme, span::place(scheme, version))).2.as_ref(),
                },
            };
            let name = (place.stream, segment::kind(query.kind), query.name);
            place
                .segment
                .walk(name, key.map(Key::as_bytes), &place.shelf, &mut |record| hit(index, record))
                .map_err(|e| damaged(&self.path, e))?;
        }
        Ok(())
    }

    /// Where the records of an ecosystem's release are.
    fn place(&self, ecosystem: &Ecosystem) -> Result<Option<Place<'_>>, Error> {
        let Some(segment) = self.segment(ecosystem.name())? else { return Ok(None) };
        let stream = segment.stream(&stream(ecosystem));
        let scheme = Scheme::for_ecosystem(ecosystem.as_str());
        Ok(stream.map(|stream| Place { segment, stream, scheme, shelf: segment.shelf() }))
    }

    fn by_id(
        &self,
        id: &str,
        shown: &mut HashSet<u32>,
        show: &mut dyn FnMut(&Arc<Record>),
    ) -> Result<(), Error> {
        match self.segment(layout::IDS)? {
            Some(segment) => segment.named(id, shown, show).map_err(|e| damaged(&self.path, e)),
            None => Ok(()),
        }
    }
}

/// Where the records of an ecosystem's release are.
struct Place<'i> {
    segment: &'i Segment,
    stream: u32,
    scheme: Option<Scheme>,
    shelf: Arc<Shelf>,
}

impl Candidates for Index {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), plimsoll_matcher::Error> {
        self.look_up(queries, hit).map_err(plimsoll_matcher::Error::source)
    }

    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, plimsoll_matcher::Error> {
        let segment = self.segment(ecosystem.name()).map_err(plimsoll_matcher::Error::source)?;
        let has = |segment: &Segment, stream: &str| segment.stream(stream).is_some();
        Ok(segment.is_some_and(|segment| has(segment, &stream(ecosystem)) || has(segment, ecosystem.name())))
    }

    fn known(
        &self,
        ids: &[&str],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), plimsoll_matcher::Error> {
        let mut shown = HashSet::new();
        for (index, id) in ids.iter().enumerate() {
            self.by_id(id, &mut shown, &mut |record| hit(index, record))
                .map_err(plimsoll_matcher::Error::source)?;
        }
        Ok(())
    }

    fn facts(&self, record: &Record) -> Result<Option<Arc<Facts>>, plimsoll_matcher::Error> {
        let facts = record.facts(|id, show| self.by_id(id, &mut HashSet::new(), show));
        facts.map(Some).map_err(plimsoll_matcher::Error::source)
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("path", &self.path)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

fn directory_of(bytes: &[u8], size: u64) -> Result<HashMap<String, Slot>, Damaged> {
    let mut reader = Reader::new(bytes);
    let mut segments = HashMap::new();
    for (name, offset, len) in reader.list(|reader| Ok((reader.owned()?, reader.long()?, reader.long()?)))? {
        if offset.checked_add(len).is_none_or(|end| end > size) {
            return Err(Damaged);
        }
        segments.insert(name, Slot { offset, len, loaded: OnceLock::new() });
    }
    Ok(segments)
}

fn damaged(path: &Path, why: Damaged) -> Error {
    Error::Corrupt { path: path.to_owned(), why: why.to_string() }
}
