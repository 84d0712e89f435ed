use crate::Date;

/// Seconds since 1970 of a timestamp (RFC 3339), to compare timestamps of different offsets.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let day: Date = text.parse().ok()?;
    let epoch = Date::from_days_since_1970(0)?;
    let mut seconds = epoch.days_until(day) * 86_400;
    let Some(rest) = text.get(11..) else { return Some(seconds) };
    let two = |range: std::ops::Range<usize>, of: &str| {
        of.get(range).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse::<i64>().ok()
    };
    seconds += two(0..2, rest)? * 3600 + two(3..5, rest)? * 60 + two(6..8, rest).unwrap_or(0);
    if let Some(at) = rest.rfind(['+', '-']) {
        let offset = rest.get(at + 1..)?;
        let offset = two(0..2, offset)? * 3600 + two(3..5, offset).unwrap_or(0) * 60;
        seconds += if rest.get(at..)?.starts_with('+') { -offset } else { offset };
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn offsets_count() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2023-01-16T19:07:16.853479631-06:00"), seconds("2023-01-17T01:07:16Z"));
        assert_eq!(seconds("1970-01-02T01:30:00+01:30"), Some(86_400));
        assert_eq!(seconds("1970-01-02"), Some(86_400));
        assert_eq!(seconds("soon"), None);
    }
}
