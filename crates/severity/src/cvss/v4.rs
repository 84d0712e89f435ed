use std::fmt;
use std::str::FromStr;

use super::metric::{Table, Values, metric};
use super::v4_scores::MACRO_VECTORS;
use super::{CvssError, Version};
use crate::Score;

/// CVSS v4.0, section 7: table 23. "A vector string must contain metrics in the order shown, every other ordering
/// is invalid."
static TABLE: Table<32> = Table {
    metrics: [
        metric("AV", &["N", "A", "L", "P"]),
        metric("AC", &["L", "H"]),
        metric("AT", &["N", "P"]),
        metric("PR", &["N", "L", "H"]),
        metric("UI", &["N", "P", "A"]),
        metric("VC", &["H", "L", "N"]),
        metric("VI", &["H", "L", "N"]),
        metric("VA", &["H", "L", "N"]),
        metric("SC", &["H", "L", "N"]),
        metric("SI", &["H", "L", "N"]),
        metric("SA", &["H", "L", "N"]),
        metric("E", &["X", "A", "P", "U"]),
        metric("CR", &["X", "H", "M", "L"]),
        metric("IR", &["X", "H", "M", "L"]),
        metric("AR", &["X", "H", "M", "L"]),
        metric("MAV", &["X", "N", "A", "L", "P"]),
        metric("MAC", &["X", "L", "H"]),
        metric("MAT", &["X", "N", "P"]),
        metric("MPR", &["X", "N", "L", "H"]),
        metric("MUI", &["X", "N", "P", "A"]),
        metric("MVC", &["X", "H", "L", "N"]),
        metric("MVI", &["X", "H", "L", "N"]),
        metric("MVA", &["X", "H", "L", "N"]),
        metric("MSC", &["X", "H", "L", "N"]),
        metric("MSI", &["X", "S", "H", "L", "N"]),
        metric("MSA", &["X", "S", "H", "L", "N"]),
        metric("S", &["X", "N", "P"]),
        metric("AU", &["X", "N", "Y"]),
        metric("R", &["X", "A", "U", "I"]),
        metric("V", &["X", "D", "C"]),
        metric("RE", &["X", "L", "M", "H"]),
        metric("U", &["X", "Clear", "Green", "Amber", "Red"]),
    ],
    base: 11,
    ordered: true,
};

/// A vector of CVSS v4.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct V4(Values<32>);

