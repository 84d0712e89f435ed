use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use plimsoll_core::{Finding, FixState, Severity, Status, clean};
use serde::Serialize;

use crate::group::first;
use crate::{Report, Style, escape, headline};

/// What changed from one report to the next: between two images, or between two generations of advisories.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The name of the image before, and its headline.
    pub old: (String, String),
    /// The name of the image after, and its headline.
    pub new: (String, String),
    /// Findings that were not there, or were disabled; worst first.
    pub added: Vec<Entry>,
    /// Findings that are no longer there, or are disabled now.
    pub fixed: Vec<Entry>,
    /// Findings that are in both, and of which something else is said now.
    pub changed: Vec<Entry>,
    /// How many findings are in both.
    pub kept: usize,
}

/// A finding, and why it stands where it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The finding: as it is now where it still is, else as it was.
    pub finding: Finding,
    /// Why, in a sentence.
    pub reason: String,
}

/// Findings that may be the same in another image: the vulnerability and what people upgrade are the same, whichever
/// version is installed and wherever. Of several installed things each is compared with its own.
type Key = (String, plimsoll_core::PackageType, String);

fn key(finding: &Finding) -> Key {
    let (kind, name, _) = finding.package.upgraded_as();
    (finding.id.clone(), kind, name.to_owned())
}

/// The findings of each key, one for each thing that is installed: of an operating system's packages one for each version
/// of their source, of a language's one for each place.
fn by_key(report: &Report) -> BTreeMap<Key, Vec<&Finding>> {
    let mut all: BTreeMap<Key, Vec<&Finding>> = BTreeMap::new();
    let mut seen = HashSet::new();
    // An open one goes before a disabled one, and the worst, which comes first, before others.
    for finding in report.active().chain(report.disabled()) {
        let key = key(finding);
        if seen.insert((key.clone(), instance(finding))) {
            all.entry(key).or_default().push(finding);
        }
    }
    all
}

/// What of the things that one key stands for a finding is of.
fn instance(finding: &Finding) -> (&str, Option<&[u8]>) {
    let (kind, _, version) = finding.package.upgraded_as();
    match kind.is_os() {
        true => (version, None),
        false => ("", finding.package.locations.first().map(|at| at.path.as_bytes())),
    }
}

/// A finding before and after.
type Pair<'a> = (Option<&'a Finding>, Option<&'a Finding>);

/// Pairs what is the same thing before and after: what is in the same place, else what has the same version, and of the
/// rest, whose versions and places changed, one with one.
fn pairs<'a>(before: &[&'a Finding], after: &[&'a Finding]) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let (mut before, mut after) = (before.to_vec(), after.to_vec());
    pair_by(&mut before, &mut after, instance, &mut pairs);
    pair_by(&mut before, &mut after, |finding| finding.package.upgraded_as().2, &mut pairs);
    pair_by(&mut before, &mut after, |_| (), &mut pairs);
    pairs.extend(before.into_iter().map(|gone| (Some(gone), None)));
    pairs.extend(after.into_iter().map(|new| (None, Some(new))));
    pairs
}

/// Takes out those that are equal by what `by` gives, in their order.
fn pair_by<'a, K: Eq + Hash>(
    before: &mut Vec<&'a Finding>,
    after: &mut Vec<&'a Finding>,
    by: impl Fn(&'a Finding) -> K,
    pairs: &mut Vec<Pair<'a>>,
) {
    let mut waiting: HashMap<K, VecDeque<&'a Finding>> = HashMap::new();
    for finding in before.drain(..) {
        waiting.entry(by(finding)).or_default().push_back(finding);
    }
    after.retain(|finding| match waiting.get_mut(&by(finding)).and_then(VecDeque::pop_front) {
        Some(earlier) => {
            pairs.push((Some(earlier), Some(*finding)));
            false
        }
        None => true,
    });
    let mut rest: Vec<&Finding> = waiting.into_values().flatten().collect();
    rest.sort_by_key(|finding| instance(finding));
    before.extend(rest);
}

