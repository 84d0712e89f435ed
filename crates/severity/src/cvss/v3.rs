use std::fmt;
use std::str::FromStr;

use super::metric::{Table, Values, metric};
use super::{CvssError, Version};
use crate::Score;

/// CVSS v3.0 and v3.1, section 6: table 15. The two differ in equations, not in metrics. The specifications allow
/// any order.
static TABLE: Table<22> = Table {
    metrics: [
        metric("AV", &["N", "A", "L", "P"]),
        metric("AC", &["L", "H"]),
        metric("PR", &["N", "L", "H"]),
        metric("UI", &["N", "R"]),
        metric("S", &["U", "C"]),
        metric("C", &["H", "L", "N"]),
        metric("I", &["H", "L", "N"]),
        metric("A", &["H", "L", "N"]),
        metric("E", &["X", "H", "F", "P", "U"]),
        metric("RL", &["X", "U", "W", "T", "O"]),
        metric("RC", &["X", "C", "R", "U"]),
        metric("CR", &["X", "H", "M", "L"]),
        metric("IR", &["X", "H", "M", "L"]),
        metric("AR", &["X", "H", "M", "L"]),
        metric("MAV", &["X", "N", "A", "L", "P"]),
        metric("MAC", &["X", "L", "H"]),
        metric("MPR", &["X", "N", "L", "H"]),
        metric("MUI", &["X", "N", "R"]),
        metric("MS", &["X", "U", "C"]),
        metric("MC", &["X", "N", "L", "H"]),
        metric("MI", &["X", "N", "L", "H"]),
        metric("MA", &["X", "N", "L", "H"]),
    ],
    base: 8,
    ordered: false,
};

/// The unit of the fixed-point numbers below: 10⁻¹⁸. Every product of the equations has at most eighteen decimals
/// and is exact, but for the power, whose error of a few units is far below what any rounding can see.
const ONE: i128 = 1_000_000_000_000_000_000;

/// A vector of CVSS v3.0 or v3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct V3 {
    minor: Version,
    values: Values<22>,
}

/// The names of the metrics that an equation takes: the base ones, or each modified one where it is defined.
#[derive(Clone, Copy, PartialEq)]
enum Metrics {
    Base,
    Modified,
}

impl V3 {
    /// v3.0 or v3.1.
    pub fn version(&self) -> Version {
        self.minor
    }

    /// The base score (section 7.1 of v3.1, 8.1 of v3.0).
    pub fn base_score(&self) -> Score {
        Score::clamped(self.unweighted(Metrics::Base))
    }

    /// The temporal score (section 7.2, 8.2). Equals the base score where no temporal metric is defined.
    pub fn temporal_score(&self) -> Score {
        self.weighted(self.unweighted(Metrics::Base))
    }

    /// The environmental score (section 7.3, 8.3). Without environmental metrics it equals the temporal score in
    /// v3.0; in v3.1, whose equation differs from the base score's, it can be a tenth higher.
    pub fn environmental_score(&self) -> Score {
        self.weighted(self.unweighted(Metrics::Modified))
    }

    /// Whether an environmental metric is defined.
    pub fn is_environmental(&self) -> bool {
        TABLE.metrics.iter().skip(11).any(|metric| !matches!(TABLE.get(&self.values, metric.name), "" | "X"))
    }

