//! What is known of a document that was downloaded, beside it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;

/// Which state of a document somebody has: by this a server says whether there is a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The document's address at its publisher.
    pub address: String,
    /// Its `ETag`, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its `Last-Modified`, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// What a list of documents says of its state, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// The SHA-256 of its bytes, as they were sent.
    #[serde(default)]
    pub sha256: String,
}

impl State {
    /// What can be trusted to name the same bytes again (RFC 9110, section 13.1.5: `If-Range` takes no weak tag).
    pub(crate) fn strong(&self) -> Option<&str> {
        self.etag.as_deref().filter(|tag| !tag.starts_with("W/")).or(self.last_modified.as_deref())
    }
}

/// The file beside `path` with another ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// What is known of the file at `path`; nothing where it is of another document, or not there.
pub(crate) fn read(path: &Path, address: &str) -> Option<State> {
    let text = fs::read(beside(path, ".state")).ok()?;
    let state: State = serde_json::from_slice(&text).ok()?;
    (path.is_file() && state.address == address).then_some(state)
}

/// Writes down what is known of the file at `path`.
pub(crate) fn write(path: &Path, state: &State) -> Result<(), Error> {
    let file = beside(path, ".state");
    let draft = beside(path, ".state.draft");
    let text = serde_json::to_vec(state).unwrap_or_default();
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, &file)).map_err(|e| Error::io("write", &file, e))
}

/// Forgets the file at `path` and what is known of it.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    for path in [path.to_owned(), beside(path, ".state")] {
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("remove", &path, e)),
            _ => {}
        }
    }
    Ok(())
}
