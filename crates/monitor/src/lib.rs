//! Watches the images of registries: what to scan and when, what was found, and whom to tell.
//!
//! - [`plan`] says what to do about an event, a listing, or the passing of time: a pure function of what is known and of
//!   the [`Policies`]. A digest is scanned once, whatever comes, and in whatever order.
//! - A [`Store`] keeps what is known; [`SqliteStore`] does in one file. Images are found by their digests; tags are
//!   intervals of time; inventories are stored once for each layer, and what advisories say once for each distinct
//!   package. So [`Store::reassess`] carries new advisories and rules to every affected image without asking a registry.
//! - What changes for better or worse becomes a [`Notification`], in the transaction that makes it true. Each subscriber
//!   takes them in its own time ([`Store::deliver`]), into a function, a [`FileSink`], or anything else that is a
//!   [`Sink`]; [`sign`] signs the bodies of webhooks.
//! - [`Store::decide`] says whether an image may run, [`Store::score`] how the images of a scope fare, and
//!   [`Store::usage`] how many images were scanned for the first time. [`SqliteStore::query`] answers whatever else is
//!   asked in SQL of the [`VIEWS`], such as the [`QUESTIONS`] that are asked most.
//!
//! Nothing here uses a network, reads an image or asks a clock: whoever embeds it fetches what a [`Job`] names, hands
//! over a [`Scan`], and says what time it is.
//!
//! ```
//! use plimsoll_monitor::{Incoming, Judge, JobKind, Policies, Scan, SqliteStore, Store};
//! use plimsoll_registry::{EventLimits, decode};
//!
//! # let folder = tempfile::tempdir()?;
//! # let now = 1_800_000_000_000;
//! let store = SqliteStore::open(folder.path().join("monitor.db"))?;
//! let advisories = plimsoll_advisory::Store::create_or_open(folder.path().join("advisories.db"))?;
//! let (policies, rules) = (Policies::default(), plimsoll_rules::Ruleset::default());
//!
//! // What a registry posts.
//! let body = br#"{"events":[{"id":"1","action":"push","target":{"repository":"shop/web","tag":"latest",
//!     "mediaType":"application/vnd.oci.image.manifest.v1+json",
//!     "digest":"sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf"}}]}"#;
//! let events = decode(body, &EventLimits::default())?.events;
//! let events: Vec<_> = events.into_iter().map(|event| Incoming::new(event, "registry.example")).collect();
//! store.accept(&events, now, &policies)?;
//!
//! // What is to be done about it.
//! for claimed in store.claim(8, now)? {
//!     assert_eq!(claimed.job.kind, JobKind::Scan);
//!     let scan = Scan::default(); // what a scanner finds in the image
//!     let judge = Judge { advisories: &advisories, rate: &|_| {}, rules: &rules, options: Default::default() };
//!     store.scanned(&claimed.job.digest, &scan, &judge, now)?;
//! }
//! let image = &store.images(&Default::default())?.images[0];
//! assert_eq!(image.assessment, Some(plimsoll_core::Assessment::NothingToScan));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admission;
mod error;
mod judge;
mod notification;
mod plan;
mod policy;
mod question;
mod scope;
mod sign;
mod sink;
mod sqlite;
mod store;
mod subject;
mod time;
mod view;

pub use admission::{AdmissionFacts, AdmissionPolicy, Answer, Decision, decide};
pub use error::Error;
pub use judge::{Advisories, Judge};
pub use notification::{CLOUD_EVENT_TYPE, Cause, Change, ChangeKind, Notification};
pub use plan::{Event, Job, JobKind, Reason, ScanState, State, SubjectState, counts_as_pull, is_index, plan};
pub use policy::{OwnPulls, Policies, Policy, Preset, ScopedPolicy};
pub use question::{QUESTIONS, Question};
pub use scope::{Level, Place, Scope};
pub use sign::{SignedHeaders, sign};
pub use sink::{FileForm, FileSink, Sink};
pub use sqlite::{Answers, Durability, Occurrence, QueryLimits, SqliteStore, Vulnerable};
pub use store::{
    Accepted, Claimed, Failure, Incoming, Listed, Listing, Reassessed, Retry, Score, ScorePoint, Start,
    Status, Store, Usage,
};
pub use subject::{
    Activity, Counts, Filter, Found, Image, ImageDetail, Moved, Page, Scan, Stored, TagInterval,
};
pub use time::{DAY, Millis};
pub use view::{VIEWS, View};
