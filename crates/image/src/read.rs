//! Reading an image's layers: which, in what order, on which threads, and what becomes of trouble.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_core::{
    Content, Diagnostic, DiagnosticKind, Digest, Entry, EntryKind, LayerVisitor, Observer, Progress, Take,
};

use crate::budget::Budget;
use crate::image::Image;
use crate::layer::{Diagnostics, LayerEntries, LayerRead, Pass, Reading, read_archive, read_directory};
use crate::manifest::media::{self, Stored};
use crate::manifest::{Key, Store};
use crate::source::{Blob, Packed};
use crate::stream::{
    ByteStream, Compression, FileStream, Hashes, LayerStream, Measured, Pool, Stop, Task, read_some,
};
use crate::toc::{Part, Table, Toc, TocStream, Useless};
use crate::{Error, Layer};

/// Bytes that tell a layer's compression and whether it is an archive.
const HEAD: usize = 512;

type Reads<V> = Vec<Option<LayerRead<V>>>;

/// The layers of an image that are blobs.
pub(crate) struct Blobs<'a> {
    pub(crate) image: &'a Image,
    pub(crate) store: &'a Store,
    pub(crate) keys: &'a [Key],
    pub(crate) tables: &'a [Option<Table>],
    pub(crate) observer: &'a dyn Observer,
    pub(crate) memory: &'a Budget,
}

/// Passes everything on to the caller's observer, and stops all readers once one has failed.
struct Together<'a> {
    observer: &'a dyn Observer,
    failed: AtomicBool,
}

impl Observer for Together<'_> {
    fn progress(&self, progress: Progress<'_>) {
        self.observer.progress(progress);
    }

    fn diagnostic(&self, diagnostic: &Diagnostic) {
        self.observer.diagnostic(diagnostic);
    }

    fn cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.observer.cancelled()
    }
}

