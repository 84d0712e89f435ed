use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use plimsoll::stages::advisory::bundle::{Bundle, BundleOptions, Signer};
use plimsoll::{ImportOptions, ImportReport, Store, clean};

use super::{named, now};
use crate::output::Failure;
use crate::progress::Bars;
use crate::{Outcome, args, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll db import PyPI.zip Debian.zip      archives of OSV records, as OSV.dev publishes them
  plimsoll db import feeds/                   every document below a folder, of whatever feed
  curl -s URL | plimsoll db import -          a document from standard input
  plimsoll db import advisories.bundle        a bundle that plimsoll db export wrote
  plimsoll db import advisories.bundle --public-key keys/minisign.pub

All of it becomes one generation; if anything fails, the store is as it was. A record that can't be read is named and \
left out. A bundle is verified, and takes the place of the store.";

/// Read advisories from files.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Import {
    /// What to read: documents of any feed, plain or compressed, folders and archives of them, a bundle; - is standard
    /// input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The SHA-256 that the bundle has to have
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// The key that the bundle has to be signed with: minisign's public key, or the file that holds it
    #[arg(long, env = "PLIMSOLL_PUBLIC_KEY", value_name = "KEY|FILE")]
    public_key: Option<String>,
    /// The signature of the bundle, as minisign writes it [default: BUNDLE.minisig]
    #[arg(long, value_name = "FILE", requires = "public_key")]
    signature: Option<PathBuf>,
    /// Let a bundle take the place of a store that it does not continue
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    store: args::Store,
}

pub(crate) fn run(args: &Import) -> Result<Outcome, Failure> {
    let path = store::path(&args.store)?;
    if let Some(bundle) = bundle(&args.paths)? {
        let options =
            BundleOptions { sha256: args.sha256.clone(), signer: signer(args)?, replace: args.replace };
        let bundle = Store::import_bundle(bundle, &path, &options)?;
        let (records, generation) = (bundle.records, bundle.generation);
        writeln!(
            io::stdout(),
            "{records} records of the bundle; generation {generation} of {}",
            path.display()
        )?;
        return Ok(Outcome::Done);
    }
    if args.sha256.is_some() || args.signature.is_some() || args.replace {
        return Err(Failure::Said("--sha256, --signature and --replace are for bundles".to_owned()));
    }
    let report = import(&args.paths, &path, ImportOptions::default())?;
    say(&report, &path)?;
    Ok(Outcome::Done)
}

/// Whose signature is asked for: the key itself, or what a file holds.
fn signer(args: &Import) -> Result<Option<Signer>, Failure> {
    let Some(key) = &args.public_key else { return Ok(None) };
    let path = Path::new(key);
    let public_key = match path.is_file() {
        true => fs::read_to_string(path).map_err(|error| Failure::File { path: path.to_owned(), error })?,
        false => key.clone(),
    };
    Ok(Some(Signer { public_key, signature: args.signature.clone() }))
}

/// The bundle among the paths, which has to be the only one.
fn bundle(paths: &[PathBuf]) -> Result<Option<&Path>, Failure> {
    for path in paths {
        // What is not there is for the import to say; standard input is no bundle.
        if path.as_os_str() != "-" && path.exists() && Bundle::open(path)?.is_some() {
            return match paths.len() {
                1 => Ok(Some(path)),
                _ => Err(Failure::Said(format!(
                    "{} is a bundle, which takes the place of the store: import it alone",
                    path.display()
                ))),
            };
        }
    }
    Ok(None)
}

/// Imports into the store at `path`, which is made where there is none.
pub(super) fn import(
    paths: &[PathBuf],
    path: &Path,
    options: ImportOptions,
) -> Result<ImportReport, Failure> {
    let mut store = Store::create_or_open(path)?;
    let bars = Bars::new();
    let options = ImportOptions { at: now(), ..options };
    let report = store.import(paths, &options, &bars);
    bars.clear();
    Ok(report?)
}

/// Says what an import has done.
pub(super) fn say(report: &ImportReport, path: &Path) -> Result<(), Failure> {
    named("skipped", &report.skipped, report.skipped_count);
    named("note", &report.notes, report.notes_count);
    let mut out = io::stdout().lock();
    let unchanged = report.unchanged + report.older + report.repeated;
    writeln!(
        out,
        "{} records: {} new, {} changed, {unchanged} known already, {} skipped; generation {} of {}",
        report.records,
        report.added,
        report.changed,
        report.skipped_count,
        report.generation,
        path.display()
    )?;
    for (ecosystem, records) in &report.ecosystems {
        let name = if ecosystem.is_empty() { "(no ecosystem)" } else { ecosystem };
        writeln!(out, "  {:<28}  {records:>8}", clean(name).to_string())?;
    }
    for (count, what) in [
        (report.gone, "taken back"),
        (report.scores, "exploit prediction scores"),
        (report.lives, "lifetimes of releases"),
    ] {
        if count > 0 {
            writeln!(out, "  {what:<28}  {count:>8}")?;
        }
    }
    Ok(())
}
