use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use plimsoll::stages::advisory::{ChangedName, Effect, RecordChange};
use plimsoll::stages::core::NameKind;
use plimsoll::{Store, clean};
use serde_json::{Value, json};

use super::{Format, counted};
use crate::output::Failure;
use crate::{Outcome, args, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll db delta 41                      since generation 41
  plimsoll db delta 41 43 --format json     from generation 41 to 43

A record stands in it once, however often it changed in between:
  match    it may affect other packages than before: match the names that it speaks of anew
  rating   it affects what it did, and rates it otherwise: judge its severity anew
  text     it says the same in other words: nothing has to be done";

/// Names shown of one record before the rest is only counted.
const NAMES: usize = 4;

/// Say what changed between two generations, and what follows from it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Delta {
    /// The generation to begin with, which has been seen; 0 is before the first
    #[arg(value_name = "FROM")]
    from: u64,
    /// The generation to end with [default: the newest]
    #[arg(value_name = "TO")]
    to: Option<u64>,
    #[command(flatten)]
    store: args::Store,
    /// The form of the answer
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: &Delta) -> Result<Outcome, Failure> {
    let store = Store::open(store::path(&args.store)?)?;
    let newest = store.generations()?.last().map_or(0, |generation| generation.id);
    let to = args.to.unwrap_or(newest);
    if to > newest || args.from > newest {
        let asked = to.max(args.from);
        return Err(Failure::Said(format!("there is no generation {asked}: the newest is {newest}")));
    }
    if args.from > to {
        return Err(Failure::Said(format!("{} is after {to}: plimsoll db delta FROM TO", args.from)));
    }
    let changes = store.changes_between(args.from, to)?;
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => {
            let changes: Vec<Value> = changes.iter().map(change).collect();
            let delta = json!({
                "format": "plimsoll-delta", "format_version": 1, "from": args.from, "to": to, "changes": changes,
            });
            serde_json::to_writer_pretty(&mut out, &delta).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => table(&changes, args.from, to, &mut out)?,
    }
    Ok(Outcome::Done)
}

fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Match => "match",
        Effect::Rating => "rating",
        _ => "text",
    }
}

fn change(change: &RecordChange) -> Value {
    let names: Vec<Value> = change
        .names
        .iter()
        .map(|ChangedName { ecosystem, kind, name }| json!({"ecosystem": ecosystem, "kind": kind, "name": name}))
        .collect();
    json!({
        "id": change.id,
        "feed": change.feed,
        "effect": word(change.effect),
        "gone": change.record.is_none(),
        "withdrawn": change.record.as_ref().and_then(|record| record.withdrawn.as_ref()),
        "modified": change.record.as_ref().and_then(|record| record.modified.as_ref()),
        "names": names,
    })
}

fn table(changes: &[RecordChange], from: u64, to: u64, out: &mut dyn Write) -> io::Result<()> {
    let of = |effect| changes.iter().filter(|change| change.effect == effect).count();
    let count = |effect| u64::try_from(of(effect)).unwrap_or(u64::MAX);
    let (matching, rating, text) = (count(Effect::Match), count(Effect::Rating), count(Effect::Text));
    writeln!(
        out,
        "generation {from} to {to}: {} to match anew, {rating} to rate anew, {text} in other words",
        counted(matching, "record")
    )?;
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    for name in changes.iter().flat_map(|change| &change.names) {
        *names.entry(name.ecosystem.as_str()).or_default() += 1;
    }
    for (ecosystem, names) in names {
        let ecosystem = clean(ecosystem).to_string();
        writeln!(out, "  {ecosystem:<28}  {}", counted(names, "name"))?;
    }
    for (at, effect) in [Effect::Match, Effect::Rating, Effect::Text].into_iter().enumerate() {
        let of: Vec<&RecordChange> = changes.iter().filter(|change| change.effect == effect).collect();
        if at == 0 && !changes.is_empty() || at > 0 && !of.is_empty() {
            writeln!(out)?;
        }
        for change in of {
            let state = match &change.record {
                None => "  gone",
                Some(record) if record.withdrawn.is_some() => "  withdrawn",
                Some(_) => "",
            };
            let (id, feed) = (clean(&change.id).to_string(), clean(&change.feed).to_string());
            let line = format!("{:<7} {id:<20}  {feed:<16}{}{state}", word(effect), some(change));
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// The first names of a change.
fn some(change: &RecordChange) -> String {
    let shown = change.names.iter().take(NAMES).map(|ChangedName { ecosystem, kind, name }| {
        let source = if *kind == NameKind::Source { " (source)" } else { "" };
        format!("{} {}{source}", clean(ecosystem.as_str()), clean(name))
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    let rest = change.names.len().saturating_sub(NAMES);
    if rest > 0 {
        text += &format!(", and {rest} more");
    }
    if text.is_empty() { text } else { format!("  {text}") }
}