impl<'a> Blobs<'a> {
    pub(crate) fn read<V: LayerVisitor + Send>(
        &self,
        want: &(dyn Fn(u32) -> bool + Sync),
        visitor: &(dyn Fn(&Layer) -> V + Sync),
    ) -> Result<Reads<V>, Error> {
        let layers = &self.image.info.layers;
        let mut wanted: Vec<&Layer> =
            layers.iter().filter(|layer| layer.same_as.is_none() && want(layer.index)).collect();
        let mut reads: Reads<V> = layers.iter().map(|_| None).collect();
        if let Store::Packed(packed) = self.store {
            self.read_packed(packed, &wanted, visitor, &mut reads)?;
            return Ok(reads);
        }
        // The largest first, so that the threads end together.
        wanted.sort_by_key(|layer| (std::cmp::Reverse(layer.size), layer.index));
        let together = Together { observer: self.observer, failed: AtomicBool::new(false) };
        let pool = Pool::new(wanted.len());
        let blobs = Blobs { observer: &together, ..*self };
        let next = AtomicUsize::new(0);
        let done = Mutex::new((&mut reads, Vec::new()));
        let own = |layer: &Layer| {
            let result =
                blobs.read_blob(layer, visitor(layer), &pool).and_then(|read| self.image.admit(read));
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok(read) => {
                    if let Some(place) = done.0.get_mut(layer.index as usize) {
                        *place = Some(read);
                    }
                }
                Err(error) => {
                    together.failed.store(true, Ordering::Relaxed);
                    done.1.push((layer.index, error));
                }
            }
        };
        let work = || {
            while let Some(layer) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _finishing = pool.finishing();
                if !together.failed.load(Ordering::Relaxed) {
                    own(layer);
                }
            }
            // No layer is left to begin: inflate ahead of those who have one.
            pool.help();
        };
        // One thread inflates a layer, another hashes and searches it; more would have nothing to do.
        let threads = self.image.options.threads.clamp(1, wanted.len().saturating_mul(2).max(1));
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let (_, mut errors) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Those that were only stopped come after the one that failed.
        errors.sort_by_key(|(index, error)| (matches!(error, Error::Cancelled), *index));
        match errors.into_iter().next() {
            Some((_, error)) => Err(error),
            None => Ok(reads),
        }
    }

    /// Opens a layer's blob; nothing where it is rightly absent.
    fn open(&self, layer: &Layer) -> Result<Option<Box<dyn Blob + 'a>>, Error> {
        let what = name_of(layer);
        let Some(key) = self.keys.get(layer.index as usize) else {
            return Err(Error::NoLayer { index: layer.index, layers: self.keys.len() });
        };
        match self.store.open(key) {
            Ok(blob) => {
                if let (Some(expected), Some(actual)) = (layer.size, blob.size())
                    && expected != actual
                {
                    return Err(Error::SizeMismatch { what, expected, actual });
                }
                Ok(Some(blob))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if media::layer(&layer.media_type).nondistributable {
                    return Ok(None);
                }
                let named_by = "the manifest".into();
                Err(Error::Missing { what, name: key.to_string(), named_by })
            }
            Err(source) => Err(Error::Read { what, source }),
        }
    }

    fn read_blob<V: LayerVisitor + Send>(
        &self,
        layer: &Layer,
        visitor: V,
        pool: &Pool<'a>,
    ) -> Result<LayerRead<V>, Error> {
        if let Some(reason) = unreadable(layer) {
            return Ok(self.unread(layer, visitor, reason));
        }
        let table = self.tables.get(layer.index as usize).and_then(Option::as_ref);
        if let Some(table) = table.filter(|_| self.image.options.tables) {
            let read = table.read.get_or_init(|| self.read_table(layer, table));
            if let (Ok(toc), Some(part)) = (read, self.part(layer)) {
                return self.read_by_table(
                    layer,
                    TocStream::new(part, Arc::clone(toc), self.image.limits()),
                    visitor,
                );
            }
        }
        let Some(blob) = self.open(layer)? else {
            return Ok(self.unread(layer, visitor, ABSENT.into()));
        };
        let verify = self.image.options.verify;
        self.read_open(layer, blob, visitor, &How { verify, last: None, pool: Some(pool) })
    }

    /// The blob of a layer, where parts of it can be had.
    fn part<'l>(&'l self, layer: &'l Layer) -> Option<Part<'l>> {
        let Store::Custom(source) = self.store else { return None };
        Some(Part { source: &**source, digest: layer.digest.as_ref()?, size: layer.size? })
    }

    fn read_table(&self, layer: &Layer, table: &Table) -> Result<Arc<Toc>, String> {
        let part = self.part(layer).ok_or_else(|| Useless::NoParts.to_string())?;
        Toc::read(&part, &table.hint, self.image.limits())
            .map(Arc::new)
            .map_err(|useless| useless.to_string())
    }

    /// Reads a layer by its table of contents: only what the visitor asks for is fetched.
    fn read_by_table<V: LayerVisitor>(
        &self,
        layer: &Layer,
        mut stream: TocStream<'_>,
        mut visitor: V,
    ) -> Result<LayerRead<V>, Error> {
        visitor.random_access();
        let reading = Reading { to_the_end: false, ..self.image.reading(self.observer, self.memory) };
        let (pass, result) = read_archive(&mut stream, &mut visitor, layer.index, &reading);
        let mut read = self.result(layer, pass, result, visitor, None)?;
        let message = format!(
            "the layer was read by its table of contents: {} of its {} bytes were fetched for files",
            stream.fetched(),
            layer.size.unwrap_or(0)
        );
        read.diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message).in_layer(layer.index));
        // The layer as a whole was not checked, so what was found is not to be believed of its diff id.
        read.complete = false;
        Ok(read)
    }

    /// The result for a layer that can't be looked into.
    fn unread<V>(&self, layer: &Layer, visitor: V, reason: String) -> LayerRead<V> {
        let mut diagnostics = Diagnostics::new(layer.index, self.image.limits());
        diagnostics.push(Diagnostic::new(DiagnosticKind::Unsupported, reason), self.observer);
        LayerRead {
            entries: LayerEntries::default(),
            visitor,
            diagnostics: diagnostics.finish(),
            complete: false,
        }
    }

    /// Reads a blob from its beginning.
    fn read_open<'b, V: LayerVisitor + Send>(
        &self,
        layer: &Layer,
        mut blob: Box<dyn Blob + 'b>,
        mut visitor: V,
        how: &How<'_, 'b>,
    ) -> Result<LayerRead<V>, Error>
    where
        'a: 'b,
    {
        let head = read_head(&mut *blob).map_err(|stop| stopped(layer, stop))?;
        let compression = Compression::sniff(&head);
        let verify = how.verify;
        let reading =
            Reading { to_the_end: verify, last: how.last, ..self.image.reading(self.observer, self.memory) };
        if compression == Compression::None && !verify {
            let mut stream = FileStream::after(head, blob);
            let (pass, result) = read_archive(&mut stream, &mut visitor, layer.index, &reading);
            return self.result(layer, pass, result, visitor, Some(compression));
        }
        let algorithm = |digest: &Option<Digest>| digest.as_ref().filter(|_| verify).map(Digest::algorithm);
        let hashes = Hashes { blob: algorithm(&layer.digest), diff_id: algorithm(&layer.diff_id) };
        let task = Task {
            index: layer.index,
            compression,
            size: layer.size,
            check: hashes.diff_id.is_none(),
            limits: self.image.limits(),
            observer: self.observer,
        };
        let mut stream =
            LayerStream::new(blob, &head, task, hashes, how.pool).map_err(|stop| stopped(layer, stop))?;
        if let Compression::Other(name) = compression {
            stream.drain_stored().map_err(|stop| stopped(layer, stop))?;
            check_stored(layer, &stream.finish(), false)?;
            let reason = format!("the layer is compressed with {name}, which no image specification names");
            return Ok(self.unread(layer, visitor, reason));
        }
        let (pass, result) = read_archive(&mut stream, &mut visitor, layer.index, &reading);
        if verify && matches!(result, Err(Stop::Corrupt(_) | Stop::Limit(_) | Stop::Truncated(_))) {
            // A blob that is not the one the manifest names explains every other trouble.
            if let Err(stop @ (Stop::Io(_) | Stop::Cancelled)) = stream.drain_stored() {
                return Err(stopped(layer, stop));
            }
        }
        let measured = stream.finish();
        if verify && !matches!(result, Err(Stop::Io(_) | Stop::Cancelled)) {
            check_stored(layer, &measured, compression == Compression::None)?;
        }
        match result {
            Ok(()) if verify && pass.whole => self.check_diff_id(layer, measured.diff_id.as_ref())?,
            // What does not unpack can't be what the diff id says.
            Err(stop @ (Stop::Corrupt(_) | Stop::Truncated(_))) if verify => {
                return Err(stopped(layer, stop));
            }
            _ => {}
        }
        let junk = measured.junk;
        let mut read = self.result(layer, pass, result, visitor, Some(compression))?;
        if junk {
            let message = "there is data behind the end of the compressed layer; it was passed over";
            read.diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message).in_layer(layer.index));
        }
        Ok(read)
    }

    /// Checks the layer's own diff id, and that of the layers that are this one over again.
    fn check_diff_id(&self, layer: &Layer, actual: Option<&Digest>) -> Result<(), Error> {
        let Some(actual) = actual else { return Ok(()) };
        let same = self.image.info.layers.iter().filter(|other| other.same_as == Some(layer.index));
        for claim in std::iter::once(layer).chain(same) {
            match &claim.diff_id {
                Some(expected) if expected != actual => {
                    return Err(Error::DigestMismatch {
                        what: name_of(claim),
                        expected: expected.clone(),
                        actual: actual.clone(),
                        named_by: "the configuration",
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What was read of a layer, or the error that stopped it.
    fn result<V>(
        &self,
        layer: &Layer,
        pass: Pass,
        result: Result<(), Stop>,
        visitor: V,
        compression: Option<Compression>,
    ) -> Result<LayerRead<V>, Error> {
        let Pass { entries, mut diagnostics, .. } = pass;
        match result {
            Ok(()) => {}
            Err(stop @ (Stop::Io(_) | Stop::Cancelled)) => return Err(stopped(layer, stop)),
            Err(Stop::Limit(message)) => {
                diagnostics.push(Diagnostic::new(DiagnosticKind::LimitPassed, message), self.observer);
            }
            Err(Stop::Corrupt(message)) => {
                diagnostics.push(Diagnostic::new(DiagnosticKind::Malformed, message), self.observer);
            }
            Err(Stop::Truncated(message)) => {
                diagnostics.push(Diagnostic::new(DiagnosticKind::Truncated, message), self.observer);
            }
        }
        if let Some(message) = compression.and_then(|compression| mislabelled(layer, compression)) {
            diagnostics.push(Diagnostic::new(DiagnosticKind::Mislabelled, message), self.observer);
        }
        let complete = !diagnostics.partial();
        Ok(LayerRead { entries, visitor, diagnostics: diagnostics.finish(), complete })
    }

    /// Reads the layers of a compressed archive as they pass.
    fn read_packed<V: LayerVisitor + Send>(
        &self,
        packed: &Packed,
        wanted: &[&Layer],
        visitor: &(dyn Fn(&Layer) -> V + Sync),
        reads: &mut Reads<V>,
    ) -> Result<(), Error> {
        let mut at = HashMap::new();
        for layer in wanted {
            let read = match (
                unreadable(layer),
                self.keys.get(layer.index as usize).map(|key| (key, self.store.place(key))),
            ) {
                (Some(reason), _) => self.unread(layer, visitor(layer), reason),
                (None, Some((_, Some((offset, _))))) => {
                    at.insert(offset, *layer);
                    continue;
                }
                (None, Some((key, None))) if !media::layer(&layer.media_type).nondistributable => {
                    let (name, named_by) = (key.to_string(), "the manifest".into());
                    return Err(Error::Missing { what: name_of(layer), name, named_by });
                }
                (None, _) => self.unread(layer, visitor(layer), ABSENT.into()),
            };
            if let Some(place) = reads.get_mut(layer.index as usize) {
                *place = Some(self.image.admit(read)?);
            }
        }
        if at.is_empty() {
            return Ok(());
        }
        let offsets = at.keys().copied().collect();
        packed.read_members(&offsets, self.image.limits(), self.observer, &mut |offset, size, stream| {
            let Some(layer) = at.get(&offset) else { return Ok(0) };
            if let Some(expected) = layer.size.filter(|&expected| expected != size) {
                return Err(Error::SizeMismatch { what: name_of(layer), expected, actual: size });
            }
            let mut left = size;
            let blob = Box::new(Passing { stream, left: &mut left, size });
            let how = How { verify: self.image.options.verify, last: None, pool: None };
            let read = self.image.admit(self.read_open(layer, blob, visitor(layer), &how)?)?;
            if let Some(place) = reads.get_mut(layer.index as usize) {
                *place = Some(read);
            }
            Ok(size - left)
        })
    }

    /// Shows single entries of a layer again.
    pub(crate) fn reread<V: LayerVisitor + Send>(
        &self,
        layer: &Layer,
        again: Again<'_, V>,
    ) -> Result<Vec<Diagnostic>, Error> {
        let last = again.last();
        if let Store::Packed(packed) = self.store {
            let Some((offset, size)) =
                self.keys.get(layer.index as usize).and_then(|key| self.store.place(key))
            else {
                return Ok(Vec::new());
            };
            let mut again = Some(again);
            let mut diagnostics = Vec::new();
            packed.read_members(
                &std::iter::once(offset).collect(),
                self.image.limits(),
                self.observer,
                &mut |_, _, stream| {
                    let mut left = size;
                    let blob = Box::new(Passing { stream, left: &mut left, size });
                    if let Some(again) = again.take() {
                        let how = How { verify: false, last, pool: None };
                        diagnostics = self.read_open(layer, blob, again, &how)?.diagnostics;
                    }
                    Ok(size - left)
                },
            )?;
            return Ok(diagnostics);
        }
        // The numbers of the entries are those of the table where it was read by that, and only there.
        let table = self.tables.get(layer.index as usize).and_then(Option::as_ref);
        if let Some(Ok(toc)) = table.and_then(|table| table.read.get())
            && let Some(part) = self.part(layer)
        {
            let mut stream = TocStream::new(part, Arc::clone(toc), self.image.limits());
            let mut again = again;
            let reading =
                Reading { to_the_end: false, last, ..self.image.reading(self.observer, self.memory) };
            let (pass, result) = read_archive(&mut stream, &mut again, layer.index, &reading);
            return Ok(self.result(layer, pass, result, again, None)?.diagnostics);
        }
        let Some(blob) = self.open(layer)?.filter(|_| unreadable(layer).is_none()) else {
            return Ok(Vec::new());
        };
        let how = How { verify: false, last, pool: None };
        Ok(self.read_open(layer, blob, again, &how)?.diagnostics)
    }
}

impl Image {
    pub(crate) fn read_folder<V: LayerVisitor + Send>(
        &self,
        path: &Path,
        want: &(dyn Fn(u32) -> bool + Sync),
        visitor: &(dyn Fn(&Layer) -> V + Sync),
        observer: &dyn Observer,
        memory: &Budget,
    ) -> Result<Reads<V>, Error> {
        let Some(layer) = self.info.layers.first().filter(|layer| want(layer.index)) else {
            return Ok(vec![None]);
        };
        let mut visitor = visitor(layer);
        let (pass, result) = read_directory(path, &mut visitor, &self.reading(observer, memory));
        result?;
        let complete = !pass.diagnostics.partial();
        let diagnostics = pass.diagnostics.finish();
        Ok(vec![Some(self.admit(LayerRead { entries: pass.entries, visitor, diagnostics, complete })?)])
    }

    pub(crate) fn reread_folder<V: LayerVisitor + Send>(
        &self,
        path: &Path,
        mut again: Again<'_, V>,
        observer: &dyn Observer,
        memory: &Budget,
    ) -> Result<Vec<Diagnostic>, Error> {
        let (pass, result) = read_directory(path, &mut again, &self.reading(observer, memory));
        result?;
        Ok(pass.diagnostics.finish())
    }
}

const ABSENT: &str = "the layer is not distributed with the image, so what it holds is unknown";

fn name_of(layer: &Layer) -> String {
    match layer.digest.as_ref().or(layer.diff_id.as_ref()) {
        Some(digest) => format!("layer {} ({digest})", layer.index),
        None => format!("layer {}", layer.index),
    }
}

/// Why a layer can't be looked into, where its media type says so.
fn unreadable(layer: &Layer) -> Option<String> {
    let said = media::layer(&layer.media_type);
    if said.encrypted {
        return Some(format!("the layer is encrypted ({}), so what it holds is unknown", layer.media_type));
    }
    (!said.is_layer)
        .then(|| format!("the layer has the media type {}, which is no file system", layer.media_type))
}

fn mislabelled(layer: &Layer, compression: Compression) -> Option<String> {
    let expected = match media::layer(&layer.media_type).stored {
        Stored::Unsaid => return None,
        Stored::Plain => Compression::None,
        Stored::Gzip => Compression::Gzip,
        Stored::Zstd => Compression::Zstd,
    };
    (expected != compression).then(|| {
        format!(
            "the media type {} says {}, the bytes are {}; the bytes were believed",
            layer.media_type,
            expected.name(),
            compression.name()
        )
    })
}

fn stopped(layer: &Layer, stop: Stop) -> Error {
    crate::source::stopped(stop, &name_of(layer))
}

/// The first bytes of a blob.
fn read_head(blob: &mut dyn Blob) -> Result<Vec<u8>, Stop> {
    let mut head = vec![0; HEAD];
    let mut count = 0;
    while let Some(space) = head.get_mut(count..).filter(|space| !space.is_empty()) {
        match read_some(blob, space)? {
            0 => break,
            more => count += more,
        }
    }
    head.truncate(count);
    Ok(head)
}

/// Checks a blob's size and digest. Where it is `plain`, its diff id is its digest.
fn check_stored(layer: &Layer, measured: &Measured, plain: bool) -> Result<(), Error> {
    if let Some(expected) = layer.size.filter(|&size| size != measured.stored) {
        return Err(Error::SizeMismatch { what: name_of(layer), expected, actual: measured.stored });
    }
    let same_hash = measured.diff_id.as_ref().filter(|_| plain);
    match (&layer.digest, measured.blob.as_ref().or(same_hash)) {
        (Some(expected), Some(actual))
            if expected.algorithm() == actual.algorithm() && expected != actual =>
        {
            Err(Error::DigestMismatch {
                what: name_of(layer),
                expected: expected.clone(),
                actual: actual.clone(),
                named_by: "the manifest",
            })
        }
        _ => Ok(()),
    }
}

/// How one layer is read.
struct How<'p, 'b> {
    verify: bool,
    /// The last entry that anybody wants to see.
    last: Option<u32>,
    /// Threads that may help.
    pool: Option<&'p Pool<'b>>,
}

/// A member of an archive that passes by, as a blob.
struct Passing<'s> {
    stream: &'s mut dyn ByteStream,
    left: &'s mut u64,
    size: u64,
}

impl Read for Passing<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(*self.left).unwrap_or(usize::MAX).min(out.len());
        let at_hand = self.stream.fill()?;
        let count = at_hand.len().min(wanted);
        if let (Some(to), Some(from)) = (out.get_mut(..count), at_hand.get(..count)) {
            to.copy_from_slice(from);
        }
        self.stream.consume(count);
        *self.left -= count as u64;
        Ok(count)
    }
}

impl Blob for Passing<'_> {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }
}

/// A visitor that is shown single entries only, each under a path of the caller's.
pub(crate) struct Again<'a, V> {
    wanted: &'a [(u32, &'a [u8])],
    visitor: &'a mut V,
}

