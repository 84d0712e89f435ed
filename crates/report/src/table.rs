use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use plimsoll_core::{Assessment, Coverage, Diagnostic, Finding, FixState, Plan, Severity, Status, clean};

use crate::group::{Group, group};
use crate::{Report, Style};

/// Diagnostics shown before the rest is only counted.
const DIAGNOSTICS: usize = 10;
/// Steps of the plan shown before the rest is only counted.
const STEPS: usize = 5;
/// Disabled findings shown before the rest is only counted.
const DISABLED: usize = 30;
/// Notes on rules shown before the rest is only counted.
const NOTES: usize = 20;
/// Paths shown for one package before the rest is only counted.
const PATHS: usize = 2;

/// The report's first line: healthy or not, the counts, the coverage, and the advisories' date.
pub fn headline(report: &Report) -> String {
    let counts = counts(&report.counts);
    let findings = report.active().count();
    let mut affected: Vec<_> =
        report.active().map(|f| (&f.package.purl, f.package.locations.first())).collect();
    affected.sort_by_key(|(purl, at)| (*purl, at.map(|at| &at.path)));
    affected.dedup();
    let coverage = &report.coverage.counts;
    let mut line = match findings {
        0 => "no findings".to_owned(),
        1 => format!("1 finding in 1 package ({counts})"),
        _ => format!("{findings} findings in {} ({counts})", packages(affected.len())),
    };
    let disabled = report.disabled().count();
    if disabled > 0 {
        line += &format!(", {disabled} disabled by rules");
    }
    line += &format!("; {} of {} assessed", coverage.assessed, packages(coverage.packages));
    line += &match (&report.advisories.newest, report.advisories.starter) {
        (_, true) => "; starter advisories only".to_owned(),
        (Some(newest), _) => format!("; advisories of {}", clean(newest.get(..10).unwrap_or(newest))),
        (None, _) => "; no advisories".to_owned(),
    };
    line
}

fn counts(of: &BTreeMap<Severity, usize>) -> String {
    let of = |level| Some((level, *of.get(level).filter(|count| **count > 0)?));
    let counts = Severity::ALL.iter().filter_map(of).map(|(level, count)| format!("{count} {level}"));
    counts.collect::<Vec<_>>().join(", ")
}

fn packages(count: usize) -> String {
    if count == 1 { "1 package".to_owned() } else { format!("{count} packages") }
}

/// Writes the report for a person: the headline, then the findings by what there is to upgrade, worst first,
/// then what was not judged and why.
///
/// # Errors
/// Those of `out`.
pub fn write_table(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    write_table_with(report, style, false, out)
}

/// The assessment as the first word of a report.
pub(crate) fn word(assessment: Assessment) -> &'static str {
    match assessment {
        Assessment::Healthy => "HEALTHY",
        Assessment::HealthyByExemption => "HEALTHY BY EXEMPTION",
        Assessment::Unhealthy => "UNHEALTHY",
        Assessment::NothingToScan => "NOTHING TO SCAN",
        Assessment::NotApplicable => "NOT APPLICABLE",
        Assessment::Stale => "STALE",
        Assessment::Failed => "FAILED",
        _ => "PARTIAL",
    }
}

