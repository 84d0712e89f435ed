//! Prometheus text exposition format 0.0.4: what monitoring wants of an image.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::{Assessment, PackageType, Severity, clean};

use crate::time::Instant;
use crate::{Options, Report, advice};

pub(crate) fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = format!("image=\"{}\"", label(&report.image.name));
    let mut metric = |name: &str, help: &str, samples: Vec<(String, String)>| -> io::Result<()> {
        writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")?;
        samples.into_iter().try_for_each(|(labels, value)| writeln!(out, "{name}{{{image}{labels}}} {value}"))
    };
    let mut findings: BTreeMap<(std::cmp::Reverse<Severity>, PackageType, bool), usize> = BTreeMap::new();
    for finding in report.active() {
        let key = (std::cmp::Reverse(finding.severity), finding.package.kind, advice::is_fixable(finding));
        *findings.entry(key).or_default() += 1;
    }
    let findings = findings.into_iter().map(|((severity, kind, fixable), count)| {
        (format!(",severity=\"{}\",type=\"{kind}\",fixable=\"{fixable}\"", severity.0), count.to_string())
    });
    metric("plimsoll_findings", "Findings that no rule disables.", findings.collect())?;
    metric(
        "plimsoll_findings_disabled",
        "Findings that rules disable.",
        vec![(String::new(), report.disabled().count().to_string())],
    )?;
    let counts = &report.coverage.counts;
    let coverage = [
        ("assessed", counts.assessed),
        ("no-feed", counts.no_feed),
        ("third-party", counts.third_party),
        ("unparsed-version", counts.unparsed_version),
        ("unsupported", counts.unsupported),
    ];
    let coverage = coverage.map(|(word, count)| (format!(",coverage=\"{word}\""), count.to_string()));
    metric("plimsoll_packages", "Packages, by whether they could be judged.", coverage.to_vec())?;
    let healthy = matches!(report.assessment, Assessment::Healthy | Assessment::HealthyByExemption);
    metric(
        "plimsoll_healthy",
        "1 where every package was assessed and no finding is open.",
        vec![(String::new(), u8::from(healthy).to_string())],
    )?;
    let newest = report.advisories.newest.as_deref().and_then(Instant::parse);
    metric(
        "plimsoll_advisories_newest_timestamp_seconds",
        "When the newest advisory was last changed.",
        newest.map(|time| (String::new(), time.seconds().to_string())).into_iter().collect(),
    )
}

/// A label's value: backslash, quote and line feed are escaped; of the last there is none left.
fn label(text: &str) -> String {
    clean(text).to_string().replace('\\', "\\\\").replace('"', "\\\"")
}
