//! A registry to which anything is done, and whose events are lost, doubled and mixed up: one listing later the store
//! says what is true.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_monitor::{
    Durability, Filter, Incoming, JobKind, Listed, Place, Policies, Scan, SqliteStore, Store,
};
use plimsoll_registry::{Action, Format, RegistryEvent};
use plimsoll_rules::Ruleset;
use proptest::prelude::*;
use support::*;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What someone does.
#[derive(Clone, Debug)]
enum Doing {
    Push { repository: u8, tag: u8, image: u8 },
    PushByDigest { repository: u8, image: u8 },
    Untag { repository: u8, tag: u8 },
    Delete { repository: u8, image: u8 },
    Pull { repository: u8, tag: u8 },
}

/// What becomes of its event.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    Lost,
    Twice,
}

fn doing() -> impl Strategy<Value = Doing> {
    let (repository, tag, image) = (0_u8..3, 0_u8..3, 1_u8..9);
    prop_oneof![
        5 => (repository.clone(), tag.clone(), image.clone())
            .prop_map(|(repository, tag, image)| Doing::Push { repository, tag, image }),
        1 => (repository.clone(), image.clone()).prop_map(|(repository, image)| Doing::PushByDigest { repository, image }),
        1 => (repository.clone(), tag.clone()).prop_map(|(repository, tag)| Doing::Untag { repository, tag }),
        2 => (repository.clone(), image).prop_map(|(repository, image)| Doing::Delete { repository, image }),
        2 => (repository, tag).prop_map(|(repository, tag)| Doing::Pull { repository, tag }),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![3 => Just(Fate::Arrives), 2 => Just(Fate::Lost), 1 => Just(Fate::Twice)]
}

fn place_of(repository: u8) -> Place {
    Place::new(REGISTRY, format!("shop/r{repository}"))
}

/// Images 7 and 8 are indexes of two others.
fn images_of(image: u8) -> &'static [u8] {
    match image {
        7 => &[1, 2],
        8 => &[2, 3],
        _ => &[],
    }
}

/// The registry itself.
#[derive(Default)]
struct Registry {
    /// What each tag names.
    tags: BTreeMap<(u8, u8), u8>,
    events: Vec<Incoming>,
}

impl Registry {
    fn does(&mut self, doing: &Doing, at: i64, n: usize) {
        let mut tell = |action, repository: u8, image: Option<u8>, tag: Option<u8>| {
            let place = place_of(repository);
            let event = RegistryEvent {
                format: Format::Distribution,
                action,
                registry: Some(REGISTRY.into()),
                repository: place.repository.clone(),
                from: None,
                digest: image.map(digest),
                tag: tag.map(|tag| format!("t{tag}")),
                media_type: image
                    .filter(|_| action != Action::Delete)
                    .map(|image| if images_of(image).is_empty() { MANIFEST } else { INDEX }.into()),
                artifact_type: None,
                actor: None,
                user_agent: Some("docker/27".into()),
                method: None,
                time: Some(at),
                id: Some(format!("event-{n}")),
            };
            self.events.push(Incoming { event, place });
        };
        match *doing {
            Doing::Push { repository, tag, image } => {
                tell(Action::Push, repository, Some(image), Some(tag));
                self.tags.insert((repository, tag), image);
            }
            Doing::PushByDigest { repository, image } => tell(Action::Push, repository, Some(image), None),
            Doing::Untag { repository, tag } => {
                tell(Action::Delete, repository, None, Some(tag));
                self.tags.remove(&(repository, tag));
            }
            Doing::Delete { repository, image } => {
                // What an index lists that a tag names is not given up.
                let lists = |((other, _), index): (&(u8, u8), &u8)| {
                    *other == repository && images_of(*index).contains(&image)
                };
                if self.tags.iter().any(lists) {
                    return;
                }
                tell(Action::Delete, repository, Some(image), None);
                self.tags.retain(|(other, _), named| (*other, *named) != (repository, image));
            }
            Doing::Pull { repository, tag } => {
                if let Some(image) = self.tags.get(&(repository, tag)).copied() {
                    tell(Action::Pull, repository, Some(image), Some(tag));
                }
            }
        }
    }
}

fn list(store: &SqliteStore, registry: &Registry, at: i64, interrupt: bool) {
    let policies = Policies::default();
    let mut listing = store.listing(REGISTRY, at).unwrap();
    for repository in 0..3 {
        let found: Vec<Listed> = registry
            .tags
            .iter()
            .filter(|((other, _), _)| *other == repository)
            .map(|((_, tag), image)| Listed {
                tag: format!("t{tag}"),
                digest: digest(*image),
                media_type: Some(if images_of(*image).is_empty() { MANIFEST } else { INDEX }.into()),
            })
            .collect();
        // A registry lists no repository that is empty.
        if found.is_empty() {
            continue;
        }
        if interrupt && repository == 1 {
            // Taken up again later, after the last repository.
            listing = store.listing(REGISTRY, at + 500).unwrap();
            assert_eq!(listing.started, at);
        }
        store.listed(&mut listing, &place_of(repository), &found, &policies).unwrap();
    }
    store.listing_done(listing).unwrap();
}

