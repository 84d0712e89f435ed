use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use plimsoll::stages::report::Format;
use plimsoll::{Date, Severity};

use crate::command::db::Db;
use crate::command::explain::Explain;
use crate::command::rules::args::Rules;
use crate::command::vex::Vex;
use crate::command::{completions, convert, diff, man};
use crate::form;

/// Scan container images for known vulnerabilities.
#[derive(Parser)]
#[command(name = "plimsoll", version, about, long_about = None, after_help = EXAMPLES, propagate_version = true,
    args_override_self = true)]
pub(crate) struct Cli {
    /// Colour the output
    #[arg(long, value_enum, global = true, env = "PLIMSOLL_COLOR", default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  plimsoll scan demo:                       a first look, with nothing downloaded
  plimsoll db update                        fetch advisories from their publishers
  plimsoll db import PyPI.zip Debian.zip    or read them from files
  plimsoll scan app.tar --fail-on high      a docker archive; exit code 1 from high upwards
  plimsoll scan oci:layout/ --format json   an OCI image layout, for a script
  plimsoll scan sbom:app.cdx.json           a bill of materials, whoever wrote it
  plimsoll scan quay.io/org/app:1.2         an image in a registry; nothing is stored
  plimsoll match pkg:pypi/jinja2@3.1.1      a package, without an image
  plimsoll convert report.json -f sarif     a stored report in another form
  plimsoll diff old.tar new.tar             what is new and what is fixed

Exit codes: 0 done; 1 --fail-on or --fail-on-new was reached; 2 error.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Scan an image: its packages, their vulnerabilities, and what to do
    #[command(aliases = ["image", "fs", "filesystem", "rootfs", "sbom"], after_help = SCAN)]
    Scan(Scan),
    /// List an image's packages
    Inventory(Inventory),
    /// Match package URLs, without an image
    Match(Match),
    /// Say why an image or a package is affected by a vulnerability, or why not
    Explain(Explain),
    /// The advisory store
    #[command(subcommand, after_help = crate::command::db::EXAMPLES)]
    Db(Db),
    /// Compare two versions: prints <, =, > or ?
    Compare(Compare),
    /// Score CVSS vectors: prints score and rating
    Cvss(Cvss),
    /// Try rules without a scan, and turn other tools' into ours
    #[command(subcommand, after_help = crate::command::rules::args::EXAMPLES)]
    Rules(Rules),
    /// Say in an OpenVEX document what rules have decided
    #[command(after_help = crate::command::vex::EXAMPLES)]
    Vex(Vex),
    /// Write a stored JSON report in another form, without scanning again
    Convert(convert::Args),
    /// Compare two images or stored JSON reports: what is new, fixed and changed, and why
    Diff(diff::Args),
    /// Watch registries: scan what is pushed, tell what changes, answer questions over HTTP
    #[cfg(feature = "serve")]
    #[command(after_help = crate::command::serve::EXAMPLES)]
    Serve(crate::command::serve::Args),
    /// List the forms of reports and inventories
    #[command(after_help = FORMATS)]
    Formats,
    /// Print a script that completes the command in a shell
    Completions(completions::Args),
    /// Write the manual pages
    Man(man::Args),
}

const SCAN: &str = "\
Examples:
  plimsoll scan alpine:3.19                              an image in a registry; or without `scan`
  plimsoll scan app.tar --fail-on high                   docker save; exit code 1 from high upwards
  plimsoll scan app.tar --only-fixable --min-severity high
  plimsoll scan app.tar -f json -o report.json           for scripts, convert, diff and rules check
  plimsoll scan app.tar -f sarif -o app.sarif            for code scanning; see plimsoll formats
  plimsoll scan app.tar --rules rules.toml --vex vendor.json
  plimsoll scan app.tar --baseline report.json           with the day each was first seen
  plimsoll scan app.tar --fail-on-new report.json        fail for what that report does not have
  plimsoll scan .                                        a folder, and what its lock files declare

Exit codes: 0 done; 1 --fail-on or --fail-on-new was reached; 2 error.";

const FORMATS: &str = "\
Examples:
  plimsoll formats
  plimsoll scan app.tar --format sarif";

