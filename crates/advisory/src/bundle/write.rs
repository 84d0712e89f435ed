use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use plimsoll_core::{Observer, Progress};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Bundle, BundledFeed, FORMAT, MANIFEST, STORE, VERSION, copy};
use crate::store::{SCHEMA, hex};
use crate::{Error, Store};

impl Store {
    /// Writes the store into a bundle at `path`. The same store gives the same bytes.
    ///
    /// # Errors
    ///
    /// The store can't be read, is empty, or the bundle can't be written: then there is none.
    pub fn export(&self, path: impl AsRef<Path>, observer: &dyn Observer) -> Result<Bundle, Error> {
        let path = path.as_ref();
        let status = self.status()?;
        let generation =
            status.generation.ok_or_else(|| Error::Nothing { path: self.path().to_owned(), first: None })?;
        let read = |e| Error::io("read", self.path(), e);
        // One open file is one generation, whatever is imported meanwhile.
        let mut store = File::open(self.path()).map_err(read)?;
        let (size, sha256) = copy(&mut store, &mut io::sink(), u64::MAX).map_err(read)?;
        store.rewind().map_err(read)?;
        let feeds = status.feeds.into_iter();
        let bundle = Bundle {
            format: FORMAT.to_owned(),
            format_version: VERSION,
            schema: SCHEMA,
            generation: generation.id,
            imported: generation.at,
            records: generation.records,
            digest: hex(&generation.digest),
            feeds: feeds
                .map(|feed| BundledFeed { name: feed.name, records: feed.records, newest: feed.newest })
                .collect(),
            size,
            sha256,
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".draft");
        let draft = path.with_file_name(name);
        let written = write(&bundle, &mut store, self.path(), &draft, path, observer);
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        match written {
            Err(_) if observer.cancelled() => Err(Error::Cancelled),
            written => written.map(|()| bundle),
        }
    }
}

fn write(
    bundle: &Bundle,
    store: &mut File,
    from: &Path,
    draft: &PathBuf,
    path: &Path,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let failed = |e| Error::io("write", draft, e);
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).large_file(true);
    let mut zip = ZipWriter::new(BufWriter::new(File::create(draft).map_err(failed)?));
    let manifest = serde_json::to_vec_pretty(bundle).map_err(|e| failed(e.into()))?;
    let zipped = |e: zip::result::ZipError| failed(e.into());
    zip.start_file(MANIFEST, options.compression_method(CompressionMethod::Stored)).map_err(zipped)?;
    zip.write_all(&manifest).map_err(failed)?;
    zip.start_file(STORE, options.compression_method(CompressionMethod::Deflated)).map_err(zipped)?;
    let name = path.to_string_lossy();
    let mut seen = Seen { to: &mut zip, observer, name: &name, done: 0, total: bundle.size };
    let (size, sha256) = copy(store, &mut seen, u64::MAX).map_err(failed)?;
    if (size, &sha256) != (bundle.size, &bundle.sha256) {
        let why = "it was changed while it was exported".to_owned();
        return Err(Error::Corrupt { path: from.to_owned(), why });
    }
    let file = zip.finish().map_err(zipped)?.into_inner().map_err(|e| failed(e.into_error()))?;
    file.sync_all().map_err(failed)?;
    fs::rename(draft, path).map_err(|e| Error::io("write", path, e))
}

/// Shows how far writing has come.
struct Seen<'a> {
    to: &'a mut dyn Write,
    observer: &'a dyn Observer,
    name: &'a str,
    done: u64,
    total: u64,
}

impl Write for Seen<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.observer.cancelled() {
            return Err(io::Error::other("stopped on request"));
        }
        let written = self.to.write(bytes)?;
        self.done = self.done.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        let (name, done, total) = (self.name, self.done, Some(self.total));
        self.observer.progress(Progress::Export { name, done, total });
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
