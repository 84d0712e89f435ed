use super::Version;

/// Why a text is not a CVSS vector. What is quoted from the text is cut to a length that fits on a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CvssError {
    /// The beginning is of no known version.
    #[error(
        "{0:?} is not a CVSS vector: expected CVSS:4.0/…, CVSS:3.1/…, CVSS:3.0/… or a v2 vector without prefix"
    )]
    Prefix(String),
    /// The metrics are a later version's, and what says which version is missing.
    #[error(
        "{0:?} has metrics of CVSS v3 or v4 and no prefix: CVSS:3.1/, CVSS:3.0/ or CVSS:4.0/ must precede them"
    )]
    NoPrefix(String),
    /// A part between slashes is not `metric:value`.
    #[error("{version} vector: {field:?} is not metric:value")]
    Field {
        /// The version whose metrics were expected.
        version: Version,
        /// The part.
        field: String,
    },
    /// The version has no such metric.
    #[error("{version} has no metric {metric:?}")]
    Metric {
        /// The version.
        version: Version,
        /// The metric.
        metric: String,
    },
    /// The metric has no such value.
    #[error("{version} metric {metric} has no value {value:?}: expected {expected}")]
    Value {
        /// The version.
        version: Version,
        /// The metric.
        metric: &'static str,
        /// The value.
        value: String,
        /// The values that it has.
        expected: String,
    },
    /// A metric stands there twice.
    #[error("{version} vector has {metric} more than once")]
    Repeated {
        /// The version.
        version: Version,
        /// The metric.
        metric: &'static str,
    },
    /// A metric stands after one that it must precede. Only v4.0 prescribes an order (section 7).
    #[error("{version} vector has {metric} after {after}; the specification fixes the order")]
    Order {
        /// The version.
        version: Version,
        /// The metric that comes too late.
        metric: &'static str,
        /// The metric that stands before it.
        after: &'static str,
    },
    /// Base metrics are missing.
    #[error("{version} vector is incomplete: no {metrics}")]
    Missing {
        /// The version.
        version: Version,
        /// The missing metrics.
        metrics: String,
    },
    /// A v2 vector ends in the middle of a group: it was cut off.
    #[error("{version} vector ends in the middle of its {group} metrics: no {metrics}")]
    CutOff {
        /// The version.
        version: Version,
        /// The group.
        group: &'static str,
        /// The group's missing metrics.
        metrics: String,
    },
}

impl CvssError {
    pub(super) fn prefix(text: &str) -> Self {
        Self::Prefix(shown(text))
    }

    pub(super) fn no_prefix(text: &str) -> Self {
        Self::NoPrefix(shown(text))
    }
}

/// As much of a text as a message may repeat.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
