use std::cmp::Reverse;

use crate::{Level, Score};

/// What is known of a vulnerability besides its severity. `None` is "not known", which is not "no".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// The level.
    pub level: Level,
    /// The score, where there is one; finer than the level.
    pub score: Option<Score>,
    /// The probability of exploitation in the next 30 days (EPSS), in millionths.
    pub epss: Option<u32>,
    /// Whether it is in a catalogue of known exploited vulnerabilities (CISA's KEV).
    pub exploited: Option<bool>,
    /// How far exploits are, as CVSS's exploit maturity has it.
    pub maturity: Option<Maturity>,
    /// Whether a fixed version is published.
    pub fixable: Option<bool>,
}

/// How far exploits of a vulnerability are (CVSS v4.0, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Maturity {
    /// None is known.
    Unreported,
    /// A proof of concept is published.
    ProofOfConcept,
    /// Attacks are reported, or tools for them.
    Attacked,
}

/// What to look at first, from 0 to 100; the higher the sooner.
///
/// Priorities are ordered by their value; where that is equal, by the level and then by the score, so that sorting
/// by them does not depend on the order before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Priority {
    value: u8,
    level: Level,
    score: Option<Score>,
}

/// Computes the priority.
///
/// | part | points |
/// |---|---|
/// | severity | four for each point of the score, so up to 40; without a score the middle of the level |
/// | threat | 40 if it is known to be exploited; else the higher of EPSS and maturity: 30 times the EPSS probability's square root, so that 1 % gives 3 and 25 % gives 15; 30 for attacked, 15 for a proof of concept, 0 for unreported |
/// | remedy | 20 if a fix is published, 0 if not |
///
/// A part of which nothing is known counts as its middle (20, 10 of the threat's 40, 10), not as its lowest: a new
/// critical vulnerability has no EPSS yet and must not sort behind old ones for it. An entry that is missing from
/// the catalogue of exploited vulnerabilities, where it was looked for, adds nothing and takes nothing away.
///
/// ```
/// use plimsoll_severity::{Level, Score, Signals, priority};
/// let new = Signals { level: Level::Critical, score: Score::from_tenths(98), ..Signals::default() };
/// let old = Signals { epss: Some(1_000), exploited: Some(false), ..new };
/// assert!(priority(&new) > priority(&old));
/// ```
pub fn priority(signals: &Signals) -> Priority {
    let severity = match (signals.score, signals.level) {
        (Some(score), _) => u32::from(score.tenths()) * 4 / 10,
        (None, Level::Critical) => 38,
        (None, Level::High) => 32,
        (None, Level::Medium) => 22,
        (None, Level::Low) => 8,
        (None, Level::Negligible) => 2,
        (None, Level::None) => 0,
        (None, Level::Unknown) => 20,
    };
    let likely = signals.epss.map(|millionths| {
        // √(millionths / 10⁶) × 30 = √millionths × 30 / 10³
        millionths.min(1_000_000).isqrt() * 30 / 1000
    });
    let mature = signals.maturity.map(|maturity| match maturity {
        Maturity::Attacked => 30,
        Maturity::ProofOfConcept => 15,
        Maturity::Unreported => 0,
    });
    let threat = if signals.exploited == Some(true) { 40 } else { likely.max(mature).unwrap_or(10) };
    let remedy = match signals.fixable {
        Some(true) => 20,
        None => 10,
        Some(false) => 0,
    };
    let value = u8::try_from((severity + threat + remedy).min(100)).unwrap_or(100);
    Priority { value, level: signals.level, score: signals.score }
}

impl Priority {
    /// The value, 0 to 100.
    pub fn value(self) -> u8 {
        self.value
    }

    /// A key to sort by, the highest first.
    pub fn key(self) -> Reverse<Self> {
        Reverse(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(signals: Signals) -> u8 {
        priority(&signals).value()
    }

    #[test]
    fn by_hand() {
        let critical =
            Signals { level: Level::Critical, score: Score::from_tenths(98), ..Signals::default() };
        // 39 + 10 + 10
        assert_eq!(value(critical), 59);
        // 39 + 3 + 20
        assert_eq!(value(Signals { epss: Some(10_000), fixable: Some(true), ..critical }), 62);
        // 39 + 15 + 0
        assert_eq!(value(Signals { epss: Some(250_000), fixable: Some(false), ..critical }), 54);
        // 39 + 40 + 20
        assert_eq!(
            value(Signals { exploited: Some(true), epss: Some(0), fixable: Some(true), ..critical }),
            99
        );
        let worst = Signals {
            score: Score::from_tenths(100),
            exploited: Some(true),
            fixable: Some(true),
            ..critical
        };
        assert_eq!(value(worst), 100);
        let least = Signals { level: Level::None, epss: Some(0), fixable: Some(false), ..Signals::default() };
        assert_eq!(value(least), 0);
        assert_eq!(value(Signals::default()), 40);
        assert_eq!(value(Signals { epss: Some(u32::MAX), ..least }), 30);
    }

    #[test]
    fn more_threat_is_never_less_priority() {
        let base = Signals { level: Level::High, ..Signals::default() };
        for epss in 0..100 {
            let [low, high] =
                [epss, epss + 1].map(|percent| Signals { epss: Some(percent * 10_000), ..base });
            assert!(value(low) <= value(high));
            assert!(value(high) <= value(Signals { exploited: Some(true), ..high }));
        }
        assert!(value(Signals { maturity: Some(Maturity::Attacked), ..base }) > value(base));
        assert!(value(Signals { fixable: Some(true), ..base }) > value(base));
    }

    #[test]
    fn equal_values_are_told_apart_by_level_and_score() {
        let with = |level| priority(&Signals { level, score: Score::from_tenths(90), ..Signals::default() });
        assert!(with(Level::Critical) > with(Level::High));
        assert!(with(Level::Critical).key() < with(Level::High).key());
    }
}
