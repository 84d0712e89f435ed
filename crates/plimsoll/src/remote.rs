use std::sync::Arc;

use plimsoll_image::{Image, OpenOptions};
use plimsoll_registry::{Client, ImageName};

use crate::Error;

/// Opens an image in a registry. Nothing is kept on disk: layers stream into whoever reads the image.
///
/// # Errors
/// The registry can't be reached, has no such image or does not let it be read; or the image is damaged.
pub fn open_remote(name: &ImageName, client: &Arc<Client>, options: &OpenOptions) -> Result<Image, Error> {
    let remote = client.open(name)?;
    let digest = remote.digest().clone();
    // The name has chosen already; what a layout calls its images is not asked for.
    let options = OpenOptions { reference: None, source: None, ..options.clone() };
    Ok(Image::from_blobs(Box::new(remote), &digest, &options)?)
}
