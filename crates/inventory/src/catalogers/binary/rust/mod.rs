//! Crates that Rust programs were built from.

mod auditable;
mod paths;

pub(super) use self::auditable::Auditable;
pub(super) use self::paths::Paths;
