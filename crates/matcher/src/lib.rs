//! Whether a package is affected by an advisory, and why.
//!
//! [`verdict`] is the one function that decides: a [`Package`](plimsoll_core::Package) and an
//! [`Advisory`](plimsoll_core::Advisory) in, an [`Evidence`](plimsoll_core::Evidence) out. [`match_packages`] runs
//! it over everything that a source of [`Candidates`] knows of some packages, and makes one finding of all records
//! of a vulnerability; [`explain`] says why a package has a finding, or why not, [`explain_packages`] of many at once.
//! [`Postings`] goes the other way, from an advisory to everything that has what it affects. [`stream`] and
//! [`normal_name`] say which spellings of ecosystems and names mean the same, for those who write a source.
//!
//! Those who match at high rates and want few of the findings, or nothing but their number, take [`Matches`]: an answer
//! is a few machine words, and a finding is made when it is asked for.
//!
//! ```
//! use plimsoll_core::{Advisory, Affected, Ecosystem, Event, NameKind, Package, Range, RangeKind};
//! use plimsoll_matcher::{Matches, Options};
//!
//! let events = vec![Event::Introduced("0".into()), Event::Fixed("3.1.4".into())];
//! let affected = Affected {
//!     ranges: vec![Range { kind: RangeKind::Ecosystem, events }],
//!     ..Affected::new(Ecosystem::new("PyPI"), "jinja2", NameKind::Binary)
//! };
//! let source = vec![Advisory { id: "GHSA-h75v-3vvj-5mfj".into(), affected: vec![affected], ..Advisory::default() }];
//! let purls = ["pkg:pypi/jinja2@3.1.3", "pkg:pypi/jinja2@3.1.4"];
//! let packages: Vec<Package> =
//!     purls.iter().map(|purl| Package::from_purl(purl.parse()?)).collect::<Result<_, _>>()?;
//!
//! let mut matches = Matches::of(&packages, &source, Options::default())?;
//! let answers: Vec<_> = matches.iter().map(|answer| (answer.package, answer.record.id.as_str())).collect();
//! assert_eq!(answers, [(0, "GHSA-h75v-3vvj-5mfj")]);
//! for (package, finding) in matches.findings()? {
//!     assert_eq!((package, finding.fixed_versions.as_slice()), (0, &["3.1.4".to_owned()][..]));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
