use std::fmt;

use serde::{Deserialize, Serialize};

/// Something wrong inside an image or a feed that did not stop the work: what, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What sort of trouble it is.
    pub kind: DiagnosticKind,
    /// One sentence for a person.
    pub message: String,
    /// The file it was found in: a path inside the image, or a feed's document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The index of the layer it was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
    /// The byte or line it was found at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// The sorts of trouble a [`Diagnostic`] reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// A record does not follow its format; that record is lost, the rest is kept.
    Malformed,
    /// A limit was passed; what is beyond it was not looked at, so the result is partial.
    LimitPassed,
    /// An archive or a file ends before it should, so the result is partial.
    Truncated,
    /// A name that leads out of the image, or a link that leads nowhere or round in a circle.
    BadPath,
    /// A format or media type that is not supported, so what it holds is unknown.
    Unsupported,
    /// A label says one thing and the bytes another; the bytes were believed.
    Mislabelled,
    /// A version that its ecosystem's order cannot place.
    UnparsedVersion,
    /// Anything that a person may want to know and that took nothing from the result.
    Note,
}

impl DiagnosticKind {
    /// Whether something may be missing from the result because of it.
    pub fn is_partial(self) -> bool {
        !matches!(self, Self::Mislabelled | Self::Note)
    }
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(kind: DiagnosticKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, layer: None, offset: None }
    }

    /// The same, found in the file at `path`.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same, found in the layer `index`.
    pub fn in_layer(mut self, index: u32) -> Self {
        self.layer = Some(index);
        self
    }

    /// The same, found at byte or line `offset`.
    pub fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer {
            write!(f, "layer {layer}: ")?;
        }
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(offset) = self.offset {
            write!(f, " (at {offset})")?;
        }
        Ok(())
    }
}
