use std::io::Read;
use std::path::PathBuf;

use plimsoll::Date;
use plimsoll::stages::report::read_json;

use crate::args::{Color, Failing, Writing};
use crate::output::Failure;
use crate::{Outcome, finish};

const EXAMPLES: &str = "\
Examples:
  plimsoll scan app.tar -f json -o report.json
  plimsoll convert report.json -f html -o report.html
  plimsoll convert report.json --only-fixable --fail-on high
  plimsoll convert - -f sarif < report.json";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A report that --format json wrote; - reads it from standard input
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    #[command(flatten)]
    pub failing: Failing,
    /// The day that the document states, YYYY-MM-DD [default: that of the newest advisory]
    #[arg(long, value_name = "DATE")]
    pub now: Option<Date>,
    #[command(flatten)]
    pub writing: Writing,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<Outcome, Failure> {
    let report = if args.report.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Failure::Said(format!("standard input: {error}")))?;
        read_json(&bytes).map_err(|error| Failure::Said(format!("standard input: {error}")))?
    } else {
        finish::stored(&args.report)?
    };
    finish::report(report, &args.failing, &args.writing, args.now, color)
}