/// [`write_table`], with the layer of each finding if `layers` says so.
///
/// # Errors
/// Those of `out`.
pub fn write_table_with(report: &Report, style: Style, layers: bool, out: &mut dyn Write) -> io::Result<()> {
    let word = word(report.assessment);
    let color = match report.assessment {
        Assessment::Healthy | Assessment::HealthyByExemption => AnsiColor::Green,
        Assessment::Unhealthy | Assessment::Failed => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    let bold = Ansi::new().bold();
    let head = style.wrap(&headline(report), word.len() + 2, 2);
    writeln!(out, "{}  {}", style.paint(bold.fg_color(Some(color.into())), word), head)?;
    write_image(report, style, out)?;
    for reason in &report.assessment_reasons {
        writeln!(out, "  {}", style.wrap(&clean(reason).to_string(), 2, 4))?;
    }
    write_plan(&report.plan, style, out)?;
    let groups = group(report.active());
    let widths = Widths::of(&groups);
    for group in &groups {
        writeln!(out)?;
        write_group(report, group, &widths, style, layers, out)?;
    }
    write_gaps(report, style, out)?;
    write_rules(report, style, out)?;
    write_diagnostics(&report.diagnostics, style, out)
}

fn write_image(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let image = &report.image;
    let mut facts = vec![clean(&image.name).to_string()];
    facts.extend(image.distro.as_ref().map(|distro| clean(&distro.title()).to_string()));
    facts.extend(image.platform.as_ref().map(|platform| clean(platform).to_string()));
    facts.extend((!image.layers.is_empty()).then(|| match image.layers.len() {
        1 => "1 layer".to_owned(),
        layers => format!("{layers} layers"),
    }));
    facts.extend(image.digest.as_ref().or(image.config_digest.as_ref()).map(|digest| digest.short()));
    writeln!(out, "  {}", style.wrap(&facts.join(" · "), 2, 4))
}

/// What to do first: the plan's first steps, and what no step changes.
fn write_plan(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if plan.steps.is_empty() && plan.remaining.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.paint(Ansi::new().bold(), "What to do first"))?;
    for (number, step) in (1..).zip(plan.steps.iter().take(STEPS)) {
        // How much it fixes stands at its end.
        let text = style.wrap(&clean(&step.action.text).to_string(), 5, 5);
        writeln!(out, "  {number}. {text}")?;
        // Where a single place is, the sentence has it.
        for place in step.places.iter().filter(|_| step.places.len() > 1).take(STEPS) {
            let where_ = match (&place.instruction, place.base) {
                (_, true) => "the base image".to_owned(),
                (Some(instruction), false) => clean(instruction).to_string(),
                (None, false) => "no instruction is known".to_owned(),
            };
            let line = format!("layer {}, {where_}: {}", place.layer, place.fixes);
            writeln!(out, "     {}", style.paint(Ansi::new().dimmed(), style.cut(line, 5)))?;
        }
    }
    if plan.steps.len() > STEPS {
        let rest: usize = plan.steps.iter().skip(STEPS).map(|step| step.fixes).sum();
        writeln!(out, "  and {} more steps, which fix {rest}", plan.steps.len() - STEPS)?;
    }
    if !plan.remaining.is_empty() {
        let total: usize = plan.remaining.iter().map(|stays| stays.findings).sum();
        let whys = plan.remaining.iter().map(|stays| {
            let count = stays.findings;
            let (is, has) = if count == 1 { ("is", "has") } else { ("are", "have") };
            match (stays.undetermined, stays.state) {
                (true, _) => format!("{count} {is} undetermined"),
                (_, FixState::WontFix) => format!("{count} will not be fixed"),
                (_, FixState::Deferred) => format!("{count} {is} deferred"),
                (_, FixState::EndOfLife) => format!("{count} {is} out of support"),
                (_, FixState::NotAvailable) => format!("{count} {has} no fix yet"),
                _ => format!("{count} without a word of a fix"),
            }
        });
        let whys = whys.collect::<Vec<_>>().join(", ");
        let stay = if total == 1 { "stays" } else { "stay" };
        writeln!(out, "  {}", style.wrap(&format!("{total} {stay}: {whys}"), 2, 4))?;
    }
    Ok(())
}

/// The columns that all groups share, so that the eye finds the same thing in the same place.
struct Widths {
    id: usize,
    fixed: usize,
}

