use std::io::{self, Write};

use clap::Args;
use plimsoll_fetch::{Source, catalogue};
use serde_json::{Value, json};

use super::Format;
use crate::Outcome;
use crate::output::Failure;

const EXAMPLES: &str = "\
Examples:
  plimsoll db feeds
  plimsoll db feeds --format json
  plimsoll db update --feed osv:PyPI        a part of a feed that has parts";

/// List the feeds that can be fetched.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Feeds {
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: &Feeds) -> Result<Outcome, Failure> {
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => {
            let feeds: Vec<Value> = catalogue::all().iter().map(feed).collect();
            let all = json!({"format": "plimsoll-feeds", "format_version": 1, "feeds": feeds});
            serde_json::to_writer_pretty(&mut out, &all).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => {
            writeln!(out, "  {:<16}{:<48}ADDRESS", "FEED", "TITLE")?;
            for Source { id, title, address, default, .. } in catalogue::all() {
                let mark = if *default { "*" } else { " " };
                writeln!(out, "{mark} {id:<16}{title:<48}{address}")?;
            }
            writeln!(out, "\n* is fetched where nothing else is asked for. Parts can be had of:")?;
            for (source, part) in catalogue::all().iter().filter_map(|source| Some((source, source.parts?))) {
                writeln!(out, "  {}:PART  {part}", source.id)?;
            }
        }
    }
    Ok(Outcome::Done)
}

fn feed(source: &Source) -> Value {
    let Source { id, title, address, licence, default, parts, .. } = source;
    json!({"id": id, "title": title, "address": address, "licence": licence, "default": default, "parts": parts})
}
