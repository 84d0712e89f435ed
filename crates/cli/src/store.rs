//! Which advisory store a command uses.

use std::path::PathBuf;

use etcetera::BaseStrategy;
use plimsoll::{Scanner, Store};

use crate::args;
use crate::output::Failure;

/// The store's file: named, or the user's own.
pub(crate) fn path(args: &args::Store) -> Result<PathBuf, Failure> {
    if let Some(path) = &args.db {
        return Ok(path.clone());
    }
    let base = etcetera::choose_base_strategy().map_err(|_| {
        Failure::Said("no home folder to keep the advisory store in: name one with --db PATH".to_owned())
    })?;
    Ok(base.data_dir().join("plimsoll").join("advisories.db"))
}

/// A scanner over the store, or over the starter set where nobody named a store and the user has none.
pub(crate) fn scanner(args: &args::Store) -> Result<Scanner, Failure> {
    let path = match path(args) {
        Ok(path) => path,
        Err(_) if args.db.is_none() => return Ok(Scanner::starter()),
        Err(failure) => return Err(failure),
    };
    if args.db.is_none() && !path.exists() {
        return Ok(Scanner::starter());
    }
    Ok(Scanner::new(Store::open(&path)?)?)
}
