//! Importing: files of any feed into a store, as one generation.

mod report;
mod source;
mod tarball;
mod unpack;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use plimsoll_core::{Diagnostic, DiagnosticKind, Limits, Observer, Progress};

pub use report::ImportReport;

use crate::Error;
use crate::feeds::Parsed;
use crate::store::{Download, Draft, Store};

/// How to import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// When the import takes place, RFC 3339: what the generation is to be dated. Default none.
    pub at: Option<String>,
    /// What a file may use up.
    pub limits: Limits,
    /// Whether a path may hold no record at all, as a feed of a new release does. Default no.
    pub empty: bool,
    /// The documents that the paths hold, where they were fetched: remembered with the records. Default none.
    pub downloads: Vec<Download>,
}

/// What the reading thread sends to the writing one.
pub(crate) enum Item {
    /// Something that a document holds.
    Parsed(Parsed),
    /// Reading has come so far in a path.
    Progress { name: String, done: u64, total: Option<u64> },
    /// A path has been read, with so many records.
    Done { path: PathBuf, records: u64 },
}

/// Records that are sent at one time: enough that the threads seldom wait, few enough to hold.
const AHEAD: usize = 512;

impl Store {
    /// Imports files, folders, and zip archives of many files. All of it becomes one generation; if anything stops
    /// it, the store is as it was. A record that is there already is replaced, unless it is newer.
    ///
    /// What is wrong with a record of a folder or an archive loses that record, which the report names.
    ///
    /// # Errors
    ///
    /// Where a path can't be read, holds no advisory at all, or passes a limit; where the store can't be written;
    /// [`Error::Busy`] where another import is going on; [`Error::Cancelled`] where the observer asks to stop.
    pub fn import(
        &mut self,
        paths: &[impl AsRef<Path>],
        options: &ImportOptions,
        observer: &dyn Observer,
    ) -> Result<ImportReport, Error> {
        let mut draft = Draft::begin(self.path())?;
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_owned()).collect();
        let (sender, receiver) = sync_channel(AHEAD);
        let stop = AtomicBool::new(false);
        let mut report = ImportReport::default();
        thread::scope(|scope| {
            let reader = scope.spawn(|| read(&paths, options, observer, &stop, sender));
            let written = write(&mut draft, receiver, options, observer, &mut report);
            stop.store(true, Ordering::Relaxed);
            // Where writing has failed, reading fails for want of someone to send to: the first error is the cause.
            let read = reader.join().unwrap_or(Err(Error::Cancelled));
            written.and(read)
        })?;
        options.downloads.iter().try_for_each(|download| draft.put_download(download))?;
        report.generation = draft.publish_generation(options.at.as_deref())?;
        *self = Store::open(self.path())?;
        Ok(report)
    }
}

fn read(
    paths: &[PathBuf],
    options: &ImportOptions,
    observer: &dyn Observer,
    stop: &AtomicBool,
    sender: SyncSender<Item>,
) -> Result<(), Error> {
    let stopped = || stop.load(Ordering::Relaxed) || observer.cancelled();
    let mut send = |item| sender.send(item).map_err(|_| Error::Cancelled);
    let mut reader = source::Source::new(&options.limits, &stopped, &mut send);
    paths.iter().try_for_each(|path| reader.read(path))
}

fn write(
    draft: &mut Draft,
    receiver: Receiver<Item>,
    options: &ImportOptions,
    observer: &dyn Observer,
    report: &mut ImportReport,
) -> Result<(), Error> {
    // Whether the scores that come are not older than those that are known.
    let mut newer = true;
    for item in receiver {
        match item {
            Item::Parsed(Parsed::Advisory(advisory)) => {
                let change = draft.put(&advisory)?;
                report.count(&advisory, change);
            }
            Item::Parsed(Parsed::Skipped(diagnostic)) => {
                observer.diagnostic(&diagnostic);
                report.skip(diagnostic, options.limits.diagnostics);
            }
            Item::Parsed(Parsed::Note(diagnostic)) => {
                observer.diagnostic(&diagnostic);
                report.note(diagnostic, options.limits.diagnostics);
            }
            Item::Parsed(Parsed::Gone { feed, id, at }) => report.gone += draft.take_back(&feed, &id, &at)?,
            Item::Parsed(Parsed::Complete(feed)) => draft.complete(&feed)?,
            Item::Parsed(Parsed::Scores { date }) => newer = draft.begin_scores(&date)?,
            Item::Parsed(Parsed::Score(score)) => {
                report.scores += 1;
                if newer {
                    draft.put_score(&score)?;
                }
            }
            Item::Parsed(Parsed::Life(life)) => {
                report.lives += 1;
                draft.put_life(&life)?;
            }
            Item::Progress { name, done, total } => {
                observer.progress(Progress::Import { name: &name, done, total });
            }
            Item::Done { path, records: 0 } if !options.empty => {
                let first = report.skipped.iter().find(|skipped| belongs(skipped, &path));
                return Err(Error::Nothing { first: first.map(ToString::to_string), path });
            }
            Item::Done { .. } => {}
        }
    }
    Ok(())
}

fn belongs(diagnostic: &Diagnostic, path: &Path) -> bool {
    diagnostic.kind == DiagnosticKind::Malformed
        && diagnostic.path.as_deref().is_some_and(|at| at.starts_with(path.to_string_lossy().as_ref()))
}
