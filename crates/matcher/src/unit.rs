//! What is asked and judged once: a name and a version of an ecosystem, for all packages that have them. The binaries
//! of a source package differ in nothing that decides what is said of the source.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use plimsoll_core::{Ecosystem, Evidence, NameKind, Package, PackageType, Verdict, Word};
use plimsoll_version::{Key, Scheme};

use crate::Facts;
use crate::candidates::Query;
use crate::entry::Inside;
use crate::limits::{self, Module};
use crate::name::{name_of, version_of};
use crate::record::Record;
use crate::stream;
use crate::verdict::{Judged, judge};

/// A name and a version of an ecosystem.
pub(crate) struct Unit<'a> {
    /// One of the packages that have them.
    pub(crate) package: &'a Package,
    ecosystem: &'a Ecosystem,
    kind: NameKind,
    name: Cow<'a, str>,
    pub(crate) version: Word,
    /// Whether what does not affect it is of no interest.
    hint: bool,
    scheme: Option<Scheme>,
    /// The version's key, where the version has a place in the order.
    pub(crate) key: Option<Key>,
    stream: Word,
    /// The ecosystems to ask besides its own.
    further: Vec<(Ecosystem, Word)>,
    is_rebuilt: bool,
    pub(crate) hits: Vec<Hit>,
}

/// Everything that an answer about a unit depends on.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UnitKey<'a> {
    package: PackageType,
    ecosystem: &'a Ecosystem,
    kind: NameKind,
    name: Cow<'a, str>,
    version: Cow<'a, str>,
    arch: Option<&'a str>,
    module: Option<&'a str>,
    /// The package's own name and version, where they decide as well: they tell who built it, and in which flavour.
    own: Option<(&'a str, &'a str)>,
    /// Those who have built it anew.
    builders: Vec<Ecosystem>,
    hint: bool,
}

/// Name and version tell nearly all apart; the rest is left to comparing.
impl Hash for UnitKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.version.hash(state);
    }
}

/// A record that speaks of a unit.
pub(crate) struct Hit {
    pub(crate) record: Arc<Record>,
    pub(crate) verdict: Verdict,
    pub(crate) how: How,
    /// What else is known of its vulnerabilities, where that was asked.
    pub(crate) facts: Option<Arc<Facts>>,
}

/// How a record gives its verdict.
pub(crate) enum How {
    /// One entry alone says affected.
    Inside { entry: usize, inside: Inside },
    /// Everything else.
    Judged(Box<Judged>),
}

impl<'a> Unit<'a> {
    pub(crate) fn key(
        package: &'a Package,
        builders: &[Ecosystem],
        kind: NameKind,
        hint: bool,
    ) -> Option<UnitKey<'a>> {
        let ecosystem = package.ecosystem.as_ref()?;
        let own = if !builders.is_empty() {
            Some((package.name.as_str(), package.version.as_str()))
        } else if package.kind == PackageType::Rpm {
            Some(("", package.version.as_str()))
        } else {
            None
        };
        Some(UnitKey {
            package: package.kind,
            ecosystem,
            kind,
            name: name_of(package, ecosystem, kind)?,
            version: version_of(package, kind),
            arch: package.arch.as_deref(),
            module: package.module.as_deref(),
            own,
            builders: builders.to_vec(),
            hint,
        })
    }

    pub(crate) fn of(key: &UnitKey<'a>, package: &'a Package) -> Self {
        let ecosystem = key.ecosystem;
        let scheme = Scheme::for_ecosystem(ecosystem.as_str());
        let placed = scheme.filter(|scheme| scheme.parses(&key.version).is_ok());
        Self {
            package,
            ecosystem,
            kind: key.kind,
            name: key.name.clone(),
            version: key.version.as_ref().into(),
            hint: key.hint,
            scheme,
            key: placed.and_then(|scheme| scheme.key(&key.version)),
            stream: stream::stream(ecosystem).into(),
            further: stream::base(ecosystem)
                .into_iter()
                .chain(key.builders.iter().cloned())
                .filter_map(|further| {
                    let name = name_of(package, &further, key.kind)?.into();
                    Some((further, name))
                })
                .collect(),
            is_rebuilt: !key.builders.is_empty(),
            hits: Vec::new(),
        }
    }

    /// Everything to ask about it: for its release and for records that name none.
    pub(crate) fn queries(&self) -> impl Iterator<Item = Query<'_>> {
        let version = (self.hint && !self.version.is_empty()).then_some(self.version.as_str());
        let further = self.further.iter().map(|(ecosystem, name)| (ecosystem, name.as_str()));
        let all = std::iter::once((self.ecosystem, self.name.as_ref())).chain(further);
        all.map(move |(ecosystem, name)| Query { ecosystem, name, kind: self.kind, version })
    }

    /// What the record says of it; nothing where it says nothing, or nothing that is of interest.
    pub(crate) fn judge(&self, record: &Arc<Record>) -> Option<Hit> {
        match self.read(record) {
            Read::Inside { entry, inside } => Some(Hit {
                record: Arc::clone(record),
                verdict: Verdict::Affected,
                how: How::Inside { entry, inside },
                facts: None,
            }),
            Read::Outside if self.hint => None,
            _ => {
                let judged = judge(self.package, record, Some(self.kind))?;
                let verdict = judged.evidence.verdict;
                (counts(verdict) || !self.hint).then(|| Hit {
                    record: Arc::clone(record),
                    verdict,
                    how: How::Judged(Box::new(judged)),
                    facts: None,
                })
            }
        }
    }

    /// The answer by keys, for most records.
    fn read(&self, record: &Record) -> Read {
        let (Some(key), false, None) = (&self.key, self.is_rebuilt, &record.withdrawn) else {
            return Read::Unclear;
        };
        let derived = record.derived();
        let base = self.ecosystem.name();
        let named = || {
            record.affected.iter().zip(&derived.entries).enumerate().filter(|(_, (affected, entry))| {
                affected.name_kind == self.kind
                    && entry.speaks(affected, base, &self.stream)
                    && entry.normal == *self.name
            })
        };
        // Where the record names the release, that decides; an entry for all releases is for the others.
        let has_release = named().any(|(_, (_, entry))| entry.has_release);
        let mut found = None;
        for (at, (affected, entry)) in named().filter(|(_, (_, entry))| entry.has_release == has_release) {
            let Some(keys) = entry.keys.as_ref().filter(|keys| Some(keys.scheme) == self.scheme) else {
                return Read::Unclear;
            };
            if entry.limited || limits::module(self.package, affected) != Module::Same {
                return Read::Unclear;
            }
            if let Some(inside) = keys.inside(affected, key, &self.version) {
                if found.is_some() {
                    return Read::Unclear;
                }
                found = Some((at, inside));
            }
        }
        match found {
            Some((entry, inside)) => Read::Inside { entry, inside },
            None => Read::Outside,
        }
    }
}

