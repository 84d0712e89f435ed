/// Why a scan could not go on. What is wrong inside an image is a [`Diagnostic`](crate::Diagnostic) of the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The image can't be opened or read.
    #[error(transparent)]
    Image(#[from] plimsoll_image::Error),
    /// The advisory store can't be opened or read.
    #[error(transparent)]
    Store(#[from] plimsoll_advisory::Error),
    /// The source of advisories failed.
    #[error(transparent)]
    Match(#[from] plimsoll_matcher::Error),
    /// The image could be read only in part, and the caller asked for all or nothing.
    #[error("{image}: read only in part: {reason}")]
    Partial {
        /// The image.
        image: String,
        /// The first thing that was wrong.
        reason: String,
    },
}