/// The versions that are installed of what people upgrade.
fn installed(report: &Report) -> BTreeMap<(plimsoll_core::PackageType, &str), Vec<&str>> {
    let mut all: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    let packages = report.packages.iter().map(|assessed| &assessed.package);
    for package in packages.chain(report.findings.iter().map(|finding| &*finding.package)) {
        let (kind, name, version) = package.upgraded_as();
        let versions = all.entry((kind, name)).or_default();
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    all
}

impl Difference {
    /// Compares two reports.
    pub fn between(old: &Report, new: &Report) -> Self {
        let (before, after) = (by_key(old), by_key(new));
        let (was, is) = (installed(old), installed(new));
        let (mut added, mut fixed, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        let mut kept = 0;
        let nothing = Vec::new();
        let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let (olds, news) = (before.get(key).unwrap_or(&nothing), after.get(key).unwrap_or(&nothing));
            for pair in pairs(olds, news) {
                let entry = |finding: &Finding, reason: String| Entry { finding: finding.clone(), reason };
                match pair {
                    (None, Some(finding)) if finding.disabled.is_none() => {
                        let reason = why_new(finding, olds, &was);
                        added.push(entry(finding, reason));
                    }
                    (Some(earlier), None) if earlier.disabled.is_none() => {
                        let reason = why_gone(earlier, news, &is);
                        fixed.push(entry(earlier, reason));
                    }
                    (Some(earlier), Some(finding)) => match (&earlier.disabled, &finding.disabled) {
                        (None, Some(by)) => {
                            fixed
                                .push(entry(finding, format!("disabled by rule {}: {}", by.rule, by.reason)));
                        }
                        (Some(by), None) => {
                            added.push(entry(finding, format!("rule {} no longer disables it", by.rule)));
                        }
                        (Some(_), Some(_)) => {}
                        (None, None) => {
                            kept += 1;
                            if let Some(reason) = why_changed(earlier, finding) {
                                changed.push(entry(finding, reason));
                            }
                        }
                    },
                    _ => {}
                }
            }
        }
        for list in [&mut added, &mut fixed, &mut changed] {
            list.sort_by(|a, b| {
                let order = |finding: &'_ Finding| (first(finding), key(finding));
                order(&a.finding)
                    .cmp(&order(&b.finding))
                    .then_with(|| instance(&a.finding).cmp(&instance(&b.finding)))
            });
        }
        let side = |report: &Report| (report.image.name.clone(), headline(report));
        Self { old: side(old), new: side(new), added, fixed, changed, kept }
    }
}

type Installed<'a> = BTreeMap<(plimsoll_core::PackageType, &'a str), Vec<&'a str>>;

/// Where a language's package is, as it is said after a version.
fn at(finding: &Finding) -> String {
    let place = finding.package.locations.first().filter(|_| !finding.package.kind.is_os());
    place.map(|at| format!(" in {}", at.path)).unwrap_or_default()
}

fn why_new(finding: &Finding, before: &[&Finding], was: &Installed<'_>) -> String {
    let (kind, name, version) = finding.package.upgraded_as();
    if !before.is_empty() {
        return format!("{name} {version} is installed once more{}", at(finding));
    }
    match was.get(&(kind, name)) {
        None => format!("{name} {version} was not installed"),
        Some(versions) if versions.contains(&version) => {
            let advisories: Vec<&str> =
                finding.evidence.iter().map(|evidence| evidence.advisory.as_str()).take(3).collect();
            format!("{name} is the same; the advisory is new or reaches further: {}", advisories.join(", "))
        }
        Some(versions) => format!("{name} was {}, and is {version}", versions.join(", ")),
    }
}

fn why_gone(finding: &Finding, after: &[&Finding], is: &Installed<'_>) -> String {
    let (kind, name, version) = finding.package.upgraded_as();
    if !after.is_empty() {
        return format!("{name} {version}{} is gone or fixed; elsewhere it is not", at(finding));
    }
    match is.get(&(kind, name)) {
        None => format!("{name} is no longer installed"),
        Some(versions) if versions.contains(&version) => {
            format!("{name} is the same; the advisory no longer says that it is affected")
        }
        Some(versions) => format!("{name} was {version}, and is {}", versions.join(", ")),
    }
}

