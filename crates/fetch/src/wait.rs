//! How long to wait before the next try.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plimsoll_core::{Observer, calendar};

use crate::Error;

/// The longest wait that is our own idea.
const LONGEST: Duration = Duration::from_secs(60);

/// The wait after so many tries that brought nothing: twice as long each time.
pub(crate) fn backoff(first: Duration, failures: u32) -> Duration {
    let factor = 1u32.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(1);
    first.saturating_mul(factor).min(LONGEST.max(first))
}

/// What `Retry-After` asks for (RFC 9110, section 10.2.3): seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = http_date(value)?;
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(at.saturating_sub(now)))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7, IMF-fixdate).
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.strip_suffix(" GMT")?.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    if !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    let days = u64::try_from(calendar::days_since_1970(year, month, day)).ok()?;
    let mut time = time.split(':').map(|part| part.parse::<u64>().ok().filter(|part| *part < 61));
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Sleeps, unless the observer asks to stop.
pub(crate) fn sleep(mut wait: Duration, observer: &dyn Observer) -> Result<(), Error> {
    const STEP: Duration = Duration::from_millis(50);
    while !wait.is_zero() {
        if observer.cancelled() {
            return Err(Error::Cancelled);
        }
        let step = wait.min(STEP);
        std::thread::sleep(step);
        wait -= step;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let wait = |failures| backoff(Duration::from_secs(1), failures).as_secs();
        assert_eq!([1, 2, 3, 4, 7, 40].map(wait), [1, 2, 4, 8, 60, 60]);
        assert_eq!(backoff(Duration::ZERO, 40), Duration::ZERO);
    }

    #[test]
    fn servers_say_when_to_come_back() {
        // RFC 9110's example of a date is 784111777 seconds after the epoch.
        let now = UNIX_EPOCH + Duration::from_secs(784_111_700);
        let after = |value| retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(77));
        assert_eq!(after("Sun, 06 Nov 1993 08:49:37 GMT"), Some(0), "it is past");
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        for wrong in ["", "soon", "-1", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT"] {
            assert_eq!(after(wrong), None, "{wrong}");
        }
    }
}
