//! Reading an image's layers: which, in what order, on which threads, and what becomes of trouble.

mod again;
mod packed;
mod table;

use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use plimsoll_core::{Diagnostic, DiagnosticKind, Digest, LayerVisitor, Observer, Progress};

use crate::budget::Budget;
use crate::image::Image;
use crate::layer::{Diagnostics, LayerEntries, LayerRead, Pass, Reading, read_archive, read_directory};
use crate::manifest::media::{self, Stored};
use crate::manifest::{Key, Store};
use crate::source::Blob;
use crate::stream::{Compression, FileStream, Hashes, LayerStream, Measured, Pool, Stop, Task, read_some};
use crate::toc::Table;
use crate::{Error, Layer};

pub(crate) use again::Again;

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
        if self.image.options.tables
            && let Some(stream) = self.table(layer)
        {
            return self.read_by_table(layer, stream, visitor);
        }
        let Some(blob) = self.open(layer)? else {
            return Ok(self.unread(layer, visitor, ABSENT.into()));
        };
        let verify = self.image.options.verify;
        self.read_open(layer, blob, visitor, &How { verify, last: None, pool: Some(pool) })
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
