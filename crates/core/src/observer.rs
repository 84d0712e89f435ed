use crate::Diagnostic;

/// Follows work as it goes on: progress, diagnostics, and whether to stop. Libraries log nothing themselves.
pub trait Observer: Send + Sync {
    /// Work has moved on. Called often; must be cheap.
    fn progress(&self, progress: Progress<'_>) {
        let _ = progress;
    }

    /// Something was wrong in the input. It is in the result as well.
    fn diagnostic(&self, diagnostic: &Diagnostic) {
        let _ = diagnostic;
    }

    /// Whether to stop as soon as can be; asked at least once for every 64 KiB of input.
    fn cancelled(&self) -> bool {
        false
    }
}

/// How far some work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// Bytes read of a layer, as they are stored.
    Layer {
        /// The layer's index.
        index: u32,
        /// Stored bytes read so far.
        read: u64,
        /// Stored bytes in all, where known.
        total: Option<u64>,
    },
    /// Bytes written of a bundle's store.
    Export {
        /// The bundle's name.
        name: &'a str,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// Bytes received of a document.
    Download {
        /// The document's name.
        name: &'a str,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// Records imported from a feed's document or archive.
    Import {
        /// The document's name.
        name: &'a str,
        /// Records so far.
        done: u64,
        /// Records in all, where known.
        total: Option<u64>,
    },
}

/// An [`Observer`] that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
