use std::fmt;
use std::str::FromStr;

use super::metric::{Table, Values, metric};
use super::{CvssError, Version};
use crate::Score;

/// CVSS v2, section 2.4: tables 13 and following. `ND` is "not defined".
static TABLE: Table<14> = Table {
    metrics: [
        metric("AV", &["L", "A", "N"]),
        metric("AC", &["H", "M", "L"]),
        metric("Au", &["M", "S", "N"]),
        metric("C", &["N", "P", "C"]),
        metric("I", &["N", "P", "C"]),
        metric("A", &["N", "P", "C"]),
        metric("E", &["U", "POC", "F", "H", "ND"]),
        metric("RL", &["OF", "TF", "W", "U", "ND"]),
        metric("RC", &["UC", "UR", "C", "ND"]),
        metric("CDP", &["N", "L", "LM", "MH", "H", "ND"]),
        metric("TD", &["N", "L", "M", "H", "ND"]),
        metric("CR", &["L", "M", "H", "ND"]),
        metric("IR", &["L", "M", "H", "ND"]),
        metric("AR", &["L", "M", "H", "ND"]),
    ],
    base: 6,
    ordered: false,
};

const TEMPORAL: [&str; 3] = ["E", "RL", "RC"];
const ENVIRONMENTAL: [&str; 5] = ["CDP", "TD", "CR", "IR", "AR"];

/// A vector of CVSS v2: `AV:N/AC:L/Au:N/C:P/I:P/A:P`, in parentheses or not, as the NVD writes it.
///
/// The specification has each group whole. A metric left out inside a group is read as "not defined", as
/// calculators do; a vector that ends inside a group was cut off and is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct V2(Values<14>);

impl V2 {
    fn get(&self, name: &str) -> &'static str {
        TABLE.get(&self.0, name)
    }

    fn any_defined(&self, group: &[&str]) -> bool {
        group.iter().any(|name| !matches!(self.get(name), "" | "ND"))
    }

    /// The base score (section 3.2.1).
    pub fn base_score(&self) -> Score {
        Score::clamped(self.base_tenths(self.impact(false)))
    }

    /// The temporal score (section 3.2.2); nothing where no temporal metric is defined.
    pub fn temporal_score(&self) -> Option<Score> {
        self.any_defined(&TEMPORAL)
            .then(|| Score::clamped(self.temporal_tenths(i128::from(self.base_score().tenths()))))
    }

    /// The environmental score (section 3.2.3); nothing where no environmental metric is defined.
    pub fn environmental_score(&self) -> Option<Score> {
        self.any_defined(&ENVIRONMENTAL).then(|| {
            let adjusted = self.temporal_tenths(self.base_tenths(self.impact(true)));
            let damage = match self.get("CDP") {
                "L" => 1,
                "LM" => 3,
                "MH" => 4,
                "H" => 5,
                _ => 0,
            };
            let target = match self.get("TD") {
                "N" => 0,
                "L" => 25,
                "M" => 75,
                _ => 100,
            };
            Score::clamped(rounded((adjusted * 10 + (100 - adjusted) * damage) * target, 1_000))
        })
    }

    /// `10.41 × (1 − (1−C)(1−I)(1−A))`, in 10⁻¹⁷, each impact times its requirement where asked, then at most 10.
    fn impact(&self, adjusted: bool) -> i128 {
        let kept = |impact, requirement| {
            let impact = match self.get(impact) {
                "P" => 275,
                "C" => 660,
                _ => 0,
            };
            let requirement = match self.get(requirement) {
                "L" if adjusted => 50,
                "H" if adjusted => 151,
                _ => 100,
            };
            100_000 - impact * requirement
        };
        let impact = 1041 * (10_i128.pow(15) - kept("C", "CR") * kept("I", "IR") * kept("A", "AR"));
        if adjusted { impact.min(10_i128.pow(18)) } else { impact }
    }

    /// `(0.6 × Impact + 0.4 × Exploitability − 1.5) × f(Impact)`, rounded.
    fn base_tenths(&self, impact: i128) -> i128 {
        if impact == 0 {
            return 0;
        }
        let vector = match self.get("AV") {
            "L" => 395,
            "A" => 646,
            _ => 1000,
        };
        let complexity = match self.get("AC") {
            "H" => 35,
            "M" => 61,
            _ => 71,
        };
        let authentication = match self.get("Au") {
            "M" => 450,
            "S" => 560,
            _ => 704,
        };
        // In 10⁻⁸, then everything in 10⁻¹⁸, then in 10⁻²¹.
        let exploitability: i128 = 20 * vector * complexity * authentication;
        let sum = 6 * impact + 4 * exploitability * 10_i128.pow(9) - 15 * 10_i128.pow(17);
        rounded(sum * 1176, 10_i128.pow(20))
    }

    fn temporal_tenths(&self, base: i128) -> i128 {
        let exploit = match self.get("E") {
            "U" => 85,
            "POC" => 90,
            "F" => 95,
            _ => 100,
        };
        let remediation = match self.get("RL") {
            "OF" => 87,
            "TF" => 90,
            "W" => 95,
            _ => 100,
        };
        let confidence = match self.get("RC") {
            "UC" => 90,
            "UR" => 95,
            _ => 100,
        };
        rounded(base * exploit * remediation * confidence, 1_000_000)
    }
}

/// `value / unit` to the nearest integer, halves away from zero.
fn rounded(value: i128, unit: i128) -> i128 {
    (value.abs() + unit / 2) / unit * value.signum()
}

impl FromStr for V2 {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Self, CvssError> {
        let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic())
            || !inner.contains(':')
            || inner.starts_with("CVSS")
        {
            return Err(CvssError::prefix(text));
        }
        if inner.starts_with("PR:") || inner.contains("/PR:") {
            return Err(CvssError::no_prefix(text));
        }
        let version = Version::V2;
        let v2 = Self(TABLE.parse(version, inner)?);
        let ends_in = |group: &[&str]| group.iter().any(|name| !v2.get(name).is_empty());
        let (group, range, end) = if ends_in(&ENVIRONMENTAL) {
            ("environmental", 9..14, "AR")
        } else if ends_in(&TEMPORAL) {
            ("temporal", 6..9, "RC")
        } else {
            return Ok(v2);
        };
        if v2.get(end).is_empty() {
            return Err(CvssError::CutOff { version, group, metrics: TABLE.missing(&v2.0, range) });
        }
        Ok(v2)
    }
}

impl fmt::Display for V2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TABLE.write(&self.0, f)
    }
}