impl<'a, V> Again<'a, V> {
    /// `wanted` is in order of the ordinals, each of which is there once.
    pub(crate) fn new(wanted: &'a [(u32, &'a [u8])], visitor: &'a mut V) -> Self {
        Self { wanted, visitor }
    }

    fn last(&self) -> Option<u32> {
        self.wanted.last().map(|(ordinal, _)| *ordinal)
    }

    fn path(&self, entry: &Entry<'_>) -> Option<&'a [u8]> {
        let at = self.wanted.binary_search_by_key(&entry.ordinal, |(ordinal, _)| *ordinal).ok()?;
        self.wanted.get(at).map(|(_, path)| *path)
    }
}

impl<V: LayerVisitor> LayerVisitor for Again<'_, V> {
    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        match self.path(entry) {
            Some(path) if entry.kind == EntryKind::File => self.visitor.entry(&Entry { path, ..*entry }),
            _ => Take::Skip,
        }
    }

    fn peeked(&mut self, entry: &Entry<'_>, head: &[u8]) -> Take {
        self.path(entry).map_or(Take::Skip, |path| self.visitor.peeked(&Entry { path, ..*entry }, head))
    }

    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        if let Some(path) = self.path(entry) {
            self.visitor.content(&Entry { path, ..*entry }, content);
        }
    }
}
