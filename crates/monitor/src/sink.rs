//! Where notifications go.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::notification::Notification;

/// A receiver of notifications: a program's own function, a file, something that sends them on.
///
/// A subscriber's place moves on after the sink has taken a notification. Where the process dies in between, the sink
/// is offered the same one again, with the same [`id`](Notification::id); [`FileSink`] knows it by that, and so can a
/// receiver of webhooks.
pub trait Sink {
    /// Takes one notification.
    ///
    /// # Errors
    /// A text that says why it was not taken: it will be offered again.
    fn take(&mut self, notification: &Notification) -> Result<(), String>;
}

impl<F: FnMut(&Notification) -> Result<(), String>> Sink for F {
    fn take(&mut self, notification: &Notification) -> Result<(), String> {
        self(notification)
    }
}

/// How a [`FileSink`] writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FileForm {
    /// The notification itself.
    #[default]
    Plain,
    /// A CloudEvent from this source.
    CloudEvent(String),
}

/// A file with one JSON document a line, each notification once: what was cut off when a process died is taken away,
/// and what is there already is not written again.
#[derive(Debug)]
pub struct FileSink {
    path: PathBuf,
    file: File,
    form: FileForm,
    last: u64,
}

/// How far back the last whole line is looked for.
const LONGEST_LINE: u64 = 64 << 20;

impl FileSink {
    /// Opens the file, which is made where there is none.
    ///
    /// # Errors
    /// [`Error::Io`] where it can't be read or written.
    pub fn open(path: impl AsRef<Path>, form: FileForm) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let failed = |source| Error::Io { doing: "write", path: path.clone(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let from = length.saturating_sub(LONGEST_LINE);
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        let mut tail = Vec::new();
        (&mut file).take(LONGEST_LINE).read_to_end(&mut tail).map_err(failed)?;
        let whole = tail.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let kept = from + whole as u64;
        if kept != length {
            file.set_len(kept).map_err(failed)?;
        }
        file.seek(SeekFrom::Start(kept)).map_err(failed)?;
        let lines = tail.get(..whole.saturating_sub(1)).unwrap_or_default();
        let last = lines.rsplit(|&byte| byte == b'\n').next().and_then(sequence).unwrap_or(0);
        Ok(Self { path, file, form, last })
    }

    /// The number of the last notification in it; 0 where there is none.
    pub fn last(&self) -> u64 {
        self.last
    }
}

fn sequence(line: &[u8]) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    value.get("sequence").or_else(|| value.get("data")?.get("sequence"))?.as_u64()
}

impl Sink for FileSink {
    fn take(&mut self, notification: &Notification) -> Result<(), String> {
        if notification.sequence <= self.last {
            return Ok(());
        }
        let mut line = match &self.form {
            FileForm::Plain => serde_json::to_vec(notification),
            FileForm::CloudEvent(source) => serde_json::to_vec(&notification.cloud_event(source)),
        }
        .map_err(|e| e.to_string())?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        written.map_err(|e| format!("can't write {}: {e}", self.path.display()))?;
        self.last = notification.sequence;
        Ok(())
    }
}
