//! How often one address may ask: a bucket that fills at the rate and holds the burst.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Addresses that are remembered. Past it those whose bucket is full are forgotten, and then all.
const ADDRESSES: usize = 10_000;
/// What a wrong token costs, in requests.
const WRONG: f64 = 50.0;

pub(crate) struct Limiter {
    rate: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    /// `rate` 0 means that nothing is limited.
    pub(crate) fn new(rate: u32, burst: u32) -> Self {
        Self { rate: rate.into(), burst: burst.max(1).into(), buckets: Mutex::default() }
    }

    /// Takes a request out of the bucket; or says after how many seconds there is one.
    pub(crate) fn take(&self, address: IpAddr) -> Result<(), u64> {
        self.spend(address, 1.0, Instant::now())
    }

    /// Takes more out of the bucket of someone who guesses.
    pub(crate) fn punish(&self, address: IpAddr) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&whole(address)) {
            bucket.left -= WRONG;
        }
    }

    fn spend(&self, address: IpAddr, cost: f64, now: Instant) -> Result<(), u64> {
        if self.rate == 0.0 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = |bucket: &Bucket| {
            let since = now.saturating_duration_since(bucket.at).as_secs_f64();
            (bucket.left + since * self.rate).min(self.burst)
        };
        if buckets.len() >= ADDRESSES && !buckets.contains_key(&whole(address)) {
            buckets.retain(|_, bucket| filled(bucket) < self.burst);
            if buckets.len() >= ADDRESSES {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(whole(address)).or_insert(Bucket { left: self.burst, at: now });
        bucket.left = filled(bucket);
        bucket.at = now;
        if bucket.left < cost {
            let wait = ((cost - bucket.left) / self.rate).ceil().clamp(1.0, 3600.0);
            return Err(wait as u64);
        }
        bucket.left -= cost;
        Ok(())
    }
}

/// Of IPv6 whoever has one address has all of its 64-bit network.
fn whole(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let limiter = Limiter::new(2, 3);
        let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(limiter.spend(a, 1.0, start), Ok(()));
        }
        assert_eq!(limiter.spend(a, 1.0, start), Err(1));
        assert_eq!(limiter.spend(b, 1.0, start), Ok(()));
        assert_eq!(limiter.spend(a, 1.0, start + Duration::from_millis(500)), Ok(()));
        assert!(limiter.spend(a, 1.0, start + Duration::from_millis(500)).is_err());
        limiter.punish(a);
        assert_eq!(limiter.spend(a, 1.0, start + Duration::from_millis(500)), Err(26));
    }
}