impl Widths {
    fn of(groups: &[Group<'_>]) -> Self {
        let widest = |text: fn(&Finding) -> String| {
            let all = groups.iter().flat_map(|group| &group.findings);
            all.map(|finding| text(finding).chars().count()).max().unwrap_or(0)
        };
        Self { id: widest(id).min(28), fixed: widest(fixed).min(32) }
    }
}

fn id(finding: &Finding) -> String {
    clean(&finding.id).to_string()
}

/// The fixed versions, or what is known instead.
fn fixed(finding: &Finding) -> String {
    if finding.status == Status::Undetermined {
        return "undetermined".to_owned();
    }
    if !finding.fixed_versions.is_empty() {
        return clean(&finding.fixed_versions.join(", ")).to_string();
    }
    match finding.fix {
        FixState::WontFix => "will not be fixed",
        FixState::Deferred => "fix deferred",
        FixState::EndOfLife => "end of life",
        _ => "no fix yet",
    }
    .to_owned()
}

fn write_group(
    report: &Report,
    group: &Group<'_>,
    widths: &Widths,
    style: Style,
    layers: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let heading = format!("{} {}", clean(group.name), clean(group.version));
    let used = heading.chars().count() + 2;
    writeln!(out, "{}  {}", style.paint(Ansi::new().bold(), heading), whereabouts(group, style, used))?;
    if let Some(upgrade) = group.upgrade(report) {
        let (to, fixes) = (clean(&upgrade.to), upgrade.fixes.len());
        let advice = match (fixes, upgrade.leaves.len()) {
            (1, 0) => format!("upgrade to {to}"),
            (_, 0) => format!("upgrade to {to} fixes all {fixes}"),
            (_, leaves) => format!("upgrade to {to} fixes {fixes} of {}", fixes + leaves),
        };
        writeln!(out, "  {}", style.paint(Ansi::new().fg_color(Some(AnsiColor::Green.into())), advice))?;
    }
    for finding in &group.findings {
        let (id, fixed) = (id(finding), fixed(finding));
        let layer = if layers { layer(finding) } else { String::new() };
        let used = 2
            + 10
            + 2
            + id.chars().count().max(widths.id)
            + 2
            + fixed.chars().count().max(widths.fixed)
            + 2
            + layer.len();
        let summary = style.cut(clean(&finding.summary).to_string(), used);
        let line = format!(
            "{id:<id_width$}  {fixed:<fixed_width$}  {layer}{summary}",
            id_width = widths.id,
            fixed_width = widths.fixed
        );
        writeln!(out, "  {:<10}  {}", style.severity(finding.severity), line.trim_end())?;
    }
    Ok(())
}

/// The type of the packages of a group, and where they are, on what is left of the line.
fn whereabouts(group: &Group<'_>, style: Style, used: usize) -> String {
    let more = |shown: usize| match group.paths.len().saturating_sub(shown) {
        0 => String::new(),
        1 => " · and 1 more place".to_owned(),
        more => format!(" · and {more} more places"),
    };
    let of = |shown: usize, cut: &dyn Fn(String) -> String| {
        let mut text = group.kind.to_string();
        if !group.binaries.is_empty() {
            text += &format!(" · {}", clean(&group.binaries.join(", ")));
        }
        for path in group.paths.iter().take(shown) {
            text += &format!(" · {}", cut(clean(path).to_string()));
        }
        text + &more(shown)
    };
    let whole = of(PATHS, &|path| path);
    let fits = |text: &str| style.width.is_none_or(|width| used + text.chars().count() <= width);
    if fits(&whole) || group.paths.is_empty() {
        return style.cut(whole, used);
    }
    let others = of(1, &|_| String::new()).chars().count();
    of(1, &|path| style.cut_front(path, used + others))
}

/// The column that says which layer the package came with.
fn layer(finding: &Finding) -> String {
    let layer = finding.package.locations.first().and_then(|at| at.layer.as_ref());
    format!("{:<9}  ", layer.map(|layer| format!("layer {}", layer.index)).unwrap_or_default())
}

fn write_gaps(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let unidentified = &report.coverage.unidentified;
    if report.coverage.gaps.is_empty() && unidentified.executables + unidentified.archives == 0 {
        return Ok(());
    }
    writeln!(out, "\n{}", style.paint(Ansi::new().bold(), "Not assessed"))?;
    for gap in &report.coverage.gaps {
        let why = match gap.coverage {
            Coverage::NoFeed => "no imported feed covers it",
            Coverage::ThirdParty => "from a third-party repository",
            Coverage::UnparsedVersion => "the version can't be compared",
            _ => "no feed exists for it",
        };
        let why = style.wrap(why, 35, 35);
        writeln!(out, "  {:<24}  {:>5}  {why}", clean(&gap.ecosystem).to_string(), gap.packages)?;
    }
    for (count, what) in [(unidentified.executables, "executables"), (unidentified.archives, "archives")] {
        if count > 0 {
            let why = style.wrap("nothing says what software they are", 35, 35);
            writeln!(out, "  {what:<24}  {count:>5}  {why}")?;
        }
    }
    Ok(())
}

fn write_rules(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let disabled: Vec<&Finding> = report.disabled().collect();
    if disabled.is_empty() && report.rules.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.paint(Ansi::new().bold(), "Rules"))?;
    let mut rest = 0;
    let mut shown = 0;
    for group in group(disabled.into_iter()) {
        for finding in &group.findings {
            shown += 1;
            if shown > DISABLED {
                rest += 1;
                continue;
            }
            let Some(by) = &finding.disabled else { continue };
            let until = by.until.as_ref().map(|until| format!(" until {}", clean(until))).unwrap_or_default();
            let (id, name) = (clean(&finding.id), clean(group.name));
            let line =
                format!("disabled  {id} in {name}{until}: {} ({})", clean(&by.reason), clean(&by.rule));
            writeln!(out, "  {}", style.wrap(&line, 2, 12))?;
        }
    }
    if rest > 0 {
        writeln!(out, "  and {rest} more disabled: --format json has them all")?;
    }
    for note in report.rules.notes.iter().take(NOTES) {
        writeln!(out, "  {}", style.wrap(&clean(note).to_string(), 2, 4))?;
    }
    if report.rules.notes.len() > NOTES {
        writeln!(out, "  and {} more: --format json has them all", report.rules.notes.len() - NOTES)?;
    }
    let raw: usize = report.rules.raw_counts.values().sum();
    if report.disabled().next().is_some() && raw > 0 {
        let counts = counts(&report.rules.raw_counts);
        let line = format!("without rules there would be {raw} findings ({counts})");
        writeln!(out, "  {}", style.wrap(&line, 2, 4))?;
    }
    Ok(())
}

pub(crate) fn write_diagnostics(
    diagnostics: &[Diagnostic],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.paint(Ansi::new().bold(), "Diagnostics"))?;
    for diagnostic in diagnostics.iter().take(DIAGNOSTICS) {
        writeln!(out, "  {}", style.wrap(&clean(&diagnostic.to_string()).to_string(), 2, 4))?;
    }
    if diagnostics.len() > DIAGNOSTICS {
        writeln!(out, "  and {} more: --format json has them all", diagnostics.len() - DIAGNOSTICS)?;
    }
    Ok(())
}
