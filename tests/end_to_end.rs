//! Filled in as the facade comes together.
