//! The demonstration image: built on the spot and read from memory, so that a first look needs nothing.

use std::io::{self, Cursor};

use plimsoll::stages::image::{Blob, BlobSource};
use plimsoll::{Digest, Image, OpenOptions};
use plimsoll_testkit::{FileTree, sha256};

use crate::output::Failure;

/// What names the demonstration image.
pub(crate) const NAME: &str = "demo:";

const INDEX: &str = "index.json";

/// Builds the image and opens it.
pub(crate) fn open(options: &OpenOptions) -> Result<Image, Failure> {
    let layout = plimsoll_testkit::demo::image().oci_tree();
    let index = sha256(layout.get(INDEX).unwrap_or_default());
    // It is what it is, whatever this machine runs on.
    let options = OpenOptions { platform: None, ..options.clone() };
    Ok(Image::from_blobs(Box::new(Layout { layout, index: index.clone() }), &index, &options)?)
}

struct Layout {
    layout: FileTree,
    index: Digest,
}

impl BlobSource for Layout {
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        let path =
            if *digest == self.index { INDEX.to_owned() } else { format!("blobs/sha256/{}", digest.hex()) };
        let blob = self.layout.get(&path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(blob.to_vec())))
    }
}
