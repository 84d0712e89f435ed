//! The arguments of `plimsoll rules …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use plimsoll::Date;

use crate::args::ReportFormat;

pub(crate) const EXAMPLES: &str = "\
Examples:
  plimsoll rules check rules.toml --report report.json
  plimsoll rules test rules.toml
  plimsoll rules convert .trivyignore > rules.toml
  plimsoll rules score reports/*.json";

#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Explain each rule against a report: what it matches, unused, expired, and what it misses by little
    #[command(after_help = CHECK_EXAMPLES)]
    Check(RulesCheck),
    /// Run the examples that are written in rules files; exit code 1 where one fails
    #[command(after_help = TEST_EXAMPLES)]
    Test(RulesTest),
    /// Turn other tools' ignore files and VEX documents into a rules file
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(RulesConvert),
    /// The secure score of images, with and without what rules exempt
    #[command(after_help = SCORE_EXAMPLES)]
    Score(RulesScore),
}

const CHECK_EXAMPLES: &str = "\
Examples:
  plimsoll scan app.tar --format json --output report.json
  plimsoll rules check rules.toml --report report.json
  plimsoll rules check .trivyignore --vex vendor.vex.json --report report.json --format json";

const TEST_EXAMPLES: &str = "\
Examples:
  plimsoll rules test rules.toml
  plimsoll rules test rules.toml --now 2027-02-01    what will have expired by then";

const CONVERT_EXAMPLES: &str = "\
Examples:
  plimsoll rules convert .trivyignore > rules.toml
  plimsoll rules convert --from harbor-allowlist allowlist.json --output rules.toml
  plimsoll rules convert vendor.openvex.json

Formats: trivyignore, trivyignore-yaml, grype, osv-scanner, harbor-allowlist, azure-exemption, inspector-filters; VEX \
documents are recognised. What can't be carried over is said on standard error and in comments.";

const SCORE_EXAMPLES: &str = "\
Examples:
  plimsoll rules score reports/*.json";

#[derive(Args)]
pub(crate) struct RulesCheck {
    /// Rules files, other tools' ignore files, VEX documents
    #[arg(value_name = "FILE", required_unless_present = "vex")]
    pub files: Vec<PathBuf>,
    /// A VEX document; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// The report of a scan in JSON
    #[arg(long, value_name = "FILE")]
    pub report: PathBuf,
    /// The day that rules expire by, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    pub now: Option<Date>,
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
}

#[derive(Args)]
pub(crate) struct RulesTest {
    /// Rules files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The day of the examples that name none, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    pub now: Option<Date>,
}

#[derive(Args)]
pub(crate) struct RulesConvert {
    /// Ignore files, VEX documents
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Their format [default: by name and content]
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<plimsoll::stages::rules::Format>,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct RulesScore {
    /// Reports of scans in JSON, one for each image
    #[arg(required = true, value_name = "REPORT")]
    pub reports: Vec<PathBuf>,
    /// The points where every image is healthy
    #[arg(long, value_name = "POINTS", default_value_t = 6)]
    pub max: u32,
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
}
