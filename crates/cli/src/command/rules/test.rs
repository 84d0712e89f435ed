use std::io::{self, Write};

use plimsoll::{Stated, clean};

use super::args::RulesTest;
use crate::Outcome;
use crate::output::Failure;
use crate::rules;

pub(crate) fn run(args: &RulesTest) -> Result<Outcome, Failure> {
    let loaded = rules::load(&args.files, &[], None)?;
    let outcomes = loaded.rules.run_examples(super::day(args.now)?, &Stated { catalogue: false });
    let mut out = io::stdout().lock();
    let mut failed = 0;
    for outcome in &outcomes {
        let rule = |rule: &Option<String>| match rule {
            Some(rule) => format!("is disabled by {rule:?}"),
            None => "counts".to_owned(),
        };
        let name = format!("{}: {}", outcome.source, outcome.name);
        if outcome.passed() {
            writeln!(out, "ok      {}", clean(&name))?;
        } else {
            failed += 1;
            let (expected, found) = (rule(&outcome.expected), rule(&outcome.found));
            writeln!(out, "FAILED  {}: it {found}; expected that it {expected}", clean(&name))?;
        }
    }
    writeln!(out, "{} examples, {failed} failed", outcomes.len())?;
    Ok(if failed > 0 { Outcome::Reached } else { Outcome::Done })
}
