//! Indexes, manifests and configurations: what they say, and which of the images in them is meant.

mod choose;
mod docker;
mod document;
mod legacy;
pub(crate) mod media;
mod store;

pub(crate) use choose::open_index;
pub(crate) use docker::{MANIFEST, open_docker};
pub(crate) use legacy::{REPOSITORIES, open_legacy};
pub(crate) use store::{Key, Store, Wanted, fetch};
