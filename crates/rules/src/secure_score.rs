use std::fmt;

use serde::Serialize;

/// A control of a secure score: what it is worth, and how many resources (images) are in which state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// The points that it gives where every resource is healthy.
    pub max: u32,
    /// Resources without findings.
    pub healthy: u32,
    /// Resources whose findings are all disabled by rules.
    pub exempt: u32,
    /// Resources with findings.
    pub unhealthy: u32,
    /// Resources that can't be assessed.
    pub not_applicable: u32,
}

/// Points of a score, to the hundredth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points {
    millionths: u64,
}

/// A secure score, with and without what rules exempt: side by side, so that suppression is visible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SecureScore {
    /// The points that count: exempt and not applicable resources are left out.
    pub effective: Points,
    /// The points if nothing were exempt: exempt resources count as unhealthy.
    pub raw: Points,
    /// The points of the controls that have a resource to count, at most.
    pub max: u64,
}

impl Control {
    /// The control's score: `max / (healthy + unhealthy) × healthy`; nothing where no resource counts.
    ///
    /// ```
    /// use plimsoll_rules::Control;
    /// // Microsoft Defender for Cloud's own example: 6 / 78 × 4 = 0.31.
    /// let control = Control { max: 6, healthy: 4, unhealthy: 74, exempt: 3, ..Control::default() };
    /// assert_eq!(control.effective().unwrap().to_string(), "0.31");
    /// assert_eq!(control.raw().unwrap().to_string(), "0.30");
    /// ```
    pub fn effective(&self) -> Option<Points> {
        self.points(u64::from(self.unhealthy))
    }

    /// The same with the exempt resources counted as unhealthy.
    pub fn raw(&self) -> Option<Points> {
        self.points(u64::from(self.unhealthy) + u64::from(self.exempt))
    }

    fn points(&self, unhealthy: u64) -> Option<Points> {
        let (max, healthy) = (u128::from(self.max), u128::from(self.healthy));
        let millionths = (max * healthy * 1_000_000).checked_div(healthy + u128::from(unhealthy))?;
        Some(Points { millionths: u64::try_from(millionths).ok()? })
    }
}

impl SecureScore {
    /// The sum over controls. A control without any resource that counts gives no points and costs none.
    pub fn of(controls: &[Control]) -> Self {
        let mut score = Self::default();
        for control in controls {
            if let Some(points) = control.raw() {
                score.raw.add(points);
            }
            if let Some(points) = control.effective() {
                score.effective.add(points);
                score.max += u64::from(control.max);
            }
        }
        score
    }

    /// The effective points in per cent of the most that could be had, rounded; nothing where there is nothing to
    /// be had.
    pub fn percent(&self) -> Option<u8> {
        let max = u128::from(self.max) * 1_000_000;
        let percent = (u128::from(self.effective.millionths) * 100 + max / 2).checked_div(max)?;
        u8::try_from(percent.min(100)).ok()
    }
}

impl Points {
    /// The points in hundredths, rounded.
    pub fn hundredths(self) -> u64 {
        (self.millionths + 5_000) / 10_000
    }

    fn add(&mut self, other: Self) {
        self.millionths = self.millionths.saturating_add(other.millionths);
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.hundredths();
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

impl Serialize for Points {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(max: u32, healthy: u32, exempt: u32, unhealthy: u32) -> Control {
        Control { max, healthy, exempt, unhealthy, not_applicable: 7, ..Control::default() }
    }

    #[test]
    fn six_points_four_of_seventy_eight() {
        assert_eq!(control(6, 4, 0, 74).effective().unwrap().to_string(), "0.31");
    }

    #[test]
    fn exempt_resources_are_left_out_and_shown() {
        let all = [control(10, 5, 5, 0), control(4, 1, 0, 1), control(8, 0, 3, 0), control(2, 0, 0, 0)];
        let score = SecureScore::of(&all);
        // 10 + 2; the third has nothing left to count, the fourth has nothing at all.
        assert_eq!(score.effective.to_string(), "12.00");
        // 5 + 2 + 0
        assert_eq!(score.raw.to_string(), "7.00");
        assert_eq!((score.max, score.percent()), (14, Some(86)));
        assert_eq!(SecureScore::of(&[]).percent(), None);
    }

    #[test]
    fn large_numbers_do_not_overflow() {
        let control = control(u32::MAX, u32::MAX, u32::MAX, u32::MAX);
        assert_eq!(control.effective().unwrap().to_string(), "2147483647.50");
        let score = SecureScore::of(&vec![control; 1000]);
        assert_eq!(score.max, u64::from(u32::MAX) * 1000);
        assert_eq!(score.percent(), Some(50));
    }
}
