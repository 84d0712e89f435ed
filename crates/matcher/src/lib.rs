//! The verdict function: is this package affected by this advisory, and why
