//! Container registries: what they tell, how images in them are named, and how their content is read.
//!
//! - [`decode`] turns what a registry posts to a webhook into [`RegistryEvent`]s, whichever registry it is. It is a
//!   pure function of the body.
//! - With the feature `registry` there is a client that reads images straight from a registry, as a
//!   `plimsoll_image::BlobSource`.
//! - [`ImageName`] is an image as people write it: `alpine:3.19`, `host:5000/repo@sha256:…`.
//!
//! ```
//! use plimsoll_registry::{Action, EventLimits, decode};
//!
//! let body = br#"{"events":[{"action":"push","target":{
//!     "mediaType":"application/vnd.oci.image.manifest.v1+json","repository":"ship","tag":"latest",
//!     "digest":"sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf"}}]}"#;
//! let decoded = decode(body, &EventLimits::default())?;
//! assert_eq!(decoded.events[0].action, Action::Push);
//! assert_eq!(decoded.events[0].repository, "ship");
//! # Ok::<(), plimsoll_registry::EventError>(())
//! ```

#[cfg(feature = "registry")]
mod client;
mod event;
mod grammar;
mod name;
mod time;

#[cfg(feature = "registry")]
pub use client::{
    Anonymous, Client, ClientOptions, Credential, Credentials, DockerConfig, Error, ForRegistry, Listing,
    Manifest, Proxy, Referrer, Registries, RemoteBlob, RemoteImage, Resolved, Retry,
};
pub use event::{
    Action, Decoded, EventError, EventLimits, Format, RegistryEvent, Skipped, SkippedReason, decode,
};
pub use grammar::{is_repository, is_tag};
pub use name::{DOCKER_HUB, ImageName, ImageNameError};
pub use time::{from_rfc3339, to_rfc3339};
