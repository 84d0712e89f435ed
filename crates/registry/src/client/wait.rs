//! When to try again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Retry;
use crate::from_rfc3339;

/// Time to wait after a failed try; `try_` counts from 1.
pub(super) fn backoff(retry: &Retry, try_: u32) -> Duration {
    let doubled = retry.first.saturating_mul(1_u32.checked_shl(try_.saturating_sub(1)).unwrap_or(u32::MAX));
    // Between half and all of it, so that many who failed together do not come back together.
    let chance = RandomState::new().build_hasher().finish() % 512;
    let part = u32::try_from(512 + chance).unwrap_or(1024);
    doubled.min(retry.most).saturating_mul(part) / 1024
}

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
pub(super) fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(http_date(text)?).ok()?))?;
    Some(at.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Milliseconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, IMF-fixdate).
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = text.trim().split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.find(month).filter(|at| at % 3 == 0 && month.len() == 3)? / 3 + 1;
    from_rfc3339(&format!("{year}-{month:02}-{day}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_say_when() {
        assert_eq!(retry_after("120"), Some(Duration::from_secs(120)));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), from_rfc3339("1994-11-06T08:49:37Z"));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        for bad in ["", "soon", "-1", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, x"] {
            assert_eq!(retry_after(bad), None, "{bad}");
        }
    }

    #[test]
    fn waits_grow_to_a_bound() {
        let retry =
            Retry { first: Duration::from_millis(100), most: Duration::from_secs(1), ..Retry::default() };
        for (try_, most) in [(1, 100), (2, 200), (3, 400), (5, 1000), (40, 1000), (u32::MAX, 1000)] {
            let wait = backoff(&retry, try_).as_millis();
            assert!(most / 2 <= wait && wait <= most, "{try_}: {wait}");
        }
    }
}
