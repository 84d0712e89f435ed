use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use plimsoll::stages::advisory::Index;
use plimsoll::{Ecosystem, Store};

use crate::output::Failure;
use crate::{Outcome, args, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll db verify
  plimsoll db verify --index advisories.idx     and a compact index that was made of it

Exit codes: 0 whole; 2 damaged: the line says what, down to the page of the file where that is known.";

/// Read all of the store, and check it against its own checksums.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    #[command(flatten)]
    store: args::Store,
    /// A compact index that has to agree with the store
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,
}

pub(crate) fn run(args: &Verify) -> Result<Outcome, Failure> {
    let path = store::path(&args.store)?;
    let store = Store::open(&path)?;
    store.verify()?;
    let mut out = io::stdout().lock();
    let status = store.status()?;
    let (records, generation) =
        status.generation.as_ref().map_or((0, 0), |newest| (newest.records, newest.id));
    if let Some(index_path) = &args.index {
        let index = Index::open(index_path)?;
        let newest = status.generation.as_ref();
        if newest.is_none_or(|newest| newest.digest != index.digest()) {
            return Err(Failure::Said(format!(
                "the index {} is of generation {}, the store {} of {generation}: make it anew",
                index_path.display(),
                index.generation(),
                path.display(),
            )));
        }
        for ecosystem in &status.ecosystems {
            let ecosystem = Ecosystem::from(ecosystem.name.clone());
            if !index.load(&ecosystem)? {
                return Err(Failure::Said(format!(
                    "the index {} lacks {ecosystem}: make it anew",
                    index_path.display()
                )));
            }
        }
        writeln!(out, "{}: agrees with the store", index_path.display())?;
    }
    writeln!(out, "{}: whole: {records} records, generation {generation}", path.display())?;
    Ok(Outcome::Done)
}
