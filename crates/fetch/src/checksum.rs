//! SHA-256 of documents, as they are and as they unpack.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// What a publisher says of a document's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The SHA-256 of the file.
    Stored(String),
    /// The SHA-256 of what the gzipped file holds.
    Unpacked(String),
}

impl Checksum {
    /// The SHA-256 that is expected, and the one that the file has.
    pub(crate) fn compare(&self, path: &Path) -> io::Result<(String, String)> {
        let file = File::open(path)?;
        Ok(match self {
            Self::Stored(expected) => (expected.to_ascii_lowercase(), digest(file)?),
            Self::Unpacked(expected) => {
                let found = digest(flate2::read::MultiGzDecoder::new(io::BufReader::new(file)));
                // A stream that is broken has no digest, which is as wrong as another one.
                (expected.to_ascii_lowercase(), found.unwrap_or_else(|e| format!("none ({e})")))
            }
        })
    }
}

/// The SHA-256 of a file, in lower-case hexadecimal.
pub(crate) fn of(path: &Path) -> io::Result<String> {
    digest(File::open(path)?)
}

fn digest(mut from: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The SHA-256 that a `sha256sum` file begins with.
pub(crate) fn first(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    (word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit())).then(|| word.to_ascii_lowercase())
}
