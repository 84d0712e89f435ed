//! Who did what: one line of JSON for each request that changes something, asks by SQL, or was refused.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use plimsoll_registry::to_rfc3339;
use serde_json::json;

use crate::app::now;
use crate::error::Error;

/// Past this size the log is moved aside, once.
const LARGEST: u64 = 256 << 20;

pub(crate) struct Audit {
    path: PathBuf,
    file: Mutex<File>,
}

/// What a request was.
pub(crate) struct Entry<'a> {
    pub(crate) who: &'a str,
    pub(crate) from: Option<IpAddr>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) detail: Option<&'a str>,
}

impl Audit {
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("audit.jsonl");
        let file = open(&path).map_err(|source| Error::Io { doing: "write", path: path.clone(), source })?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    pub(crate) fn note(&self, entry: &Entry<'_>) {
        let short = |text: &str| text.chars().take(2000).collect::<String>();
        let mut line = json!({
            "time": to_rfc3339(now()),
            "who": entry.who,
            "from": entry.from.map(|from| from.to_string()),
            "method": entry.method,
            "path": short(entry.path),
            "status": entry.status,
        });
        if let (Some(detail), Some(object)) = (entry.detail, line.as_object_mut()) {
            object.insert("detail".to_owned(), short(detail).into());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.metadata().is_ok_and(|meta| meta.len() > LARGEST) {
            let _ = std::fs::rename(&self.path, self.path.with_extension("1.jsonl"));
            if let Ok(new) = open(&self.path) {
                *file = new;
            }
        }
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            eprintln!("plimsoll: can't write {}: {error}", self.path.display());
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // What was asked is nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
