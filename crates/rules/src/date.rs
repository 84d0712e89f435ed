use std::fmt;
use std::str::FromStr;

use plimsoll_core::calendar;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the Gregorian calendar. What a rule needs of time: nothing here asks a clock.
///
/// ```
/// use plimsoll_rules::Date;
/// let day: Date = "2026-02-28".parse()?;
/// assert!(day < "2026-03-01T10:00:00Z".parse()?);
/// assert_eq!(day.days_until("2026-03-01".parse()?), 1);
/// # Ok::<(), plimsoll_rules::DateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date: expected YYYY-MM-DD")]
pub struct DateError(String);

impl Date {
    /// The day of a year (1 to 9999), month and day of the month, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day that is so many days after 1970-01-01, as system clocks count; nothing past the year 9999.
    pub fn from_days_since_1970(days: i64) -> Option<Self> {
        let (year, month, day) = calendar::date(days);
        Self::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    /// Days since 1970-01-01.
    fn days_since_1970(self) -> i64 {
        calendar::days_since_1970(self.year.into(), self.month.into(), self.day.into())
    }

    /// The day before; nothing before the year 1.
    pub fn before(self) -> Option<Self> {
        Self::from_days_since_1970(self.days_since_1970() - 1)
    }

    /// The last day that is whole before an instant (RFC 3339, or a date, which means its first moment): for what
    /// holds until an instant. The last minute of a day counts as its end.
    pub(crate) fn last_before(instant: &str) -> Result<Self, DateError> {
        let day: Self = instant.parse()?;
        let time = instant.get(11..16).unwrap_or_default();
        if time == "23:59" {
            return Ok(day);
        }
        day.before().ok_or_else(|| DateError(instant.chars().take(40).collect()))
    }

    /// How many days it is to another day; negative where that is earlier.
    pub fn days_until(self, other: Date) -> i64 {
        other.days_since_1970() - self.days_since_1970()
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `YYYY-MM-DD`, or a timestamp that begins so (RFC 3339), of which the day as written counts.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.chars().take(40).collect());
        let (day, rest) = (text.get(..10).ok_or_else(error)?, text.get(10..).unwrap_or_default());
        if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
            return Err(error());
        }
        let number = |range: std::ops::Range<usize>| {
            let digits = day.get(range).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse::<u16>().ok()
        };
        let parts = || {
            if day.get(4..5)? != "-" || day.get(7..8)? != "-" {
                return None;
            }
            let (month, day) = (u8::try_from(number(5..7)?).ok()?, u8::try_from(number(8..10)?).ok()?);
            Self::new(number(0..4)?, month, day)
        };
        parts().ok_or_else(error)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor)
    }
}

/// A date is a string, or TOML's own date, which arrives as a map of one string.
struct DateVisitor;

impl<'de> Visitor<'de> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, YYYY-MM-DD")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Date, A::Error> {
        let entry = map.next_entry::<String, String>()?;
        let (_, text) = entry.ok_or_else(|| de::Error::custom("expected a date, YYYY-MM-DD"))?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn only_days_of_the_calendar() {
        for good in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01", "2026-01-31T23:59:59Z"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good[..10], "{good}");
        }
        for bad in [
            "",
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "0000-01-01",
            "2026-1-1",
            "20260101",
            "2026-01-010",
            "2026-01-01x",
            "+026-01-01",
            "2026‐01-01",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(day("1970-01-01").days_until(day("2000-03-01")), 11_017);
        assert_eq!(day("2026-03-01").days_until(day("2026-02-28")), -1);
        for days in (0..3_000_000).step_by(997) {
            let date = Date::from_days_since_1970(days);
            if let Some(date) = date {
                assert_eq!(day("1970-01-01").days_until(date), days);
            }
        }
        assert_eq!(Date::from_days_since_1970(i64::MAX), None);
    }
}
