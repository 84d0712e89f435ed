//! `plimsoll match --lines`: a line of JSON for each package, as they come.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

use plimsoll::{Coverage, Finding, Package, ScanOptions, Scanner, Severity};
use serde::Serialize;

use crate::args::Match;
use crate::output::Failure;
use crate::purls::{self, Named};
use crate::{Outcome, store};

/// Packages judged at one time: enough that each query of the store is worth it, few enough to hold.
const BATCH: usize = 1024;

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    purl: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst: Option<Severity>,
    findings: &'a [&'a Finding],
}

pub(crate) fn run(args: &Match) -> Result<Outcome, Failure> {
    let options = super::judging(&args.judging, ScanOptions::default())?;
    let scanner = store::scanner(&args.store)?.with(options);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut worst = None;
    let mut errors = 0u64;
    let mut batch = Vec::with_capacity(BATCH);
    let mut judge = |batch: &mut Vec<Named>| -> Result<(), Failure> {
        errors += batch.iter().map(|named| u64::from(named.package.is_err())).sum::<u64>();
        worst = worst.max(lines(&scanner, batch, &mut out)?);
        batch.clear();
        Ok(())
    };
    purls::each(&args.purls, args.distro.as_deref(), &mut |named| {
        batch.push(named);
        if batch.len() >= BATCH { judge(&mut batch) } else { Ok(()) }
    })?;
    judge(&mut batch)?;
    out.flush()?;
    if errors > 0 {
        return Err(Failure::Said(match errors {
            1 => "1 line is no package URL: its line of output says why".to_owned(),
            _ => format!("{errors} lines are no package URLs: their lines of output say why"),
        }));
    }
    let reached = args.judging.failing.fail_on.is_some_and(|level| worst.is_some_and(|worst| worst >= level));
    Ok(if reached { Outcome::Reached } else { Outcome::Done })
}

/// Writes the lines of a batch, and says how bad the worst finding is that no rule disables.
fn lines(scanner: &Scanner, batch: &[Named], out: &mut dyn Write) -> Result<Option<Severity>, Failure> {
    let packages: Vec<Package> =
        batch.iter().filter_map(|named| named.package.as_ref().ok()).cloned().collect();
    let report = scanner.scan_packages(packages, "package URLs")?;
    // Equal package URLs have equal findings, so it does not matter whose they are.
    let mut findings: HashMap<String, Vec<&Finding>> = HashMap::new();
    for finding in &report.findings {
        let of = findings.entry(finding.package.purl.to_string()).or_default();
        if !of.iter().any(|known| known.id == finding.id) {
            of.push(finding);
        }
    }
    let mut assessed = report.packages.iter();
    for named in batch {
        let line = match &named.package {
            Err(error) => {
                Line { purl: &named.text, error: Some(error), coverage: None, worst: None, findings: &[] }
            }
            Ok(package) => {
                let findings = findings.get(&package.purl.to_string()).map_or(&[][..], Vec::as_slice);
                let active = findings.iter().filter(|finding| finding.disabled.is_none());
                let worst = active.map(|finding| finding.severity).max();
                let coverage = assessed.next().map(|assessed| assessed.coverage);
                Line { purl: &named.text, error: None, coverage, worst, findings }
            }
        };
        serde_json::to_writer(&mut *out, &line).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    }
    Ok(report.worst())
}
