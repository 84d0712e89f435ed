//! Lists against what is known of each image, for any filter and whatever has happened; and what is counted in passing
//! against a count of all.

mod support;

use plimsoll_core::{Assessment, Distro, Severity};
use plimsoll_monitor::{
    Durability, Filter, ImageDetail, Incoming, Listed, Place, Policies, Scan, ScanState, Scope, SqliteStore,
    Store,
};
use plimsoll_registry::Action;
use plimsoll_rules::Ruleset;
use proptest::prelude::*;
use support::*;

const IMAGES: u8 = 7;

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    Event { action: Action, image: u8, registry: u8, repository: u8, tag: Option<u8>, at: i64 },
    Expand { index: u8, images: [u8; 2] },
    Scan { image: u8, packages: Vec<u8>, os: bool },
    Feed(Vec<(u8, u8)>),
    List { registry: u8, repository: u8, tags: Vec<(u8, u8)>, at: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let action = prop_oneof![
        4 => Just(Action::Push),
        2 => Just(Action::Pull),
        1 => Just(Action::Import),
        1 => Just(Action::Delete)
    ];
    let image = 1..=IMAGES;
    prop_oneof![
        8 => (action, image.clone(), 0_u8..2, 0_u8..2, prop::option::of(0_u8..3), 0_i64..40).prop_map(
            |(action, image, registry, repository, tag, at)| Step::Event { action, image, registry, repository, tag, at }
        ),
        1 => (image.clone(), [image.clone(), image.clone()]).prop_map(|(index, images)| Step::Expand { index, images }),
        4 => (image.clone(), prop::collection::vec(0_u8..5, 0..4), any::<bool>())
            .prop_map(|(image, packages, os)| Step::Scan { image, packages, os }),
        1 => prop::collection::vec((0_u8..5, 0_u8..3), 0..5).prop_map(Step::Feed),
        1 => (0_u8..2, 0_u8..2, prop::collection::vec((0_u8..3, image), 0..3), 0_i64..60)
            .prop_map(|(registry, repository, tags, at)| Step::List { registry, repository, tags, at }),
    ]
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const LEVELS: [&str; 3] = ["low", "high", "critical"];

fn place_of(registry: u8, repository: u8) -> Place {
    Place::new(format!("r{registry}.example"), format!("p{repository}/web"))
}

fn run(store: &SqliteStore, steps: &[Step]) {
    let (policies, rules) =
        (Policies::default(), Ruleset::parse("r", "[[rule]]\nid='r'\nreason='x'\ncve='X-2'").unwrap());
    let mut feed = Feed::of(vec![]);
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Event { action, image, registry, repository, tag, at } => {
                let tag = tag.filter(|_| *action != Action::Delete).map(|tag| format!("t{tag}"));
                let Incoming { mut event, .. } = event(*action, *image, tag.as_deref(), NOW + at * 1000);
                let place = place_of(*registry, *repository);
                event.repository.clone_from(&place.repository);
                event.id = Some(n.to_string());
                store.accept(&[Incoming { event, place }], NOW, &policies).unwrap();
            }
            Step::Expand { index, images } => {
                let images = images.map(|image| (digest(image), Some("linux/amd64".to_owned())));
                // An index that nobody knows of, or an image that was scanned, is none.
                if store
                    .image(&digest(*index))
                    .unwrap()
                    .is_some_and(|image| image.image.first_scanned.is_none())
                {
                    store.expanded(&digest(*index), &images, NOW, &policies).unwrap();
                }
            }
            Step::Scan { image, packages, os } => {
                if store.image(&digest(*image)).unwrap().is_none_or(|image| image.image.index) {
                    continue;
                }
                let packages: Vec<_> = packages.iter().map(|n| (NAMES[usize::from(*n)], "1")).collect();
                let distro = os.then(|| Distro { id: "debian".into(), ..Distro::default() });
                let found = Scan { distro, ..scan(&packages) };
                store.scanned(&digest(*image), &found, &judge(&feed, &rules), NOW + 9).unwrap();
            }
            Step::Feed(advisories) => {
                let one = |(n, (package, level)): (usize, &(u8, u8))| {
                    advisory(
                        &format!("X-{n}"),
                        NAMES[usize::from(*package)],
                        None,
                        LEVELS[usize::from(*level)],
                    )
                };
                feed.publish(advisories.iter().enumerate().map(one).collect());
                store.reassess(&judge(&feed, &rules), NOW + 9).unwrap();
            }
            Step::List { registry, repository, tags, at } => {
                let place = place_of(*registry, *repository);
                let mut listing = store.listing(&place.registry, NOW + at * 1000).unwrap();
                let mut found: Vec<Listed> = tags
                    .iter()
                    .map(|(tag, n)| Listed { tag: format!("t{tag}"), digest: digest(*n), media_type: None })
                    .collect();
                found.sort_by(|a, b| a.tag.cmp(&b.tag));
                found.dedup_by(|a, b| a.tag == b.tag);
                store.listed(&mut listing, &place, &found, &policies).unwrap();
                store.listing_done(listing).unwrap();
            }
        }
    }
}

