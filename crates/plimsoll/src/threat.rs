//! How likely a finding is to be exploited, and what to look at first: joins what the feeds know to the priority
//! that computes with it.

use plimsoll_core::{Finding, FixState, Rating};
use plimsoll_severity::{Level, Maturity, Score, Signals, priority};

/// Whether a rating is of how a vulnerability is exploited, and none of its severity.
pub(crate) fn is_threat(rating: &Rating) -> bool {
    matches!(rating.scheme.as_str(), "KEV" | "KEV-ransomware" | "EPSS" | "SSVC-exploitation")
}

/// Sets the finding's priority, from its ratings and the level that was chosen.
pub(crate) fn prioritise(finding: &mut Finding, level: Level) {
    let of = |scheme: &'static str| {
        let ratings = finding.ratings.iter().filter(move |rating| rating.scheme == scheme);
        ratings.map(|rating| rating.value.as_str())
    };
    let signals = Signals {
        level,
        score: finding.score_tenths.and_then(Score::from_tenths),
        epss: of("EPSS").filter_map(millionths).max(),
        // A catalogue that was not imported looks the same as one that does not have it.
        exploited: of("KEV").next().map(|_| true),
        maturity: of("SSVC-exploitation").filter_map(maturity).max(),
        fixable: match finding.fix {
            FixState::Available => Some(true),
            FixState::Unknown => None,
            _ => Some(false),
        },
    };
    finding.priority = Some(priority(&signals).value());
}

/// CISA's decision point (SSVC, "Exploitation") in CVSS's words.
fn maturity(exploitation: &str) -> Option<Maturity> {
    match exploitation.to_ascii_lowercase().as_str() {
        "none" => Some(Maturity::Unreported),
        "poc" | "public poc" => Some(Maturity::ProofOfConcept),
        "active" => Some(Maturity::Attacked),
        _ => None,
    }
}

/// A probability as a decimal fraction, in millionths; what is finer is cut off.
fn millionths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.chars().chain(std::iter::repeat('0')).take(6).collect::<String>();
    let value = whole.parse::<u32>().ok()?.checked_mul(1_000_000)?.checked_add(digits.parse().ok()?)?;
    (value <= 1_000_000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::millionths;

    #[test]
    fn probabilities_are_read_exactly() {
        assert_eq!(millionths("0.000043"), Some(43));
        assert_eq!(millionths("0.97"), Some(970_000));
        assert_eq!(millionths("1"), Some(1_000_000));
        for wrong in ["", "1.1", "-0.1", "x", "0.x"] {
            assert_eq!(millionths(wrong), None, "{wrong}");
        }
    }
}
