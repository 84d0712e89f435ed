//! A raw OSV record as an [`Advisory`].

use std::cmp::Ordering;

use plimsoll_core::{
    Advisory, AdvisoryKind, Affected, Diagnostic, DiagnosticKind, Ecosystem, Event, FixState, NameKind,
    Range, RangeKind, Rating, Reference,
};
use plimsoll_version::Scheme;
use plimsoll_version::range::{self, Interval, Until};
use serde_json::value::RawValue;

use super::opening::opening;
use super::schema::{self, Specific, read};
use super::{golang, publisher};

pub(super) fn advisory(raw: schema::Record<'_>) -> (Advisory, Vec<Diagnostic>) {
    let mut notes = Vec::new();
    let id = raw.id.trim();
    let specific = Specific::read(raw.database_specific);
    let raw_affected = raw.affected.unwrap_or_default();
    let ecosystem = raw_affected.iter().find_map(|a| Some(a.package.as_ref()?.ecosystem.as_ref()));
    let source = publisher::rating_source(id, ecosystem);
    let summary = raw.summary.unwrap_or_default();

    let mut ratings = ratings(raw.severity, &source);
    if ratings.is_empty() {
        ratings.extend(scores(&specific, &source));
    }
    ratings.extend(word(specific.severity, &source));
    if let Some(word) = publisher::word_of_summary(id, &summary) {
        ratings.push(rating(&source, "word", word));
    }
    let mut cwes = weaknesses(&specific);
    let mut kind = publisher::kind(id);
    if specific.malicious.is_some() {
        kind = AdvisoryKind::Malware;
    }
    let informational =
        |a: &schema::Affected<'_>| Specific::read(a.database_specific).informational.is_some();
    if !raw_affected.is_empty() && raw_affected.iter().all(informational) {
        kind = AdvisoryKind::Informational;
    }

    let mut affected = Vec::with_capacity(raw_affected.len());
    for entry in raw_affected {
        let known = Specific::read(entry.database_specific);
        cwes.extend(weaknesses(&known));
        let before = affected.len();
        self::entry(entry, &source, &mut affected);
        if ratings.is_empty() {
            // RustSec repeats its vector here; it counts only where it is the only one.
            ratings.extend(vector(known.cvss, &source));
        }
        for entry in affected.get_mut(before..).unwrap_or_default() {
            let modular =
                entry.ranges.iter().flat_map(|r| &r.events).any(|e| publisher::is_modular(bound(e)));
            if modular {
                entry.module = publisher::module_of_summary(&summary).map(str::to_owned);
            }
            if publisher::is_end_of_life(id, &summary) {
                entry.fix = Some(FixState::EndOfLife);
            }
            if let Some(note) = inverted(id, entry) {
                notes.push(note);
            }
        }
    }
    cwes.sort_unstable();
    cwes.dedup();
    hoist(&mut ratings, &mut affected);

    let mut upstream = raw.upstream.unwrap_or_default();
    let mut related = raw.related.unwrap_or_default();
    if publisher::related_is_upstream(id) {
        related.retain(|other| {
            let cve = other.starts_with("CVE-");
            if cve && !upstream.contains(other) {
                upstream.push(other.clone());
            }
            !cve
        });
    }
    let mut aliases = raw.aliases.unwrap_or_default();
    aliases.retain(|alias| alias != id && !alias.trim().is_empty());
    upstream.retain(|other| other != id && !other.trim().is_empty());

    let advisory = Advisory {
        id: id.to_owned(),
        feed: "osv".to_owned(),
        aliases,
        upstream,
        related,
        // Only what is shown: what errata say in their summaries is not looked for in details.
        summary: if summary.is_empty() {
            opening(raw.details.as_deref().unwrap_or_default())
        } else {
            summary
        },
        published: raw.published.map(Into::into),
        modified: raw.modified.map(Into::into),
        withdrawn: raw.withdrawn.map(Into::into),
        kind,
        ratings,
        cwes,
        affected,
        references: references(raw.references),
    };
    (advisory, notes)
}

/// What is said of every package alike is said of the vulnerability: Bitnami writes its vectors so.
fn hoist(ratings: &mut Vec<Rating>, affected: &mut [Affected]) {
    let Some(first) = affected.first().map(|entry| entry.ratings.clone()) else { return };
    if first.iter().any(|rating| rating.scheme != "word")
        && affected.iter().all(|entry| entry.ratings == first)
    {
        ratings.splice(0..0, first);
        affected.iter_mut().for_each(|entry| entry.ratings.clear());
    }
}