enum Read {
    Inside { entry: usize, inside: Inside },
    Outside,
    Unclear,
}

fn counts(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Affected | Verdict::Undetermined)
}

impl Hit {
    /// Whether it is a finding.
    pub(crate) fn counts(&self) -> bool {
        counts(self.verdict)
    }

    /// Whether it is undetermined for want of a readable version of the package.
    pub(crate) fn is_unparsed(&self) -> bool {
        matches!(&self.how, How::Judged(judged) if judged.unparsed)
    }

    /// The places of the affected entries that gave the verdict.
    pub(crate) fn entries(&self) -> &[usize] {
        match &self.how {
            How::Inside { entry, .. } => std::slice::from_ref(entry),
            How::Judged(judged) => &judged.entries,
        }
    }

    pub(crate) fn evidence(&self, unit: &Unit<'_>) -> Evidence {
        let (entry, inside) = match &self.how {
            How::Judged(judged) => return judged.evidence.clone(),
            How::Inside { entry, inside } => (*entry, *inside),
        };
        let derived = self.record.derived();
        let (affected, known) = (self.record.affected.get(entry), derived.entries.get(entry));
        let keys = known.and_then(|known| known.keys.as_ref());
        let version = &unit.version;
        let (range, reason) = match inside {
            Inside::Interval(interval) => {
                let range = keys.map(|keys| keys.text(interval)).unwrap_or_default();
                let reason = Word::format(format_args!("{version} is in the affected range {range}."));
                (range, reason)
            }
            Inside::Listed(at) => {
                let listed = affected.and_then(|affected| affected.versions.get(at));
                let listed = listed.map_or("", String::as_str);
                let text = format_args!("{listed} is one of the versions that the record lists as affected.");
                (Word::format(format_args!("= {listed}")), Word::format(text))
            }
        };
        Evidence {
            verdict: self.verdict,
            advisory: derived.id.clone(),
            feed: derived.feed.clone(),
            published: derived.published.clone(),
            modified: derived.modified.clone(),
            ecosystem: affected.map_or_else(|| unit.ecosystem.clone(), |affected| affected.ecosystem.clone()),
            name: known.map(|known| known.name.clone()).unwrap_or_default(),
            name_kind: unit.kind,
            version: unit.version.clone(),
            scheme: unit.scheme.map_or_else(Word::default, |scheme| Word::of(scheme.name())),
            range,
            reason,
        }
    }
}

/// Leaves one hit of each record. The same record may be met by the source and by the binary name, or in a release and
/// in none; the verdict that outweighs stays.
pub(crate) fn unite<T>(hits: &mut Vec<T>, of: impl Fn(&T) -> &Hit) {
    let mut order: Vec<(u64, usize)> =
        hits.iter().map(|hit| of(hit).record.derived().hash).zip(0..).collect();
    order.sort_unstable();
    if !order.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return;
    }
    let mut keep = vec![true; hits.len()];
    for alike in order.chunk_by(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
        // Those that stay, by record: but for chance there is one.
        let mut stay: Vec<usize> = Vec::new();
        for &(_, at) in alike {
            let Some(hit) = hits.get(at).map(&of) else { continue };
            let same = stay.iter_mut().find(|known| {
                hits.get(**known).map(&of).is_some_and(|known| {
                    known.record.id == hit.record.id && known.record.feed == hit.record.feed
                })
            });
            let Some(known) = same else {
                stay.push(at);
                continue;
            };
            let outweighs = hits.get(*known).map(&of).is_some_and(|known| hit.verdict < known.verdict);
            let drop = if outweighs { std::mem::replace(known, at) } else { at };
            if let Some(keep) = keep.get_mut(drop) {
                *keep = false;
            }
        }
    }
    let mut keep = keep.into_iter();
    hits.retain(|_| keep.next().unwrap_or(true));
}
