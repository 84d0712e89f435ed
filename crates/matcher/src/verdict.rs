use plimsoll_core::{
    Advisory, AdvisoryKind, Affected, Event, Evidence, NameKind, Package, RangeKind, Verdict, Word,
};
use plimsoll_version::Scheme;

use crate::limits::{self, Module};
use crate::name::{name_of, normal_name, version_of};
use crate::place::{Place, place};
use crate::stream;

/// Whether the advisory affects the package, and why. Nothing where the advisory does not speak of the package.
///
/// Every affected entry that names the package counts: a version in any range is affected. Where none contains it
/// and one can't be read, the answer is undetermined, never "no". A withdrawn record affects nothing.
pub fn verdict(package: &Package, advisory: &Advisory) -> Option<Evidence> {
    judge(package, advisory, None).map(|judged| judged.evidence)
}

/// A verdict, and the entries that gave it.
pub(crate) struct Judged {
    pub(crate) evidence: Evidence,
    /// The places of the entries with that verdict.
    pub(crate) entries: Vec<usize>,
    /// Whether it is undetermined for want of a readable version of the package.
    pub(crate) unparsed: bool,
}

/// One entry's answer.
struct Answer<'a> {
    at: usize,
    entry: &'a Affected,
    verdict: Verdict,
    range: String,
    reason: String,
    /// The fix that the version is at or past.
    fixed: Option<String>,
    unparsed: bool,
}

/// The verdict by the entries of the kind, or of both.
pub(crate) fn judge(package: &Package, advisory: &Advisory, kind: Option<NameKind>) -> Option<Judged> {
    let ecosystem = package.ecosystem.as_ref()?;
    let named = |entry: &Affected, ecosystem: &plimsoll_core::Ecosystem| {
        kind.is_none_or(|kind| entry.name_kind == kind)
            && stream::speaks(&entry.ecosystem, ecosystem)
            && name_of(package, ecosystem, entry.name_kind)
                .is_some_and(|name| name == normal_name(entry.ecosystem.as_str(), &entry.name))
    };
    let all = || advisory.affected.iter().enumerate();
    let mut entries: Vec<(usize, &Affected)> = Vec::new();
    for builder in stream::builders(package, ecosystem) {
        // What is said of a rebuilt package stands in place of what is said of the release's own.
        if entries.is_empty() {
            entries.extend(all().filter(|(_, entry)| named(entry, &builder)));
        }
    }
    if entries.is_empty() {
        entries.extend(all().filter(|(_, entry)| named(entry, ecosystem)));
    }
    // Where the record names the release, that decides; an entry for all releases is for the others.
    let names_release =
        |(_, entry): &(usize, &Affected)| stream::stream(&entry.ecosystem) != entry.ecosystem.name();
    if entries.iter().any(names_release) {
        entries.retain(names_release);
    }
    let scheme = Scheme::for_ecosystem(ecosystem.as_str());
    let mut answers: Vec<Answer<'_>> =
        entries.into_iter().filter_map(|(at, entry)| answer(package, advisory, at, entry, scheme)).collect();
    // `Verdict` is ordered by what outweighs what. Of several fixes, the last one that was passed says most.
    let best = answers.iter().map(|answer| answer.verdict).min()?;
    answers.retain(|answer| answer.verdict == best);
    let chosen = match scheme {
        Some(scheme) if best == Verdict::Fixed => answers.iter().reduce(|a, b| {
            let order = a.fixed.as_deref().zip(b.fixed.as_deref()).map(|(a, b)| scheme.compare(a, b));
            if matches!(order, Some(Ok(std::cmp::Ordering::Less))) { b } else { a }
        }),
        _ => answers.first(),
    }?;
    let mut reason = chosen.reason.clone();
    if let Some(date) = &advisory.withdrawn {
        reason = format!("The record was withdrawn on {}.", date.get(..10).unwrap_or(date));
    }
    let kind = chosen.entry.name_kind;
    let evidence = Evidence {
        verdict: if advisory.withdrawn.is_some() { Verdict::NotAffected } else { best },
        advisory: advisory.id.as_str().into(),
        feed: advisory.feed.as_str().into(),
        published: advisory.published.as_deref().map(Word::from),
        modified: advisory.modified.as_deref().map(Word::from),
        ecosystem: chosen.entry.ecosystem.clone(),
        name: chosen.entry.name.as_str().into(),
        name_kind: kind,
        version: version_of(package, kind).into(),
        scheme: scheme.map_or_else(Word::default, |scheme| Word::of(scheme.name())),
        range: chosen.range.as_str().into(),
        reason: reason.into(),
    };
    let unparsed = answers.iter().any(|answer| answer.unparsed);
    let entries = answers.into_iter().map(|answer| answer.at).collect();
    Some(Judged { evidence, entries, unparsed })
}

