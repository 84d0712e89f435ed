use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use plimsoll_core::{Diagnostic, DiagnosticKind, Limits};

use super::Item;
use crate::Error;
use crate::feeds::{self, Document, Parsed};

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
        let kind = fs::metadata(path).map_err(|e| Error::io("read", path, e))?;
        if kind.is_dir() {
            self.folder(path)?;
        } else {
            self.file(path, true)?;
        }
        let records = self.records;
        (self.send)(Item::Done { path: path.to_owned(), records })
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
        let mut file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let mut head = [0; 4];
        let mut filled = 0;
        while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read(rest).map_err(|e| Error::io("read", path, e))? {
                0 => break,
                read => filled += read,
            }
        }
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        match head {
            [b'P', b'K', ..] => self.archive(path, file),
            [0x1f, 0x8b, ..] => {
                let name = path.to_string_lossy();
                let name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
                let mut unzipped = flate2::read::MultiGzDecoder::new(BufReader::new(file));
                let bytes = self.content(path, &mut unzipped)?;
                self.named_document(&name, &bytes, named)
            }
            _ => {
                let mut file = file;
                let bytes = self.content(path, &mut file)?;
                self.named_document(&path.to_string_lossy(), &bytes, named)
            }
        }
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
    fn archive(&mut self, path: &Path, file: File) -> Result<(), Error> {
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
            self.alive()?;
            let done = u64::try_from(index).unwrap_or(u64::MAX);
            if done % STEP == 0 {
                (self.send)(Item::Progress { name: shown.clone(), done, total })?;
            }
            let mut member = archive.by_index(index).map_err(broken)?;
            if member.is_dir() {
                continue;
            }
            let name = format!("{shown}: {}", String::from_utf8_lossy(member.name_raw()));
            let skipped = |why: String| {
                let kind = DiagnosticKind::Malformed;
                Item::Parsed(Parsed::Skipped(Diagnostic::new(kind, why).at(name.clone())))
            };
            let limit = self.limits.advisory;
            let mut bytes = Vec::new();
            // What the archive says of a size is not believed.
            let read = (&mut member).take(limit.saturating_add(1)).read_to_end(&mut bytes);
            let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            drop(member);
            self.spend(path, len)?;
            if len > limit {
                (self.send)(skipped(format!(
                    "it is larger than the limit of {limit} bytes for one document"
                )))?;
                continue;
            }
            if let Err(e) = read {
                (self.send)(skipped(format!("it can't be unpacked: {e}")))?;
                continue;
            }
            let mut fault = None;
            self.document(&name, &bytes, false, &mut |skipped| fault = Some(skipped))?;
            if let Some(fault) = fault {
                (self.send)(Item::Parsed(Parsed::Skipped(fault)))?;
            }
        }
        (self.send)(Item::Progress { name: shown, done: total.unwrap_or_default(), total })
    }

    /// Parses a document. A document of no feed is passed over, unless the caller named it or it is called JSON.
    fn document(
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
        let Some(feed) = feeds::recognise(&document) else {
            // Folders and archives of advisories hold licences and notes as well.
            if !(named || Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))) {
                return Ok(());
            }
            let why = match bytes.first() {
                None => "it is empty",
                Some(_) => "it is not JSON, nor of any feed that is known",
            };
            fault(Diagnostic::new(DiagnosticKind::Malformed, why).at(name));
            return Ok(());
        };
        let (records, send) = (&mut self.records, &mut self.send);
        let mut first = true;
        feed.parse(document, &mut |parsed| {
            match parsed {
                Parsed::Advisory(_) | Parsed::Score(_) | Parsed::Life(_) => *records += 1,
                // A document of one record is named by the caller of this.
                Parsed::Skipped(diagnostic) if first => {
                    fault(diagnostic);
                    first = false;
                    return Ok(());
                }
                _ => {}
            }
            first = false;
            send(Item::Parsed(parsed))
        })
    }

    fn alive(&self) -> Result<(), Error> {
        if (self.stopped)() { Err(Error::Cancelled) } else { Ok(()) }
    }
}
