//! Builds images, package databases and hostile inputs in code, for tests and demonstrations.
//!
//! A [`TarBuilder`] becomes a [`LayerBuilder`], layers become an [`ImageBuilder`], and that writes itself as an OCI
//! layout, a docker archive or a root folder, whole or with a [`Fault`]. Everything is deterministic: the same calls
//! give the same bytes, at any time and on any machine.

pub mod compression;
mod digest;
mod docker;
mod fault;
pub mod header;
mod image;
mod layer;
mod merged;
mod oci;
mod tar;
mod tree;

pub use compression::Compression;
pub use digest::sha256;
pub use fault::Fault;
pub use header::Header;
pub use image::ImageBuilder;
pub use layer::LayerBuilder;
pub use merged::{MergedNode, MergedTree};
pub use oci::IndexBuilder;
pub use tar::TarBuilder;
pub use tree::FileTree;
