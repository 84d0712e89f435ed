//! Advisories that change, images, and events, all in code.
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeSet;
use std::sync::Arc;

use plimsoll_advisory::{ChangedName, Effect, Memory, RecordChange};
use plimsoll_core::{
    Advisory, Affected, Digest, Distro, Ecosystem, Event, Finding, ImagePath, LayerRef, Location, NameKind,
    Package, PackageType, Purl, Range, RangeKind, Rating,
};
use plimsoll_matcher::{Candidates, Error as MatchError, Options, Query, Record};
use plimsoll_monitor::{Advisories, DAY, Error, Incoming, Judge, Place, Policies, Scan, SqliteStore, Store};
use plimsoll_registry::{Action, Format, RegistryEvent};
use plimsoll_rules::Ruleset;
use proptest::test_runner::Config as ProptestConfig;

/// How many cases a property is tried with, and how many with `PLIMSOLL_EXHAUSTIVE`.
pub fn cases(usual: u32, exhaustive: u32) -> ProptestConfig {
    let cases = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { exhaustive } else { usual };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

pub const REGISTRY: &str = "r.example";
pub const NOW: i64 = 20_000 * DAY;

/// Every generation of some advisories.
#[derive(Default)]
pub struct Feed {
    generations: Vec<Vec<Advisory>>,
    current: Option<Memory>,
    /// The last day on which Debian 12 gets fixes.
    pub last_day: Option<&'static str>,
}

impl Feed {
    pub fn publish(&mut self, advisories: Vec<Advisory>) {
        self.current = Some(Memory::new(advisories.clone()));
        self.generations.push(advisories);
    }

    pub fn of(advisories: Vec<Advisory>) -> Self {
        let mut feed = Self::default();
        feed.publish(advisories);
        feed
    }
}

impl Candidates for Feed {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), MatchError> {
        self.current.as_ref().map_or(Ok(()), |memory| memory.candidates(queries, hit))
    }

    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, MatchError> {
        self.current.as_ref().map_or(Ok(false), |memory| memory.covers(ecosystem))
    }

    fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), MatchError> {
        self.current.as_ref().map_or(Ok(()), |memory| memory.known(ids, hit))
    }
}

impl Advisories for Feed {
    fn support_ended(&self, distro: &Distro, day: &str) -> Result<Option<String>, Error> {
        let ended = self.last_day.is_some_and(|last| day > last);
        Ok((ended && distro.version == "12").then(|| format!("{} is end of life", distro.title())))
    }

    fn generation(&self) -> Result<u64, Error> {
        Ok(self.generations.len() as u64)
    }

    fn changes(&self, since: u64) -> Result<Vec<RecordChange>, Error> {
        let none = Vec::new();
        let old = (since as usize).checked_sub(1).and_then(|at| self.generations.get(at)).unwrap_or(&none);
        let new = self.generations.last().unwrap_or(&none);
        let names = |advisory: &Advisory| {
            let name = |entry: &Affected| ChangedName {
                ecosystem: entry.ecosystem.clone(),
                kind: entry.name_kind,
                name: entry.name.clone(),
            };
            advisory.affected.iter().map(name).collect::<BTreeSet<_>>()
        };
        let mut changes = Vec::new();
        for record in new {
            let before = old.iter().find(|old| old.id == record.id);
            if before == Some(record) {
                continue;
            }
            let mut all = names(record);
            all.extend(before.map(names).unwrap_or_default());
            changes.push(RecordChange {
                id: record.id.clone(),
                feed: record.feed.clone(),
                effect: Effect::Match,
                names: all,
                record: Some(record.clone()),
            });
        }
        for gone in old.iter().filter(|old| !new.iter().any(|record| record.id == old.id)) {
            changes.push(RecordChange {
                id: gone.id.clone(),
                feed: gone.feed.clone(),
                effect: Effect::Match,
                names: names(gone),
                record: None,
            });
        }
        Ok(changes)
    }
}

/// A vulnerability of every version of a package, or of those below a fix.
pub fn advisory(id: &str, package: &str, fixed: Option<&str>, severity: &str) -> Advisory {
    let mut events = vec![Event::Introduced("0".into())];
    events.extend(fixed.map(|version| Event::Fixed(version.into())));
    Advisory {
        id: id.into(),
        feed: "test".into(),
        ratings: vec![Rating { source: "test".into(), scheme: "word".into(), value: severity.into() }],
        affected: vec![Affected {
            ranges: vec![Range { kind: RangeKind::Ecosystem, events }],
            ..Affected::new(Ecosystem::new("PyPI"), package, NameKind::Binary)
        }],
        ..Advisory::default()
    }
}

pub fn rate(finding: &mut Finding) {
    let word = finding.ratings.first().and_then(|rating| rating.value.parse().ok());
    finding.severity = word.unwrap_or_default();
}

pub fn judge<'a>(feed: &'a Feed, rules: &'a Ruleset) -> Judge<'a> {
    Judge { advisories: feed, rate: &rate, rules, options: Options::default() }
}

pub fn digest(n: u8) -> Digest {
    Digest::sha256([n; 32])
}

/// A Python package that came with a layer.
pub fn package(name: &str, version: &str, layer: u32) -> Package {
    let mut package =
        Package::new(PackageType::PyPi, name, version, Purl::new("pypi", None, name, Some(version)));
    let path = ImagePath::new(format!("usr/lib/python3/{name}").as_bytes()).unwrap();
    let diff_id = Some(digest(u8::try_from(layer).unwrap()));
    package.locations =
        vec![Location { path, layer: Some(LayerRef { index: layer, diff_id, created_by: None }) }];
    package
}

pub fn scan(packages: &[(&str, &str)]) -> Scan {
    let packages = packages.iter().zip(0..).map(|((name, version), layer)| package(name, version, layer % 2));
    Scan { packages: packages.collect(), ..Scan::default() }
}

pub fn event(action: Action, n: u8, tag: Option<&str>, time: i64) -> Incoming {
    let event = RegistryEvent {
        format: Format::Distribution,
        action,
        registry: None,
        repository: "shop/web".into(),
        from: None,
        digest: Some(digest(n)),
        tag: tag.map(str::to_owned),
        media_type: None,
        artifact_type: None,
        actor: Some("ann".into()),
        user_agent: Some("docker/27".into()),
        method: None,
        time: Some(time),
        id: Some(format!("{action}-{n}-{tag:?}-{time}")),
    };
    Incoming::new(event, REGISTRY)
}

pub fn place() -> Place {
    Place::new(REGISTRY, "shop/web")
}

/// Pushes an image and scans it.
pub fn push_and_scan(store: &SqliteStore, n: u8, found: &Scan, judge: &Judge<'_>) {
    let tag = format!("v{n}");
    store.accept(&[event(Action::Push, n, Some(&tag), NOW)], NOW, &Policies::default()).unwrap();
    let claimed = store.claim(10, NOW).unwrap();
    assert_eq!(claimed.len(), 1);
    store.scanned(&digest(n), found, judge, NOW).unwrap();
}
