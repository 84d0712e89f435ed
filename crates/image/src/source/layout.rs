use std::io;
use std::path::{Path, PathBuf};

use plimsoll_core::Digest;

use super::{Blob, BlobSource, Shared};

/// The blobs of an OCI image layout in a folder (OCI image specification, image-layout.md).
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl BlobSource for Layout {
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        let path = self.root.join("blobs").join(digest.algorithm().name()).join(digest.hex());
        Ok(Box::new(Shared::open(&path)?.whole()))
    }
}
