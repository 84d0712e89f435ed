//! The plimsoll command: a small embedding of the facade.

mod args;
mod command;
mod config;
mod demo;
mod finish;
mod form;
mod habit;
mod image;
mod output;
#[cfg(test)]
mod pages;
mod progress;
mod purls;
mod remote;
mod rules;
mod store;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::output::Failure;

/// Done, and `--fail-on` or `--fail-on-new` was reached.
const REACHED: u8 = 1;
/// Nothing was done, or not all that was asked.
const ERROR: u8 = 2;

fn main() -> ExitCode {
    let cli = match config::arguments(std::env::args_os()) {
        Ok(arguments) => Cli::parse_from(arguments),
        Err(failure) => return failed(&failure),
    };
    let done = match &cli.command {
        Command::Scan(args) => command::scan::run(args, cli.color),
        Command::Inventory(args) => command::inventory::run(args, cli.color),
        Command::Match(args) => command::match_purls::run(args, cli.color),
        Command::Explain(args) => command::explain::run(args, cli.color),
        Command::Db(args) => command::db::run(args),
        Command::Compare(args) => command::compare::run(args),
        Command::Cvss(args) => command::cvss::run(args),
        Command::Rules(args) => command::rules::run(args),
        Command::Vex(args) => command::vex::run(args),
        Command::Convert(args) => command::convert::run(args, cli.color),
        Command::Diff(args) => command::diff::run(args, cli.color),
        #[cfg(feature = "serve")]
        Command::Serve(args) => command::serve::run(args),
        Command::Formats => command::formats::run(),
        Command::Completions(args) => command::completions::run(args),
        Command::Man(args) => command::man::run(args),
    };
    match done {
        Ok(outcome) => outcome.into(),
        // Whoever reads the other end of a pipe has had enough.
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    eprintln!("plimsoll: {}", plimsoll::clean(&failure.to_string()));
    ExitCode::from(ERROR)
}

/// What a command comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// Done, and `--fail-on` or `--fail-on-new` was reached.
    Reached,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Reached => Self::from(REACHED),
        }
    }
}
