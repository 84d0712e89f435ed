/// Why matching could not go on. What is wrong with a single package or record is not an error: it is an
/// undetermined verdict and a [`Diagnostic`](plimsoll_core::Diagnostic).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source of candidates failed.
    #[error("the advisories can't be read")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The failure of a source of candidates.
    pub fn source(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Source(error.into())
    }
}
