//! The OSV format: one JSON object a record (OSV schema 1.7). Most databases publish it, each with members of its
//! own; what is known of those stands in the module `publisher`.

mod convert;
mod golang;
mod opening;
mod publisher;
mod schema;

use plimsoll_core::{Diagnostic, DiagnosticKind};

use super::{About, Document, Emit, Feed, Form, Parsed, Shape};
use crate::Error;

pub(super) use publisher::kind;

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

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Object || shape.form == Form::Array && shape.has(&["id", "modified"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        if Shape::of(document.bytes).form != Form::Array {
            return one(&document, document.bytes, emit);
        }
        let records: Vec<&serde_json::value::RawValue> = super::json(self, &document)?;
        records.iter().try_for_each(|record| one(&document, record.get().as_bytes(), emit))
    }
}

fn one(document: &Document<'_>, bytes: &[u8], emit: &mut Emit<'_>) -> Result<(), Error> {
    match record(bytes) {
        Ok((advisory, notes)) => {
            for note in notes {
                emit(Parsed::Note(note.at(document.name)))?;
            }
            emit(Parsed::Advisory(Box::new(advisory)))
        }
        Err(why) => emit(Parsed::Skipped(
            Diagnostic::new(DiagnosticKind::Malformed, format!("not an OSV record: {why}")).at(document.name),
        )),
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
