use std::io::{self, Write};

use plimsoll::Assessment;
use plimsoll::stages::rules::{Control, SecureScore};

use super::args::RulesScore;
use crate::Outcome;
use crate::args::ReportFormat;
use crate::output::Failure;

pub(crate) fn run(args: &RulesScore) -> Result<Outcome, Failure> {
    let mut control = Control { name: "container images".to_owned(), max: args.max, ..Control::default() };
    for path in &args.reports {
        let report = super::report(path)?;
        *match report.assessment {
            Assessment::Healthy => &mut control.healthy,
            Assessment::HealthyByExemption => &mut control.exempt,
            Assessment::Unhealthy => &mut control.unhealthy,
            // Neither healthy nor unhealthy: it is not known.
            _ => &mut control.not_applicable,
        } += 1;
    }
    let score = SecureScore::of(std::slice::from_ref(&control));
    let mut out = io::stdout().lock();
    match args.format {
        ReportFormat::Json => {
            let json = serde_json::json!({ "control": control, "score": score });
            serde_json::to_writer_pretty(&mut out, &json).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        _ => {
            let Control { healthy, unhealthy, exempt, not_applicable, max, .. } = control;
            writeln!(
                out,
                "{healthy} healthy, {unhealthy} unhealthy, {exempt} healthy by exemption, \
                 {not_applicable} not assessed"
            )?;
            writeln!(out, "effective  {} of {max}", score.effective)?;
            writeln!(out, "raw        {} of {max}", score.raw)?;
        }
    }
    Ok(Outcome::Done)
}
