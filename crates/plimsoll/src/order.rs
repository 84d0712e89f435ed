//! The order of a report's findings.

use std::cmp::{Ordering, Reverse};

use plimsoll_core::Finding;

/// Worst first, and of one level what to look at first, with what has no priority last; then what makes a report the
/// same each time. For those who make reports themselves.
pub fn order(a: &Finding, b: &Finding) -> Ordering {
    key(a).cmp(&key(b))
}

fn key(finding: &Finding) -> impl Ord + '_ {
    let package = &finding.package;
    (
        Reverse((finding.severity, finding.priority)),
        &finding.id,
        (package.kind, &package.name, &package.version, &package.arch),
        package.locations.first().map(|at| &at.path),
    )
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{Package, PackageType, Purl};

    use super::*;

    fn finding(severity: &str, priority: Option<u8>, id: &str) -> Finding {
        let package = Package::new(PackageType::PyPi, "a", "1", Purl::new("pypi", None, "a", Some("1")));
        let json = serde_json::json!({
            "id": id, "package": package, "status": "affected", "severity": severity, "evidence": [], "priority": priority,
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn by_level_then_by_priority_then_by_id() {
        let expected = [
            ("critical", Some(40), "CVE-9"),
            ("high", Some(99), "CVE-8"),
            ("high", Some(70), "CVE-1"),
            ("high", Some(70), "CVE-2"),
            ("high", Some(0), "CVE-7"),
            ("high", None, "CVE-0"),
            ("unknown", Some(80), "CVE-5"),
        ];
        for turn in 0..expected.len() {
            let mut findings: Vec<Finding> =
                expected.iter().map(|(level, priority, id)| finding(level, *priority, id)).collect();
            findings.rotate_left(turn);
            findings.swap(1, 4);
            findings.sort_by(order);
            let ids: Vec<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
            assert_eq!(ids, expected.map(|(_, _, id)| id));
        }
    }
}
