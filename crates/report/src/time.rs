//! The one time that a document states.

use std::fmt;

use plimsoll_core::calendar;

use crate::{Options, Report};

/// An instant, to the second, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    seconds: i64,
}

impl Instant {
    /// The time that a document about a report states: the one that the caller gave, else that of the newest
    /// advisory, else that of the image, else the beginning of 1970. Never the clock's: the same input gives the same
    /// bytes.
    pub(crate) fn of(report: &Report, options: &Options) -> Self {
        [&options.time, &report.advisories.newest, &report.image.created]
            .into_iter()
            .flatten()
            .find_map(|text| Self::parse(text))
            .unwrap_or(Self { seconds: 0 })
    }

    /// Reads RFC 3339, or a date, which means its first second. Fractions are cut off.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = |at: std::ops::Range<usize>| {
            let digits = text.get(at)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
        };
        let is = |at: usize, any: &[u8]| text.as_bytes().get(at).is_some_and(|byte| any.contains(byte));
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        if !(is(4, b"-") && is(7, b"-") && (1..=12).contains(&month) && (1..=31).contains(&day)) {
            return None;
        }
        let mut seconds = calendar::days_since_1970(year, month, day) * 86_400;
        if text.len() > 10 {
            let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
            if !(is(10, b"Tt ") && is(13, b":") && is(16, b":") && hour < 24 && minute < 60 && second <= 60) {
                return None;
            }
            seconds += hour * 3600 + minute * 60 + second;
            let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            seconds -= offset(zone)?;
        }
        // What four digits of a year can say.
        (0..=253_402_300_799).contains(&seconds).then_some(Self { seconds })
    }

    /// Since the beginning of 1970.
    pub(crate) fn seconds(self) -> i64 {
        self.seconds
    }

    /// Without a zone, as formats want it that have none.
    pub(crate) fn local(self) -> String {
        let mut text = self.to_string();
        text.pop();
        text
    }
}

/// `Z`, `+01:00`, or nothing, which is taken for `Z`.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let part = |text: &str| text.parse::<u32>().ok().filter(|&value| text.len() == 2 && value < 60);
    Some(sign * (i64::from(part(hours)?) * 3600 + i64::from(part(minutes)?) * 60))
}

impl fmt::Display for Instant {
    /// RFC 3339, in UTC, without fractions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&calendar::rfc3339(self.seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::Instant;

    #[test]
    fn times_are_read_and_written_in_utc() {
        for (text, written) in [
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59Z"),
            ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
            ("1970-01-01T00:00:00-02:30", "1970-01-01T02:30:00Z"),
            ("2026-10-25T00:59:51", "2026-10-25T00:59:51Z"),
        ] {
            assert_eq!(Instant::parse(text).unwrap().to_string(), written);
        }
        for text in
            ["", "now", "2026-13-01", "2026-1-1", "2026-01-01T25:00:00Z", "2026-01-01Tü", "1969-12-31"]
        {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