fn why_changed(old: &Finding, new: &Finding) -> Option<String> {
    let mut reasons = Vec::new();
    if old.severity != new.severity {
        let by = new.rating.as_ref().map(|rating| format!(", says {}", rating.source)).unwrap_or_default();
        reasons.push(format!("severity was {}, and is {}{by}", old.severity, new.severity));
    }
    if old.status != new.status {
        reasons.push(match new.status {
            Status::Affected => "it is decided that it is affected".to_owned(),
            _ => "whether it is affected is no longer decided".to_owned(),
        });
    }
    if old.fixed_versions != new.fixed_versions {
        reasons.push(match (old.fixed_versions.is_empty(), new.fixed_versions.is_empty()) {
            (true, false) => format!("there is a fix: {}", new.fixed_versions.join(", ")),
            (false, true) => "the fix was withdrawn".to_owned(),
            _ => format!("it is fixed in {} instead", new.fixed_versions.join(", ")),
        });
    } else if old.fix != new.fix && new.fix == FixState::WontFix {
        reasons.push("the vendor will not fix it".to_owned());
    }
    let exploited = |finding: &Finding| finding.ratings.iter().any(|rating| rating.scheme == "KEV");
    if exploited(new) && !exploited(old) {
        reasons.push("it is known to be exploited".to_owned());
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// Writes the difference for a person.
///
/// # Errors
/// Those of `out`.
pub fn write_difference(difference: &Difference, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Difference { old, new, added, fixed, changed, kept } = difference;
    writeln!(out, "{} new, {} fixed, {} changed, {kept} in both", added.len(), fixed.len(), changed.len())?;
    writeln!(out, "  A  {}: {}", clean(&old.0), clean(&old.1))?;
    writeln!(out, "  B  {}: {}", clean(&new.0), clean(&new.1))?;
    for (title, color, entries) in [
        ("New", AnsiColor::Red, added),
        ("Fixed", AnsiColor::Green, fixed),
        ("Changed", AnsiColor::Yellow, changed),
    ] {
        if entries.is_empty() {
            continue;
        }
        let ansi = Ansi::new().bold().fg_color(Some(color.into()));
        writeln!(out, "\n{}", style.paint(ansi, title))?;
        for Entry { finding, reason } in entries {
            let (_, name, _) = finding.package.upgraded_as();
            let (id, name) = (clean(&finding.id).to_string(), clean(name).to_string());
            let used = 2 + 10 + 2 + id.chars().count().max(16) + 2 + name.chars().count().max(20) + 2;
            let reason = style.cut(clean(reason).to_string(), used);
            writeln!(out, "  {:<10}  {id:<16}  {name:<20}  {reason}", style.severity(finding.severity))?;
        }
    }
    Ok(())
}

/// Writes the difference as JSON (docs/json.md), indented, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write_difference_json(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Side<'a> {
        image: &'a str,
        headline: &'a str,
    }
    #[derive(Serialize)]
    struct Document<'a> {
        format: &'static str,
        format_version: u32,
        old: Side<'a>,
        new: Side<'a>,
        worst_new: Option<Severity>,
        kept: usize,
        added: &'a [Entry],
        fixed: &'a [Entry],
        changed: &'a [Entry],
    }
    fn side((image, headline): &(String, String)) -> Side<'_> {
        Side { image, headline }
    }
    let document = Document {
        format: "plimsoll-difference",
        format_version: 1,
        old: side(&difference.old),
        new: side(&difference.new),
        worst_new: difference.added.first().map(|entry| entry.finding.severity),
        kept: difference.kept,
        added: &difference.added,
        fixed: &difference.fixed,
        changed: &difference.changed,
    };
    escape::verbatim(&document, out)
}
