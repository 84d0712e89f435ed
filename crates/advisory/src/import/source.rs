use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use plimsoll_core::{Diagnostic, DiagnosticKind, Limits};

use super::Item;
use super::tarball::{self, Tarball};
use super::unpack::{self, Compression};
use crate::Error;
use crate::feeds::{self, Document, Parsed};

/// What names standard input; a file of that name is `./-`.
const STDIN: &str = "-";

/// Documents between two reports of progress.
const STEP: u64 = 256;

/// Reads what the caller names for import: a file, a folder, an archive.
pub(super) struct Source<'a> {
    limits: &'a Limits,
    stopped: &'a dyn Fn() -> bool,
    send: &'a mut dyn FnMut(Item) -> Result<(), Error>,
    records: u64,
    /// Uncompressed bytes of the path so far.
    bytes: u64,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        limits: &'a Limits,
        stopped: &'a dyn Fn() -> bool,
        send: &'a mut dyn FnMut(Item) -> Result<(), Error>,
    ) -> Self {
        Self { limits, stopped, send, records: 0, bytes: 0 }
    }

    pub(super) fn read(&mut self, path: &Path) -> Result<(), Error> {
        self.records = 0;
        self.bytes = 0;
        if path.as_os_str() == STDIN {
            self.stdin()?;
        } else if fs::metadata(path).map_err(|e| Error::io("read", path, e))?.is_dir() {
            self.folder(path)?;
        } else {
            self.file(path, true)?;
        }
        let records = self.records;
        (self.send)(Item::Done { path: path.to_owned(), records })
    }

    /// What is read from standard input: a document or an archive, which is held while it is read.
    fn stdin(&mut self) -> Result<(), Error> {
        let path = Path::new("standard input");
        let bytes = self.content(path, &mut std::io::stdin().lock())?;
        if bytes.starts_with(b"PK") {
            self.bytes = 0;
            return self.archive(path, Cursor::new(bytes));
        }
        let name = path.to_string_lossy();
        let Some(compression) = Compression::of(&bytes) else {
            self.bytes = 0;
            return self.content_of(path, &name, &mut bytes.as_slice(), true);
        };
        self.bytes = 0;
        let reader = compression.reader(bytes.as_slice());
        let mut reader = reader.map_err(|e| Error::io("read", path, e))?;
        self.content_of(path, &name, &mut reader, true)
    }

    /// Every file below a folder, in the order of names. Links to folders are not followed.
    fn folder(&mut self, root: &Path) -> Result<(), Error> {
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            let mut below: Vec<PathBuf> = Vec::new();
            for entry in fs::read_dir(&folder).map_err(|e| Error::io("read", &folder, e))? {
                let entry = entry.map_err(|e| Error::io("read", &folder, e))?;
                let hidden = entry.file_name().as_encoded_bytes().first() == Some(&b'.');
                if !hidden {
                    below.push(entry.path());
                }
            }
            below.sort();
            let mut inner = Vec::new();
            for path in below {
                let kind = fs::symlink_metadata(&path).map_err(|e| Error::io("read", &path, e))?;
                if kind.is_dir() {
                    inner.push(path);
                } else if fs::metadata(&path).is_ok_and(|target| target.is_file()) {
                    self.file(&path, false)?;
                }
            }
            folders.extend(inner.into_iter().rev());
        }
        Ok(())
    }

    /// One file. `named` is whether the caller named it: then what is wrong with it is an error.
    fn file(&mut self, path: &Path, named: bool) -> Result<(), Error> {
        self.alive()?;
        let unreadable = |e| Error::io("read", path, e);
        let mut file = File::open(path).map_err(unreadable)?;
        let mut head = [0; unpack::HEAD];
        let filled = unpack::peek(&mut file, &mut head).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        let name = path.to_string_lossy();
        let head = head.get(..filled).unwrap_or_default();
        if head.starts_with(b"PK") {
            return self.archive(path, file);
        }
        let Some(compression) = Compression::of(head) else {
            return self.content_of(path, &name, &mut file, named);
        };
        let mut reader = compression.reader(BufReader::new(file)).map_err(unreadable)?;
        self.content_of(path, compression.stem(&name), &mut reader, named)
    }

    /// What a file holds, decompressed: a tar archive of documents, or a document.
    fn content_of(&mut self, path: &Path, name: &str, from: &mut dyn Read, named: bool) -> Result<(), Error> {
        let mut block = [0; 512];
        let filled = unpack::peek(from, &mut block).map_err(|e| Error::io("read", path, e))?;
        let head = block.get(..filled).unwrap_or_default();
        let mut whole = head.chain(from);
        if tarball::is_tar(head) {
            return self.tarball(path, &mut whole);
        }
        let bytes = self.content(path, &mut whole)?;
        self.named_document(name, &bytes, named)
    }

    fn content(&mut self, path: &Path, from: &mut dyn Read) -> Result<Vec<u8>, Error> {
        let limit = self.limits.advisory;
        let mut bytes = Vec::new();
        from.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| Error::io("read", path, e))?;
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if len > limit {
            return Err(Error::Limit { path: path.to_owned(), limit, unit: "bytes of one document" });
        }
        self.spend(path, len)?;
        Ok(bytes)
    }

    fn spend(&mut self, path: &Path, bytes: u64) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(bytes);
        let limit = self.limits.advisories;
        if self.bytes > limit {
            return Err(Error::Limit { path: path.to_owned(), limit, unit: "uncompressed bytes" });
        }
        Ok(())
    }

    /// A document that is a file. One that the caller named has to be an advisory.
    fn named_document(&mut self, name: &str, bytes: &[u8], named: bool) -> Result<(), Error> {
        let mut fault = None;
        self.document(name, bytes, named, &mut |skipped| fault = Some(skipped))?;
        match fault {
            Some(fault) if named => Err(Error::NotAdvisories { path: name.to_owned(), why: fault.message }),
            Some(fault) => (self.send)(Item::Parsed(Parsed::Skipped(fault))),
            None => Ok(()),
        }
    }

    /// Every member of a zip archive.
    fn archive(&mut self, path: &Path, file: impl Read + Seek) -> Result<(), Error> {
        let broken = |e: zip::result::ZipError| match e {
            zip::result::ZipError::Io(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => {
                Error::io("read", path, e)
            }
            e => Error::Archive { path: path.to_owned(), why: e.to_string() },
        };
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        let total = u64::try_from(archive.len()).ok();
        let shown = path.to_string_lossy().into_owned();
        for index in 0..archive.len() {
            self.step(&shown, u64::try_from(index).unwrap_or(u64::MAX), total)?;
            let mut member = archive.by_index(index).map_err(broken)?;
            if member.is_dir() {
                continue;
            }
            let name = format!("{shown}: {}", String::from_utf8_lossy(member.name_raw()));
            let limit = self.limits.advisory;
            let mut bytes = Vec::new();
            // What the archive says of a size is not believed.
            let read = (&mut member).take(limit.saturating_add(1)).read_to_end(&mut bytes);
            drop(member);
            self.member(path, &name, read.map(|_| bytes))?;
        }
        (self.send)(Item::Progress { name: shown, done: total.unwrap_or_default(), total })
    }

    /// Every file of a tar archive: so CSAF documents are published by the year.
    fn tarball(&mut self, path: &Path, from: &mut dyn Read) -> Result<(), Error> {
        let broken = |e: std::io::Error| Error::Archive { path: path.to_owned(), why: e.to_string() };
        let mut tarball = Tarball::new(BufReader::new(from));
        let shown = path.to_string_lossy().into_owned();
        let mut done = 0;
        while let Some(member) = tarball.next().map_err(broken)? {
            self.step(&shown, done, None)?;
            done += 1;
            let name = format!("{shown}: {}", member.name);
            let bytes = tarball.content(self.limits.advisory.saturating_add(1)).map_err(broken)?;
            tarball.done(member.size);
            self.member(path, &name, Ok(bytes))?;
        }
        (self.send)(Item::Progress { name: shown, done, total: Some(done) })
    }

    /// Goes on to the next member of an archive.
    fn step(&mut self, shown: &str, done: u64, total: Option<u64>) -> Result<(), Error> {
        self.alive()?;
        if done.is_multiple_of(STEP) {
            (self.send)(Item::Progress { name: shown.to_owned(), done, total })?;
        }
        Ok(())
    }

    /// A member of an archive, decompressed where it is compressed by itself. What is wrong with it loses it alone.
    fn member(&mut self, path: &Path, name: &str, read: std::io::Result<Vec<u8>>) -> Result<(), Error> {
        let limit = self.limits.advisory;
        let mut stem = name;
        let read = read.and_then(|bytes| {
            let Some(compression) = Compression::of(&bytes) else { return Ok(bytes) };
            stem = compression.stem(name);
            let mut unpacked = Vec::new();
            let mut reader = compression.reader(bytes.as_slice())?;
            (&mut reader).take(limit.saturating_add(1)).read_to_end(&mut unpacked)?;
            Ok(unpacked)
        });
        let skipped = |why: String| {
            Item::Parsed(Parsed::Skipped(Diagnostic::new(DiagnosticKind::Malformed, why).at(name)))
        };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(e) => return (self.send)(skipped(format!("it can't be unpacked: {e}"))),
        };
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.spend(path, len)?;
        if len > limit {
            let why = format!("it is larger than the limit of {limit} bytes for one document");
            return (self.send)(skipped(why));
        }
        let mut fault = None;
        self.document(stem, &bytes, false, &mut |skipped| fault = Some(skipped))?;
        fault.map_or(Ok(()), |fault| (self.send)(Item::Parsed(Parsed::Skipped(fault))))
    }

    /// Reads a document. In a folder or an archive, one that can't be read is one that is left out.
    fn document(
        &mut self,
        name: &str,
        bytes: &[u8],
        named: bool,
        fault: &mut dyn FnMut(Diagnostic),
    ) -> Result<(), Error> {
        match self.parse(name, bytes, named, fault) {
            Err(Error::Document { feed, why, .. }) if !named => {
                let why = format!("the {feed} document can't be read: {why}");
                fault(Diagnostic::new(DiagnosticKind::Malformed, why).at(name));
                Ok(())
            }
            read => read,
        }
    }

    /// Parses a document. A document of no feed is passed over, unless the caller named it or it is called JSON.
    fn parse(
        &mut self,
        name: &str,
        bytes: &[u8],
        named: bool,
        fault: &mut dyn FnMut(Diagnostic),
    ) -> Result<(), Error> {
        let document = Document { name, bytes };
        let plain = match feeds::plain(&document) {
            Ok(plain) => plain,
            Err(e) => {
                fault(Diagnostic::new(DiagnosticKind::Malformed, e.to_string()).at(name));
                return Ok(());
            }
        };
        let document = Document { name, bytes: &plain };
        // Any object may be an attempt at an OSV record, also what is known to be something else.
        let feed = feeds::recognise(&document);
        let beside = feeds::beside(&document).filter(|_| feed.is_none_or(|feed| feed.about().id == "osv"));
        let Some(feed) = feed.filter(|_| beside.is_none()) else {
            // Folders and archives of advisories hold licences, lists and notes as well.
            let json = Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
            if !named && (beside.is_some() || !json) {
                return Ok(());
            }
            let why = match (beside, bytes.first()) {
                (Some(what), _) => what,
                (_, None) => "it is empty",
                _ => "it is not JSON, nor of any feed that is known",
            };
            fault(Diagnostic::new(DiagnosticKind::Malformed, why).at(name));
            return Ok(());
        };
        let (records, send) = (&mut self.records, &mut self.send);
        // What is wrong with a document's first record is wrong with the document, unless another one follows.
        let (mut first, mut more) = (None, false);
        feed.parse(document, &mut |parsed| {
            match parsed {
                Parsed::Skipped(diagnostic) if !more && first.is_none() => {
                    first = Some(diagnostic);
                    return Ok(());
                }
                Parsed::Advisory(_) | Parsed::Score(_) | Parsed::Life(_) | Parsed::Gone { .. } => {
                    *records += 1;
                    more = true;
                    if let Some(first) = first.take() {
                        send(Item::Parsed(Parsed::Skipped(first)))?;
                    }
                }
                _ => {}
            }
            send(Item::Parsed(parsed))
        })?;
        if let Some(first) = first {
            fault(first);
        }
        Ok(())
    }

    fn alive(&self) -> Result<(), Error> {
        if (self.stopped)() { Err(Error::Cancelled) } else { Ok(()) }
    }
}
