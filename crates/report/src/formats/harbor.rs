//! Harbor's pluggable scanner report (scanner adapter API 1.2, `HarborVulnerabilityReport`, media type version 1.1).

use std::io::{self, Write};

use plimsoll_core::Finding;
use plimsoll_severity::{Version, export};
use serde_json::{Value, json};

use crate::reference::Name;
use crate::time::Instant;
use crate::{Options, Report, advice, escape, link, score, weakness};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = &report.image;
    let name = Name::of(image);
    let worst = report.worst().map_or(plimsoll_severity::Level::Unknown, score::level);
    let document = json!({
        "generated_at": Instant::of(report, options).to_string(),
        "artifact": {
            "repository": name.repository,
            "digest": image.digest,
            "tag": name.tag,
            "mime_type": "application/vnd.oci.image.manifest.v1+json",
        },
        "scanner": {"name": "Plimsoll", "vendor": "Plimsoll", "version": report.tool.version},
        "severity": export::harbor(worst).name(),
        // Harbor has allowlists of its own; what a rule disables is not to be raised again.
        "vulnerabilities": report.active().map(|finding| vulnerability(report, finding)).collect::<Vec<_>>(),
    });
    escape::document(document, out)
}

fn vulnerability(report: &Report, finding: &Finding) -> Value {
    let package = &finding.package;
    let scores = score::scores(finding);
    let of = |wanted: &[Version]| scores.iter().find(|scored| wanted.contains(&scored.version));
    let (v2, v3) = (of(&[Version::V2]), of(&[Version::V3_1, Version::V3_0]));
    json!({
        "id": finding.id,
        "package": package.name,
        "version": package.version,
        "fix_version": finding.fixed_versions.join(", "),
        "severity": export::harbor(score::level(finding.severity)).name(),
        "description": if finding.summary.is_empty() { &finding.id } else { &finding.summary },
        "links": link::all(finding),
        "preferred_cvss": {
            "score_v3": v3.map(score::Scored::score),
            "score_v2": v2.map(score::Scored::score),
            "vector_v3": v3.map_or("", |scored| scored.vector),
            "vector_v2": v2.map_or("", |scored| scored.vector),
        },
        "cwe_ids": weakness::numbers(finding).map(|number| format!("CWE-{number}")).collect::<Vec<_>>(),
        // What Harbor's own fields have no place for.
        "vendor_attributes": {
            "purl": package.purl,
            "type": package.kind,
            "path": package.locations.first().map(|at| at.path.to_text()),
            "layer": package.locations.first().and_then(|at| at.layer.as_ref()),
            "aliases": finding.aliases,
            "status": finding.status,
            "fix_state": finding.fix,
            "priority": finding.priority,
            "epss": score::epss(finding),
            "exploited_since": score::exploited(finding),
            "severity_source": finding.rating.as_ref().map(|rating| &rating.source),
            "cvss_v4": of(&[Version::V4_0]).map(|scored| scored.vector),
            "solution": advice::solution(report, finding),
        },
    })
}
