//! Lists against what is known of each image, for any filter and whatever has happened; and what is counted in passing
//! against a count of all.

mod support;

use plimsoll_core::{Assessment, Distro, Severity};
use plimsoll_monitor::{
    AdmissionPolicy, Answer, Durability, Filter, ImageDetail, Incoming, Listed, Occurrence, Place, Policies,
    Scan, ScanState, Scope, SqliteStore, Store,
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
        (maybe(4), maybe(3), maybe(3), maybe(3), maybe(3), maybe(3), maybe(4)),
        (maybe(3), maybe(5), maybe(3), maybe(2)),
        1_u32..4,
    )
        .prop_map(
            |((state, scan, level, registry, repository, tag, part), (id, name, pulled, tagged), limit)| {
                Filter {
                    assessment: state.map(|n| {
                        [
                            Assessment::Healthy,
                            Assessment::Unhealthy,
                            Assessment::Partial,
                            Assessment::HealthyByExemption,
                        ][usize::from(n)]
                    }),
                    scan: scan
                        .map(|n| [ScanState::Queued, ScanState::Done, ScanState::Never][usize::from(n)]),
                    at_least: level
                        .map(|n| [Severity::Low, Severity::High, Severity::Critical][usize::from(n)]),
                    registry: registry.map(|n| format!("r{n}.example")),
                    repository: repository.map(|n| format!("p{n}/web")),
                    repository_part: part.map(|n| ["p1", "WE", "0/w", "none"][usize::from(n)].to_owned()),
                    tag: tag.map(|n| format!("t{n}")),
                    vulnerability: id.map(|n| format!("X-{n}")),
                    package: name.map(|n| NAMES[usize::from(n)].to_owned()),
                    pulled_since: pulled.map(|n| NOW + i64::from(n) * 13_000),
                    tagged: tagged.map(|n| n == 1),
                    after: 0,
                    limit: Some(limit),
                }
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
        && is(&filter.repository_part, &|part| {
            // Of a repository that is named as well, it is a part of that one's name.
            let named = |name: &str| filter.repository.as_deref().is_none_or(|exact| exact == name);
            let mut places = detail.places.iter().filter(|place| named(&place.repository));
            places.any(|place| place.repository.contains(&part.to_lowercase()))
        })
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
        for id in ["X-0", "X-1", "X-2", "X-3"] {
            prop_assert_eq!(occurrences(&store, id, 2), occurrences_by_view(&connection, id));
        }
        for sql in [
            "SELECT 1 FROM (SELECT places, class, count(*) AS n FROM subject WHERE class IS NOT NULL GROUP BY 1, 2) AS c
                FULL JOIN tally_place t USING (places, class) WHERE t.images IS NOT c.n",
            "SELECT 1 FROM (SELECT os, class, count(*) AS n FROM subject WHERE class IS NOT NULL GROUP BY 1, 2) AS c
                FULL JOIN tally_os t USING (os, class) WHERE t.images IS NOT c.n",
            "SELECT 1 FROM reach n WHERE n.images <> (SELECT count(*) FROM installed i JOIN images USING (image)
                WHERE i.package = n.coordinate AND NOT is_index)",
            "SELECT 1 FROM reach n WHERE n.critical + n.high + n.medium + n.low + n.other <>
                (SELECT count(*) FROM finding f WHERE f.coordinate = n.coordinate AND f.gone IS NULL)",
            "SELECT 1 FROM queued WHERE jobs <> (SELECT count(*) FROM job)",
            // A package that several layers bring is in a view once.
            "SELECT 1 FROM installed GROUP BY image, package HAVING count(*) > 1",
            "SELECT 1 FROM (SELECT DISTINCT s.id, p.coordinate FROM subject s JOIN part_of o ON o.inventory = s.inventory
                JOIN posting p ON p.part = o.part WHERE s.present) AS c
                FULL JOIN installed i ON i.image = c.id AND i.package = c.coordinate
             WHERE i.image IS NULL OR c.id IS NULL",
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

/// What is listed page by page.
fn listed(store: &SqliteStore, filter: &Filter) -> Vec<u64> {
    let (mut all, mut filter) = (Vec::new(), filter.clone());
    loop {
        let page = store.images(&filter).unwrap();
        all.extend(page.images.iter().map(|image| image.number));
        match page.next {
            Some(next) => {
                assert!(next > filter.after, "a list that never ends");
                filter.after = next;
            }
            None => return all,
        }
    }
}

/// A store of some thousands of images, of which every seventh was scanned: each has one of three sets of packages.
fn many(path: &std::path::Path) -> SqliteStore {
    let store = SqliteStore::open_with(path, Durability::Process).unwrap();
    let (policies, rules) = (Policies::default(), Ruleset::default());
    let feed = Feed::of(vec![advisory("X-1", "a", None, "high"), advisory("X-2", "c", None, "low")]);
    let events: Vec<Incoming> = (0..4000_u64)
        .map(|n| {
            let mut push = event(Action::Push, 0, Some(&format!("t{}", n % 5)), NOW + n as i64);
            push.event.digest = Some(numbered(n));
            push.event.id = Some(n.to_string());
            push.event.repository = format!("p{}/web", n % 3);
            push.place = Place::new("r.example", push.event.repository.clone());
            push
        })
        .collect();
    store.accept(&events, NOW, &policies).unwrap();
    for n in (0..4000).step_by(7) {
        let packages: &[(&str, &str)] =
            [&[("a", "1"), ("b", "1")][..], &[("a", "2")], &[("b", "1"), ("c", "1")]][n as usize % 3];
        store.scanned(&numbered(n), &scan(packages), &judge(&feed, &rules), NOW + 1).unwrap();
    }
    store
}

fn numbered(n: u64) -> plimsoll_core::Digest {
    let mut hash = [1; 32];
    hash[..8].copy_from_slice(&n.to_be_bytes());
    plimsoll_core::Digest::sha256(hash)
}

/// The images of [`many`] by their numbers, which are one more than they were pushed as.
fn of_many(meant: impl Fn(u64) -> bool) -> Vec<u64> {
    (0..4000).filter(|n| n % 7 == 0 && meant(*n)).map(|n| n + 1).collect()
}

fn check_many(store: &SqliteStore) {
    let none = Filter { limit: Some(50), ..Filter::default() };
    let of = |package: &str| Filter { package: Some(package.into()), ..none.clone() };
    assert_eq!(listed(store, &of("a")), of_many(|n| n % 3 != 2));
    assert_eq!(listed(store, &of("b")), of_many(|n| n % 3 != 1));
    assert_eq!(listed(store, &of("d")), of_many(|_| false));
    assert_eq!(listed(store, &Filter { after: 3000, ..of("a") }), of_many(|n| n % 3 != 2 && n >= 3000));
    let vulnerable = Filter { vulnerability: Some("X-1".into()), ..none.clone() };
    assert_eq!(listed(store, &vulnerable), of_many(|n| n % 3 != 2));
    assert_eq!(
        listed(store, &Filter { package: Some("b".into()), ..vulnerable.clone() }),
        of_many(|_| false)
    );
    let high = Filter { at_least: Some(Severity::High), ..of("b") };
    assert_eq!(listed(store, &high), of_many(|n| n % 3 == 0));
    // A tag names the last image that it was given to.
    let here = Filter { repository: Some("p1/web".into()), tag: Some("t2".into()), ..of("a") };
    assert_eq!(listed(store, &here), [3998]);
    let connection = rusqlite::Connection::open(store.path()).unwrap();
    let count: i64 = connection.query_row("SELECT count(*) FROM installed", [], |row| row.get(0)).unwrap();
    assert_eq!(count as usize, of_many(|_| true).len() * 2 - of_many(|n| n % 3 == 1).len());
    for id in ["X-1", "X-2", "X-3"] {
        assert_eq!(occurrences(store, id, 100), occurrences_by_view(&connection, id));
    }
    assert_eq!(occurrences(store, "X-1", 1000).len(), of_many(|n| n % 3 != 2).len());
    assert_eq!(store.status().unwrap().jobs, 4000 - of_many(|_| true).len() as u64);
}

#[test]
fn a_store_of_the_second_version_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("monitor.db");
    let store = many(&path);
    check_many(&store);
    drop(store);
    // What the third version has brought goes, and what it says of a package twice.
    let connection = rusqlite::Connection::open(&path).unwrap();
    let views = "DROP VIEW findings; CREATE VIEW findings AS SELECT 1; DROP VIEW installed;";
    let tables = "DROP TABLE holder; DROP TABLE doubled;
        CREATE INDEX coordinate_ecosystem ON coordinate(ecosystem); DROP INDEX coordinate_named; DROP INDEX repository_project; DROP TRIGGER job_new;
        DROP TRIGGER job_gone; DROP TABLE queued; PRAGMA user_version = 2;";
    connection.execute_batch(&format!("BEGIN; {views} {tables} COMMIT;")).unwrap();
    drop(connection);
    let refused = SqliteStore::open_read_only(&path).unwrap_err();
    assert!(refused.to_string().contains("has schema 2"), "{refused}");
    let store = SqliteStore::open_with(&path, Durability::Process).unwrap();
    check_many(&store);
    // What goes on goes on.
    let rules = Ruleset::default();
    let feed = Feed::of(vec![]);
    store.scanned(&numbered(1), &scan(&[("d", "1")]), &judge(&feed, &rules), NOW + 2).unwrap();
    let of = Filter { package: Some("d".into()), ..Filter::default() };
    assert_eq!(listed(&store, &of), [2]);
    drop(store);
    // One that is older, or later, is left as it is.
    for version in [1, 99] {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
        drop(connection);
        let refused = SqliteStore::open(&path).unwrap_err();
        assert!(refused.to_string().contains(&format!("has schema {version}")), "{refused}");
    }
}

