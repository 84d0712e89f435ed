//! Whether a package is affected by an advisory, and why.
//!
//! [`verdict`] is the one function that decides: a [`Package`](plimsoll_core::Package) and an
//! [`Advisory`](plimsoll_core::Advisory) in, an [`Evidence`](plimsoll_core::Evidence) out. [`match_packages`] runs
//! it over everything that a source of [`Candidates`] knows of some packages, and makes one finding of all records
//! of a vulnerability; [`explain`] says why a package has a finding, or why not, [`explain_packages`] of many at once. [`Postings`]
//! goes the other way, from an advisory to everything that has what it affects. [`stream`] and [`normal_name`] say which spellings of ecosystems and names mean the same,
//! for those who write a source.
//!
//! Nothing here reads a file or a network.

mod candidates;
mod cluster;
mod coordinate;
mod coverage;
mod entry;
mod error;
mod explain;
mod facts;
mod fixes;
mod group;
mod hub;
mod identity;
mod limits;
mod matches;
mod matching;
mod name;
mod place;
mod queries;
mod record;
mod reverse;
mod shadow;
mod stream;
mod unit;
mod verdict;
mod weaknesses;

pub use candidates::{Candidates, Query};
pub use error::Error;
pub use explain::{Explained, Explanation, explain, explain_packages};
pub use facts::Facts;
pub use identity::known_ids;
pub use matches::{Findings, Match, Matches};
pub use matching::{Dismissed, Matched, Options, match_packages};
pub use name::normal_name;
pub use queries::{Wanted, queries};
pub use record::Record;
pub use reverse::{Postings, Reached};
pub use shadow::Shadow;
pub use stream::stream;
pub use verdict::verdict;
