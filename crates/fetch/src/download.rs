//! One document into a file: conditionally, taken up where it broke off, bounded, verified.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use plimsoll_core::{Observer, Progress};

use crate::catalogue::Document;
use crate::client::{Answer, Client, Incoming, Request, Trouble};
use crate::kept::{self, State};
use crate::{Error, Options, address, checksum, wait};

/// Tries in all, however little each brings.
const TRIES: u32 = 200;

/// What came of a document.
pub(crate) enum Got {
    /// Who asks has the newest state already.
    Unchanged,
    /// It is in the file.
    File(PathBuf, State),
}

pub(crate) struct Downloads<'a> {
    client: Client<'a>,
    options: &'a Options,
    observer: &'a dyn Observer,
}

impl<'a> Downloads<'a> {
    pub(crate) fn new(options: &'a Options, observer: &'a dyn Observer) -> Result<Self, Error> {
        Ok(Self { client: Client::new(options)?, options, observer })
    }

    /// Gets a document of which `known` is the state that is had already.
    pub(crate) fn get(&self, document: &Document, known: Option<&State>) -> Result<Got, Error> {
        let file = address::file(&self.options.folder, &document.address);
        let kept = kept::read(&file, &document.address);
        // The list of documents says which state is the newest: nobody has to be asked again.
        let newest = |state: &State| document.stamp.is_some() && state.stamp == document.stamp;
        if known.is_some_and(newest) {
            return Ok(Got::Unchanged);
        }
        if let Some(kept) = kept.as_ref().filter(|kept| newest(kept) || self.options.offline)
            && checksum::of(&file).is_ok_and(|found| found == kept.sha256)
        {
            return Ok(same(file, kept.clone(), known));
        }
        if self.options.offline {
            return match known {
                Some(_) => Ok(Got::Unchanged),
                None => Err(Error::Offline { address: document.address.clone() }),
            };
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
        }
        let part = kept::beside(&file, ".part");
        self.until_done(document, kept.as_ref().or(known), &part)?.map_or_else(
            || {
                let Some(kept) = kept.clone() else { return Ok(Got::Unchanged) };
                let kept = State { stamp: document.stamp.clone(), ..kept };
                kept::write(&file, &kept)?;
                Ok(same(file.clone(), kept, known))
            },
            |state| {
                fs::rename(&part, &file).map_err(|e| Error::io("write", &file, e))?;
                kept::write(&file, &state)?;
                let _ = fs::remove_file(kept::beside(&part, ".state"));
                Ok(same(file.clone(), state, known))
            },
        )
    }