fn filter() -> impl Strategy<Value = Filter> {
    let maybe = |n: u8| prop::option::weighted(0.25, 0..n);
    (
        (maybe(4), maybe(3), maybe(3), maybe(3), maybe(3), maybe(3)),
        (maybe(3), maybe(5), maybe(3), maybe(2)),
        1_u32..4,
    )
        .prop_map(
            |((state, scan, level, registry, repository, tag), (id, name, pulled, tagged), limit)| Filter {
                assessment: state.map(|n| {
                    [
                        Assessment::Healthy,
                        Assessment::Unhealthy,
                        Assessment::Partial,
                        Assessment::HealthyByExemption,
                    ][usize::from(n)]
                }),
                scan: scan.map(|n| [ScanState::Queued, ScanState::Done, ScanState::Never][usize::from(n)]),
                at_least: level.map(|n| [Severity::Low, Severity::High, Severity::Critical][usize::from(n)]),
                registry: registry.map(|n| format!("r{n}.example")),
                repository: repository.map(|n| format!("p{n}/web")),
                tag: tag.map(|n| format!("t{n}")),
                vulnerability: id.map(|n| format!("X-{n}")),
                package: name.map(|n| NAMES[usize::from(n)].to_owned()),
                pulled_since: pulled.map(|n| NOW + i64::from(n) * 13_000),
                tagged: tagged.map(|n| n == 1),
                after: 0,
                limit: Some(limit),
            },
        )
}

/// Whether an image is meant, by what is known of it.
fn is_meant(store: &SqliteStore, filter: &Filter, detail: &ImageDetail) -> bool {
    let image = &detail.image;
    let named = detail.tags.iter().any(|tag| tag.until.is_none());
    let is = |wanted: &Option<String>, any: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(any);
    let connection = rusqlite::Connection::open(store.path()).unwrap();
    let with = |sql: &str, value: &str| {
        connection.prepare(sql).unwrap().exists([value, &image.number.to_string()]).unwrap()
    };
    let vulnerable = match (&filter.vulnerability, &filter.package) {
        (Some(id), Some(name)) => {
            let found = store.findings(&image.digest).unwrap();
            found.iter().any(|found| found.finding.id == *id && found.finding.package.name == *name)
        }
        (Some(id), None) => {
            store.findings(&image.digest).unwrap().iter().any(|found| found.finding.id == *id)
        }
        (None, Some(name)) => {
            detail.image.first_scanned.is_some()
                && with("SELECT 1 FROM installed WHERE name = ?1 AND image = ?2", name)
        }
        (None, None) => true,
    };
    !detail.places.is_empty()
        && filter.assessment.is_none_or(|wanted| image.assessment == Some(wanted))
        && filter.scan.is_none_or(|wanted| image.scan == wanted)
        && filter.at_least.is_none_or(|level| image.counts.worst().is_some_and(|worst| worst >= level))
        && is(&filter.registry, &|name| detail.places.iter().any(|place| place.registry == name))
        && is(&filter.repository, &|name| detail.places.iter().any(|place| place.repository == name))
        && is(&filter.tag, &|name| {
            with("SELECT 1 FROM tags WHERE tag = ?1 AND image = ?2 AND until IS NULL", name)
        })
        && filter.pulled_since.is_none_or(|since| image.last_pull >= Some(since))
        && filter.tagged.is_none_or(|wanted| wanted == named)
        && vulnerable
}

