use std::path::PathBuf;

/// Why a scan could not go on. What is wrong inside an image is a [`Diagnostic`](crate::Diagnostic) of the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The image can't be opened or read.
    #[error(transparent)]
    Image(#[from] plimsoll_image::Error),
    /// No inventory can be taken of a file.
    #[error("{}: {source}", path.display())]
    Inventory {
        /// The file.
        path: PathBuf,
        /// Why.
        source: plimsoll_inventory::Error,
    },
    /// A file is larger than is read.
    #[error("{}: larger than {} MiB, which is all that is read of a bill of materials", path.display(), limit >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The advisory store can't be opened or read.
    #[error(transparent)]
    Store(#[from] plimsoll_advisory::Error),
    /// The source of advisories failed.
    #[error(transparent)]
    Match(#[from] plimsoll_matcher::Error),
    /// The registry can't be read.
    #[cfg(feature = "registry")]
    #[error(transparent)]
    Registry(#[from] plimsoll_registry::Error),
    /// The image is in a registry, and the client is not compiled in.
    #[error(
        "{0} is in a registry, which this build can't read: it lacks the feature `registry`; save the image to a file first"
    )]
    NoClient(String),
    /// The image could be read only in part, and the caller asked for all or nothing.
    #[error("{image}: read only in part: {reason}")]
    Partial {
        /// The image.
        image: String,
        /// The first thing that was wrong.
        reason: String,
    },
}
