use std::io::{self, Write};

use plimsoll_core::{Finding, Severity};

use super::style_class;
use crate::group::Group;
use crate::xml::escape;
use crate::{Report, advice, link, score, weakness};

pub(super) fn write(report: &Report, groups: &[Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    let total: usize = groups.iter().map(|group| group.findings.len()).sum();
    writeln!(
        out,
        "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\" tabindex=\"-1\">Findings: {total}, by what there is to upgrade</h2>"
    )?;
    if total == 0 {
        return writeln!(out, "<p>No finding is open.</p>\n</section>");
    }
    writeln!(
        out,
        "<div class=\"filters\" id=\"filters\" hidden>\n\
         <label>Search <input type=\"search\" id=\"search\"></label>\n\
         <label>At least <select id=\"level\"><option value=\"0\">any severity</option><option value=\"3\">low</option>\
         <option value=\"4\">medium</option><option value=\"5\">high</option><option value=\"6\">critical</option></select></label>\n\
         <label class=\"check\"><input type=\"checkbox\" id=\"fixable\"> only with a fix</label>\n\
         <output id=\"shown\" aria-live=\"polite\"></output>\n</div>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Findings, a table\"><table id=\"findings-table\">\n<thead><tr>"
    )?;
    for (name, sort) in [
        ("Severity", "number"),
        ("Priority", "number"),
        ("Vulnerability", "text"),
        ("Package", "text"),
        ("Installed", "text"),
        ("Fixed in", "text"),
        ("Layer", "number"),
        ("What it is, and why", ""),
    ] {
        let sort = if sort.is_empty() { String::new() } else { format!(" data-sort=\"{sort}\"") };
        writeln!(out, "<th scope=\"col\"{sort}>{name}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for group in groups {
        for finding in &group.findings {
            row(report, group, finding, out)?;
        }
    }
    writeln!(out, "</tbody></table></div>\n</section>")
}

fn rank(severity: Severity) -> usize {
    Severity::ALL.iter().rev().position(|level| *level == severity).unwrap_or(0)
}

fn row(report: &Report, group: &Group<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let level = rank(finding.severity);
    let fixable = u8::from(advice::is_fixable(finding));
    let id = match link::vulnerability(&finding.id) {
        Some(url) => format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(&url), escape(&finding.id)),
        None => escape(&finding.id),
    };
    let exploited = score::exploited(finding).map_or("", |_| " <span class=\"tag\">exploited</span>");
    let fixed = match fixable {
        1 => format!("<code>{}</code>", escape(&finding.fixed_versions.join(", "))),
        _ => advice::state(finding).to_owned(),
    };
    let layer = finding.package.locations.first().and_then(|at| at.layer.as_ref());
    let (layer_key, layer) =
        layer.map_or((-1, String::new()), |at| (i64::from(at.index), at.index.to_string()));
    let priority = finding.priority.map(|priority| priority.to_string()).unwrap_or_default();
    writeln!(
        out,
        "<tr data-level=\"{level}\" data-fixable=\"{fixable}\"><td data-key=\"{level}\"><span class=\"badge {}\">{}</span></td>\
         <td class=\"number\" data-key=\"{}\">{priority}</td><td class=\"id\">{id}{exploited}</td><td><code>{}</code></td><td><code>{}</code></td>\
         <td>{fixed}</td><td class=\"number\" data-key=\"{layer_key}\">{layer}</td>\n<td class=\"wide\">",
        style_class(finding.severity),
        finding.severity.name().to_uppercase(),
        finding.priority.unwrap_or(0),
        escape(group.name),
        escape(group.version),
    )?;
    details(report, group, finding, out)?;
    writeln!(out, "</td></tr>")
}

fn details(report: &Report, group: &Group<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let summary = if finding.summary.is_empty() { "Evidence" } else { &finding.summary };
    writeln!(out, "<details><summary>{}</summary><dl>", escape(summary))?;
    let mut fact = |name: &str, value: &str| match value.trim() {
        "" => Ok(()),
        value => writeln!(out, "<dt>{name}</dt><dd>{}</dd>", escape(value)),
    };
    fact("What to do", &advice::solution(report, finding))?;
    for evidence in &finding.evidence {
        fact("Why", &evidence.to_string())?;
    }
    let decided = finding.rating.as_ref().map(|rating| format!("{} says {}", rating.source, rating.value));
    fact("Severity", &decided.unwrap_or_default())?;
    fact("Exploited", &score::exploited(finding).map(|at| format!("known since {at}")).unwrap_or_default())?;
    fact("EPSS", &score::epss(finding).map(|epss| format!("{:.2} %", epss * 100.0)).unwrap_or_default())?;
    fact("First seen", finding.first_seen.as_deref().unwrap_or_default())?;
    fact("Also known as", &finding.aliases.join(", "))?;
    fact("Packages", &group.binaries.join(", "))?;
    fact("Purl", &finding.package.purl.to_string())?;
    for at in finding.package.locations.iter().take(5) {
        let layer = at.layer.as_ref().map(|layer| {
            let made = layer.created_by.as_ref().map(|made| format!(": {made}")).unwrap_or_default();
            format!(", layer {}{made}", layer.index)
        });
        fact("Where", &format!("{}{}", at.path, layer.unwrap_or_default()))?;
    }
    let weaknesses: Vec<String> = weakness::numbers(finding)
        .map(|number| format!("<a href=\"{}\" rel=\"noreferrer\">CWE-{number}</a>", weakness::url(number)))
        .collect();
    if !weaknesses.is_empty() {
        writeln!(out, "<dt>Weakness</dt><dd>{}</dd>", weaknesses.join(", "))?;
    }
    let links: Vec<String> = link::all(finding)
        .iter()
        .take(10)
        .map(|url| {
            let url = escape(url);
            format!("<a href=\"{url}\" rel=\"noreferrer\">{url}</a>")
        })
        .collect();
    if !links.is_empty() {
        writeln!(out, "<dt>Read on</dt><dd>{}</dd>", links.join("<br>"))?;
    }
    write!(out, "</dl></details>")
}