fn answer<'a>(
    package: &Package,
    advisory: &Advisory,
    at: usize,
    entry: &'a Affected,
    scheme: Option<Scheme>,
) -> Option<Answer<'a>> {
    let module = limits::module(package, entry);
    if module == Module::Other {
        return None;
    }
    let version = version_of(package, entry.name_kind);
    let mut answer = Answer { at, ..range(advisory, entry, scheme, &version) };
    if let Some(why) = limits::other_platform(package, entry) {
        answer.verdict = Verdict::NotAffected;
        answer.reason = format!("The record is {why}.");
    }
    if module == Module::Unnamed && answer.verdict == Verdict::Affected {
        answer.reason.push_str(" The record does not name the module stream that it means.");
    }
    Some(answer)
}

/// What the entry's ranges and listed versions say of a version.
fn range<'a>(advisory: &Advisory, entry: &'a Affected, scheme: Option<Scheme>, version: &str) -> Answer<'a> {
    let answer = |verdict, range: String, reason: String| Answer {
        at: 0,
        entry,
        verdict,
        range,
        reason,
        fixed: None,
        unparsed: false,
    };
    if advisory.kind == AdvisoryKind::Malware && entry.ranges.is_empty() && entry.versions.is_empty() {
        return answer(Verdict::Affected, "every version".into(), "The package itself is malicious.".into());
    }
    if entry.versions.iter().any(|listed| listed == version) && !version.is_empty() {
        return answer(
            Verdict::Affected,
            format!("= {version}"),
            format!("{version} is one of the versions that the record lists as affected."),
        );
    }
    let Some(scheme) = scheme else {
        let reason = format!("No order of versions is known for {}.", entry.ecosystem.name());
        return answer(Verdict::Undetermined, String::new(), reason);
    };
    if let Some(listed) = entry.versions.iter().find(|listed| equal(scheme, listed, version)) {
        return answer(
            Verdict::Affected,
            format!("= {listed}"),
            format!("{listed} is one of the versions that the record lists as affected."),
        );
    }
    let ranges = entry.ranges.iter().filter(|range| range.kind != RangeKind::Git);
    let mut best: Option<Answer<'a>> = None;
    for range in ranges {
        let next = place_in(scheme, entry, &range.events, version);
        let better = best.as_ref().is_none_or(|best| match next.verdict.cmp(&best.verdict) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => {
                next.fixed.as_deref().zip(best.fixed.as_deref()).is_some_and(|(next, best)| {
                    scheme.compare(next, best).is_ok_and(std::cmp::Ordering::is_gt)
                })
            }
            std::cmp::Ordering::Greater => false,
        });
        if better {
            best = Some(next);
        }
    }
    match best {
        Some(best) => best,
        None if entry.versions.is_empty() => {
            answer(Verdict::NotAffected, String::new(), "The record names no affected version.".into())
        }
        None if scheme.parses(version).is_err() => Answer {
            unparsed: true,
            ..answer(Verdict::Undetermined, String::new(), unreadable(scheme, version))
        },
        None => {
            let reason = format!("{version} is none of the versions that the record lists as affected.");
            answer(Verdict::NotAffected, String::new(), reason)
        }
    }
}

fn equal(scheme: Scheme, a: &str, b: &str) -> bool {
    scheme.compare(a, b).is_ok_and(std::cmp::Ordering::is_eq)
}

fn unreadable(scheme: Scheme, version: &str) -> String {
    if version.is_empty() {
        return "The package states no version.".to_owned();
    }
    format!("The version {version} can't be read as one of the {} order.", scheme.name())
}

fn place_in<'a>(scheme: Scheme, entry: &'a Affected, events: &[Event], version: &str) -> Answer<'a> {
    let (verdict, range, reason, fixed, unparsed) = match place(scheme, events, version) {
        Place::Inside { range } => {
            let reason = format!("{version} is in the affected range {range}.");
            (Verdict::Affected, range, reason, None, false)
        }
        // secdb and the Debian tracker write a fix in `0` where no version was ever affected.
        Place::Fixed { by, range } if by == "0" => {
            (Verdict::NotAffected, range, "The record says that no version is affected.".into(), None, false)
        }
        Place::Fixed { by, range } => {
            let reason = format!("Fixed in {by}; {version} is installed.");
            (Verdict::Fixed, range, reason, Some(by), false)
        }
        Place::Outside { range } => {
            let reason = format!("{version} is not in the affected range {range}.");
            (Verdict::NotAffected, range, reason, None, false)
        }
        Place::UnreadableVersion { range } => {
            (Verdict::Undetermined, range, unreadable(scheme, version), None, true)
        }
        Place::UnusableBound { why, range } => (Verdict::Undetermined, range, why, None, false),
    };
    Answer { at: 0, entry, verdict, range, reason, fixed, unparsed }
}

/// The name kinds that entries may use, for those who make queries.
pub(crate) const KINDS: [NameKind; 2] = [NameKind::Source, NameKind::Binary];
