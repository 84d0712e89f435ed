use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::Severity;

use super::style_class;
use crate::Report;
use crate::xml::escape;

/// Layers that are drawn before the rest is left out.
const LAYERS: usize = 20;

fn counts(report: &Report) -> Vec<(Severity, usize)> {
    Severity::ALL
        .iter()
        .filter_map(|level| Some((*level, report.counts.get(level).copied().filter(|&count| count > 0)?)))
        .collect()
}

/// One bar, parted by severity; the numbers stand below it as text.
pub(super) fn severities(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"severities\">\n<h2 id=\"severities\">By severity</h2>")?;
    let counts = counts(report);
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return writeln!(out, "<p>No finding is open.</p>\n</section>");
    }
    let said: Vec<String> = counts.iter().map(|(level, count)| format!("{count} {level}")).collect();
    writeln!(out, "<svg viewBox=\"0 0 600 28\" role=\"img\" aria-label=\"{}\">", said.join(", "))?;
    let mut left = 0.0;
    for (level, count) in &counts {
        let width = 600.0 * share(*count, total);
        let class = style_class(*level);
        writeln!(
            out,
            "<rect class=\"fill-{class}\" x=\"{left:.1}\" y=\"0\" width=\"{width:.1}\" height=\"28\"><title>{count} {level}</title></rect>"
        )?;
        left += width;
    }
    writeln!(out, "</svg>\n<ul class=\"legend\">")?;
    for (level, count) in &counts {
        writeln!(
            out,
            "<li><span class=\"badge {}\">{}</span> {count}</li>",
            style_class(*level),
            level.name().to_uppercase()
        )?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// A bar for each layer that brought findings with it.
pub(super) fn layers(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut layers: BTreeMap<u32, BTreeMap<Severity, usize>> = BTreeMap::new();
    for finding in report.active() {
        if let Some(layer) = finding.package.locations.first().and_then(|at| at.layer.as_ref()) {
            *layers.entry(layer.index).or_default().entry(finding.severity).or_default() += 1;
        }
    }
    if layers.is_empty() {
        return Ok(());
    }
    let totals: BTreeMap<u32, usize> =
        layers.iter().map(|(index, counts)| (*index, counts.values().sum())).collect();
    let most = totals.values().copied().max().unwrap_or(1);
    let rows = layers.len().min(LAYERS);
    writeln!(
        out,
        "<section aria-labelledby=\"layers\">\n<h2 id=\"layers\">By layer</h2>\n\
         <svg viewBox=\"0 0 600 {}\" role=\"img\" aria-label=\"Findings by layer\">",
        rows * 44
    )?;
    for (row, (index, counts)) in layers.iter().take(LAYERS).enumerate() {
        let total = totals.get(index).copied().unwrap_or(0);
        let made = report.image.layers.iter().find(|layer| layer.index == *index);
        let made = made.and_then(|layer| layer.created_by.as_deref()).unwrap_or_default();
        let (top, bar) = (row * 44 + 13, row * 44 + 18);
        let label = format!("layer {index}: {total}");
        let room = 84usize.saturating_sub(label.len());
        let shown: String = made.chars().take(room).collect();
        let dots = if made.chars().count() > room { "…" } else { "" };
        let gap = if made.is_empty() { "" } else { "  ·  " };
        writeln!(out, "<text x=\"0\" y=\"{top}\">{label}{gap}{}{dots}</text>", escape(&shown))?;
        let mut left = 0.0;
        for (level, count) in counts.iter().rev() {
            let width = 600.0 * share(*count, most);
            let class = style_class(*level);
            writeln!(
                out,
                "<rect class=\"fill-{class}\" x=\"{left:.1}\" y=\"{bar}\" width=\"{width:.1}\" height=\"16\"><title>layer {index}: {count} {level}</title></rect>"
            )?;
            left += width;
        }
    }
    writeln!(out, "</svg>")?;
    if layers.len() > LAYERS {
        writeln!(out, "<p class=\"soft\">And {} more layers.</p>", layers.len() - LAYERS)?;
    }
    writeln!(out, "</section>")
}

/// A part of a whole. Counts are far below where a float is no longer exact.
#[allow(clippy::cast_precision_loss)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