    fn get(&self, of: Metrics, base: &'static str, modified: &'static str) -> &'static str {
        match TABLE.get(&self.values, modified) {
            value if of == Metrics::Modified && !matches!(value, "" | "X") => value,
            _ => TABLE.get(&self.values, base),
        }
    }

    /// The impact sub-score.
    fn impact(&self, of: Metrics, changed: bool) -> i128 {
        let kept = |base, modified, requirement| {
            let impact = match self.get(of, base, modified) {
                "H" => 560,
                "L" => 220,
                _ => 0,
            };
            let requirement = match TABLE.get(&self.values, requirement) {
                "H" if of == Metrics::Modified => 15,
                "L" if of == Metrics::Modified => 5,
                _ => 10,
            };
            ONE - ONE / 10_000 * impact * requirement
        };
        let lost = ONE - times(times(kept("C", "MC", "CR"), kept("I", "MI", "IR")), kept("A", "MA", "AR"));
        let lost = if of == Metrics::Modified { lost.min(ONE / 1000 * 915) } else { lost };
        if !changed {
            return times(ONE / 100 * 642, lost);
        }
        let (base, exponent) = match (of, self.minor) {
            (Metrics::Modified, Version::V3_1) => (times(lost, ONE / 10_000 * 9731), 13),
            _ => (lost, 15),
        };
        let base = base - ONE / 100 * 2;
        let power = (1..exponent).fold(base, |power, _| times(power, base));
        times(ONE / 100 * 752, lost - ONE / 1000 * 29) - times(ONE / 100 * 325, power)
    }

    fn exploitability(&self, of: Metrics, changed: bool) -> i128 {
        let vector = match self.get(of, "AV", "MAV") {
            "N" => 85,
            "A" => 62,
            "L" => 55,
            _ => 20,
        };
        let complexity = match self.get(of, "AC", "MAC") {
            "L" => 77,
            _ => 44,
        };
        let privileges = match (self.get(of, "PR", "MPR"), changed) {
            ("N", _) => 85,
            ("L", true) => 68,
            ("L", false) => 62,
            (_, true) => 50,
            (_, false) => 27,
        };
        let interaction = match self.get(of, "UI", "MUI") {
            "N" => 85,
            _ => 62,
        };
        ONE / 10_i128.pow(10) * 822 * vector * complexity * privileges * interaction
    }

    /// A score before the temporal metrics weigh on it, in tenths.
    fn unweighted(&self, of: Metrics) -> i128 {
        let changed = self.get(of, "S", "MS") == "C";
        let impact = self.impact(of, changed);
        if impact <= 0 {
            return 0;
        }
        let sum = impact + self.exploitability(of, changed);
        let sum = if changed { times(ONE / 100 * 108, sum) } else { sum };
        self.round_up(sum.min(10 * ONE))
    }

    fn weighted(&self, tenths: i128) -> Score {
        let exploit = match TABLE.get(&self.values, "E") {
            "F" => 97,
            "P" => 94,
            "U" => 91,
            _ => 100,
        };
        let remediation = match TABLE.get(&self.values, "RL") {
            "W" => 97,
            "T" => 96,
            "O" => 95,
            _ => 100,
        };
        let confidence = match TABLE.get(&self.values, "RC") {
            "R" => 96,
            "U" => 92,
            _ => 100,
        };
        Score::clamped(self.round_up(ONE / 10_i128.pow(7) * tenths * exploit * remediation * confidence))
    }

    /// Up to one decimal, in tenths. v3.1 (appendix A) first rounds to five decimals, so that what is a hair
    /// above a tenth stays there; v3.0 does not.
    fn round_up(&self, value: i128) -> i128 {
        let (value, tenth) = match self.minor {
            Version::V3_1 => ((value + ONE / 200_000) / (ONE / 100_000), 10_000),
            _ => (value, ONE / 10),
        };
        (value + tenth - 1) / tenth
    }
}

fn times(a: i128, b: i128) -> i128 {
    a * b / ONE
}

impl FromStr for V3 {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Self, CvssError> {
        let (minor, rest) = match (text.strip_prefix("CVSS:3.0/"), text.strip_prefix("CVSS:3.1/")) {
            (Some(rest), _) => (Version::V3_0, rest),
            (_, Some(rest)) => (Version::V3_1, rest),
            _ => return Err(CvssError::prefix(text)),
        };
        Ok(Self { minor, values: TABLE.parse(minor, rest)? })
    }
}

impl fmt::Display for V3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.minor == Version::V3_0 { "CVSS:3.0/" } else { "CVSS:3.1/" })?;
        TABLE.write(&self.values, f)
    }
}
