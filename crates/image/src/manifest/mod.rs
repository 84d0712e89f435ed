//! Indexes, manifests and configurations: what they say, and which of the images in them is meant.

mod choose;
mod docker;
mod document;
pub(crate) mod media;
mod store;

pub(crate) use choose::open_index;
pub(crate) use docker::open_docker;
pub(crate) use store::{Key, Store, Wanted, fetch};
