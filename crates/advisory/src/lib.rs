//! Advisory feeds, and where advisories are kept.
//!
//! A [`Feed`](feeds::Feed) turns the bytes of one publisher's documents into
//! [`Advisory`](plimsoll_core::Advisory) records; it neither fetches nor stores. [`Store::import`] reads files, folders
//! and archives of any feed into a [`Store`], one SQLite file that any number of processes read while another
//! imports. [`Index`] is the same records in a compact file for high rates, and [`Memory`] holds a handful of advisories without a file. All three are
//! [`Candidates`](plimsoll_matcher::Candidates) for [`match_packages`](plimsoll_matcher::match_packages).
//!
//! ```no_run
//! use plimsoll_advisory::Store;
//! let store = Store::open("advisories.db")?;
//! for feed in store.status()?.feeds {
//!     println!("{}: {} records", feed.name, feed.records);
//! }
//! # Ok::<(), plimsoll_advisory::Error>(())
//! ```

pub mod bundle;
mod codec;
mod error;
pub mod feeds;
mod import;
mod index;
mod memory;
mod seen;
mod span;
mod store;

pub use error::Error;
pub use import::{ImportOptions, ImportReport};
pub use index::Index;
pub use memory::Memory;
pub use store::{
    ChangedName, Download, EcosystemStatus, Effect, FeedStatus, Generation, RecordChange, Store, StoreStatus,
};
