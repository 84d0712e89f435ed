//! The Common Vulnerability Scoring System, all four versions that are in use.
//!
//! Scores are computed in integers, so they are the exact values of each specification's equations, and no
//! rounding depends on how a machine represents a decimal.

mod error;
mod metric;
mod v2;
mod v3;
mod v4;
mod v4_scores;

use std::fmt;
use std::str::FromStr;

pub use error::CvssError;
pub use v2::V2;
pub use v3::V3;
pub use v4::V4;

use crate::{Level, Score};

/// The versions of CVSS, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// CVSS v2 (2007).
    V2,
    /// CVSS v3.0 (2015).
    V3_0,
    /// CVSS v3.1 (2019).
    V3_1,
    /// CVSS v4.0 (2023).
    V4_0,
}

impl Version {
    /// The severity rating of a score: the scale of the v3 and v4 specifications ("Qualitative Severity Rating
    /// Scale"); for v2, whose specification has none, the NVD's.
    pub fn rating(self, score: Score) -> Level {
        match (score.tenths(), self) {
            (0..40, Self::V2) | (1..40, _) => Level::Low,
            (0, _) => Level::None,
            (40..70, _) => Level::Medium,
            (70.., Self::V2) | (70..90, _) => Level::High,
            _ => Level::Critical,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V2 => "CVSS v2",
            Self::V3_0 => "CVSS v3.0",
            Self::V3_1 => "CVSS v3.1",
            Self::V4_0 => "CVSS v4.0",
        })
    }
}

/// A valid CVSS vector of any version.
///
/// ```
/// use plimsoll_severity::{Cvss, Level};
/// let cvss: Cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".parse()?;
/// assert_eq!(cvss.score().to_string(), "9.8");
/// assert_eq!(cvss.rating(), Level::Critical);
/// # Ok::<(), plimsoll_severity::CvssError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cvss {
    /// A vector of v2.
    V2(V2),
    /// A vector of v3.0 or v3.1.
    V3(V3),
    /// A vector of v4.0.
    V4(V4),
}

impl Cvss {
    /// The vector's version.
    pub fn version(&self) -> Version {
        match self {
            Self::V2(_) => Version::V2,
            Self::V3(v3) => v3.version(),
            Self::V4(_) => Version::V4_0,
        }
    }

    /// The score that the vector is known by: for v2 and v3 the base score, which is what databases show even
    /// where a vector has more; for v4 the score of all metrics that it gives, because v4 defines one score
    /// (specification, section 1.3: the name says which groups took part).
    pub fn score(&self) -> Score {
        match self {
            Self::V2(v2) => v2.base_score(),
            Self::V3(v3) => v3.base_score(),
            Self::V4(v4) => v4.score(),
        }
    }

    /// The score of the base metrics alone.
    pub fn base_score(&self) -> Score {
        match self {
            Self::V2(v2) => v2.base_score(),
            Self::V3(v3) => v3.base_score(),
            Self::V4(v4) => v4.base_score(),
        }
    }

    /// The score of every group that the vector has metrics of: the environmental score where it has
    /// environmental metrics, else the temporal one, else the base score.
    pub fn full_score(&self) -> Score {
        match self {
            Self::V2(v2) => {
                v2.environmental_score().or_else(|| v2.temporal_score()).unwrap_or_else(|| v2.base_score())
            }
            Self::V3(v3) if v3.is_environmental() => v3.environmental_score(),
            Self::V3(v3) => v3.temporal_score(),
            Self::V4(v4) => v4.score(),
        }
    }

    /// The rating of [`score`](Self::score).
    pub fn rating(&self) -> Level {
        self.version().rating(self.score())
    }
}

impl FromStr for Cvss {
    type Err = CvssError;

    /// Reads a vector: `CVSS:4.0/…`, `CVSS:3.1/…`, `CVSS:3.0/…`, or a v2 one, which has no prefix and may stand
    /// in parentheses.
    fn from_str(text: &str) -> Result<Self, CvssError> {
        match text.strip_prefix("CVSS:") {
            Some(rest) if rest.starts_with("4.0/") => text.parse().map(Self::V4),
            Some(rest) if rest.starts_with("3.") => text.parse().map(Self::V3),
            Some(_) => Err(CvssError::prefix(text)),
            None => text.parse().map(Self::V2),
        }
    }
}

impl fmt::Display for Cvss {
    /// The vector in the order of its specification, with the metrics that it was given, "not defined" ones
    /// included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V2(v2) => v2.fmt(f),
            Self::V3(v3) => v3.fmt(f),
            Self::V4(v4) => v4.fmt(f),
        }
    }
}
