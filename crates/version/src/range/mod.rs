//! Ranges as the OSV schema defines them (field `affected[].ranges[].events`, section "Evaluation").
//!
//! ```
//! use plimsoll_version::Scheme;
//! use plimsoll_version::range::{Event, Membership, Until, locate};
//!
//! let events = [Event::Fixed("1.4.2"), Event::Introduced("0")];
//! let inside = Membership::Inside { from: None, until: Until::Fixed("1.4.2") };
//! assert_eq!(locate(Scheme::Semver, &events, "1.4.1"), inside);
//! assert_eq!(locate(Scheme::Semver, &events, "1.4.2"), Membership::Outside { fixed: Some("1.4.2") });
//! ```

use crate::{Scheme, Unparsable};

mod intervals;
mod locate;

pub use intervals::{Doubtful, Interval, Intervals, intervals};
pub use locate::locate;

/// One event of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event<'a> {
    /// Affected from this version on; `0` means from the very first, pre-releases of 0.0.0 included.
    Introduced(&'a str),
    /// Not affected from this version on.
    Fixed(&'a str),
    /// Affected up to this version and with it.
    LastAffected(&'a str),
    /// Nothing is said of versions from this one on. Of several limits the highest counts.
    Limit(&'a str),
}

impl<'a> Event<'a> {
    /// The version that the event names.
    pub fn version(self) -> &'a str {
        match self {
            Self::Introduced(version)
            | Self::Fixed(version)
            | Self::LastAffected(version)
            | Self::Limit(version) => version,
        }
    }
}

/// Where an interval ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Until<'a> {
    /// Before the version that fixes it.
    Fixed(&'a str),
    /// After the last affected version.
    LastAffected(&'a str),
    /// Before the version from which on nothing is said.
    Limit(&'a str),
    /// Nowhere.
    Open,
}

/// Whether a version is in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Membership<'a> {
    /// It is.
    Inside {
        /// The first affected version; None from the first version ever.
        from: Option<&'a str>,
        /// Where the affected versions end.
        until: Until<'a>,
    },
    /// It is not.
    Outside {
        /// The fix at or below the version, where that is why.
        fixed: Option<&'a str>,
    },
    /// The range or the version does not say.
    Undetermined {
        /// What keeps it from being said.
        cause: Cause<'a>,
    },
}

/// Why it cannot be said whether a version is in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause<'a> {
    /// The version itself has no place in the order.
    Version(Unparsable),
    /// A bound has no place in the order.
    Unreadable {
        /// The bound.
        event: Event<'a>,
        /// Why.
        why: Unparsable,
    },
    /// The end is not after the beginning.
    Inverted {
        /// The beginning.
        introduced: &'a str,
        /// The end that should belong to it.
        until: Until<'a>,
    },
}

/// The entry of a list of versions that is `version`, by the scheme's order: to PEP 440 `1.0` lists 1.0.0. An entry that
/// has no place in the order lists only the same text, and takes nothing from the others.
pub fn listed<'a>(
    scheme: Scheme,
    versions: impl IntoIterator<Item = &'a str>,
    version: &str,
) -> Option<&'a str> {
    versions
        .into_iter()
        .find(|entry| *entry == version || scheme.compare(entry, version).is_ok_and(|order| order.is_eq()))
}
