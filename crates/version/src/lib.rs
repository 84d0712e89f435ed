//! The exact version order of every package ecosystem, version ranges, and keys whose byte order is that order
