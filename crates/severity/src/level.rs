use std::fmt;
use std::str::FromStr;

/// How bad a vulnerability is. Ordered: `Unknown` is lowest, because nothing is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// No source says.
    #[default]
    Unknown,
    /// A source says that it has no impact.
    None,
    /// Debian's "unimportant" and Ubuntu's "negligible": a bug of no practical consequence.
    Negligible,
    /// CVSS v3 and v4: 0.1 to 3.9; CVSS v2: 0.0 to 3.9.
    Low,
    /// CVSS: 4.0 to 6.9.
    Medium,
    /// CVSS v3 and v4: 7.0 to 8.9; CVSS v2: 7.0 to 10.0.
    High,
    /// CVSS v3 and v4: 9.0 to 10.0.
    Critical,
}

impl Level {
    /// All levels, from the highest to the lowest.
    pub const ALL: [Level; 7] =
        [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Negligible, Self::None, Self::Unknown];

    /// The level's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::None => "none",
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no [`Level`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a severity: expected one of critical, high, medium, low, negligible, none, unknown")]
pub struct UnknownLevel(String);

impl FromStr for Level {
    type Err = UnknownLevel;

    /// Reads a level's own name, in any case. What vendors call their levels is read by
    /// [`words::level`](crate::words::level).
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownLevel(text.chars().take(40).collect()))
    }
}
