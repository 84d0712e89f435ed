//! HTML: one file that needs nothing else, and whose essentials need no script. The content security policy of the
//! page allows the style and the script that are part of it, by their hashes, and nothing else.

mod charts;
mod findings;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_core::{Assessment, Severity};
use sha2::{Digest as _, Sha256};

use super::markdown::why;
use crate::group::group;
use crate::table::word;
use crate::xml::escape;
use crate::{Options, Report, headline};

/// The style of HTML reports, for pages that are to look like them.
pub const STYLE_SHEET: &str = include_str!("report.css");
/// How [`STYLE_SHEET`] names a level.
pub fn style_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        _ => "other",
    }
}

const SCRIPT: &str = include_str!("report.js");
/// Things to do that are shown before the rest is only counted.
const FIRST: usize = 10;

pub(crate) fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = escape(&report.image.name);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE_SHEET),
        hash(SCRIPT)
    );
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{image}: {}</title>\n<style>{STYLE_SHEET}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">To the findings</a>\n",
        word(report.assessment).to_lowercase()
    )?;
    head(report, &image, out)?;
    writeln!(out, "<main>")?;
    let groups = group(report.active());
    first(report, &groups, out)?;
    writeln!(out, "<div class=\"two\">")?;
    charts::severities(report, out)?;
    charts::layers(report, out)?;
    writeln!(out, "</div>")?;
    coverage(report, out)?;
    findings::write(report, &groups, out)?;
    disabled(report, out)?;
    diagnostics(report, out)?;
    writeln!(
        out,
        "</main>\n<footer>Made by {} {}.</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>",
        escape(&report.tool.name),
        escape(&report.tool.version)
    )
}

fn head(report: &Report, image: &str, out: &mut dyn Write) -> io::Result<()> {
    let class = match report.assessment {
        Assessment::Healthy | Assessment::HealthyByExemption => "healthy",
        Assessment::Unhealthy => "unhealthy",
        _ => "unsure",
    };
    writeln!(
        out,
        "<header>\n<h1>{image}</h1>\n<p><span class=\"verdict {class}\">{}</span> {}</p>",
        word(report.assessment),
        escape(&headline(report))
    )?;
    for reason in &report.assessment_reasons {
        writeln!(out, "<p>{}</p>", escape(reason))?;
    }
    let summary = &report.image;
    let mut facts: Vec<(&str, String)> = Vec::new();
    facts.extend(summary.distro.as_ref().map(|distro| ("Distribution", distro.title())));
    facts.extend(summary.platform.clone().map(|platform| ("Platform", platform)));
    facts.extend(summary.digest.as_ref().map(|digest| ("Digest", digest.to_string())));
    facts.extend(summary.config_digest.as_ref().map(|digest| ("Image id", digest.to_string())));
    facts.extend(Some(("Names", summary.tags.join(", "))).filter(|(_, names)| !names.is_empty()));
    facts.extend(summary.created.clone().map(|created| ("Built", created)));
    facts.push(("Layers", summary.layers.len().to_string()));
    writeln!(out, "<dl class=\"facts\">")?;
    for (name, value) in facts {
        writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(&value))?;
    }
    writeln!(out, "</dl>\n</header>")
}

/// A sentence in which what stands between backticks is code.
fn with_code(text: &str) -> String {
    let escaped = escape(text);
    let parts: Vec<&str> = escaped.split('`').collect();
    // The last of an odd number of backticks opens nothing.
    if parts.len().is_multiple_of(2) {
        return escaped;
    }
    let marked = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        1 => format!("<code>{part}</code>"),
        _ => (*part).to_owned(),
    });
    marked.collect()
}

