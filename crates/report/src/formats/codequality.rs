//! GitLab Code Quality: the subset of Code Climate's issues that GitLab reads.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::Severity;
use serde_json::{Value, json};

use crate::{Options, Report, advice, escape, identity};

pub(crate) fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let issues: Vec<Value> = report
        .active()
        .map(|finding| {
            let fingerprint = identity::fingerprint(finding);
            let count = seen.entry(fingerprint.clone()).and_modify(|count| *count += 1).or_insert(1);
            let path = finding.package.locations.first().map(|at| at.path.to_text()).unwrap_or_default();
            let path = path.trim_start_matches('/');
            json!({
                "type": "issue",
                "check_name": finding.id,
                "description": format!("{} {}", advice::title(finding), advice::solution(report, finding)),
                "categories": ["Security"],
                "fingerprint": identity::digest(&[&fingerprint, &count.to_string()]),
                "severity": match finding.severity {
                    Severity::Critical => "blocker",
                    Severity::High => "critical",
                    Severity::Medium => "major",
                    Severity::Low => "minor",
                    _ => "info",
                },
                "location": {
                    "path": if path.is_empty() { "image" } else { path },
                    "lines": {"begin": 1},
                },
            })
        })
        .collect();
    escape::document(Value::Array(issues), out)
}
