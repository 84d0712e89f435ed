//! The advisory store: one file for each thing that is done with it.

pub(crate) mod delta;
pub(crate) mod export;
pub(crate) mod feeds;
pub(crate) mod import;
pub(crate) mod status;
pub(crate) mod update;
pub(crate) mod verify;

use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Subcommand, ValueEnum};
use plimsoll::{Date, Diagnostic, clean};

use crate::Outcome;
use crate::output::Failure;

/// Skipped records named before the rest is only counted.
const NAMED: usize = 20;

pub(crate) const EXAMPLES: &str = "\
Examples:
  plimsoll db update                        fetch advisories from their publishers
  plimsoll db import PyPI.zip feeds/        or read them from files
  plimsoll db status                        what the store holds, and from when
  plimsoll db export advisories.bundle      for a machine without network";

#[derive(Subcommand)]
pub(crate) enum Db {
    /// Fetch advisories from their publishers
    Update(update::Update),
    /// List the feeds that can be fetched
    Feeds(feeds::Feeds),
    /// Read advisories from files: documents of any feed, folders, archives; or a bundle
    Import(import::Import),
    /// Write the store into a bundle, for machines without network
    Export(export::Export),
    /// Say what changed between two generations, and what follows from it
    Delta(delta::Delta),
    /// Say what the store holds: feeds, ecosystems, generations, from when
    Status(status::Status),
    /// Read all of the store, and check it against its own checksums
    Verify(verify::Verify),
}

pub(crate) fn run(args: &Db) -> Result<Outcome, Failure> {
    match args {
        Db::Update(args) => update::run(args),
        Db::Feeds(args) => feeds::run(args),
        Db::Import(args) => import::run(args),
        Db::Export(args) => export::run(args),
        Db::Delta(args) => delta::run(args),
        Db::Status(args) => status::run(args),
        Db::Verify(args) => verify::run(args),
    }
}

/// The forms of an answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For scripts (docs/json.md)
    Json,
}

fn named(what: &str, diagnostics: &[Diagnostic], count: u64) {
    for diagnostic in diagnostics.iter().take(NAMED) {
        eprintln!("{what}: {}", clean(&diagnostic.to_string()));
    }
    let rest = count.saturating_sub(NAMED as u64);
    if rest > 0 {
        eprintln!("{what}: and {rest} more");
    }
}

fn seconds() -> Option<u64> {
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// The day, in UTC.
fn today() -> Option<Date> {
    Date::from_days_since_1970(i64::try_from(seconds()? / 86_400).ok()?)
}

/// The time of an import, RFC 3339, to the second, in UTC.
pub(super) fn now() -> Option<String> {
    let (seconds, day) = (seconds()?, today()?);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    Some(format!("{day}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// The day of a time.
fn day(at: &str) -> String {
    clean(at.get(..10).unwrap_or(at)).to_string()
}

/// `1 record`, `2 records`.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
