use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll::{Date, Diagnostic, ImportOptions, Store, StoreStatus, clean};

use crate::args::{Db, ReportFormat};
use crate::output::Failure;
use crate::progress::Bars;
use crate::{Outcome, store};

/// Skipped records named before the rest is only counted.
const NAMED: usize = 20;

pub(crate) fn run(args: &Db) -> Result<Outcome, Failure> {
    match args {
        Db::Import { paths, store } => import(paths, &store::path(store)?),
        Db::Status { store, format } => status(&store::path(store)?, *format),
    }
}

fn import(paths: &[PathBuf], path: &Path) -> Result<Outcome, Failure> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| Failure::File { path: folder.to_owned(), error })?;
    }
    let mut store = Store::create_or_open(path)?;
    let bars = Bars::new();
    let options = ImportOptions { at: now(), ..ImportOptions::default() };
    let report = store.import(paths, &options, &bars);
    bars.clear();
    let report = report?;
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
    Ok(Outcome::Done)
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

fn status(path: &Path, format: ReportFormat) -> Result<Outcome, Failure> {
    let status = Store::open(path)?.status()?;
    let mut out = io::stdout().lock();
    match format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &status).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        ReportFormat::Table => table(&status, path, &mut out)?,
    }
    Ok(Outcome::Done)
}

fn table(status: &StoreStatus, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let size = status.size as f64 / f64::from(1 << 20);
    match &status.generation {
        Some(generation) => {
            let at =
                generation.at.as_deref().map(|at| format!(", imported {}", clean(at))).unwrap_or_default();
            writeln!(
                out,
                "{}: {} records, generation {}{at}, {size:.1} MiB",
                path.display(),
                generation.records,
                generation.id
            )?;
        }
        None => writeln!(out, "{}: empty: import advisories with plimsoll db import PATH", path.display())?,
    }
    if status.ecosystems.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{:<28}  {:>8}  {:<10}  NEWEST", "ECOSYSTEM", "RECORDS", "OLDEST")?;
    for ecosystem in &status.ecosystems {
        let day = |at: &Option<String>| {
            let at = at.as_deref().unwrap_or("-");
            clean(at.get(..10).unwrap_or(at)).to_string()
        };
        let (name, oldest, newest) =
            (clean(&ecosystem.name).to_string(), day(&ecosystem.oldest), day(&ecosystem.newest));
        writeln!(out, "{name:<28}  {:>8}  {oldest:<10}  {newest}", ecosystem.records)?;
    }
    Ok(())
}

/// The time of the import, RFC 3339, to the second, in UTC.
fn now() -> Option<String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let day = Date::from_days_since_1970(i64::try_from(seconds / 86_400).ok()?)?;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    Some(format!("{day}T{hour:02}:{minute:02}:{second:02}Z"))
}
