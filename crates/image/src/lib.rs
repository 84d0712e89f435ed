//! Reads container images: docker archives, OCI layouts and archives, root folders, and whatever a
//! [`BlobSource`] gives; every layer once, streaming, in bounded memory.
//!
//! [`Image::open`] recognises the form, chooses the platform and says in an [`ImageInfo`] what there is.
//! [`Image::read`] shows each layer's entries to a visitor ([`plimsoll_core::LayerVisitor`]) and checks every
//! digest on the way; what comes back for a layer, a [`LayerRead`], depends on nothing but the layer, so it can be
//! kept. [`Tree::merge`] makes of the layers' names the file system that a container would see.
//!
//! ```no_run
//! use plimsoll_core::{Content, Entry, LayerVisitor, MergedView, Silent, Take};
//! use plimsoll_image::{Image, OpenOptions, Tree};
//!
//! struct Nothing;
//! impl LayerVisitor for Nothing {
//!     fn entry(&mut self, _: &Entry<'_>) -> Take { Take::Skip }
//!     fn content(&mut self, _: &Entry<'_>, _: Content<'_>) {}
//! }
//!
//! let options = OpenOptions::default();
//! let image = Image::open("debian.tar".as_ref(), &options)?;
//! let layers = image.read(&|_| true, &|_| Nothing, &Silent)?;
//! let entries: Vec<_> = layers.iter().flatten().map(|layer| &layer.entries).collect();
//! let (tree, _) = Tree::merge(&entries, &options.limits);
//! tree.visit_files(&mut |path, _| println!("/{}", String::from_utf8_lossy(path)));
//! # Ok::<(), plimsoll_image::Error>(())
//! ```

mod budget;
mod cache;
mod error;
mod image;
mod info;
mod layer;
mod manifest;
mod options;
mod platform;
mod read;
mod recognise;
mod source;
mod stream;
mod tar;
mod toc;
mod tree;

pub use cache::{CachedLayer, FolderCache, FolderCacheError, LayerCache, LayerKey, MemoryCache};
pub use error::Error;
pub use image::Image;
pub use info::{BaseName, Choice, ImageInfo, ImageStatus, Layer, SkippedManifest};
pub use layer::{Cursor, LayerEntries, LayerRead};
pub use options::{OpenOptions, SourceKind};
pub use platform::Platform;
#[doc(no_inline)]
pub use plimsoll_core::Digest;
pub use source::{Blob, BlobSource};
pub use tree::{Node, NodeKind, Tree};
