use std::io::{self, Write};

use plimsoll::{Ruleset, clean};

use super::args::RulesConvert;
use crate::Outcome;
use crate::output::Failure;
use crate::rules::{self, said};

pub(crate) fn run(args: &RulesConvert) -> Result<Outcome, Failure> {
    let (mut sets, mut lost) = (Vec::new(), Vec::new());
    for path in &args.files {
        let import = rules::read(path, args.from)?;
        sets.push(import.rules);
        lost.extend(import.lost);
    }
    let rules = Ruleset::merge(sets).map_err(said)?;
    // A comment, so that the file itself says what it lacks.
    let mut text = String::new();
    for lost in &lost {
        let lost = clean(&lost.to_string()).to_string();
        eprintln!("note: {lost}");
        text += &format!("# {lost}\n");
    }
    if !lost.is_empty() && !rules.is_empty() {
        text.push('\n');
    }
    if !rules.is_empty() {
        text += &rules.to_toml();
    }
    match &args.output {
        Some(path) => {
            let failed = |error| Failure::File { path: path.clone(), error };
            std::fs::write(path, text).map_err(failed)?;
        }
        None => io::stdout().lock().write_all(text.as_bytes())?,
    }
    eprintln!("{} rules, {} entries that could not be carried over", rules.len(), lost.len());
    Ok(Outcome::Done)
}
