//! An affected entry as matching reads it: its names in their normal form, and its bounds as keys.

use plimsoll_core::{Advisory, AdvisoryKind, Affected, Event, RangeKind, Shared, Word};
use plimsoll_version::range::{self, Interval, intervals};
use plimsoll_version::{Key, Scheme};

use crate::name::normal_name;
use crate::place::{event, show};
use crate::stream::stream;

/// What does not depend on the package.
pub(crate) struct Entry {
    /// The ecosystem and its release, as [`stream`].
    stream: Word,
    /// Whether it names a release.
    pub(crate) has_release: bool,
    /// The name in its normal form.
    pub(crate) normal: Word,
    /// The name as it is written.
    pub(crate) name: Word,
    /// Whether it is limited to systems or architectures.
    pub(crate) limited: bool,
    /// Where every bound has a key.
    pub(crate) keys: Option<Keys>,
}

/// The entry's versions as keys of a scheme, of which plain byte order decides.
pub(crate) struct Keys {
    pub(crate) scheme: Scheme,
    intervals: Vec<Affects>,
    /// The versions that are listed one by one, with their places in the list, in the order of their keys.
    listed: Vec<(Key, usize)>,
    /// The fixes that no range of the entry calls affected, in order, each once.
    fixes: Vec<Key>,
    fixed: Shared<Vec<String>>,
}

/// An interval of affected versions.
struct Affects {
    from: Key,
    until: Option<Key>,
    /// As a person reads it.
    text: Word,
}

/// Why a version is affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// It is in an interval.
    Interval(usize),
    /// It is one of those that are listed.
    Listed(usize),
}

impl Entry {
    pub(crate) fn of(entry: &Affected, advisory: &Advisory) -> Self {
        let stream = stream(&entry.ecosystem);
        Self {
            has_release: stream != entry.ecosystem.name(),
            stream: stream.into(),
            normal: normal_name(entry.ecosystem.as_str(), &entry.name).into(),
            name: entry.name.as_str().into(),
            limited: !(entry.os.is_empty() && entry.arch.is_empty()),
            keys: Keys::of(entry, advisory),
        }
    }

    /// Whether it speaks of packages of the ecosystem of this name and [`stream`].
    pub(crate) fn speaks(&self, entry: &Affected, name: &str, stream: &str) -> bool {
        if self.has_release { self.stream == *stream } else { entry.ecosystem.name() == name }
    }
}

impl Keys {
    fn of(entry: &Affected, advisory: &Advisory) -> Option<Self> {
        let scheme = Scheme::for_ecosystem(entry.ecosystem.as_str())?;
        if advisory.kind == AdvisoryKind::Malware && entry.ranges.is_empty() && entry.versions.is_empty() {
            return None;
        }
        let mut affects = Vec::new();
        for range in entry.ranges.iter().filter(|range| range.kind != RangeKind::Git) {
            let events: Vec<_> = range.events.iter().map(event).collect();
            // What only a convention orders is left to comparing.
            let is_first = |event: &&range::Event<'_>| **event == range::Event::Introduced("0");
            for event in events.iter().filter(|event| !is_first(event)) {
                scheme.parses(event.version()).ok()?;
            }
            let intervals = intervals(scheme, &events);
            if !intervals.doubtful.is_empty() {
                return None;
            }
            for interval in intervals.certain {
                affects.push(Affects::of(scheme, interval)?);
            }
        }
        let mut listed = Vec::with_capacity(entry.versions.len());
        for (at, version) in entry.versions.iter().enumerate() {
            listed.push((scheme.key(version)?, at));
        }
        listed.sort_unstable();
        let mut keys =
            Self { scheme, intervals: affects, listed, fixes: Vec::new(), fixed: Shared::default() };
        let mut fixes: Vec<(Key, &str)> = Vec::new();
        for version in fixes_of(entry) {
            fixes.push((scheme.key(version)?, version));
        }
        fixes.retain(|(key, _)| keys.interval(key).is_none());
        // Stable: of those that are equal, the one that is written first stays.
        fixes.sort_by(|(a, _), (b, _)| a.cmp(b));
        fixes.dedup_by(|(a, _), (b, _)| a == b);
        keys.fixed = fixes.iter().map(|(_, version)| (*version).to_owned()).collect();
        keys.fixes = fixes.into_iter().map(|(key, _)| key).collect();
        Some(keys)
    }

    /// Whether the version, or its key, is affected.
    pub(crate) fn inside(&self, entry: &Affected, key: &Key, version: &str) -> Option<Inside> {
        let at = self.listed.partition_point(|(listed, _)| listed < key);
        let equal = self.listed.get(at..)?.iter().take_while(|(listed, _)| listed == key);
        let mut first = None;
        for (_, at) in equal {
            // The same text says it best; else the one that is written first.
            if entry.versions.get(*at).is_some_and(|listed| listed == version) {
                return Some(Inside::Listed(*at));
            }
            first = first.or(Some(*at));
        }
        first.map(Inside::Listed).or_else(|| self.interval(key).map(Inside::Interval))
    }

    fn interval(&self, key: &Key) -> Option<usize> {
        self.intervals.iter().position(|interval| {
            interval.from <= *key && interval.until.as_ref().is_none_or(|until| key < until)
        })
    }

    /// The interval as a person reads it.
    pub(crate) fn text(&self, interval: usize) -> Word {
        self.intervals.get(interval).map(|interval| interval.text.clone()).unwrap_or_default()
    }

    /// The fixes above a version.
    pub(crate) fn fixed_above(&self, key: &Key) -> Shared<Vec<String>> {
        match self.fixes.partition_point(|fix| fix <= key) {
            0 => self.fixed.clone(),
            at => self.fixed.get(at..).unwrap_or_default().to_vec().into(),
        }
    }
}

impl Affects {
    /// Nothing where a bound has no key.
    fn of(scheme: Scheme, interval: Interval<'_>) -> Option<Self> {
        let (from, until) = interval.keys(scheme)?;
        Some(Self { from, until, text: show(interval.from, interval.until).into() })
    }
}

/// The versions that the entry calls fixes.
pub(crate) fn fixes_of(entry: &Affected) -> impl Iterator<Item = &str> {
    let ranges = entry.ranges.iter().filter(|range| range.kind != RangeKind::Git);
    ranges.flat_map(|range| &range.events).filter_map(|event| match event {
        Event::Fixed(version) => Some(version.as_str()),
        _ => None,
    })
}
