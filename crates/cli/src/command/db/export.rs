use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use plimsoll::Store;
use plimsoll::stages::advisory::bundle::file_digest;

use crate::output::Failure;
use crate::progress::Bars;
use crate::{Outcome, args, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll db export advisories.bundle
  plimsoll db import advisories.bundle --sha256 HEX     on the machine without network

  minisign -S -m advisories.bundle
  plimsoll db import advisories.bundle --public-key minisign.pub

The bundle holds the store and a manifest with its SHA-256. What is printed at last is the SHA-256 of the bundle itself: \
carry it by another way than the bundle, and the import verifies that both are the same; or sign the bundle with minisign, \
and the import verifies whose it is. The terms of Wolfi's and \
Chainguard's data forbid to pass it on: export such a store for your own machines only.";

/// Write the store into a bundle, for machines without network.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// The file to write
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    #[command(flatten)]
    store: args::Store,
}

pub(crate) fn run(args: &Export) -> Result<Outcome, Failure> {
    let path = store::path(&args.store)?;
    let store = Store::open(&path)?;
    if store.status()?.generation.is_none() {
        return Err(Failure::Said(format!("{} is empty: there is nothing to export", path.display())));
    }
    let bars = Bars::new();
    let bundle = store.export(&args.bundle, &bars);
    bars.clear();
    let (bundle, digest) = (bundle?, file_digest(&args.bundle)?);
    let mut out = io::stdout().lock();
    writeln!(out, "{} records, generation {}: {}", bundle.records, bundle.generation, args.bundle.display())?;
    writeln!(out, "sha256 {digest}")?;
    Ok(Outcome::Done)
}
