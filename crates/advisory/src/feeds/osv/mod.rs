//! The OSV format: one JSON object a record (OSV schema 1.7). Most databases publish it, each with members of its
//! own; what is known of those stands in the module `publisher`.

mod convert;
mod golang;
mod publisher;
mod schema;

use plimsoll_core::{Diagnostic, DiagnosticKind};

use super::{About, Document, Emit, Feed, Parsed};
use crate::Error;

/// The feed of OSV records: a single record, or an array of records, a document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Osv;

impl Feed for Osv {
    fn about(&self) -> &'static About {
        &About {
            id: "osv",
            title: "Open Source Vulnerabilities",
            address: "https://osv-vulnerabilities.storage.googleapis.com/",
            licence: "each database its own: CC-BY-4.0 (GHSA, PyPA, Go), CC0-1.0 (RustSec), and others",
            decides: "which versions of a package are affected, in every ecosystem that publishes OSV",
        }
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        document.bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|&byte| byte == b'{')
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        match record(document.bytes) {
            Ok((advisory, notes)) => {
                for note in notes {
                    emit(Parsed::Note(note.at(document.name)))?;
                }
                emit(Parsed::Advisory(Box::new(advisory)))
            }
            Err(why) => emit(Parsed::Skipped(
                Diagnostic::new(DiagnosticKind::Malformed, format!("not an OSV record: {why}"))
                    .at(document.name),
            )),
        }
    }
}

/// Reads one OSV record, with what was odd about it.
///
/// # Errors
///
/// What is wrong with the record: it is not JSON, or not of the OSV schema's shape.
pub fn record(bytes: &[u8]) -> Result<(plimsoll_core::Advisory, Vec<Diagnostic>), RecordError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let raw: schema::Record<'_> = serde_json::from_slice(bytes).map_err(RecordError::Json)?;
    if raw.id.trim().is_empty() {
        return Err(RecordError::NoId);
    }
    Ok(convert::advisory(raw))
}

/// Why a text is not an OSV record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Not JSON, or JSON of another shape.
    #[error("{0}")]
    Json(#[source] serde_json::Error),
    /// The `id` is empty.
    #[error("its id is empty")]
    NoId,
}
