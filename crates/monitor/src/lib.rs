//! Watches the images of registries.
//!
//! **The interface is new and may still move.** Types, the planner and the [`Store`] trait are here.

mod admission;
mod error;
mod judge;
mod notification;
mod plan;
mod policy;
mod scope;
mod sign;
mod sink;
mod sqlite;
mod store;
mod subject;
mod time;

pub use admission::{AdmissionFacts, AdmissionPolicy, Answer, Decision, decide};
pub use error::Error;
pub use judge::{Advisories, Judge};
pub use notification::{CLOUD_EVENT_TYPE, Cause, Change, ChangeKind, Notification};
pub use plan::{Event, Job, JobKind, Reason, ScanState, State, SubjectState, counts_as_pull, is_index, plan};
pub use policy::{OwnPulls, Policies, Policy, Preset, ScopedPolicy};
pub use scope::{Level, Place, Scope};
pub use sign::{SignedHeaders, sign};
pub use sink::{FileForm, FileSink, Sink};
pub use sqlite::SqliteStore;
pub use store::{
    Accepted, Claimed, Failure, Incoming, Listed, Listing, Reassessed, Score, Start, Status, Store, Usage,
};
pub use subject::{Activity, Counts, Filter, Found, Image, ImageDetail, Moved, Page, Scan, TagInterval};
pub use time::{DAY, Millis};
