//! Reads an image from its registry: once a digest.

use std::sync::Arc;

use plimsoll::stages::image::Image;
use plimsoll::{
    Client, Digest, ImageName, Observer, OpenOptions, RegistryError, View, not_applicable,
    take_inventory_with,
};
use plimsoll_monitor::{Job, Scan};

use super::index;
use crate::app::App;

/// What a digest turned out to be.
pub(crate) enum Read {
    /// An index, with its images and their platforms.
    Index(Vec<(Digest, Option<String>)>),
    /// An image.
    Image(Box<Scan>),
}

/// Why it could not be read.
pub(crate) struct Unread {
    pub(crate) why: String,
    /// It may go better later.
    pub(super) retry: bool,
    /// The registry does not have it.
    pub(super) not_found: bool,
}

impl Unread {
    fn for_good(why: impl ToString) -> Self {
        Self { why: why.to_string(), retry: false, not_found: false }
    }
}

impl From<RegistryError> for Unread {
    fn from(error: RegistryError) -> Self {
        // Credentials and names are mended by people, who take their time.
        let denied = matches!(error, RegistryError::Denied { .. });
        let (retry, not_found) = (denied || error.is_temporary(), error.is_not_found());
        Self { why: error.to_string(), retry, not_found }
    }
}

impl From<plimsoll::ImageError> for Unread {
    fn from(error: plimsoll::ImageError) -> Self {
        use plimsoll::ImageError::{Open, Read};
        // What the registry's client said is within what the reader says.
        let source = match &error {
            Open { source, .. } | Read { source, .. } => {
                source.get_ref().and_then(|inner| inner.downcast_ref::<RegistryError>())
            }
            _ => None,
        };
        let retry =
            source.is_some_and(|error| error.is_temporary() || matches!(error, RegistryError::Denied { .. }));
        let not_found = source.is_some_and(RegistryError::is_not_found);
        Self { why: error.to_string(), retry, not_found }
    }
}

/// Stops reading when the server stops.
struct Watching<'a>(&'a App);

impl Observer for Watching<'_> {
    fn cancelled(&self) -> bool {
        self.0.is_stopping()
    }
}

pub(super) fn read(app: &App, job: &Job) -> Result<Read, Unread> {
    let Some(place) = &job.place else {
        return Err(Unread::for_good("it is not known which repository it is in"));
    };
    let name = app.registries.image(place, None, Some(job.digest.clone())).map_err(Unread::for_good)?;
    let (client, _) = app.registries.client(&place.registry);
    image(app, client, &name, &job.digest)
}

/// Reads an image, or the index that the digest turns out to be.
pub(crate) fn image(
    app: &App,
    client: &Arc<Client>,
    name: &ImageName,
    digest: &Digest,
) -> Result<Read, Unread> {
    let remote = client.open(name)?;
    if let Some(images) = index::images(&remote.manifest().bytes, &remote.manifest().media_type) {
        return Ok(Read::Index(images));
    }
    let options = OpenOptions::default();
    let image = Image::from_blobs(Box::new(remote), digest, &options)?;
    scan(app, &image, &options).map(|scan| Read::Image(Box::new(scan)))
}

fn scan(app: &App, image: &Image, options: &OpenOptions) -> Result<Scan, Unread> {
    let info = image.info();
    let platform = Some(info.platform.to_string()).filter(|platform| !platform.is_empty());
    if let Some(why) = not_applicable(&info.status) {
        return Ok(Scan { platform, unsupported: Some(why), ..Scan::default() });
    }
    let taken =
        take_inventory_with(image, &app.catalogers, &options.limits, Some(&app.layers), &Watching(app));
    let taken = taken.map_err(|error| match error {
        plimsoll::Error::Image(error) => error.into(),
        other => Unread::for_good(other),
    })?;
    let gaps = taken.gaps().take(100).map(ToString::to_string).collect();
    let packages = View::Precise.of(&taken.inventory, info);
    Ok(Scan {
        base: plimsoll::base_of(info, taken.inventory.distro.as_ref(), &packages),
        packages,
        gaps,
        distro: taken.inventory.distro.clone(),
        platform,
        unsupported: None,
    })
}
