//! All documents of some feeds.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll_core::{Observer, Progress};

use crate::catalogue::{Chosen, Document, Documents, Lists};
use crate::download::{Downloads, Got};
use crate::{Error, Options, State};

/// Bytes of a list of documents.
const LIST: u64 = 64 << 20;

/// A document that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The feed's id.
    pub source: &'static str,
    /// Where it is now.
    pub file: PathBuf,
    /// Which state of it that is: to be given back the next time, once the document has been read.
    pub state: State,
}

/// A document that could not be had.
#[derive(Debug)]
pub struct Missing {
    /// The feed's id.
    pub source: &'static str,
    /// Why.
    pub error: Error,
}

/// What was fetched.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is new, in the order of feeds and their documents.
    pub fetched: Vec<Fetched>,
    /// How many documents are as they were.
    pub unchanged: usize,
    /// What could not be had, where [`Options::keep_going`] allows that.
    pub missing: Vec<Missing>,
}

/// Fetches what is new of the chosen feeds. `known` says which state of a document the caller has.
///
/// # Errors
///
/// A document can't be had, its bytes are not what its publisher says, or it passes a limit; what was downloaded
/// stays in the folder for the next time. With [`Options::keep_going`] only for want of a folder that can be written.
pub fn fetch(
    chosen: &[Chosen],
    known: &(dyn Fn(&str) -> Option<State> + Sync),
    options: &Options,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    let _lock = lock(&options.folder)?;
    let stopping = Stopping { observer, stop: AtomicBool::new(false) };
    let downloads = Downloads::new(options, &stopping)?;
    let mut outcome = Outcome::default();
    let mut documents: Vec<(&'static str, Document)> = Vec::new();
    let mut seen = HashSet::new();
    for feed in chosen {
        match documents_of(feed, &downloads) {
            Ok(found) => {
                let new = found.into_iter().filter(|document| seen.insert(document.address.clone()));
                documents.extend(new.map(|document| (feed.source.id, document)));
            }
            Err(error) => miss(feed.source.id, error, options, &mut outcome)?,
        }
    }
    for (at, got) in all(&documents, &downloads, known, options, &stopping) {
        let Some((source, document)) = documents.get(at) else { continue };
        match got {
            Ok(Got::Unchanged) => outcome.unchanged += 1,
            Ok(Got::File(file, state)) => outcome.fetched.push(Fetched { source, file, state }),
            Err(Error::Refused { status: 403 | 404 | 410, .. }) if document.optional => {}
            Err(error) => miss(source, error, options, &mut outcome)?,
        }
    }
    if observer.cancelled() { Err(Error::Cancelled) } else { Ok(outcome) }
}

/// Held while a folder is downloaded into.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that another thread starts at this moment has it open as well.
        let _ = self.0.unlock();
    }
}

/// Keeps others from downloading into the same folder.
fn lock(folder: &Path) -> Result<Lock, Error> {
    fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    let path = folder.join(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|e| Error::io("write", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", &path, e)),
    }
}

/// Everything, several at a time, in the order of the documents. Where one fails and that ends it all, the last is
/// the one that failed.
fn all(
    documents: &[(&'static str, Document)],
    downloads: &Downloads<'_>,
    known: &(dyn Fn(&str) -> Option<State> + Sync),
    options: &Options,
    stopping: &Stopping<'_>,
) -> Vec<(usize, Result<Got, Error>)> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(documents.len()));
    thread::scope(|scope| {
        for _ in 0..options.parallel.clamp(1, 32).min(documents.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, document)) = documents.get(at).filter(|_| !stopping.cancelled()) else {
                        break;
                    };
                    let got = downloads.get(document, known(&document.address).as_ref());
                    let harmless = document.optional && matches!(got, Err(Error::Refused { .. }));
                    // What stops because another has failed says nothing.
                    if matches!(got, Err(Error::Cancelled)) {
                        break;
                    }
                    if got.is_err() && !harmless && !options.keep_going {
                        stopping.stop.store(true, Ordering::Relaxed);
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((at, got));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results
}

fn miss(source: &'static str, error: Error, options: &Options, outcome: &mut Outcome) -> Result<(), Error> {
    // No other document will fare better on a full disk.
    if !options.keep_going || matches!(error, Error::Io { .. } | Error::Cancelled) {
        return Err(error);
    }
    outcome.missing.push(Missing { source, error });
    Ok(())
}

fn documents_of(feed: &Chosen, downloads: &Downloads<'_>) -> Result<Vec<Document>, Error> {
    match feed.source.documents {
        Documents::Fixed(addresses) => Ok(addresses
            .iter()
            .map(|&address| Document { address: address.to_owned(), ..Document::default() })
            .collect()),
        Documents::Listed(list) => {
            let mut read = |address: &str| read(address, downloads);
            list(&mut Lists { read: &mut read, part: feed.part.as_deref(), year: this_year() })
        }
    }
}

/// A list of documents, as text.
fn read(address: &str, downloads: &Downloads<'_>) -> Result<String, Error> {
    let document = Document { address: address.to_owned(), ..Document::default() };
    let odd = |why: &str| Error::Index { address: address.to_owned(), why: why.to_owned() };
    // Who has no state of it is always given the file.
    let Got::File(file, _) = downloads.get(&document, None)? else { return Err(odd("it is not there")) };
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut head = Vec::new();
        File::open(&file)?.take(2).read_to_end(&mut head)?;
        if head == [0x1f, 0x8b] {
            flate2::read::MultiGzDecoder::new(File::open(&file)?).take(LIST).read_to_end(&mut bytes)?;
        } else {
            File::open(&file)?.take(LIST).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    };
    let bytes = read().map_err(|e| Error::io("read", &file, e))?;
    String::from_utf8(bytes).map_err(|_| odd("it is not a text"))
}

fn this_year() -> u32 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // The mean length of a year is enough to know which file is the newest: a day too early asks once in vain.
    u32::try_from(1970 + seconds / 31_556_952).unwrap_or(u32::MAX)
}

/// An observer that asks to stop as soon as one download has failed.
struct Stopping<'a> {
    observer: &'a dyn Observer,
    stop: AtomicBool,
}

impl Observer for Stopping<'_> {
    fn progress(&self, progress: Progress<'_>) {
        self.observer.progress(progress);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.observer.cancelled()
    }
}