/// The metrics that the score is computed from, after modification and defaults.
struct Effective {
    av: &'static str,
    ac: &'static str,
    at: &'static str,
    pr: &'static str,
    ui: &'static str,
    /// The vulnerable system's confidentiality, integrity, availability.
    vulnerable: [&'static str; 3],
    /// The subsequent systems'.
    subsequent: [&'static str; 3],
    requirement: [&'static str; 3],
    e: &'static str,
}

/// A set of equivalent metrics: which level of it a vector is in, and how far from the level's worst vector.
struct Place {
    level: usize,
    /// Steps from the worst vector of the level.
    distance: u32,
    /// Steps from the worst to the mildest vector of the level, plus one ("depth", section 8.2).
    depth: u32,
}

impl V4 {
    /// The score of all metrics that the vector gives (CVSS-B, -BT, -BE or -BTE, as it may be).
    pub fn score(&self) -> Score {
        self.effective(true).score()
    }

    /// The score of the base metrics alone (CVSS-B).
    pub fn base_score(&self) -> Score {
        self.effective(false).score()
    }

    fn effective(&self, all: bool) -> Effective {
        let defined =
            |name| Some(TABLE.get(&self.0, name)).filter(|value| all && !matches!(*value, "" | "X"));
        let of = |base, modified| defined(modified).unwrap_or_else(|| TABLE.get(&self.0, base));
        Effective {
            av: of("AV", "MAV"),
            ac: of("AC", "MAC"),
            at: of("AT", "MAT"),
            pr: of("PR", "MPR"),
            ui: of("UI", "MUI"),
            vulnerable: [of("VC", "MVC"), of("VI", "MVI"), of("VA", "MVA")],
            subsequent: [of("SC", "MSC"), of("SI", "MSI"), of("SA", "MSA")],
            // Table 13 and section 3.1: not defined means the worst.
            requirement: ["CR", "IR", "AR"].map(|name| defined(name).unwrap_or("H")),
            e: defined("E").unwrap_or("A"),
        }
    }
}

/// How many steps a value is from the worst one, in the order given.
fn steps(value: &str, worst_first: [&str; 4]) -> u32 {
    worst_first.iter().position(|known| *known == value).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

impl Effective {
    /// Section 8.2, "Exploitability" equivalence set, table 24.
    fn eq1(&self) -> Place {
        let worst = [self.av, self.pr, self.ui].map(|value| value == "N");
        let level = match worst {
            [true, true, true] => 0,
            _ if self.av == "P" || worst == [false; 3] => 2,
            _ => 1,
        };
        let sum = steps(self.av, ["N", "A", "L", "P"])
            + steps(self.pr, ["N", "L", "H", ""])
            + steps(self.ui, ["N", "P", "A", ""]);
        let (worst, depth) = [(0, 1), (1, 4), (3, 5)][level];
        Place { level, distance: sum.saturating_sub(worst), depth }
    }

    /// "Complexity", table 25.
    fn eq2(&self) -> Place {
        let sum = u32::from(self.ac != "L") + u32::from(self.at != "N");
        let level = usize::from(sum > 0);
        let (worst, depth) = [(0, 1), (1, 2)][level];
        Place { level, distance: sum.saturating_sub(worst), depth }
    }

    /// "Vulnerable system" with "security requirements", tables 26 and 29: they depend on one another, and their
    /// joint levels are numbered 00, 01, 10, 11, 21.
    fn eq3_eq6(&self) -> Place {
        let high = self.vulnerable.map(|value| value == "H");
        let required =
            high.iter().zip(self.requirement).any(|(high, requirement)| *high && requirement == "H");
        let level = match (high, required) {
            ([true, true, _], true) => 0,
            ([true, true, _], false) => 1,
            ([false, false, false], _) => 4,
            (_, true) => 2,
            (_, false) => 3,
        };
        let sum: u32 = self.vulnerable.iter().map(|value| steps(value, ["H", "L", "N", ""])).sum::<u32>()
            + self.requirement.iter().map(|value| steps(value, ["H", "M", "L", ""])).sum::<u32>();
        let (worst, depth) = [(0, 7), (3, 6), (1, 8), (3, 8), (3, 10)][level];
        Place { level, distance: sum.saturating_sub(worst), depth }
    }

    /// "Subsequent system", table 27. Safety counts as the worst; a subsequent system's confidentiality has none.
    fn eq4(&self) -> Place {
        let level = if self.subsequent.contains(&"S") {
            0
        } else if self.subsequent.contains(&"H") {
            1
        } else {
            2
        };
        let sum: u32 = self.subsequent.iter().map(|value| steps(value, ["S", "H", "L", "N"])).sum();
        let (worst, depth) = [(1, 6), (3, 5), (6, 4)][level];
        Place { level, distance: sum.saturating_sub(worst), depth }
    }

    /// "Exploit maturity", table 28: one metric, so no distances within a level.
    fn eq5(&self) -> Place {
        let level = match self.e {
            "A" => 0,
            "P" => 1,
            _ => 2,
        };
        Place { level, distance: 0, depth: 1 }
    }

    /// Section 8.2: the macro-vector's score less the mean, over the sets that have a lower level, of the share
    /// of the way to that level.
    ///
    /// All worst vectors of a level have the same sum of steps, so the distance does not depend on which of them
    /// is taken.
    fn score(&self) -> Score {
        if self.vulnerable.iter().chain(&self.subsequent).all(|value| *value == "N") {
            return Score::clamped(0);
        }
        let places = [self.eq1(), self.eq2(), self.eq3_eq6(), self.eq4(), self.eq5()];
        let levels = [0, 1, 2, 3, 4].map(|i: usize| places[i].level);
        let Some(here) = tenths(levels) else { return Score::clamped(0) };
        let (mut sum, mut sets) = (0, 0);
        for (i, place) in places.iter().enumerate() {
            let Some(lower) = lower(levels, i) else { continue };
            sets += 1;
            // Every depth divides 840.
            sum += (here - lower) * i128::from(place.distance) * (840 / i128::from(place.depth));
        }
        let unit = 840 * i128::max(sets, 1);
        // Rounded half up: the nearest integer to here − sum / unit.
        Score::clamped((2 * (here * unit - sum) + unit).div_euclid(2 * unit))
    }
}

fn tenths(levels: [usize; 5]) -> Option<i128> {
    let [eq1, eq2, eq3_eq6, eq4, eq5] = levels;
    let score = MACRO_VECTORS.get(eq1)?.get(eq2)?.get(eq3_eq6)?.get(eq4)?.get(eq5)?;
    Some(i128::from(*score))
}

/// The score of the macro-vector one level below in one set, if there is one.
fn lower(levels: [usize; 5], set: usize) -> Option<i128> {
    let with = |level| {
        let mut next = levels;
        *next.get_mut(set)? = level;
        tenths(next)
    };
    let level = *levels.get(set)?;
    match (set, level) {
        // From 00 two ways lead down, to 01 and to 10; the milder step counts.
        (2, 0) => with(1).max(with(2)),
        // 01 and 10 both lead to 11.
        (2, 1 | 2) => with(3),
        _ => with(level + 1),
    }
}

impl FromStr for V4 {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Self, CvssError> {
        let rest = text.strip_prefix("CVSS:4.0/").ok_or_else(|| CvssError::prefix(text))?;
        Ok(Self(TABLE.parse(Version::V4_0, rest)?))
    }
}

impl fmt::Display for V4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CVSS:4.0/")?;
        TABLE.write(&self.0, f)
    }
}
