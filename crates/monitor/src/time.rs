/// An instant: milliseconds since 1970 (UTC). Nothing here asks a clock; whoever calls says what time it is.
pub type Millis = i64;

/// The milliseconds of a day.
pub const DAY: Millis = 86_400_000;
