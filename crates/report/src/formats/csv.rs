//! Comma-separated values (RFC 4180, with line feeds): a line for each finding.

use std::io::{self, Write};

use plimsoll_core::{Finding, Status, clean};

use crate::{Options, Report, advice, link, score};

const COLUMNS: [&str; 22] = [
    "severity",
    "score",
    "priority",
    "id",
    "aliases",
    "package",
    "version",
    "type",
    "fixed",
    "fix",
    "status",
    "path",
    "layer",
    "layer_digest",
    "purl",
    "exploited_since",
    "epss",
    "disabled_by",
    "title",
    "url",
    "first_seen",
    "cwes",
];

pub(crate) fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join(","))?;
    for finding in &report.findings {
        let fields: Vec<String> = row(finding).iter().map(|field| quoted(field)).collect();
        writeln!(out, "{}", fields.join(","))?;
    }
    Ok(())
}

fn row(finding: &Finding) -> Vec<String> {
    let package = &finding.package;
    let at = package.locations.first();
    let layer = at.and_then(|at| at.layer.as_ref());
    let optional = |value: Option<String>| value.unwrap_or_default();
    let fix = match (advice::is_fixable(finding), finding.status) {
        (_, Status::Undetermined) => "undetermined",
        (true, _) => "available",
        _ => advice::state(finding),
    };
    vec![
        finding.severity.name().to_owned(),
        optional(score::score(finding).map(|score| format!("{score:.1}"))),
        optional(finding.priority.map(|priority| priority.to_string())),
        finding.id.clone(),
        finding.aliases.join(" "),
        package.name.clone(),
        package.version.clone(),
        package.kind.to_string(),
        finding.fixed_versions.join(" "),
        fix.to_owned(),
        if finding.status == Status::Affected { "affected" } else { "undetermined" }.to_owned(),
        optional(at.map(|at| at.path.to_text())),
        optional(layer.map(|layer| layer.index.to_string())),
        optional(layer.and_then(|layer| layer.diff_id.as_ref()).map(ToString::to_string)),
        package.purl.to_string(),
        optional(score::exploited(finding).map(str::to_owned)),
        optional(score::epss(finding).map(|epss| epss.to_string())),
        optional(finding.disabled.as_ref().map(|by| by.rule.clone())),
        finding.summary.clone(),
        optional(link::vulnerability(&finding.id)),
        optional(finding.first_seen.clone()),
        finding.cwes.join(" "),
    ]
}

/// A field between quotes. What a spreadsheet would take for a formula is made a text by a quote in front of it
/// (OWASP, "CSV Injection").
fn quoted(field: &str) -> String {
    let field = clean(field).to_string();
    let formula = field.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_field_is_a_formula_and_none_ends_early() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted("a\",=b"), "\"a\"\",=b\"");
        assert_eq!(quoted("a\nb"), "\"a\u{fffd}b\"");
        assert_eq!(quoted(" @SUM(1)"), "\"' @SUM(1)\"");
        assert_eq!(quoted("1.2-3"), "\"1.2-3\"");
    }
}
