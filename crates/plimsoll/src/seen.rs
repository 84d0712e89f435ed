//! When findings were first seen, as earlier reports tell.

use std::collections::HashMap;

use plimsoll_core::{Finding, PackageType};
use plimsoll_report::Report;
use plimsoll_rules::Date;

/// The findings of earlier reports, each with the day on which it was first seen.
///
/// A finding is known by the vulnerability, under any of its ids, and by what people upgrade (the source package, or the
/// language package): an upgrade that does not fix it leaves it as old as it was.
///
/// ```
/// # fn rescan(earlier: &plimsoll::Report) -> Result<(), Box<dyn std::error::Error>> {
/// let options = plimsoll::ScanOptions {
///     seen: Some(std::sync::Arc::new(plimsoll::Seen::in_report(earlier))),
///     ..plimsoll::ScanOptions::default()
/// };
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The earliest day, none where the report names none.
    findings: HashMap<PackageType, HashMap<String, HashMap<String, Option<Date>>>>,
}

impl Seen {
    /// The findings of a report, the disabled ones included. One that has no day in it was first seen on the report's
    /// day; where the report has none either, all that is known is that it is not new.
    pub fn in_report(report: &Report) -> Self {
        let mut seen = Self::default();
        seen.add(report);
        seen
    }

    /// Adds those of another report: of a finding that is in both, the earlier day holds.
    pub fn add(&mut self, report: &Report) {
        let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Date>().ok());
        let of_report = day(&report.day);
        for finding in &report.findings {
            let first = day(&finding.first_seen).or(of_report);
            let (kind, name, _) = finding.package.upgraded_as();
            let of_package = self.findings.entry(kind).or_default().entry(name.to_owned()).or_default();
            for id in std::iter::once(&finding.id).chain(&finding.aliases) {
                let known = of_package.entry(id.clone()).or_insert(first);
                *known = [*known, first].into_iter().flatten().min();
            }
        }
    }

    /// Sets the day on which a finding was first seen: today, unless an earlier report had it.
    pub fn date(&self, finding: &mut Finding, today: Date) {
        let (kind, name, _) = finding.package.upgraded_as();
        let of_package = self.findings.get(&kind).and_then(|of_kind| of_kind.get(name));
        let ids = std::iter::once(&finding.id).chain(&finding.aliases);
        let earliest = ids.filter_map(|id| *of_package?.get(id)?).min();
        // A report of a later day than today's does not make a finding younger than new.
        let first = earliest.map_or(today, |earliest| earliest.min(today));
        finding.first_seen = Some(first.to_string());
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{Package, Purl};

    use super::*;
    use crate::Scanner;

    fn report(findings: &[(&str, &str, &str, Option<&str>)], day: Option<&str>) -> Report {
        let mut report = Scanner::starter().scan_packages(Vec::new(), "x").unwrap();
        report.day = day.map(str::to_owned);
        report.findings =
            findings.iter().map(|(id, alias, version, first)| finding(id, alias, version, *first)).collect();
        report
    }

    fn finding(id: &str, alias: &str, version: &str, first: Option<&str>) -> Finding {
        let purl = Purl::new("pypi", None, "jinja2", Some(version));
        let package = Package::new(PackageType::PyPi, "jinja2", version, purl);
        let json = serde_json::json!({
            "id": id, "aliases": [alias], "package": package, "status": "affected", "severity": "high",
            "evidence": [], "first_seen": first,
        });
        serde_json::from_value(json).unwrap()
    }

    fn dated(seen: &Seen, id: &str, alias: &str) -> String {
        let mut finding = finding(id, alias, "3.0", None);
        seen.date(&mut finding, "2026-11-24".parse().unwrap());
        finding.first_seen.unwrap()
    }

    #[test]
    fn a_finding_keeps_its_day_under_any_id_and_version() {
        let first = report(
            &[("GHSA-1", "CVE-1", "2.0", Some("2026-10-01")), ("CVE-2", "-", "2.0", None)],
            Some("2026-11-01"),
        );
        let mut seen = Seen::in_report(&first);
        assert_eq!(dated(&seen, "CVE-1", "PYSEC-1"), "2026-10-01");
        assert_eq!(dated(&seen, "CVE-2", "PYSEC-2"), "2026-11-01", "the report's day");
        assert_eq!(dated(&seen, "CVE-3", "PYSEC-3"), "2026-11-24", "new");
        seen.add(&report(&[("CVE-2", "-", "2.0", Some("2026-09-09"))], None));
        assert_eq!(dated(&seen, "CVE-2", "PYSEC-2"), "2026-09-09", "the earlier of two");
    }

    #[test]
    fn what_no_report_dates_counts_from_today() {
        let seen = Seen::in_report(&report(&[("CVE-1", "-", "2.0", None)], None));
        assert_eq!(dated(&seen, "CVE-1", "-"), "2026-11-24");
        let later = Seen::in_report(&report(&[("CVE-1", "-", "2.0", Some("2027-01-01"))], None));
        assert_eq!(dated(&later, "CVE-1", "-"), "2026-11-24", "no finding is of tomorrow");
        let wrong = Seen::in_report(&report(&[("CVE-1", "-", "2.0", Some("yesterday"))], Some("\u{1b}")));
        assert_eq!(dated(&wrong, "CVE-1", "-"), "2026-11-24");
    }
}
