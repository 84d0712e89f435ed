//! Other systems' levels. They have fewer than there are here, so each of these functions loses something: what, is
//! said at each.

use crate::Level;

/// The levels of Microsoft Defender for Cloud's sub-assessments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AzureLevel {
    /// `Low`.
    Low,
    /// `Medium`.
    Medium,
    /// `High`.
    High,
}

impl AzureLevel {
    /// As Azure writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }
}

/// Azure's three levels. Critical becomes high, negligible and none become low. Unknown becomes low too: there is
/// nothing else, and a high that nobody stated would be invented.
pub fn azure(level: Level) -> AzureLevel {
    match level {
        Level::Critical | Level::High => AzureLevel::High,
        Level::Medium => AzureLevel::Medium,
        Level::Low | Level::Negligible | Level::None | Level::Unknown => AzureLevel::Low,
    }
}

/// The levels of Harbor's vulnerability report (pluggable scanner specification, "Severity").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HarborLevel {
    /// `Unknown`.
    Unknown,
    /// `Negligible`.
    Negligible,
    /// `Low`.
    Low,
    /// `Medium`.
    Medium,
    /// `High`.
    High,
    /// `Critical`.
    Critical,
}

impl HarborLevel {
    /// As Harbor writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Negligible => "Negligible",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }
}

/// Harbor's six levels. None becomes negligible: Harbor's own `None` is for reports without any finding.
pub fn harbor(level: Level) -> HarborLevel {
    match level {
        Level::Unknown => HarborLevel::Unknown,
        Level::None | Level::Negligible => HarborLevel::Negligible,
        Level::Low => HarborLevel::Low,
        Level::Medium => HarborLevel::Medium,
        Level::High => HarborLevel::High,
        Level::Critical => HarborLevel::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_level_is_never_exported_lower() {
        for pair in Level::ALL.windows(2) {
            assert!(azure(pair[0]) >= azure(pair[1]) && harbor(pair[0]) >= harbor(pair[1]));
        }
        assert_eq!(azure(Level::Critical).name(), "High");
        assert_eq!(harbor(Level::None).name(), "Negligible");
    }
}
