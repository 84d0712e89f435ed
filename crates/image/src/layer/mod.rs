//! One layer: its entries, and how they are read.

mod directory;
mod entries;
mod names;
mod read;

pub(crate) use directory::read_directory;
pub(crate) use entries::Recorder;
pub use entries::{Cursor, LayerEntries};
pub(crate) use names::normalise;
pub(crate) use read::{Diagnostics, Pass, Reading, read_archive};

use plimsoll_core::Diagnostic;

/// What reading one layer gave.
#[derive(Debug)]
pub struct LayerRead<V> {
    /// Its names.
    pub entries: LayerEntries,
    /// The visitor that looked at it.
    pub visitor: V,
    /// What was wrong inside it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether all of it was read, so that the result may be kept as that of the layer's diff id. A layer that
    /// was not distributed, is encrypted, or passed a limit is not complete.
    pub complete: bool,
}
