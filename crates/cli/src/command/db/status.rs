use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use clap::Args;
use plimsoll::stages::advisory::{Download, Generation};
use plimsoll::{Date, Store, StoreStatus, clean};
use serde_json::json;

use super::{Format, counted, day, today};
use crate::output::Failure;
use crate::{Outcome, args, store};

/// Generations shown, the newest ones.
const GENERATIONS: usize = 5;

const EXAMPLES: &str = "\
Examples:
  plimsoll db status
  plimsoll db status --format json      for a script: age_days, feeds, …";

/// Say what the store holds.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    #[command(flatten)]
    store: args::Store,
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: &Status) -> Result<Outcome, Failure> {
    let path = store::path(&args.store)?;
    let store = Store::open(&path)?;
    let (status, generations, downloads) = (store.status()?, store.generations()?, store.downloads()?);
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => {
            let StoreStatus { generation, ecosystems, feeds, scores, lives, size, .. } = &status;
            let all = json!({
                "format": "plimsoll-status",
                "format_version": 1,
                "path": path.to_string_lossy(),
                "size": size,
                "age_days": age(&status),
                "generation": generation,
                "generations": generations,
                "feeds": feeds,
                "ecosystems": ecosystems,
                "scores": scores,
                "lives": lives,
                "downloads": downloads,
            });
            serde_json::to_writer_pretty(&mut out, &all).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => table(&status, &generations, &downloads, &path, &mut out)?,
    }
    Ok(Outcome::Done)
}

/// Days since the newest generation.
fn age(status: &StoreStatus) -> Option<i64> {
    let at: Date = status.generation.as_ref()?.at.as_deref()?.get(..10)?.parse().ok()?;
    Some(at.days_until(today()?).max(0))
}

fn table(
    status: &StoreStatus,
    generations: &[Generation],
    downloads: &[Download],
    path: &Path,
    out: &mut dyn Write,
) -> io::Result<()> {
    let size = status.size as f64 / f64::from(1 << 20);
    let Some(newest) = &status.generation else {
        return writeln!(
            out,
            "{}: empty: fetch advisories with plimsoll db update, or import them with plimsoll db import PATH",
            path.display()
        );
    };
    let at = newest.at.as_deref().map(|at| format!(", imported {}", clean(at))).unwrap_or_default();
    let age = match age(status) {
        None => String::new(),
        Some(0) => " (today)".to_owned(),
        Some(days) => format!(" ({} ago)", counted(days.unsigned_abs(), "day")),
    };
    let (records, id) = (newest.records, newest.id);
    writeln!(out, "{}: {records} records, generation {id}{at}{age}, {size:.1} MiB", path.display())?;
    feeds(status, downloads, out)?;
    if !status.ecosystems.is_empty() {
        writeln!(out, "\n{:<28}  {:>8}  {:<10}  NEWEST", "ECOSYSTEM", "RECORDS", "OLDEST")?;
    }
    for ecosystem in &status.ecosystems {
        let of = |at: &Option<String>| at.as_deref().map_or_else(|| "-".to_owned(), day);
        let (name, oldest, newest) =
            (clean(&ecosystem.name).to_string(), of(&ecosystem.oldest), of(&ecosystem.newest));
        writeln!(out, "{name:<28}  {:>8}  {oldest:<10}  {newest}", ecosystem.records)?;
    }
    writeln!(
        out,
        "\n{:<10}  {:<20}  {:>8}  {:>8}  {:>8}  RECORDS",
        "GENERATION", "IMPORTED", "NEW", "CHANGED", "GONE"
    )?;
    for Generation { id, at, added, changed, removed, records, .. } in
        generations.iter().rev().take(GENERATIONS)
    {
        let at = clean(at.as_deref().unwrap_or("-")).to_string();
        writeln!(out, "{id:<10}  {at:<20}  {added:>8}  {changed:>8}  {removed:>8}  {records}")?;
    }
    Ok(())
}

/// Feeds whose documents are each a feed of their own (`secdb/Alpine:v3.19/main`) are shown as one.
fn feeds(status: &StoreStatus, downloads: &[Download], out: &mut dyn Write) -> io::Result<()> {
    struct Sum<'a> {
        parts: u64,
        records: u64,
        newest: Option<&'a str>,
        at: Option<&'a str>,
    }
    let mut sums: BTreeMap<&str, Sum<'_>> = BTreeMap::new();
    for feed in &status.feeds {
        let name = feed.name.split('/').next().unwrap_or(&feed.name);
        let sum = sums.entry(name).or_insert(Sum { parts: 0, records: 0, newest: None, at: None });
        sum.parts += 1;
        sum.records += feed.records;
        sum.newest = sum.newest.max(feed.newest.as_deref());
        sum.at = sum.at.max(feed.at.as_deref());
    }
    writeln!(out, "\n{:<28}  {:>8}  {:<10}  CHANGED HERE", "FEED", "RECORDS", "NEWEST")?;
    for (name, Sum { parts, records, newest, at }) in sums {
        let name = clean(name);
        let name = if parts > 1 { format!("{name} ({parts} parts)") } else { name.to_string() };
        let (newest, at) =
            (newest.map_or_else(|| "-".to_owned(), day), at.map_or_else(|| "-".to_owned(), day));
        writeln!(out, "{name:<28}  {records:>8}  {newest:<10}  {at}")?;
    }
    if let Some(scores) = &status.scores {
        writeln!(out, "{:<28}  {:>8}  {}", "epss", "-", day(scores))?;
    }
    if status.lives > 0 {
        writeln!(out, "{:<28}  {:>8}  -", "eol", status.lives)?;
    }
    if let Some(at) = downloads.iter().filter_map(|download| download.at.as_deref()).max() {
        let documents = counted(u64::try_from(downloads.len()).unwrap_or(u64::MAX), "document");
        writeln!(out, "{documents} fetched, the newest {}", clean(at))?;
    }
    Ok(())
}
