//! Scan container images for known vulnerabilities: the facade over Plimsoll's crates
