use std::io;
use std::path::PathBuf;

use plimsoll_core::{Diagnostic, Digest, DigestError};

/// Why an image can't be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or folder can't be opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// The path that was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed half-way.
    #[error("cannot read {what}: {source}")]
    Read {
        /// What was being read: a blob, an archive's member, a folder.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is none of the forms that images have.
    #[error("{} is no image: {found}; expected a docker archive, an OCI layout as a folder or an archive, or a root folder", path.display())]
    NotAnImage {
        /// The path that was given.
        path: PathBuf,
        /// What it looks like instead.
        found: String,
    },
    /// An archive ends before it should.
    #[error("{what} is cut off: {reason}; copy or save the image again")]
    Truncated {
        /// What ends too early.
        what: String,
        /// Where, and what was expected there.
        reason: String,
    },
    /// An archive, manifest or blob does not follow its format.
    #[error("{what} is damaged: {reason}")]
    Malformed {
        /// What is damaged.
        what: String,
        /// In what way.
        reason: String,
    },
    /// A JSON document can't be understood.
    #[error("{what} is not valid: {source}")]
    Json {
        /// Which document.
        what: String,
        /// Where in it, and what was expected.
        source: serde_json::Error,
    },
    /// A digest in a manifest is none.
    #[error("{what} names a digest that is none: {source}")]
    Digest {
        /// The document that names it.
        what: String,
        /// What is wrong with it.
        source: DigestError,
    },
    /// A document or a count is larger than the limit.
    #[error("{what} has {actual}, more than the limit of {limit} ({name})")]
    TooLarge {
        /// What is too large.
        what: String,
        /// How large it is, with its unit.
        actual: String,
        /// The limit, in the same unit.
        limit: u64,
        /// The limit's name, such as `Limits::manifest`.
        name: &'static str,
    },
    /// A manifest names a blob or file that is not there.
    #[error("{what} is missing: {named_by} names {name}; the image was not saved or copied whole")]
    Missing {
        /// What is missing: `layer 2`, `the configuration`.
        what: String,
        /// Its name or digest.
        name: String,
        /// The document that names it.
        named_by: String,
    },
    /// The bytes are not those that the digest names.
    #[error(
        "{what} was changed or damaged: its digest is {actual}, {named_by} says {expected}; fetch the image again from a source you trust"
    )]
    DigestMismatch {
        /// What differs: `layer 2`, `the configuration`.
        what: String,
        /// The digest that is expected.
        expected: Digest,
        /// The digest that the bytes have.
        actual: Digest,
        /// Who expects it.
        named_by: &'static str,
    },
    /// A blob has not as many bytes as its descriptor says.
    #[error("{what} has {actual} bytes, its descriptor says {expected}; copy or save the image again")]
    SizeMismatch {
        /// What differs.
        what: String,
        /// The bytes that are expected.
        expected: u64,
        /// The bytes that are there.
        actual: u64,
    },
    /// The configuration does not have one diff id for each layer.
    #[error("{what} lists {layers} layers, its configuration {diff_ids} diff ids")]
    LayerCount {
        /// The manifest.
        what: String,
        /// Layers in the manifest.
        layers: usize,
        /// Diff ids in the configuration.
        diff_ids: usize,
    },
    /// No manifest is for the platform that was asked for.
    #[error("no image for {wanted} in {what}; there is {available}")]
    NoPlatform {
        /// The index or manifest.
        what: String,
        /// The platform that was asked for.
        wanted: String,
        /// Those that there are.
        available: String,
    },
    /// No image has the name that was asked for.
    #[error("no image is called {wanted:?} in {what}; there is {available}")]
    NoReference {
        /// The index or archive.
        what: String,
        /// The name that was asked for.
        wanted: String,
        /// Those that there are.
        available: String,
    },
    /// A document is of a sort that can't be read.
    #[error("{what} is {found}, which cannot be read; {instead}")]
    Unsupported {
        /// What can't be read.
        what: String,
        /// Of what sort it is.
        found: String,
        /// What to do.
        instead: &'static str,
    },
    /// Something was wrong inside the image, and the caller asked for strictness.
    #[error("{0} (strict mode)")]
    Strict(Diagnostic),
    /// The observer asked to stop.
    #[error("stopped before the end, as asked")]
    Cancelled,
    /// There is no layer of that index.
    #[error("there is no layer {index}: the image has {layers}")]
    NoLayer {
        /// The index that was asked for.
        index: u32,
        /// The layers there are.
        layers: usize,
    },
}
