//! The answer for people.

use std::io::{self, Write};

use plimsoll::{Style, clean};

use super::answer::{Answer, Said, word};

/// Ecosystems, and names of one, that are shown before the rest is only counted.
const SHOWN: usize = 6;

pub(super) fn write(answer: &Answer, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (id, others) = answer.ids.split_first().map_or(("", &[][..]), |(id, others)| (id.as_str(), others));
    let mut known = others.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if others.len() > SHOWN {
        known += &format!(" and {} more", others.len() - SHOWN);
    }
    let others = if known.is_empty() { known } else { format!(" ({})", clean(&known)) };
    let distro = answer.distro.as_ref().map(|distro| format!(" · {}", clean(distro))).unwrap_or_default();
    writeln!(out, "{}  {}{others}", word(answer.verdict).to_uppercase(), clean(id))?;
    writeln!(out, "  {}{distro}", clean(&answer.subject))?;
    if !answer.summary.is_empty() {
        let summary = clean(&answer.summary).to_string();
        writeln!(out, "  {}", cut(&summary, style.width.unwrap_or(120).saturating_sub(2)))?;
    }
    writeln!(out, "  {}", clean(&answer.reason))?;
    for said in &answer.said {
        package(said, out)?;
    }
    if !answer.unsaid.is_empty() {
        writeln!(out, "\nNothing is said of")?;
        for (package, why) in answer.unsaid.iter().take(SHOWN) {
            writeln!(out, "  {}: {}", clean(&package.purl.to_string()), clean(why))?;
        }
        rest(answer.unsaid.len(), "packages", out)?;
    }
    records(answer, out)?;
    if !answer.gaps.is_empty() {
        writeln!(out, "\nNot judged, for want of a feed")?;
        for (ecosystem, packages) in &answer.gaps {
            writeln!(out, "  {:<24}  {packages:>5} packages", clean(ecosystem).to_string())?;
        }
    }
    Ok(())
}

fn package(said: &Said, out: &mut dyn Write) -> io::Result<()> {
    let package = &said.package;
    writeln!(out, "\n{:<12}  {}", word(said.verdict), clean(&package.purl.to_string()))?;
    if let Some(at) = package.locations.first() {
        let layer = at.layer.as_ref().map(|layer| format!(", layer {}", layer.index)).unwrap_or_default();
        writeln!(out, "  in {}{layer}", clean(&at.path.to_text()))?;
    }
    if let Some(shadow) = &said.explanation.shadow {
        writeln!(out, "  {}", clean(&shadow.reason))?;
    }
    for evidence in &said.explanation.evidence {
        let on = evidence.modified.as_deref().and_then(|at| at.get(..10));
        let on = on.map(|on| format!(", {}", clean(on))).unwrap_or_default();
        let verdict = word(Some(evidence.verdict));
        let (advisory, feed) = (clean(&evidence.advisory), clean(&evidence.feed));
        writeln!(out, "  {verdict}: {advisory} ({feed}{on}): {}", clean(&evidence.reason))?;
        let kind = match evidence.name_kind {
            plimsoll::stages::core::NameKind::Source => "source package",
            plimsoll::stages::core::NameKind::Binary => "package",
        };
        let (name, ecosystem) = (clean(&evidence.name), clean(evidence.ecosystem.as_str()));
        let order = if evidence.scheme.is_empty() {
            String::new()
        } else {
            format!(", by the order of {}", clean(&evidence.scheme))
        };
        writeln!(out, "    {kind} {name} of {ecosystem}, version {}{order}", clean(&evidence.version))?;
    }
    Ok(())
}

fn records(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    if answer.records.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nKnown to")?;
    for record in answer.records.iter().take(4 * SHOWN) {
        let day = |at: &Option<String>| at.as_deref().map(|at| at.get(..10).unwrap_or(at).to_owned());
        let changed = day(&record.modified).map(|at| format!(", {at}")).unwrap_or_default();
        let withdrawn = day(&record.withdrawn).map(|at| format!(", withdrawn on {at}")).unwrap_or_default();
        let line = format!("{} ({}{changed}{withdrawn})", record.id, record.feed);
        writeln!(out, "  {}", clean(&line))?;
    }
    rest_of(answer.records.len(), 4 * SHOWN, "records", out)?;
    if !answer.said.is_empty() {
        return Ok(());
    }
    let names = answer.names();
    if !names.is_empty() {
        writeln!(out, "\nWhich speak of")?;
    }
    for (ecosystem, of) in names.iter().take(SHOWN) {
        let shown = of.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let more = if of.len() > SHOWN { format!(" and {} more", of.len() - SHOWN) } else { String::new() };
        writeln!(out, "  {:<24}  {}{more}", clean(ecosystem).to_string(), clean(&shown))?;
    }
    rest(names.len(), "ecosystems", out)
}

fn rest(all: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    rest_of(all, SHOWN, what, out)
}

fn rest_of(all: usize, shown: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    if all > shown { writeln!(out, "  and {} more {what}", all - shown) } else { Ok(()) }
}

fn cut(text: &str, columns: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= columns {
        return line.to_owned();
    }
    line.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}
