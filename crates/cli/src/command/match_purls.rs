use std::io::BufRead;

use plimsoll::{Package, Purl, ScanOptions};

use crate::args::{Color, Match};
use crate::output::Failure;
use crate::{Outcome, store};

pub(crate) fn run(args: &Match, color: Color) -> Result<Outcome, Failure> {
    let options = super::judging(&args.judging, ScanOptions::default())?;
    let mut packages = Vec::new();
    for text in &args.purls {
        if text == "-" {
            for line in std::io::stdin().lock().lines() {
                let line = line.map_err(|error| Failure::Said(format!("standard input: {error}")))?;
                if !line.trim().is_empty() {
                    packages.push(package(line.trim())?);
                }
            }
        } else {
            packages.push(package(text)?);
        }
    }
    let report = store::scanner(&args.store)?.with(options).scan_packages(packages, "package URLs")?;
    super::finish(&report, &args.judging, &args.writing, color)
}

fn package(text: &str) -> Result<Package, Failure> {
    let purl: Purl = text.parse().map_err(|error: plimsoll::PurlError| Failure::Said(error.to_string()))?;
    Package::from_purl(purl).map_err(|error| Failure::Said(error.to_string()))
}
