use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a vulnerability is. Ordered: `Unknown` is lowest, because nothing is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No source says.
    #[default]
    Unknown,
    /// A source says that it has no impact (CVSS 0.0).
    None,
    /// Debian's and Ubuntu's "negligible" and "unimportant": a bug of no practical consequence.
    Negligible,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 to 10.0.
    Critical,
}

impl Severity {
    /// All levels, from the highest to the lowest.
    pub const ALL: [Severity; 7] =
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

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = String;

    /// Reads a level's name, in any case.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            format!("{text:?} is not a severity: expected one of critical, high, medium, low, negligible, none, unknown")
        })
    }
}

/// What one source says about a vulnerability's severity, as it said it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rating {
    /// Who says so: the advisory's feed or the organisation (`GHSA`, `NVD`, `Debian`).
    pub source: String,
    /// The scheme: `CVSS_V2`, `CVSS_V3`, `CVSS_V4` as OSV names them, or `word` for a vendor's word.
    pub scheme: String,
    /// The vector or the word, verbatim.
    pub value: String,
}