fn first(report: &Report, groups: &[crate::group::Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"first\">\n<h2 id=\"first\">What to do first</h2>")?;
    if !report.plan.steps.is_empty() {
        writeln!(out, "<ol>")?;
        for step in report.plan.steps.iter().take(FIRST) {
            writeln!(out, "<li>{}</li>", with_code(&step.action.text))?;
        }
        writeln!(out, "</ol>")?;
        if report.plan.steps.len() > FIRST {
            writeln!(out, "<p class=\"soft\">And {} more steps.</p>", report.plan.steps.len() - FIRST)?;
        }
        return writeln!(out, "</section>");
    }
    let advised: Vec<_> = groups.iter().filter_map(|group| group.upgrade(report)).collect();
    if advised.is_empty() {
        let nothing = match report.active().next() {
            None => "Nothing: no finding is open.",
            Some(_) => "No upgrade is known that fixes any of the findings.",
        };
        return writeln!(out, "<p>{nothing}</p>\n</section>");
    }
    writeln!(out, "<ol>")?;
    for upgrade in advised.iter().take(FIRST) {
        let (fixes, leaves) = (upgrade.fixes.len(), upgrade.leaves.len());
        let of = if leaves == 0 { String::new() } else { format!(" of {}", fixes + leaves) };
        writeln!(
            out,
            "<li>Upgrade <code>{}</code> from <code>{}</code> to <code>{}</code>: fixes {fixes}{of}</li>",
            escape(&upgrade.name),
            escape(&upgrade.from),
            escape(&upgrade.to),
        )?;
    }
    writeln!(out, "</ol>")?;
    if advised.len() > FIRST {
        writeln!(out, "<p class=\"soft\">And {} more upgrades, in the findings.</p>", advised.len() - FIRST)?;
    }
    writeln!(out, "</section>")
}

fn coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = &report.coverage.counts;
    writeln!(
        out,
        "<section aria-labelledby=\"coverage\">\n<h2 id=\"coverage\">Coverage</h2>\n<p>{} of {} packages were \
         assessed by {} advisories{}{}.</p>",
        counts.assessed,
        counts.packages,
        report.advisories.records,
        report
            .advisories
            .newest
            .as_ref()
            .map(|newest| format!(", the newest of {}", escape(newest)))
            .unwrap_or_default(),
        if report.advisories.starter {
            " of the starter set, which is for a first look and covers little"
        } else {
            ""
        },
    )?;
    let unidentified = &report.coverage.unidentified;
    let mut gaps: Vec<String> = report
        .coverage
        .gaps
        .iter()
        .map(|gap| format!("{}: {} packages, {}", escape(&gap.ecosystem), gap.packages, why(gap.coverage)))
        .collect();
    for (count, what) in [(unidentified.executables, "executables"), (unidentified.archives, "archives")] {
        if count > 0 {
            gaps.push(format!("{count} {what}: nothing says what software they are"));
        }
    }
    if !gaps.is_empty() {
        writeln!(out, "<p>Not assessed:</p>\n<ul>")?;
        gaps.iter().try_for_each(|gap| writeln!(out, "<li>{gap}</li>"))?;
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</section>")
}

fn disabled(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.disabled().next().is_none() && report.rules.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section aria-labelledby=\"rules\">\n<h2 id=\"rules\">Rules</h2>")?;
    if report.disabled().next().is_some() {
        writeln!(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Disabled</th><th scope=\"col\">Package</th>\
             <th scope=\"col\">Rule</th><th scope=\"col\">Until</th><th scope=\"col\">Reason</th></tr></thead><tbody>"
        )?;
        for finding in report.disabled() {
            let Some(by) = &finding.disabled else { continue };
            let cells = [
                &finding.id,
                &finding.package.name,
                &by.rule,
                by.until.as_ref().unwrap_or(&"for good".to_owned()),
                &by.reason,
            ]
            .map(|cell| format!("<td>{}</td>", escape(cell)));
            writeln!(out, "<tr>{}</tr>", cells.concat())?;
        }
        writeln!(out, "</tbody></table></div>")?;
    }
    if !report.rules.notes.is_empty() {
        writeln!(out, "<ul>")?;
        report.rules.notes.iter().try_for_each(|note| writeln!(out, "<li>{}</li>", escape(note)))?;
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</section>")
}

fn diagnostics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.diagnostics.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"diagnostics\">\n<h2 id=\"diagnostics\">Diagnostics</h2>\n<details><summary>{} in all</summary>\n<ul>",
        report.diagnostics.len()
    )?;
    for diagnostic in &report.diagnostics {
        writeln!(out, "<li>{}</li>", escape(&diagnostic.to_string()))?;
    }
    writeln!(out, "</ul></details>\n</section>")
}

/// A hash as a content security policy writes it: base64.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn hashes_are_base64() {
        // RFC 6234's hash of "abc".
        assert_eq!(super::hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
