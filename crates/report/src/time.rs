//! The one time that a document states.

use std::fmt;

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
        let mut seconds = days(year, month, day) * 86_400;
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

/// Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl fmt::Display for Instant {
    /// RFC 3339, in UTC, without fractions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // civil_from_days of the same.
        let days = self.seconds.div_euclid(86_400) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let of_day = self.seconds.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
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
