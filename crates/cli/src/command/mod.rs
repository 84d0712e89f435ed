//! One file for each command.

pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod cvss;
pub(crate) mod db;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod formats;
pub(crate) mod inventory;
pub(crate) mod man;
pub(crate) mod match_lines;
pub(crate) mod match_purls;
pub(crate) mod rules;
pub(crate) mod scan;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod vex;

use std::path::PathBuf;
use std::sync::Arc;

use plimsoll::{ScanOptions, Seen};

use crate::args::Judging;
use crate::finish;
use crate::output::Failure;
use crate::rules as rules_of;

/// The rules and the day that the arguments name.
fn judging(args: &Judging, mut options: ScanOptions) -> Result<ScanOptions, Failure> {
    options.rules = rules_of::load(&args.rules, &args.vex, args.find_rules.as_deref())?.rules;
    options.now = args.now;
    options.seen = seen(&args.baseline)?;
    options.organisation.clone_from(&args.organisation);
    options.max_age_days = args.max_age;
    Ok(options)
}

/// What earlier reports had.
fn seen(baselines: &[PathBuf]) -> Result<Option<Arc<Seen>>, Failure> {
    let mut seen = Seen::default();
    for path in baselines {
        seen.add(&finish::stored(path)?);
    }
    Ok((!baselines.is_empty()).then(|| Arc::new(seen)))
}
