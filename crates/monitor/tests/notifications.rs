//! What subscribers are told adds up to what is true, however advisories come and go, whichever notifications are
//! refused, and whenever the store is closed and opened again.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_monitor::{ChangeKind, Durability, Error, Notification, SqliteStore, Start, Store};
use plimsoll_rules::Ruleset;
use proptest::prelude::*;
use support::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const LEVELS: [&str; 3] = ["low", "high", "critical"];

#[derive(Clone, Debug)]
enum Step {
    /// Advisories: id, package, whether there is a fix, level.
    Feed(Vec<(u8, u8, bool, u8)>),
    Image(Vec<u8>),
    /// Takes so many, of each refuses the nth.
    Deliver {
        subscriber: u8,
        most: usize,
        refuse: Option<usize>,
    },
    Reopen,
    Subscribe(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec((0_u8..5, 0_u8..4, any::<bool>(), 0_u8..3), 0..5).prop_map(Step::Feed),
        3 => prop::collection::vec(0_u8..4, 0..4).prop_map(Step::Image),
        3 => (0_u8..2, 1_usize..5, prop::option::of(0_usize..3))
            .prop_map(|(subscriber, most, refuse)| Step::Deliver { subscriber, most, refuse }),
        1 => Just(Step::Reopen),
        1 => (0_u8..2).prop_map(Step::Subscribe),
    ]
}

fn deliver(store: &SqliteStore, name: &str, most: usize, refuse: Option<usize>, to: &mut Vec<Notification>) {
    let mut at = 0;
    let mut sink = |notification: &Notification| {
        if refuse == Some(at) {
            return Err("busy".to_owned());
        }
        at += 1;
        to.push(notification.clone());
        Ok(())
    };
    match store.deliver(name, &mut sink, most) {
        Ok(_) | Err(Error::Sink { .. } | Error::UnknownSubscriber(_)) => {}
        Err(e) => panic!("{e}"),
    }
}

proptest! {
    #![proptest_config(cases(60, 2000))]

    #[test]
    fn what_is_told_adds_up(steps in prop::collection::vec(step(), 1..25)) {
        let folder = tempfile::tempdir().unwrap();
        let open = || SqliteStore::open_with(folder.path().join("monitor.db"), Durability::Process).unwrap();
        let mut store = open();
        let rules = Ruleset::default();
        let mut feed = Feed::of(vec![]);
        let names = ["zero", "one"];
        let mut told: [Vec<Notification>; 2] = Default::default();
        store.subscribe(names[0], Start::Oldest).unwrap();
        let (mut images, mut now) = (0_u8, NOW);
        for step in &steps {
            now += 1000;
            match step {
                Step::Feed(advisories) => {
                    let mut all: Vec<_> = advisories.iter().map(|(id, package, fixed, level)| {
                        advisory(&format!("X-{id}"), NAMES[usize::from(*package)], fixed.then_some("9"), LEVELS[usize::from(*level)])
                    }).collect();
                    all.sort_by(|a, b| a.id.cmp(&b.id));
                    all.dedup_by(|a, b| a.id == b.id);
                    feed.publish(all);
                    store.reassess(&judge(&feed, &rules), now).unwrap();
                    // Once more changes nothing.
                    let again = store.reassess(&judge(&feed, &rules), now).unwrap();
                    prop_assert_eq!((again.images, again.notifications), (0, 0));
                }
                Step::Image(packages) if images < 200 => {
                    images += 1;
                    let packages: Vec<_> = packages.iter().map(|n| (NAMES[usize::from(*n)], "1")).collect();
                    push_and_scan(&store, images, &scan(&packages), &judge(&feed, &rules));
                }
                Step::Image(_) => {}
                Step::Deliver { subscriber, most, refuse } => {
                    let subscriber = usize::from(*subscriber);
                    deliver(&store, names[subscriber], *most, *refuse, &mut told[subscriber]);
                }
                Step::Reopen => {
                    drop(store);
                    store = open();
                }
                Step::Subscribe(subscriber) => store.subscribe(names[usize::from(*subscriber)], Start::Oldest).unwrap(),
            }
        }
        for (name, told) in names.iter().zip(&mut told) {
            store.subscribe(name, Start::Oldest).unwrap();
            deliver(&store, name, usize::MAX, None, told);
            // Each once, in order.
            prop_assert!(told.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
            let ids: BTreeSet<_> = told.iter().map(|notification| &notification.id).collect();
            prop_assert_eq!(ids.len(), told.len());
        }
        // The first has had a subscriber from the beginning: everybody is told the same.
        let sequences = |told: &[Notification]| told.iter().map(|n| n.sequence).collect::<Vec<_>>();
        prop_assert_eq!(sequences(&told[0]), sequences(&told[1]));
        // Who believes what is told knows what is true.
        let mut believed: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        for notification in &told[0] {
            let own = believed.entry(notification.image.to_string()).or_default();
            prop_assert!(!notification.changes.is_empty(), "nothing to tell");
            for change in &notification.changes {
                let finding = (change.vulnerability.clone(), change.package.clone());
                match change.kind {
                    ChangeKind::NewFinding => prop_assert!(own.insert(finding), "told twice"),
                    ChangeKind::Resolved => prop_assert!(own.remove(&finding), "was never told"),
                    ChangeKind::SeverityRaised => {
                        prop_assert!(own.contains(&finding));
                        prop_assert!(change.from < Some(change.severity));
                    }
                    // What fixes it is told as it is known then, and may have been taken back.
                    ChangeKind::FixAvailable => prop_assert!(own.contains(&finding)),
                    ChangeKind::Healthy => prop_assert!(own.is_empty()),
                    ChangeKind::ExceptionExpired => prop_assert!(false, "there are no rules"),
                    ChangeKind::SupportEnded => prop_assert!(false, "there is no distribution"),
                }
            }
        }
        for n in 1..=images {
            let found: BTreeSet<_> = store.findings(&digest(n)).unwrap().into_iter()
                .map(|found| (found.finding.id.to_string(), found.finding.package.purl.to_string())).collect();
            let believed = believed.remove(&digest(n).to_string()).unwrap_or_default();
            prop_assert_eq!(believed, found);
        }
    }
}