proptest! {
    #![proptest_config(cases(40, 1000))]

    #[test]
    fn lists_hold_what_is_meant(
        steps in prop::collection::vec(step(), 1..40),
        filters in prop::collection::vec(filter(), 12),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_with(folder.path().join("monitor.db"), Durability::Process).unwrap();
        run(&store, &steps);
        let all: Vec<ImageDetail> =
            (1..=IMAGES).filter_map(|n| store.image(&digest(n)).unwrap()).collect();
        for filter in filters {
            let mut meant: Vec<u64> = all.iter().filter(|detail| is_meant(&store, &filter, detail))
                .map(|detail| detail.image.number).collect();
            meant.sort_unstable();
            let (mut listed, mut page) = (Vec::new(), filter.clone());
            loop {
                let got = store.images(&page).unwrap();
                prop_assert!(got.images.len() <= page.limit.unwrap() as usize);
                listed.extend(got.images.iter().map(|image| image.number));
                match got.next {
                    Some(next) => page.after = next,
                    None => break,
                }
            }
            prop_assert_eq!(listed, meant, "{:?}", filter);
        }
        // What is counted in passing is what a count comes to.
        let connection = rusqlite::Connection::open(store.path()).unwrap();
        for sql in [
            "SELECT 1 FROM (SELECT places, class, count(*) AS n FROM subject WHERE class IS NOT NULL GROUP BY 1, 2) AS c
                FULL JOIN tally_place t USING (places, class) WHERE t.images IS NOT c.n",
            "SELECT 1 FROM (SELECT os, class, count(*) AS n FROM subject WHERE class IS NOT NULL GROUP BY 1, 2) AS c
                FULL JOIN tally_os t USING (os, class) WHERE t.images IS NOT c.n",
            "SELECT 1 FROM reach n WHERE n.images <> (SELECT count(*) FROM installed i JOIN images USING (image)
                WHERE i.package = n.coordinate AND NOT is_index)",
            "SELECT 1 FROM reach n WHERE n.critical + n.high + n.medium + n.low + n.other <>
                (SELECT count(*) FROM finding f WHERE f.coordinate = n.coordinate AND f.gone IS NULL)",
            "SELECT 1 FROM images i WHERE critical + high + medium + low + other + disabled <>
                (SELECT count(*) FROM findings f WHERE f.image = i.image) AND NOT is_index",
            "SELECT 1 FROM images i WHERE disabled <> (SELECT count(*) FROM disabled f WHERE f.image = i.image)
                AND NOT is_index",
            "SELECT 1 FROM repositories r WHERE (healthy, exempt, unhealthy, images) IS NOT
                (SELECT count(*) FILTER (WHERE state = 'healthy'), count(*) FILTER (WHERE state = 'healthy-by-exemption'),
                    count(*) FILTER (WHERE state = 'unhealthy'), count(*) FROM images i JOIN places p USING (image)
                 WHERE NOT i.is_index AND i.state <> 'unscanned' AND (p.registry, p.repository) = (r.registry, r.repository))",
            "SELECT 1 FROM usage WHERE images <> (SELECT count(*) FROM subject WHERE metered IS NOT NULL
                AND registry = ifnull((SELECT registry FROM repository WHERE id = metered), ''))",
        ] {
            prop_assert!(!connection.prepare(sql).unwrap().exists([]).unwrap(), "{}", sql);
        }
        for (registry, repository) in [(0, None), (1, None), (0, Some(0)), (1, Some(1))] {
            let place = place_of(registry, repository.unwrap_or(0));
            let scope = Scope {
                registry: Some(place.registry.clone()),
                repository: repository.map(|_| place.repository.clone()),
                ..Scope::default()
            };
            let within: Vec<_> = all.iter().filter(|detail| {
                !detail.image.index && detail.places.iter().any(|place| scope.contains(place, None))
            }).filter_map(|detail| Some((detail.image.number, detail.image.assessment?))).collect();
            let count = |state| within.iter().filter(|(_, found)| *found == state).count() as u32;
            let score = store.score(&scope, 6).unwrap();
            prop_assert_eq!(score.healthy, count(Assessment::Healthy));
            prop_assert_eq!(score.unhealthy, count(Assessment::Unhealthy));
            prop_assert_eq!(score.exempt, count(Assessment::HealthyByExemption));
        }
    }
}
