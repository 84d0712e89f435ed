/// Why an inventory can't be taken of what was given. What is wrong inside an image is a diagnostic instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is no bill of materials that is known.
    #[error("no bill of materials: expected CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value) or Syft's JSON")]
    NotAnSbom,
    /// It is a bill of materials in a form that is not read.
    #[error("a bill of materials of the form {found} is not read: expected SPDX 2.2 or 2.3, or CycloneDX")]
    UnsupportedSbom {
        /// What it says that it is.
        found: String,
    },
    /// It does not follow its own format.
    #[error("the {format} document is broken: {reason}")]
    BrokenSbom {
        /// The format's name.
        format: &'static str,
        /// What is wrong, from the format's parser.
        reason: String,
    },
}
