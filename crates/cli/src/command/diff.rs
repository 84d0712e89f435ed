use std::path::{Path, PathBuf};

use plimsoll::stages::report::{Difference, write_difference, write_difference_json};
use plimsoll::{Report, ScanOptions, Severity};

use crate::args::{Color, Judging, Reading, ReportFormat, Store};
use crate::output::{self, Failure};
use crate::progress::Bars;
use crate::{Outcome, demo, finish, image, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll diff old.tar new.tar                   two images
  plimsoll diff report.json new.tar               a stored JSON report and an image
  plimsoll diff old.tar new.tar --fail-on high    exit code 1 if a new finding is high or worse
  plimsoll diff app.tar app.tar --old-db old.db   what the advisories changed";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The one before: a stored JSON report, or an image, which is scanned
    #[arg(value_name = "A")]
    pub old: String,
    /// The one after, likewise
    #[arg(value_name = "B")]
    pub new: String,
    #[command(flatten)]
    pub store: Store,
    /// The advisory store that A is scanned with, where it is another than B's: with the same image twice this is
    /// what the advisories changed
    #[arg(long, value_name = "PATH")]
    pub old_db: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub judging: Judging,
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<Outcome, Failure> {
    if args.judging.failing.fail_on_new.is_some() {
        let said =
            "diff: A is what is compared with: --fail-on alone says from which severity a new finding fails";
        return Err(Failure::Said(said.to_owned()));
    }
    let before = Store { db: args.old_db.clone().or_else(|| args.store.db.clone()) };
    let old = report(&args.old, args, &before)?;
    let new = report(&args.new, args, &args.store)?;
    let difference = Difference::between(&old, &new);
    output::write(args.output.as_deref(), color, |style, out| match args.format {
        ReportFormat::Table => write_difference(&difference, style, out),
        ReportFormat::Json => write_difference_json(&difference, out),
    })?;
    let reached = |level: Severity| difference.added.iter().any(|new| new.finding.severity >= level);
    let reached = args.judging.failing.fail_on.is_some_and(reached);
    Ok(if reached { Outcome::Reached } else { Outcome::Done })
}

/// Reads a stored report, or scans an image.
fn report(name: &str, args: &Args, db: &Store) -> Result<Report, Failure> {
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "json") && path.is_file() {
        return finish::stored(path);
    }
    let open = image::options(&args.reading)?;
    let (view, layers) = (image::view(&args.reading), image::layer_cache(&args.reading)?);
    let options =
        super::judging(&args.judging, ScanOptions { open, view, layers, ..ScanOptions::default() })?;
    let scanner = match name == demo::NAME && db.db.is_none() {
        true => plimsoll::Scanner::starter(),
        false => store::scanner(db)?,
    };
    let opened = image::open(name, &options.open, &args.reading.remote)?;
    let bars = Bars::new();
    let report = scanner.with(options).scan_subject(&opened, name, &bars);
    bars.clear();
    Ok(report?)
}
