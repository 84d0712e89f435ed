//! Finds what is installed in an image: operating-system and language packages, and where each came from.

mod cataloger;
pub mod catalogers;

pub use cataloger::{Cataloger, File, Interest, Owned, Pattern, Sink, path_hash};
