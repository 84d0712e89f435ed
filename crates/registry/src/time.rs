//! Instants as registries write them (RFC 3339), kept as milliseconds since 1970 (UTC).

use plimsoll_core::calendar;

/// Milliseconds since 1970-01-01T00:00:00Z of a timestamp with any offset and any number of decimals.
///
/// ```
/// use plimsoll_registry::{from_rfc3339, to_rfc3339};
/// assert_eq!(from_rfc3339("1970-01-01T00:00:01.5Z"), Some(1500));
/// let pacific = from_rfc3339("2016-03-09T14:44:26.402973972-08:00").unwrap();
/// assert_eq!(to_rfc3339(pacific), "2016-03-09T22:44:26.402Z");
/// ```
pub fn from_rfc3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |at: usize, digits: usize| {
        bytes
            .get(at..at.checked_add(digits)?)?
            .iter()
            .try_fold(0_i64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|b| any.contains(b));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    // 60 is a leap second.
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut at = 19;
    let mut millis = 0;
    if is(at, b".,") {
        let digits = bytes.get(at + 1..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        for place in 0..3 {
            millis = millis * 10 + if place < digits { number(at + 1 + place, 1)? } else { 0 };
        }
        at += 1 + digits;
    }
    let offset = match bytes.get(at..)? {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let minutes = number(at + 1, 2)? * 60 + number(at + 4, 2)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let days = calendar::days_since_1970(year, month, day);
    Some(((days * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1000 + millis)
}

/// The timestamp, in UTC and with milliseconds, of an instant: for every year from 0 to 9999.
pub fn to_rfc3339(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = calendar::date(days);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, millis) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_and_written() {
        // Checked with `date -u -d … +%s`.
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:30:45Z", 951_827_445),
            ("2016-03-09T14:44:26-08:00", 1_457_563_466),
            ("2017-11-17T16:52:01Z", 1_510_937_521),
            ("1969-12-31T23:59:59Z", -1),
            ("2026-11-24T01:00:00+05:30", 1_795_462_200),
        ] {
            assert_eq!(from_rfc3339(text), Some(seconds * 1000), "{text}");
            assert_eq!(from_rfc3339(&to_rfc3339(seconds * 1000)), Some(seconds * 1000));
        }
        for bad in [
            "",
            "2016",
            "2016-03-09",
            "2016-13-09T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2016-03-09T24:00:00Z",
            "2016-03-09T00:00:00",
            "2016-03-09T00:00:00+0100",
            "2016-03-09T00:00:00.Zx",
            "２016-03-09T00:00:00Z",
        ] {
            assert_eq!(from_rfc3339(bad), None, "{bad}");
        }
    }
}
