//! `plimsoll rules …`: what rules do, without a scan.

pub(crate) mod args;
mod check;
mod convert;
mod score;
mod test;

use std::path::Path;

use plimsoll::stages::report::read_json;
use plimsoll::stages::rules::Date;
use plimsoll::{Report, Stated};

use self::args::Rules;
use crate::Outcome;
use crate::output::{self, Failure};

pub(crate) fn run(args: &Rules) -> Result<Outcome, Failure> {
    match args {
        Rules::Check(args) => check::run(args),
        Rules::Test(args) => test::run(args),
        Rules::Convert(args) => convert::run(args),
        Rules::Score(args) => score::run(args),
    }
}

/// Reads a report that `scan --format json` wrote.
pub(super) fn report(path: &Path) -> Result<Report, Failure> {
    let text = output::read(path)?;
    read_json(text.as_bytes()).map_err(|why| {
        Failure::Said(format!("{}: {why}: give a report of plimsoll scan --format json", path.display()))
    })
}

/// What the findings of a report state. A report is not asked whether there was a catalogue of exploited
/// vulnerabilities unless one of its findings is in it.
pub(super) fn facts(report: &Report) -> Stated {
    let ratings = report.findings.iter().flat_map(|finding| &finding.ratings);
    Stated { catalogue: ratings.into_iter().any(|rating| rating.scheme == "KEV") }
}

/// The day that was given, or today.
pub(super) fn day(given: Option<Date>) -> Result<Date, Failure> {
    given.or_else(plimsoll::today).ok_or_else(|| {
        Failure::Said("the system's clock can't be read: say the day with --now YYYY-MM-DD".to_owned())
    })
}
