//! One file for each command.

pub(crate) mod compare;
pub(crate) mod cvss;
pub(crate) mod db;
pub(crate) mod explain;
pub(crate) mod inventory;
pub(crate) mod match_lines;
pub(crate) mod match_purls;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod vex;

use plimsoll::stages::report::{write_json, write_table};
use plimsoll::{Report, ScanOptions};

use crate::Outcome;
use crate::args::{Color, Judging, ReportFormat, Writing};
use crate::output::{self, Failure};
use crate::rules as rules_of;

/// The rules and the day that the arguments name.
fn judging(args: &Judging, mut options: ScanOptions) -> Result<ScanOptions, Failure> {
    options.rules = rules_of::load(&args.rules, &args.vex, args.find_rules.as_deref())?.rules;
    options.now = args.now;
    options.organisation.clone_from(&args.organisation);
    options.max_age_days = args.max_age;
    Ok(options)
}

/// Writes the report, and says whether it is as bad as `--fail-on`.
fn finish(
    report: &Report,
    judging: &Judging,
    writing: &Writing<ReportFormat>,
    color: Color,
) -> Result<Outcome, Failure> {
    output::write(writing.output.as_deref(), color, |style, out| match writing.format {
        ReportFormat::Table => write_table(report, style, out),
        ReportFormat::Json => write_json(report, out),
    })?;
    let reached = judging.fail_on.is_some_and(|level| report.worst().is_some_and(|worst| worst >= level));
    Ok(if reached { Outcome::Reached } else { Outcome::Done })
}
