//! Why an image or a package is affected by a vulnerability, or why not.

mod answer;
mod json;
mod text;

use std::path::PathBuf;

use clap::Args;
use plimsoll::stages::core::Role;
use plimsoll::stages::image::SourceKind;
use plimsoll::{Catalogers, OpenOptions, Package, Purl, Subject, View, take_inventory_with};

use self::answer::Answer;
use crate::args::{self, Color};
use crate::command::db::Format;
use crate::output::{self, Failure};
use crate::progress::Bars;
use crate::{Outcome, demo, image, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll explain app.tar CVE-2022-0778            an image, in all forms that scan knows
  plimsoll explain pkg:pypi/jinja2@2.11.2 GHSA-g3rq-g295-4j3m
  plimsoll explain \"pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u5?distro=debian-11\" CVE-2022-0778
  plimsoll explain demo: CVE-2023-38545 --format json

Any id of the vulnerability will do. Every record that speaks of a package is shown with its verdict and its reason, \
also where the answer is no. The exit code is 0 whatever the answer is.";

/// Say why an image or a package is affected by a vulnerability, or why not.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The image, as for scan; or a package URL
    #[arg(value_name = "IMAGE|PURL")]
    subject: String,
    /// The vulnerability, by any of its ids
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    store: args::Store,
    #[command(flatten)]
    reading: args::Reading,
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Explain, color: Color) -> Result<Outcome, Failure> {
    let advisories = match args.subject.as_str() {
        demo::NAME if args.store.db.is_none() => store::Advisories::starter(),
        _ => store::advisories(&args.store)?,
    };
    let (packages, distro) = match args.subject.starts_with("pkg:") {
        true => (vec![package(&args.subject)?], None),
        false => inventory(args)?,
    };
    let answer = Answer::of(&args.subject, &args.id, packages, distro, &advisories)?;
    output::write(args.output.as_deref(), color, |style, out| match args.format {
        Format::Json => json::write(&answer, out),
        Format::Table => text::write(&answer, style, out),
    })?;
    Ok(Outcome::Done)
}

fn package(text: &str) -> Result<Package, Failure> {
    let purl: Purl = text.parse().map_err(|error: plimsoll::PurlError| Failure::Said(error.to_string()))?;
    Package::from_purl(purl).map_err(|error| Failure::Said(error.to_string()))
}

fn is_declared(package: &Package) -> bool {
    matches!(package.role, Role::Declared | Role::Development | Role::Fixture)
}

/// Every package of the image, also those that another owns, and what it calls itself.
fn inventory(args: &Explain) -> Result<(Vec<Package>, Option<String>), Failure> {
    let options = OpenOptions { tables: false, ..image::options(&args.reading)? };
    let opened = match image::open(&args.subject, &options, &args.reading.remote)? {
        Subject::Image(opened) => opened,
        Subject::Listed(listed) => {
            let distro = listed.taken.inventory.distro.as_ref().map(|distro| distro.title());
            return Ok((listed.packages(View::Comprehensive), distro));
        }
    };
    let cache = image::layer_cache(&args.reading)?;
    let bars = Bars::new();
    let taken = take_inventory_with(&opened, &Catalogers::all(), &options.limits, cache.as_deref(), &bars);
    bars.clear();
    let taken = taken?;
    if let (true, Some(wrong)) = (options.strict, taken.partial()) {
        return Err(Failure::Said(format!("{}: read only in part: {wrong}", args.subject)));
    }
    let distro = taken.inventory.distro.as_ref().map(|distro| distro.title());
    // What lock files declare is not there; what another package owns is, and its owner may have decided.
    let packages = match opened.info().source {
        SourceKind::Directory => taken.inventory.packages,
        _ => taken.inventory.packages.into_iter().filter(|package| !is_declared(package)).collect(),
    };
    Ok((packages, distro.or_else(|| Some("no distribution".to_owned()))))
}
