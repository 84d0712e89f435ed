use std::io::{self, Write};

use plimsoll::stages::rules::{Context, Lost, Remark, RuleOutcome, RuleState, apply, matches};
use plimsoll::{Finding, clean, rules_image};
use serde::Serialize;

use super::args::RulesCheck;
use crate::Outcome;
use crate::args::ReportFormat;
use crate::output::Failure;
use crate::rules;

/// Findings named for one rule before the rest is only counted.
const NAMED: usize = 10;

#[derive(Serialize)]
struct Checked<'a> {
    format: &'static str,
    format_version: u32,
    report: &'a str,
    findings: usize,
    disabled: usize,
    kept: usize,
    rules: Vec<Explained<'a>>,
    remarks: Vec<Remark>,
    lost: Vec<Lost>,
}

#[derive(Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    outcome: &'a RuleOutcome,
    /// What it matches; of an expired rule, would match.
    matches: Vec<Match<'a>>,
}

#[derive(Serialize)]
struct Match<'a> {
    id: &'a str,
    package: String,
    /// Whether this rule is the one that disables it.
    decides: bool,
}

pub(crate) fn run(args: &RulesCheck) -> Result<Outcome, Failure> {
    let loaded = rules::load(&args.files, &args.vex, None)?;
    let mut report = super::report(&args.report)?;
    let (image, facts) = (rules_image(&report), super::facts(&report));
    let context = Context { image: Some(&image), facts: &facts, ..Context::on(super::day(args.now)?) };
    let outcome = apply(&loaded.rules, &mut report.findings, &context);
    let matched = matches(&loaded.rules, &report.findings, &context);
    let explain = |(outcome, matched): (_, &Vec<usize>)| Explained {
        matches: matched
            .iter()
            .filter_map(|at| report.findings.get(*at))
            .map(|f| found(f, outcome))
            .collect(),
        outcome,
    };
    let checked = Checked {
        format: "plimsoll-rules-check",
        format_version: 1,
        report: &report.image.name,
        findings: report.findings.len(),
        disabled: outcome.disabled,
        kept: outcome.kept,
        rules: outcome.rules.iter().zip(&matched).map(explain).collect(),
        remarks: loaded.rules.remarks(),
        lost: loaded.lost,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &checked).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        _ => table(&checked, &mut out)?,
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn found<'a>(finding: &'a Finding, outcome: &RuleOutcome) -> Match<'a> {
    let decides = finding.disabled.as_ref().is_some_and(|by| by.rule == outcome.rule);
    Match { id: &finding.id, package: finding.package.purl.to_string(), decides }
}

fn table(checked: &Checked<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Checked { report, findings, disabled, kept, .. } = checked;
    write!(out, "{}: {disabled} of {findings} findings are disabled", clean(report))?;
    if *kept > 0 {
        write!(out, ", {kept} kept")?;
    }
    writeln!(out)?;
    for Explained { outcome, matches } in &checked.rules {
        // The nearest one is in the sentence.
        writeln!(out, "\n{}", clean(&outcome.to_string()))?;
        for near in outcome.near_misses.iter().skip(1) {
            writeln!(out, "  then: {}", clean(&near.to_string()))?;
        }
        for found in matches.iter().take(NAMED) {
            let other = match outcome.state {
                RuleState::Used if !found.decides => " (another rule decides)",
                _ => "",
            };
            writeln!(out, "  {} in {}{other}", clean(found.id), clean(&found.package))?;
        }
        if matches.len() > NAMED {
            writeln!(out, "  and {} more", matches.len() - NAMED)?;
        }
    }
    if !checked.remarks.is_empty() {
        writeln!(out, "\nRemarks")?;
    }
    for remark in &checked.remarks {
        writeln!(out, "  {}", clean(&remark.to_string()))?;
    }
    Ok(())
}