/// What readers keep from one question to the next must not outlive what it says.
#[test]
fn findings_are_those_of_now_whatever_was_asked_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("monitor.db");
    let store = SqliteStore::open_with(&path, Durability::Process).unwrap();
    let rules = Ruleset::default();
    let mut feed = Feed::of(vec![advisory("X-1", "a", None, "high")]);
    push_and_scan(&store, 1, &scan(&[("a", "1"), ("b", "1")]), &judge(&feed, &rules));
    let reader = SqliteStore::open_read_only(&path).unwrap();
    let check = |expected: &[(&str, Severity)]| {
        for store in [&store, &reader] {
            let found = store.findings(&digest(1)).unwrap();
            let found: Vec<_> = found.iter().map(|f| (f.finding.id.as_str(), f.finding.severity)).collect();
            assert_eq!(found, expected);
            let policy = AdmissionPolicy { partial: Answer::Allow, ..AdmissionPolicy::default() };
            let decided = store.decide(&digest(1), &policy, NOW).unwrap();
            // By default critical ones and high ones are named.
            let named = expected.iter().filter(|(_, level)| *level >= Severity::High);
            let reasons: Vec<_> = named.map(|(id, level)| format!("{id} ({level}) in ")).collect();
            assert_eq!(decided.reasons.len(), reasons.len(), "{:?}", decided.reasons);
            assert!(decided.reasons.iter().zip(&reasons).all(|(said, begins)| said.starts_with(begins)));
        }
    };
    check(&[("X-1", Severity::High)]);
    // More severe; another package; none; back again.
    feed.publish(vec![advisory("X-1", "a", None, "critical")]);
    store.reassess(&judge(&feed, &rules), NOW + 1).unwrap();
    check(&[("X-1", Severity::Critical)]);
    feed.publish(vec![advisory("X-1", "a", None, "critical"), advisory("X-2", "b", None, "low")]);
    store.reassess(&judge(&feed, &rules), NOW + 2).unwrap();
    check(&[("X-1", Severity::Critical), ("X-2", Severity::Low)]);
    feed.publish(vec![]);
    store.reassess(&judge(&feed, &rules), NOW + 3).unwrap();
    check(&[]);
    feed.publish(vec![advisory("X-1", "a", None, "medium")]);
    store.reassess(&judge(&feed, &rules), NOW + 4).unwrap();
    check(&[("X-1", Severity::Medium)]);
    // A package that another image brings is known when it is there.
    feed.publish(vec![advisory("X-1", "a", None, "medium"), advisory("X-3", "c", None, "high")]);
    push_and_scan(&store, 2, &scan(&[("c", "1")]), &judge(&feed, &rules));
    assert_eq!(reader.findings(&digest(2)).unwrap().len(), 1);
    check(&[("X-1", Severity::Medium)]);
}

/// A vulnerability's findings as pages of them say.
fn occurrences(store: &SqliteStore, id: &str, limit: usize) -> Vec<(u64, u64)> {
    let (mut all, mut after) = (Vec::new(), Occurrence::default());
    loop {
        let page = store.vulnerable(id, after, limit).unwrap();
        assert!(page.findings.len() <= limit);
        all.extend(page.findings.iter().map(|at| (at.image, at.finding)));
        match page.next {
            Some(next) => {
                assert!(next > after, "a list that never ends");
                after = next;
            }
            None => return all,
        }
    }
}

fn occurrences_by_view(connection: &rusqlite::Connection, id: &str) -> Vec<(u64, u64)> {
    let sql = "SELECT DISTINCT f.image, f.finding FROM aliases a JOIN findings f ON f.finding = a.finding
        WHERE a.id = ?1 ORDER BY 1, 2";
    let mut select = connection.prepare(sql).unwrap();
    let pair = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
    };
    select.query_map([id], pair).unwrap().map(Result::unwrap).collect()
}
