//! What every command that has a report ends with: it is narrowed, written, and judged.

use std::path::Path;

use plimsoll::stages::report::{Difference, Narrowing, read_json};
use plimsoll::{Date, Report};

use crate::args::{Color, Failing, Writing};
use crate::output::{self, Failure};
use crate::{Outcome, form};

/// Writes the report as the arguments say, and says whether it is a failure.
pub(crate) fn report(
    mut report: Report,
    failing: &Failing,
    writing: &Writing,
    now: Option<Date>,
    color: Color,
) -> Result<Outcome, Failure> {
    // A baseline that can't be read must not cost the scan and then its report.
    let baseline = failing.fail_on_new.as_deref().map(stored).transpose()?;
    let narrowing = Narrowing { min_severity: writing.min_severity, only_fixable: writing.only_fixable };
    report.narrow(&narrowing);
    write(&report, writing, now, color)?;
    let reached = match &baseline {
        Some(old) => {
            let least = failing.fail_on.unwrap_or(plimsoll::Severity::Unknown);
            Difference::between(old, &report).added.iter().any(|new| new.finding.severity >= least)
        }
        None => failing.fail_on.is_some_and(|level| report.worst().is_some_and(|worst| worst >= level)),
    };
    Ok(if reached { Outcome::Reached } else { Outcome::Done })
}

#[cfg(feature = "templates")]
fn write(report: &Report, writing: &Writing, now: Option<Date>, color: Color) -> Result<(), Failure> {
    if let Some(path) = &writing.template {
        let text = plimsoll::stages::report::render(report, &output::read(path)?)
            .map_err(|error| Failure::Said(format!("{}: {error}", path.display())))?;
        return output::write(writing.output.as_deref(), color, |_, out| out.write_all(text.as_bytes()));
    }
    in_form(report, writing, now, color)
}

#[cfg(not(feature = "templates"))]
fn write(report: &Report, writing: &Writing, now: Option<Date>, color: Color) -> Result<(), Failure> {
    in_form(report, writing, now, color)
}

fn in_form(report: &Report, writing: &Writing, now: Option<Date>, color: Color) -> Result<(), Failure> {
    output::write(writing.output.as_deref(), color, |style, out| {
        writing.format.write(report, &form::options(style, now, writing.layers), out)
    })
}

/// Reads a stored JSON report.
pub(crate) fn stored(path: &Path) -> Result<Report, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::File { path: path.to_owned(), error })?;
    read_json(&bytes).map_err(|error| Failure::Said(format!("{}: {error}", path.display())))
}