const IMAGE: &str = "\
The image: a docker archive, an OCI layout or archive, a root folder (recognised), or an image in a registry \
(alpine:3.19, host:5000/app@sha256:…); or with its form said: docker-archive:PATH, oci:PATH, oci-archive:PATH, dir:PATH, \
registry:NAME; demo: builds one. Also a bill of materials (CycloneDX, SPDX, Syft; sbom:PATH), a lock file, a program or a \
package database; - reads such a file from standard input";

#[derive(Args)]
pub(crate) struct Store {
    /// The advisory store [default: plimsoll/advisories.db in the user's data folder]
    #[arg(long, env = "PLIMSOLL_DB", value_name = "PATH")]
    pub db: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Reading {
    /// The platform to choose where the image has several: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
    /// Do not verify the digests of layers
    #[arg(long)]
    pub no_verify: bool,
    /// Keep what is found in layers in this folder, so that no layer is read twice
    #[arg(long, env = "PLIMSOLL_LAYER_CACHE", value_name = "FOLDER")]
    pub layer_cache: Option<PathBuf>,
    /// Treat an image that could be read only in part as an error
    #[arg(long)]
    pub strict: bool,
    /// What to list: precise leaves out what an operating-system package owns, and files that no package manager
    /// installed
    #[arg(long, value_enum, env = "PLIMSOLL_VIEW", default_value_t = View::Precise)]
    pub view: View,
    #[command(flatten)]
    pub remote: Remote,
}

/// How to speak with registries.
#[derive(Args)]
#[command(next_help_heading = "Registries")]
pub(crate) struct Remote {
    /// Ask nothing of any registry
    #[arg(long)]
    pub offline: bool,
    /// Accept any certificate, and plain HTTP, from the image's registry
    #[arg(long)]
    pub insecure: bool,
    /// Trust the authorities in this file (PEM) instead of the well-known ones
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Ask this registry first, for images of that one; may be given more than once
    #[arg(long, value_name = "REGISTRY=MIRROR")]
    pub mirror: Vec<String>,
    /// Let the registry send to this host although its address is private; may be given more than once
    #[arg(long, value_name = "HOST[:PORT]")]
    pub allow_host: Vec<String>,
    /// Read and verify whole layers, also where a table of contents (eStargz, zstd:chunked) tells which parts matter
    #[arg(long)]
    pub whole_layers: bool,
    /// Read layers that the registry does not have from where their descriptor says
    #[arg(long)]
    pub foreign_layers: bool,
}

#[derive(Args)]
pub(crate) struct Judging {
    /// Rules that disable findings: TOML (docs/rules.md), or another tool's ignore file; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// A VEX document (OpenVEX, CSAF, CycloneDX); may be given more than once
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// Also take the rules that a folder has: .plimsoll.toml, .trivyignore, .trivyignore.yaml, .grype.yaml,
    /// osv-scanner.toml [default folder: the working directory]
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = ".")]
    pub find_rules: Option<PathBuf>,
    /// The JSON report of an earlier scan: findings keep the day on which they were first seen, new ones get today's, and
    /// rules can ask for their age; may be given more than once
    #[arg(long, value_name = "REPORT")]
    pub baseline: Vec<PathBuf>,
    /// The organisation that the image belongs to, by which rules may be scoped
    #[arg(long, value_name = "NAME")]
    pub organisation: Option<String>,
    /// Call no image healthy by advisories of which the newest is older than this
    #[arg(long, value_name = "DAYS")]
    pub max_age: Option<u32>,
    #[command(flatten)]
    pub failing: Failing,
    /// The day that rules expire by, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    pub now: Option<Date>,
}

/// What of a report is shown, and how.
#[derive(Args)]
pub(crate) struct Writing {
    /// The form of the report; `plimsoll formats` lists them
    #[arg(long, short, env = "PLIMSOLL_FORMAT", value_name = "FORMAT", default_value = "table",
        value_parser = form::parser(form::OF_A_SCAN), hide_possible_values = true)]
    pub format: &'static Format,
    /// A template of your own (minijinja), which FORMAT is then not asked for
    #[cfg(feature = "templates")]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Name the layer of each finding in the table
    #[arg(long, env = "PLIMSOLL_LAYERS")]
    pub layers: bool,
    /// Leave out findings below this severity; how many is said
    #[arg(long, env = "PLIMSOLL_MIN_SEVERITY", value_name = "LEVEL")]
    pub min_severity: Option<Severity>,
    /// Leave out findings that no published version fixes; how many is said
    #[arg(long, env = "PLIMSOLL_ONLY_FIXABLE", aliases = ["ignore-unfixed", "only-fixed"])]
    pub only_fixable: bool,
}

