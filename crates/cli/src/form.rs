//! The forms of a report that the command line can ask for, and what they are told.

use std::env;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use plimsoll::stages::report::{Commit, Content, FORMATS, Format, Options};
use plimsoll::{Date, Style};

/// Whether a scan has the form.
pub(crate) const OF_A_SCAN: fn(&Format) -> bool = |_| true;

/// Whether an inventory has the form: its packages are something without findings.
pub(crate) const OF_AN_INVENTORY: fn(&Format) -> bool =
    |format| format.content != Content::Findings || matches!(format.id, "table" | "json");

/// Reads the name of a form.
pub(crate) fn parser(among: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let formats = FORMATS.iter().filter(move |format| among(format));
    let names = formats.map(|format| clap::builder::PossibleValue::new(format.id).help(format.about));
    PossibleValuesParser::new(names).try_map(|name| Format::find(&name).ok_or("no such format"))
}

/// What the surroundings say: `--now`, and in the environment the account, the commit and the author.
pub(crate) fn options(style: Style, now: Option<Date>, layers: bool) -> Options {
    let said = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let none = Commit::default();
    let commit = Commit {
        sha: said("GITHUB_SHA").unwrap_or(none.sha),
        reference: said("GITHUB_REF").unwrap_or(none.reference),
        run: said("GITHUB_RUN_ID").unwrap_or(none.run),
        job: match (said("GITHUB_WORKFLOW"), said("GITHUB_JOB")) {
            (Some(workflow), Some(job)) => format!("{workflow}_{job}"),
            _ => none.job,
        },
    };
    let region = said("AWS_REGION").or_else(|| said("AWS_DEFAULT_REGION"));
    Options {
        time: now.map(|day| day.to_string()),
        style,
        layers,
        author: said("PLIMSOLL_AUTHOR"),
        aws: said("AWS_ACCOUNT_ID").map(|account| (account, region.unwrap_or("us-east-1".to_owned()))),
        commit,
        ..Options::default()
    }
}
