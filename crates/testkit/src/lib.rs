//! Builds images, package databases and hostile inputs in code, for tests and demonstrations.
//!
//! A [`TarBuilder`] becomes a [`LayerBuilder`], layers become an [`ImageBuilder`], and that writes itself as an OCI
//! layout, a docker archive or a root folder, whole or with a [`Fault`]. Everything is deterministic: the same calls
//! give the same bytes, at any time and on any machine.
//!
//! ```
//! use plimsoll_testkit::{ImageBuilder, LayerBuilder, TarBuilder};
//! let files = TarBuilder::new().file("etc/os-release", "ID=debian\n");
//! let image = ImageBuilder::new().layer(LayerBuilder::new(files).created_by("ADD rootfs /"));
//! assert_eq!(image.layer_builders().count(), 1);
//! ```

pub mod apk;
pub mod binaries;
pub mod compression;
pub mod demo;
mod digest;
mod docker;
pub mod dpkg;
pub mod elf;
mod fault;
pub mod header;
pub mod hostile;
pub mod http;
mod image;
mod layer;
mod merged;
pub mod node;
mod oci;
pub mod pe;
pub mod python;
mod random;
mod replay;
pub mod rpm;
pub mod sqlite;
pub mod synthetic;
mod tar;
pub mod toc;
mod tree;
pub mod zip;

pub use compression::Compression;
pub use digest::sha256;
pub use fault::Fault;
pub use header::Header;
pub use image::ImageBuilder;
pub use layer::LayerBuilder;
pub use merged::{MergedNode, MergedTree};
pub use oci::IndexBuilder;
pub use random::Random;
pub use replay::replay;
pub use tar::TarBuilder;
pub use tree::FileTree;