    /// Tries until the document is in the file `part`, or until there is no use in it. Nothing where the state that
    /// is known is the newest.
    fn until_done(
        &self,
        document: &Document,
        known: Option<&State>,
        part: &Path,
    ) -> Result<Option<State>, Error> {
        let mut failures = 0;
        let mut corrupt = false;
        for _ in 0..TRIES {
            if self.observer.cancelled() {
                return Err(Error::Cancelled);
            }
            let before = length(part);
            let (why, pause) = match self.once(document, known, part) {
                Ok(None) => return Ok(None),
                Ok(Some(state)) => match self.verify(document, part)? {
                    Ok(()) => return Ok(Some(self.finish(document, part, state)?)),
                    // The way, or the copy that was taken up, may be at fault; the same twice is the publisher's.
                    Err(wrong) if corrupt => return Err(wrong),
                    Err(wrong) => {
                        corrupt = true;
                        kept::remove(part)?;
                        (wrong.to_string(), None)
                    }
                },
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::After(pause, why)) => (why, Some(pause)),
                Err(Trouble::Passing(why)) => (why, None),
            };
            failures = if length(part) > before { 1 } else { failures + 1 };
            if failures >= self.options.attempts.max(1) {
                let address = document.address.clone();
                return Err(Error::Unreachable { address, why, attempts: failures });
            }
            let pause = pause.unwrap_or_else(|| wait::backoff(self.options.backoff, failures));
            if pause > self.options.patience {
                let address = document.address.clone();
                return Err(Error::Busy { address, seconds: pause.as_secs() });
            }
            wait::sleep(pause, self.observer)?;
        }
        let why = "it breaks off again and again".to_owned();
        Err(Error::Unreachable { address: document.address.clone(), why, attempts: TRIES })
    }

    /// One try.
    fn once(
        &self,
        document: &Document,
        known: Option<&State>,
        part: &Path,
    ) -> Result<Option<State>, Trouble> {
        let begun = kept::read(part, &document.address).filter(|begun| begun.stamp == document.stamp);
        let of = begun.as_ref().and_then(State::strong);
        let request = Request {
            address: &document.address,
            known,
            part: of.map(|of| (length(part), of)).filter(|(length, _)| *length > 0),
            // A checksum is of the bytes as they are published.
            compressed: document.checksum.is_none() && !is_packed(&document.address),
        };
        match self.client.ask(&request)? {
            Answer::Unchanged => Ok(None),
            Answer::NoSuchRange => {
                kept::remove(part).map_err(Trouble::Lasting)?;
                Err(Trouble::Passing("the server can't take up the download".to_owned()))
            }
            Answer::Document(incoming) => self.receive(document, incoming, part).map(Some),
        }
    }

    fn receive(&self, document: &Document, mut from: Incoming, part: &Path) -> Result<State, Trouble> {
        let io = |e| Trouble::Lasting(Error::io("write", part, e));
        let state = State {
            address: document.address.clone(),
            etag: from.etag.take(),
            last_modified: from.last_modified.take(),
            stamp: document.stamp.clone(),
            sha256: String::new(),
        };
        let mut file = if from.from == 0 {
            // Never may the bytes of one state stand beside the name of another.
            kept::remove(part).map_err(Trouble::Lasting)?;
            let file = File::create(part).map_err(io)?;
            kept::write(part, &state).map_err(Trouble::Lasting)?;
            file
        } else {
            File::options().append(true).open(part).map_err(io)?
        };
        let too_large = || {
            let (address, limit) = (document.address.clone(), self.options.max_bytes);
            Trouble::Lasting(Error::TooLarge { address, limit })
        };
        if from.total.is_some_and(|total| total > self.options.max_bytes) {
            return Err(too_large());
        }
        let mut done = from.from;
        let mut buffer = vec![0; 1 << 16];
        loop {
            if self.observer.cancelled() {
                return Err(Trouble::Lasting(Error::Cancelled));
            }
            let read = from.body.read(&mut buffer).map_err(|e| Trouble::Passing(broken(&e)))?;
            if read == 0 {
                break;
            }
            done = done.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            if done > self.options.max_bytes {
                drop(file);
                kept::remove(part).map_err(Trouble::Lasting)?;
                return Err(too_large());
            }
            file.write_all(buffer.get(..read).unwrap_or_default()).map_err(io)?;
            let name = document.name();
            self.observer.progress(Progress::Download { name, done, total: from.total });
        }
        if let Some(total) = from.total.filter(|total| *total != done) {
            return Err(Trouble::Passing(format!("it broke off after {done} of {total} bytes")));
        }
        Ok(state)
    }

    /// Whether the file is what its publisher says.
    fn verify(&self, document: &Document, part: &Path) -> Result<Result<(), Error>, Error> {
        let Some(published) = &document.checksum else { return Ok(Ok(())) };
        let (expected, found) = published.compare(part).map_err(|e| Error::io("read", part, e))?;
        let address = document.address.clone();
        Ok(if expected == found { Ok(()) } else { Err(Error::Checksum { address, expected, found }) })
    }

    fn finish(&self, document: &Document, part: &Path, state: State) -> Result<State, Error> {
        let (name, done) = (document.name(), length(part));
        self.observer.progress(Progress::Download { name, done, total: Some(done) });
        Ok(State { sha256: checksum::of(part).map_err(|e| Error::io("read", part, e))?, ..state })
    }
}

impl Document {
    /// What a person is told is on its way.
    pub(crate) fn name(&self) -> &str {
        self.address.split_once("://").map_or(&self.address, |(_, rest)| rest)
    }
}

/// A document in the folder, which its owner may have read already.
fn same(file: PathBuf, kept: State, known: Option<&State>) -> Got {
    if known.is_some_and(|known| known.sha256 == kept.sha256) {
        Got::Unchanged
    } else {
        Got::File(file, kept)
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Whether there is nothing left to compress.
fn is_packed(address: &str) -> bool {
    [".zip", ".gz", ".bz2", ".xz", ".zst"].iter().any(|end| address.ends_with(end))
}

fn broken(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => "the server fell silent".to_owned(),
        std::io::ErrorKind::UnexpectedEof => "the connection broke off".to_owned(),
        _ => format!("the connection broke off: {error}"),
    }
}
