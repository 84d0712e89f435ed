use std::fmt;

/// A score from 0.0 to 10.0, held exactly, in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Score(u8);

impl Score {
    /// The score of so many tenths; nothing above 100.
    pub fn from_tenths(tenths: u8) -> Option<Self> {
        (tenths <= 100).then_some(Self(tenths))
    }

    /// The same, with what is outside brought to the nearest end. The CVSS v2 equations can give an
    /// environmental score slightly below zero.
    pub(crate) fn clamped(tenths: i128) -> Self {
        Self(u8::try_from(tenths.clamp(0, 100)).unwrap_or(0))
    }

    /// The score in tenths.
    pub fn tenths(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Score {
    /// With one decimal, as CVSS writes scores.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}