/// Carries out everything that is queued. What is scanned is noted.
fn work(store: &SqliteStore, now: i64, scanned: &mut Vec<u8>) {
    let (feed, rules) = (Feed::of(vec![advisory("X-1", "a", None, "high")]), Ruleset::default());
    loop {
        let jobs = store.claim(100, now).unwrap();
        if jobs.is_empty() {
            return;
        }
        for claimed in jobs {
            let image = claimed.job.digest.as_bytes()[0];
            match claimed.job.kind {
                JobKind::Expand => {
                    let images: Vec<_> = images_of(image).iter().map(|n| (digest(*n), None)).collect();
                    store.expanded(&claimed.job.digest, &images, now, &Policies::default()).unwrap();
                }
                JobKind::Scan => {
                    scanned.push(image);
                    let found: Scan = scan(&[("a", "1")]);
                    store.scanned(&claimed.job.digest, &found, &judge(&feed, &rules), now).unwrap();
                }
                JobKind::Rematch => unreachable!("nothing is due"),
            }
        }
    }
}

/// What the store says each tag names, and which images a tag names.
fn believed(store: &SqliteStore) -> (BTreeSet<(String, String, u8)>, BTreeSet<u8>) {
    let mut tags = BTreeSet::new();
    for n in 1..9 {
        let Some(detail) = store.image(&digest(n)).unwrap() else { continue };
        if images_of(n).is_empty() && detail.image.index {
            panic!("{n} is no index");
        }
        for tag in detail.tags.iter().filter(|tag| tag.until.is_none()) {
            tags.insert((tag.place.repository.clone(), tag.tag.clone(), n));
        }
    }
    let named = store.images(&Filter { tagged: Some(true), ..Filter::default() }).unwrap();
    (tags, named.images.iter().map(|image| image.digest.as_bytes()[0]).collect())
}

proptest! {
    #![proptest_config(cases(60, 2000))]

    #[test]
    fn after_a_listing_the_store_says_what_is_true(
        before in prop::collection::vec((doing(), fate()), 0..20),
        after in prop::collection::vec((doing(), fate()), 0..6),
        mixed in prop::collection::vec(any::<prop::sample::Index>(), 60),
        interrupt in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_with(folder.path().join("monitor.db"), Durability::Process).unwrap();
        let mut registry = Registry::default();
        let mut scanned = Vec::new();
        let mut n = 0;
        let listed_at = NOW + 100_000;
        for (round, doings) in [&before, &after].into_iter().enumerate() {
            let mut arriving = Vec::new();
            for (doing, fate) in doings {
                n += 1;
                let at = NOW + 1000 * n as i64 + 200_000 * round as i64;
                registry.does(doing, at, n);
                for event in registry.events.drain(..) {
                    match fate {
                        Fate::Arrives => arriving.push(event),
                        Fate::Lost => {}
                        Fate::Twice => arriving.extend([event.clone(), event]),
                    }
                }
            }
            // In any order.
            for (i, other) in mixed.iter().enumerate().take(arriving.len()) {
                let other = other.index(arriving.len());
                arriving.swap(i, other);
            }
            for event in arriving {
                store.accept(&[event], NOW + 300_000, &Policies::default()).unwrap();
                if n % 3 == 0 {
                    work(&store, NOW + 400_000, &mut scanned);
                }
            }
            // What was done before the first listing is told right by it; what is done afterwards, by the next.
            list(&store, &registry, listed_at + 300_000 * round as i64, interrupt);
        }
        work(&store, NOW + 900_000, &mut scanned);
        let (tags, named) = believed(&store);
        let mut truth = BTreeSet::new();
        let mut truly_named = BTreeSet::new();
        for ((repository, tag), image) in &registry.tags {
            for image in std::iter::once(image).chain(images_of(*image)) {
                truth.insert((place_of(*repository).repository, format!("t{tag}"), *image));
                truly_named.insert(*image);
            }
        }
        prop_assert_eq!(tags, truth);
        prop_assert_eq!(&named, &truly_named);
        // Whatever a tag names was scanned, and nothing twice.
        let once: BTreeSet<u8> = scanned.iter().copied().collect();
        prop_assert_eq!(once.len(), scanned.len());
        prop_assert!(truly_named.iter().all(|n| !images_of(*n).is_empty() || once.contains(n)));
    }
}