fn entry(raw: schema::Affected<'_>, source: &str, out: &mut Vec<Affected>) {
    // Records without a package speak of commits alone, which no installed package names.
    let Some(package) = raw.package else { return };
    let ecosystem = match package.ecosystem.as_ref() {
        // As Kubernetes' own feed writes it.
        "kubernetes" => Ecosystem::new("Kubernetes"),
        _ => Ecosystem::from(package.ecosystem.into_owned()),
    };
    let specific = Specific::read(raw.ecosystem_specific);
    let mut ranges: Vec<Range> = raw.ranges.unwrap_or_default().into_iter().filter_map(range).collect();
    let (mut os, mut arch) = (Vec::new(), Vec::new());
    if ecosystem.name() == "Go" {
        if let Some(custom) = read::<Vec<schema::Range<'_>>>(specific.custom_ranges) {
            golang::narrow(&mut ranges, custom.into_iter().filter_map(range).collect());
        }
        (os, arch) = golang::platforms(&read::<Vec<schema::Import>>(specific.imports).unwrap_or_default());
    } else if let Some(affects) = read::<schema::Affects>(specific.affects) {
        os = affects.os.unwrap_or_default();
        arch = affects.arch.unwrap_or_default();
    }
    let mut ratings = self::ratings(raw.severity, source);
    let mut fix = None;
    if let Some(urgency) = read::<String>(specific.urgency) {
        // The tracker marks urgencies that nobody has confirmed with asterisks.
        match urgency.trim_end_matches('*') {
            "not yet assigned" | "" => {}
            "end-of-life" => fix = Some(FixState::EndOfLife),
            urgency => ratings.push(rating("Debian", "word", urgency)),
        }
    }
    let versions = outside(&ecosystem, &ranges, raw.versions.unwrap_or_default());
    let affected = Affected {
        name_kind: publisher::name_kind(ecosystem.as_str()),
        ecosystem,
        name: package.name.into_owned(),
        ranges,
        versions,
        ratings,
        fix,
        os,
        arch,
        module: None,
    };
    match binaries(&affected, specific.binaries) {
        Some(entries) => out.extend(entries),
        None => out.push(affected),
    }
}

/// The listed versions that no range contains. Many databases list every version that their ranges contain as well,
/// which says nothing that the ranges do not.
fn outside(ecosystem: &Ecosystem, ranges: &[Range], mut versions: Vec<String>) -> Vec<String> {
    let Some(scheme) = Scheme::for_ecosystem(ecosystem.as_str()) else { return versions };
    let mut intervals = Vec::new();
    for range in ranges {
        let events: Vec<range::Event<'_>> = range.events.iter().map(event).collect();
        intervals.extend(range::intervals(scheme, &events).certain);
    }
    versions.retain(|version| !intervals.iter().any(|interval| contains(scheme, *interval, version)));
    versions
}

/// Whether a version is in an interval. One that can't be read is in none.
fn contains(scheme: Scheme, interval: Interval<'_>, version: &str) -> bool {
    let compare = |bound: &str| scheme.compare(version, bound).ok();
    scheme.parses(version).is_ok()
        && interval.from.is_none_or(|from| compare(from).is_some_and(Ordering::is_ge))
        && match interval.until {
            Until::Fixed(end) | Until::Limit(end) => compare(end).is_some_and(Ordering::is_lt),
            Until::LastAffected(end) => compare(end).is_some_and(Ordering::is_le),
            _ => true,
        }
}

fn event(event: &Event) -> range::Event<'_> {
    match event {
        Event::Introduced(version) => range::Event::Introduced(version),
        Event::Fixed(version) => range::Event::Fixed(version),
        Event::LastAffected(version) => range::Event::LastAffected(version),
        Event::Limit(version) => range::Event::Limit(version),
    }
}

/// SUSE names the source package and lists its binary packages, each with its own fixed version; a binary's
/// version compares with those, the source's not always.
fn binaries(source: &Affected, raw: Option<&RawValue>) -> Option<Vec<Affected>> {
    if !matches!(source.ecosystem.name(), "SUSE" | "openSUSE") {
        return None;
    }
    let sets: Vec<std::collections::BTreeMap<String, String>> = read(raw)?;
    let mut out = Vec::new();
    for (name, version) in sets.into_iter().flatten() {
        let events = vec![Event::Introduced("0".into()), Event::Fixed(version)];
        let ranges = vec![Range { kind: RangeKind::Ecosystem, events }];
        out.push(Affected {
            name,
            name_kind: NameKind::Binary,
            ranges,
            versions: Vec::new(),
            ..source.clone()
        });
    }
    (!out.is_empty()).then_some(out)
}

