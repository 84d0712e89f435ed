//! JUnit XML, in the part that both dialects share: Ant's and Jenkins's schemas accept it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::{Finding, PackageType};

use crate::time::Instant;
use crate::xml::Xml;
use crate::{Options, Report, advice, headline};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<PackageType, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        suites.entry(finding.package.kind).or_default().push(finding);
    }
    let time = Instant::of(report, options).local();
    let mut xml = Xml::new(out)?;
    xml.open("testsuites", &[])?;
    coverage(&mut xml, report, &time)?;
    for (number, (kind, findings)) in (1usize..).zip(&suites) {
        let failures = findings.iter().filter(|finding| finding.disabled.is_none()).count();
        let counts = [findings.len(), failures, findings.len() - failures];
        suite(&mut xml, report, number, kind.purl_type(), counts, &time)?;
        for finding in findings {
            case(&mut xml, report, finding)?;
        }
        end(&mut xml, "")?;
    }
    xml.close()
}

/// Begins a suite: tests, failures and skipped ones are counted before.
fn suite(
    xml: &mut Xml<'_>,
    report: &Report,
    number: usize,
    name: &str,
    [tests, failures, skipped]: [usize; 3],
    time: &str,
) -> io::Result<()> {
    let package = if report.image.name.is_empty() { "image" } else { &report.image.name };
    let (number, tests) = (number.to_string(), tests.to_string());
    let (failures, skipped) = (failures.to_string(), skipped.to_string());
    xml.open(
        "testsuite",
        &[
            ("name", name),
            ("package", package),
            ("id", &number),
            ("timestamp", time),
            ("hostname", "localhost"),
            ("tests", &tests),
            ("failures", &failures),
            ("errors", "0"),
            ("skipped", &skipped),
            ("time", "0"),
        ],
    )?;
    xml.open("properties", &[])?;
    if let Some(distro) = &report.image.distro {
        xml.empty("property", &[("name", "distribution"), ("value", &distro.title())])?;
    }
    xml.close()
}

fn end(xml: &mut Xml<'_>, text: &str) -> io::Result<()> {
    xml.text("system-out", &[], text)?;
    xml.text("system-err", &[], "")?;
    xml.close()
}

/// What could not be judged is a skipped test: a run without failures must not look like one that saw everything.
fn coverage(xml: &mut Xml<'_>, report: &Report, time: &str) -> io::Result<()> {
    let gaps = &report.coverage.gaps;
    suite(xml, report, 0, "coverage", [gaps.len() + 1, 0, gaps.len()], time)?;
    xml.empty("testcase", &[("name", "scanned"), ("classname", "coverage"), ("time", "0")])?;
    for gap in gaps {
        let name = format!("{} packages of {} were not assessed", gap.packages, gap.ecosystem);
        xml.open("testcase", &[("name", &name), ("classname", "coverage"), ("time", "0")])?;
        xml.empty("skipped", &[("message", &name)])?;
        xml.close()?;
    }
    end(xml, &headline(report))
}

fn case(xml: &mut Xml<'_>, report: &Report, finding: &Finding) -> io::Result<()> {
    let package = &finding.package;
    let name = format!("[{}] {}", finding.severity.name().to_uppercase(), finding.id);
    let class = format!("{} {}", package.name, package.version);
    xml.open("testcase", &[("name", &name), ("classname", &class), ("time", "0")])?;
    let title = advice::title(finding);
    match &finding.disabled {
        Some(by) => xml.empty("skipped", &[("message", &format!("{} (rule {})", by.reason, by.rule))])?,
        None => {
            let text = format!(
                "{} {} At {}.",
                advice::solution(report, finding),
                advice::reason(finding),
                advice::place(finding)
            );
            xml.text("failure", &[("type", finding.severity.name()), ("message", &title)], &text)?;
        }
    }
    xml.close()
}
