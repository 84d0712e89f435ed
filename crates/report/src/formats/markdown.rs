//! Markdown (GitHub's), for comments and job summaries.

use std::io::{self, Write};

use plimsoll_core::{Coverage, Finding, clean};

use crate::group::{Group, group};
use crate::{Options, Report, advice, headline, link};

/// Findings that are shown before the rest is only counted: comments have a limit.
const MOST: usize = 200;

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}: {}\n", code(&report.image.name), text(assessment(report)))?;
    writeln!(out, "{}\n", text(&headline(report)))?;
    for reason in &report.assessment_reasons {
        writeln!(out, "- {}", text(reason))?;
    }
    let groups = group(report.active());
    upgrades(report, &groups, out)?;
    findings(&groups, options.layers, out)?;
    gaps(report, out)?;
    if report.disabled().next().is_some() {
        writeln!(
            out,
            "\n### Disabled by rules\n\n| Vulnerability | Package | Rule | Until | Reason |\n|---|---|---|---|---|"
        )?;
        for finding in report.disabled() {
            let Some(by) = &finding.disabled else { continue };
            let (id, package) = (linked(finding), code(&finding.package.name));
            let until = by.until.as_deref().unwrap_or("for good");
            writeln!(
                out,
                "| {id} | {package} | {} | {} | {} |",
                code(&by.rule),
                text(until),
                text(&by.reason)
            )?;
        }
    }
    Ok(())
}

fn assessment(report: &Report) -> &'static str {
    crate::table::word(report.assessment)
}

fn upgrades(report: &Report, groups: &[Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    if !report.plan.steps.is_empty() {
        writeln!(out, "\n### What to do first\n")?;
        for step in report.plan.steps.iter().take(10) {
            writeln!(out, "1. {}", text(&step.action.text))?;
        }
        if report.plan.steps.len() > 10 {
            writeln!(out, "\nand {} more steps.", report.plan.steps.len() - 10)?;
        }
        return Ok(());
    }
    let advised: Vec<_> = groups.iter().filter_map(|group| group.upgrade(report)).collect();
    if advised.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### What to do first\n")?;
    for upgrade in advised.iter().take(10) {
        let (name, from, to) = (code(&upgrade.name), code(&upgrade.from), code(&upgrade.to));
        let (fixes, leaves) = (upgrade.fixes.len(), upgrade.leaves.len());
        let of = if leaves == 0 { String::new() } else { format!(" of {}", fixes + leaves) };
        writeln!(out, "1. Upgrade {name} from {from} to {to}: fixes {fixes}{of}")?;
    }
    if advised.len() > 10 {
        writeln!(out, "\nand {} more upgrades.", advised.len() - 10)?;
    }
    Ok(())
}

fn findings(groups: &[Group<'_>], layers: bool, out: &mut dyn Write) -> io::Result<()> {
    let total: usize = groups.iter().map(|group| group.findings.len()).sum();
    if total == 0 {
        return Ok(());
    }
    let (head, line) = if layers { (" Layer |", "---|") } else { ("", "") };
    writeln!(
        out,
        "\n### Findings\n\n| Severity | Vulnerability | Package | Version | Fixed |{head} Summary |\n|---|---|---|---|---|{line}---|"
    )?;
    let all = groups.iter().flat_map(|group| group.findings.iter().map(move |finding| (group, finding)));
    for (group, finding) in all.take(MOST) {
        let fixed = if advice::is_fixable(finding) {
            code(&finding.fixed_versions.join(", "))
        } else {
            text(advice::state(finding))
        };
        let layer = finding.package.locations.first().and_then(|at| at.layer.as_ref());
        let layer = match layers {
            true => format!(" {} |", layer.map(|layer| layer.index.to_string()).unwrap_or_default()),
            false => String::new(),
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {fixed} |{layer} {} |",
            finding.severity.name().to_uppercase(),
            linked(finding),
            code(group.name),
            code(group.version),
            text(&finding.summary),
        )?;
    }
    if total > MOST {
        writeln!(out, "\nand {} more.", total - MOST)?;
    }
    Ok(())
}

fn gaps(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.coverage.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Not assessed\n\n| Ecosystem | Packages | Why |\n|---|---|---|")?;
    for gap in &report.coverage.gaps {
        writeln!(out, "| {} | {} | {} |", text(&gap.ecosystem), gap.packages, why(gap.coverage))?;
    }
    Ok(())
}

/// Why a package could not be judged.
pub(crate) fn why(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::NoFeed => "no imported feed covers it",
        Coverage::ThirdParty => "from a third-party repository",
        Coverage::UnparsedVersion => "the version can't be compared",
        _ => "no feed exists for it",
    }
}

fn linked(finding: &Finding) -> String {
    match link::vulnerability(&finding.id) {
        Some(url) => format!("[{}]({url})", text(&finding.id)),
        None => text(&finding.id),
    }
}

/// A text in a cell: every punctuation that Markdown, its extensions or HTML could take for more than a character is
/// escaped (CommonMark, "Backslash escapes"), and no one is mentioned.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).to_string().chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A name after it would be told of the comment; an empty comment parts the two.
            '@' => out.push_str("@<!-- -->"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~'
            | '$' | '^' => {
                out.push('\\');
                out.push(c);
            }
            // Bare addresses become links by themselves.
            ':' => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
    out
}

/// A text as code, where nothing is a mention and nothing is a link.
fn code(text: &str) -> String {
    let text = clean(text).to_string().replace('`', "'").replace('|', "¦");
    if text.trim().is_empty() { "-".to_owned() } else { format!("`{}`", text.trim()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(text("<b>*x*|[a](javascript:b)"), "&lt;b&gt;\\*x\\*\\|\\[a\\]\\(javascript&#58;b\\)");
        assert_eq!(text("@all"), "@<!-- -->all");
        assert_eq!(code("a`b|c"), "`a'b¦c`");
    }
}