/// When a report is a failure.
#[derive(Args)]
pub(crate) struct Failing {
    /// Exit with 1 if a finding is at or above this severity
    #[arg(long, env = "PLIMSOLL_FAIL_ON", value_name = "LEVEL")]
    pub fail_on: Option<Severity>,
    /// Exit with 1 if there is a finding (with --fail-on: at or above that severity) that this stored JSON report does
    /// not have
    #[arg(long, value_name = "REPORT")]
    pub fail_on_new: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Scan {
    #[arg(help = IMAGE, value_name = "IMAGE")]
    pub image: String,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub judging: Judging,
    #[command(flatten)]
    pub writing: Writing,
}

const INVENTORY: &str = "\
Examples:
  plimsoll inventory app.tar                         a line for each package
  plimsoll inventory app.tar -f cyclonedx -o app.cdx.json
  plimsoll inventory alpine:3.19 -f spdx             see plimsoll formats for the others
  plimsoll inventory app.tar --view comprehensive    also what is owned, declared or removed";

#[derive(Args)]
#[command(after_help = INVENTORY)]
pub(crate) struct Inventory {
    #[arg(help = IMAGE, value_name = "IMAGE")]
    pub image: String,
    #[command(flatten)]
    pub reading: Reading,
    /// The form of the inventory; `plimsoll formats` lists them
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = form::parser(form::OF_AN_INVENTORY),
        hide_possible_values = true)]
    pub format: &'static Format,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

const MATCH: &str = "\
Examples:
  plimsoll match pkg:pypi/jinja2@3.1.1
  plimsoll match \"pkg:deb/debian/libc6@2.36-9?distro=debian-12&upstream=glibc\"
  plimsoll match app.cdx.json --fail-on high             the components of an SBOM
  plimsoll match - --distro debian-12 --lines < purls    a long list, a line of JSON for each

The order of lines is that of the packages. What is no package URL is an error on its line, and the exit code 2.";

#[derive(Args)]
#[command(after_help = MATCH)]
pub(crate) struct Match {
    /// Package URLs; files of them, one a line, or SBOMs (CycloneDX or SPDX JSON); - is standard input
    #[arg(required = true, value_name = "PURL|FILE")]
    pub purls: Vec<String>,
    /// The distribution of operating-system packages that name none: debian-12, alpine-3.19, rhel-9.4
    #[arg(long, value_name = "ID-VERSION")]
    pub distro: Option<String>,
    /// Write a JSON object on a line for each package to standard output, as they come, whatever FORMAT is: for long
    /// lists (docs/json.md)
    #[arg(long)]
    pub lines: bool,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub judging: Judging,
    #[command(flatten)]
    pub writing: Writing,
}

const COMPARE: &str = "\
Examples:
  plimsoll compare dpkg 1.0~rc1 1.0
  plimsoll compare PyPI 1.0.post1 1.0
  plimsoll compare rpm - < pairs.tsv       A, a tab and B on each line";

#[derive(Args)]
#[command(after_help = COMPARE)]
pub(crate) struct Compare {
    /// An OSV ecosystem name, or dpkg, apk, rpm, pep440, semver, npm, go, maven, …
    #[arg(value_name = "SCHEME")]
    pub scheme: String,
    /// A version; - reads pairs from standard input, A and B separated by a tab, one pair a line
    #[arg(value_name = "A", allow_hyphen_values = true)]
    pub a: String,
    /// Another version
    #[arg(value_name = "B", allow_hyphen_values = true)]
    pub b: Option<String>,
}

const CVSS: &str = "\
Examples:
  plimsoll cvss CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
  plimsoll cvss CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N
  plimsoll cvss - < vectors.txt            one on each line";

#[derive(Args)]
#[command(after_help = CVSS)]
pub(crate) struct Cvss {
    /// A vector; - reads vectors from standard input, one a line
    #[arg(value_name = "VECTOR")]
    pub vector: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// What is installed, each thing once
    Precise,
    /// Everything that was found, marked
    Comprehensive,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Table,
    /// For scripts (docs/json.md)
    Json,
}
