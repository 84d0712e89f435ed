use std::fmt;

use super::Version;
use super::error::{CvssError, shown};

/// A metric of a version: its abbreviation and its values', as the specification's vector table gives them.
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) values: &'static [&'static str],
}

/// A version's table of metrics, base metrics first, in the order of its vectors.
pub(super) struct Table<const N: usize> {
    pub(super) metrics: [Metric; N],
    /// How many of them are base metrics, which a vector must have.
    pub(super) base: usize,
    /// Whether vectors must keep the order.
    pub(super) ordered: bool,
}

/// The values of a vector; absent ones are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Values<const N: usize>([Option<&'static str>; N]);

impl<const N: usize> Table<N> {
    /// Reads `metric:value` parts separated by slashes.
    pub(super) fn parse(&self, version: Version, text: &str) -> Result<Values<N>, CvssError> {
        let mut values = [None; N];
        let mut last: Option<usize> = None;
        for field in text.split('/') {
            let (name, value) = field
                .split_once(':')
                .filter(|(name, value)| !name.is_empty() && !value.is_empty())
                .ok_or_else(|| CvssError::Field { version, field: shown(field) })?;
            let (at, metric) = self
                .metrics
                .iter()
                .enumerate()
                .find(|(_, metric)| metric.name == name)
                .ok_or_else(|| CvssError::Metric { version, metric: shown(name) })?;
            let value = metric.values.iter().find(|known| **known == value).ok_or_else(|| {
                let (metric, expected) = (metric.name, metric.values.join(", "));
                CvssError::Value { version, metric, value: shown(value), expected }
            })?;
            if let Some(slot) = values.get_mut(at)
                && slot.replace(*value).is_some()
            {
                return Err(CvssError::Repeated { version, metric: metric.name });
            }
            if self.ordered
                && let Some(before) = last.filter(|&last| last > at).and_then(|last| self.metrics.get(last))
            {
                return Err(CvssError::Order { version, metric: metric.name, after: before.name });
            }
            last = Some(at);
        }
        let values = Values(values);
        let missing = self.missing(&values, 0..self.base);
        if !missing.is_empty() {
            return Err(CvssError::Missing { version, metrics: missing });
        }
        Ok(values)
    }

    /// The names of the metrics of a range that a vector has not.
    pub(super) fn missing(&self, values: &Values<N>, of: std::ops::Range<usize>) -> String {
        let mut names = Vec::new();
        for (metric, value) in self.metrics.iter().zip(values.0).take(of.end).skip(of.start) {
            if value.is_none() {
                names.push(metric.name);
            }
        }
        names.join(", ")
    }

    /// The value of a metric, `""` where the vector has none.
    pub(super) fn get(&self, values: &Values<N>, name: &str) -> &'static str {
        let at = self.metrics.iter().position(|metric| metric.name == name);
        at.and_then(|at| values.0.get(at).copied().flatten()).unwrap_or_default()
    }

    pub(super) fn write(&self, values: &Values<N>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (metric, value) in self.metrics.iter().zip(values.0) {
            if let Some(value) = value {
                write!(f, "{separator}{}:{value}", metric.name)?;
                separator = "/";
            }
        }
        Ok(())
    }
}

/// `metric(name, values)` of a specification's table.
pub(super) const fn metric(name: &'static str, values: &'static [&'static str]) -> Metric {
    Metric { name, values }
}
