//! CVSS v2, v3.0, v3.1 and v4.0, vendor severities, and one assessment that names the source that decided