fn range(raw: schema::Range<'_>) -> Option<Range> {
    let kind = match raw.kind.as_deref() {
        Some("SEMVER") => RangeKind::Semver,
        Some("ECOSYSTEM") | None => RangeKind::Ecosystem,
        // Commits say nothing of versions, and no later stage looks at them.
        _ => return None,
    };
    let mut events = Vec::new();
    for event in raw.events.unwrap_or_default() {
        events.extend(event.introduced.map(|v| Event::Introduced(v.into())));
        events.extend(event.fixed.map(|v| Event::Fixed(v.into())));
        events.extend(event.last_affected.map(|v| Event::LastAffected(v.into())));
        // OSV schema, "limit": `*` is no limit.
        events.extend(event.limit.filter(|v| v != "*").map(|v| Event::Limit(v.into())));
    }
    (!events.is_empty()).then_some(Range { kind, events })
}

pub(super) fn bound(event: &Event) -> &str {
    match event {
        Event::Introduced(v) | Event::Fixed(v) | Event::LastAffected(v) | Event::Limit(v) => v,
    }
}

/// A fix that comes before what it fixes: the pair is of no use, and a person should know.
fn inverted(id: &str, entry: &Affected) -> Option<Diagnostic> {
    let scheme = Scheme::for_ecosystem(entry.ecosystem.as_str())?;
    for range in &entry.ranges {
        for pair in range.events.windows(2) {
            let [Event::Introduced(from), Event::Fixed(to)] = pair else { continue };
            if from != "0" && scheme.compare(to, from).is_ok_and(Ordering::is_lt) {
                return Some(Diagnostic::new(
                    DiagnosticKind::Note,
                    format!(
                        "{id}: {} is introduced in {from} and fixed in {to}, which comes before",
                        entry.name
                    ),
                ));
            }
        }
    }
    None
}

fn rating(source: &str, scheme: &str, value: &str) -> Rating {
    Rating { source: source.to_owned(), scheme: scheme.to_owned(), value: value.to_owned() }
}

fn ratings(raw: Option<Vec<schema::Severity<'_>>>, source: &str) -> Vec<Rating> {
    raw.unwrap_or_default()
        .into_iter()
        .filter(|severity| !severity.score.is_empty())
        .map(|severity| match severity.kind.as_ref() {
            kind if kind.starts_with("CVSS_") => rating(source, kind, &severity.score),
            // OSV schema, "severity[].type field": `Ubuntu` and vendors like it give a word.
            kind => rating(kind, "word", &severity.score),
        })
        .collect()
}

fn word(raw: Option<&RawValue>, source: &str) -> Option<Rating> {
    let word: String = read(raw)?;
    (!word.trim().is_empty() && !word.eq_ignore_ascii_case("unknown"))
        .then(|| rating(source, "word", word.trim()))
}

/// Scores that stand without their vectors: as texts or as numbers.
fn scores(specific: &Specific<'_>, source: &str) -> Vec<Rating> {
    let all = [
        ("CVSS_V4", specific.cvss_v4_score),
        ("CVSS_V3", specific.cvss_v3_score),
        ("CVSS_V2", specific.cvss_v2_score),
    ];
    let text = |raw: &RawValue| {
        read::<String>(Some(raw)).or_else(|| read::<f64>(Some(raw)).map(|score| score.to_string()))
    };
    all.into_iter().filter_map(|(scheme, raw)| Some(rating(source, scheme, &text(raw?)?))).collect()
}

fn vector(raw: Option<&RawValue>, source: &str) -> Option<Rating> {
    let vector: String = read(raw)?;
    let scheme = match vector.get(..7)? {
        "CVSS:4." => "CVSS_V4",
        "CVSS:3." => "CVSS_V3",
        _ => "CVSS_V2",
    };
    Some(rating(source, scheme, &vector))
}

fn weaknesses(specific: &Specific<'_>) -> Vec<String> {
    let mut cwes: Vec<String> = read(specific.cwe_ids).unwrap_or_default();
    let named: Vec<schema::Weakness<'_>> = read(specific.cwes).unwrap_or_default();
    cwes.extend(named.into_iter().filter_map(|weakness| weakness.id.map(Into::into)));
    cwes
}

fn references(raw: Option<Vec<schema::Reference<'_>>>) -> Vec<Reference> {
    raw.unwrap_or_default()
        .into_iter()
        .filter_map(|reference| {
            let url = reference.url.filter(|url| !url.is_empty())?.into_owned();
            let kind = reference.kind.map_or_else(|| "WEB".to_owned(), Into::into);
            Some(Reference { kind, url })
        })
        .collect()
}
