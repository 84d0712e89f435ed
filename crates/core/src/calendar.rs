//! Days and dates of the proleptic Gregorian calendar, counted from 1970-01-01 as system clocks do (Howard Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms").
//!
//! ```
//! use plimsoll_core::calendar;
//!
//! assert_eq!(calendar::days_since_1970(2000, 2, 29), 11_016);
//! assert_eq!(calendar::date(11_016), (2000, 2, 29));
//! assert_eq!(calendar::rfc3339(951_827_445), "2000-02-29T12:30:45Z");
//! ```

/// Days from 1970-01-01 to a date. Any month from 1 to 12 and any day may be asked for; the day is not checked.
pub fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // A year that begins in March has its leap day last.
    let year = year.saturating_sub(i64::from(month <= 2));
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month.saturating_add(9) % 12) + 2) / 5;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era.saturating_mul(146_097).saturating_add(of_era - 719_469).saturating_add(day)
}

/// Year, month (1 to 12) and day (1 to 31) of the day that is so many days after 1970-01-01.
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// Seconds since 1970 as a timestamp in UTC (RFC 3339, section 5.6). It has the form for the years 0 to 9999 alone.
pub fn rfc3339(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_system() {
        // Checked with `date -u -d … +%s`.
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:30:45Z", 951_827_445),
            ("2017-11-17T16:52:01Z", 1_510_937_521),
            ("1969-12-31T23:59:59Z", -1),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }

    #[test]
    fn every_day_comes_back() {
        let mut before = date(-800_001);
        for day in -800_000..800_000 {
            let (year, month, of_month) = date(day);
            assert_eq!(days_since_1970(year, month, of_month), day);
            assert!((year, month, of_month) > before);
            before = (year, month, of_month);
        }
        // What no calendar goes to is answered all the same.
        for far in [i64::MIN, i64::MAX] {
            let _ = (date(far), days_since_1970(far, 1, 1), days_since_1970(2000, 1, far), rfc3339(far));
        }
    }
}
