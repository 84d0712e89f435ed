//! The planner: which digests are scanned does not depend on the order in which events come, nor on repetitions.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::Digest;
use plimsoll_monitor::{DAY, Event, Job, JobKind, Place, Policies, Preset, Reason, ScanState, State, plan};
use plimsoll_registry::{Action, Format, RegistryEvent};
use proptest::prelude::*;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn digest(n: u8) -> Digest {
    Digest::sha256([n; 32])
}

fn event(action: Action, n: u8, time: i64) -> RegistryEvent {
    RegistryEvent {
        format: Format::Distribution,
        action,
        registry: None,
        repository: "shop/web".into(),
        from: None,
        digest: Some(digest(n)),
        tag: Some(format!("v{n}")),
        media_type: None,
        artifact_type: None,
        actor: None,
        user_agent: Some("docker/27".into()),
        method: Some("PUT".into()),
        time: Some(time),
        id: Some(format!("{action}-{n}-{time}")),
    }
}

/// Plans and notes one event after another, as a store does.
fn run(events: &[RegistryEvent], policies: &Policies) -> (State, Vec<Job>) {
    let place = Place::new("r.example", "shop/web");
    let (mut state, mut all) = (State::default(), Vec::new());
    for event in events {
        let jobs = plan(Event::Registry { event, place: &place, received: 0 }, &state, policies);
        state.note(event, &place, 0, policies);
        jobs.iter().for_each(|job| state.planned(job));
        all.extend(jobs);
    }
    (state, all)
}

fn events() -> impl Strategy<Value = Vec<RegistryEvent>> {
    let action = prop::sample::select(vec![
        Action::Push,
        Action::Pull,
        Action::Import,
        Action::Mount,
        Action::Replicate,
        Action::Retag,
    ]);
    prop::collection::vec((action, 0_u8..6, 0_i64..50).prop_map(|(a, n, t)| event(a, n, t)), 0..40)
}

proptest! {
    #[test]
    fn at_most_one_scan_a_digest_and_none_forgotten(events in events()) {
        let (state, jobs) = run(&events, &Policies::default());
        let mut scans: BTreeMap<&Digest, usize> = BTreeMap::new();
        jobs.iter().for_each(|job| *scans.entry(&job.digest).or_default() += 1);
        prop_assert!(scans.values().all(|count| *count == 1));
        let named: BTreeSet<_> = events.iter().filter_map(|event| event.digest.as_ref()).collect();
        prop_assert_eq!(scans.into_keys().collect::<BTreeSet<_>>(), named);
        prop_assert!(state.subjects.values().all(|subject| subject.scan == ScanState::Queued));
    }

    #[test]
    fn order_and_repetitions_do_not_matter(
        (events, shuffled) in events().prop_flat_map(|events| {
            let twice: Vec<_> = events.iter().chain(&events).cloned().collect();
            (Just(events), Just(twice).prop_shuffle())
        })
    ) {
        let policies = Policies::default();
        let ((once, jobs), (again, more)) = (run(&events, &policies), run(&shuffled, &policies));
        let digests = |jobs: &[Job]| jobs.iter().map(|job| job.digest.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(digests(&jobs), digests(&more));
        prop_assert_eq!(jobs.len(), more.len());
        prop_assert_eq!(once, again);
    }
}

#[test]
fn a_policy_that_is_off_scans_nothing() {
    let events: Vec<_> =
        [Action::Push, Action::Import, Action::Pull].map(|action| event(action, 1, 5)).into();
    assert_eq!(run(&events, &Policies::of(Preset::Off)).1, []);
    assert_eq!(run(&events, &Policies::default()).1.len(), 1);
}

#[test]
fn own_pulls_and_heads_do_not_count() {
    let own = RegistryEvent { user_agent: Some("Plimsoll/0.1".into()), ..event(Action::Pull, 1, 9) };
    let head = RegistryEvent { method: Some("HEAD".into()), ..event(Action::Pull, 1, 9) };
    let mut policies = Policies::default();
    let (state, jobs) = run(&[own, head], &policies);
    assert!(jobs.is_empty() && state.subjects.is_empty());
    policies.own.actors.push("robot".into());
    let robot = RegistryEvent { actor: Some("robot".into()), ..event(Action::Pull, 1, 9) };
    assert!(run(std::slice::from_ref(&robot), &policies).1.is_empty());
    assert_eq!(run(&[robot], &Policies::default()).1.len(), 1);
}

#[test]
fn what_was_deleted_later_is_not_scanned() {
    let events = [event(Action::Delete, 1, 10), event(Action::Push, 1, 9)];
    assert!(run(&events, &Policies::default()).1.is_empty());
    let events = [event(Action::Delete, 1, 10), event(Action::Push, 1, 11)];
    assert_eq!(run(&events, &Policies::default()).1.len(), 1);
}

#[test]
fn each_platform_of_an_index_is_scanned_once() {
    let policies = Policies::default();
    let place = Place::new("r.example", "shop/web");
    let index = RegistryEvent { media_type: Some(INDEX.into()), ..event(Action::Push, 9, 1) };
    // docker pushes the images before the index that lists them.
    let (mut state, jobs) = run(&[event(Action::Push, 1, 0), index], &policies);
    assert_eq!(jobs.iter().map(|job| job.kind).collect::<Vec<_>>(), [JobKind::Scan, JobKind::Expand]);
    let images = [digest(1), digest(2), digest(2), digest(9)];
    let expanded =
        Event::Expanded { index: &digest(9), images: &images, place: &place, reason: Reason::Push };
    let jobs = plan(expanded, &state, &policies);
    assert_eq!(jobs.iter().map(|job| &job.digest).collect::<Vec<_>>(), [&digest(2)]);
    jobs.iter().for_each(|job| state.planned(job));
    assert_eq!(plan(expanded, &state, &policies), []);
}

#[test]
fn only_what_is_pulled_is_matched_weekly() {
    let policies = Policies::default();
    let (mut state, _) = run(&[event(Action::Push, 1, 0), event(Action::Push, 2, 0)], &policies);
    state.subjects.values_mut().for_each(|subject| {
        subject.scan = ScanState::Done;
        subject.last_match = Some(0);
    });
    let place = Place::new("r.example", "shop/web");
    state.note(&event(Action::Pull, 1, DAY), &place, 0, &policies);
    let at = |now| plan(Event::Tick { now }, &state, &policies);
    assert_eq!(at(7 * DAY - 1), []);
    assert_eq!(
        at(7 * DAY).iter().map(|job| (&job.digest, job.kind)).collect::<Vec<_>>(),
        [(&digest(1), JobKind::Rematch)]
    );
    assert_eq!(at(31 * DAY).len(), 1);
    assert_eq!(at(31 * DAY + 1), [], "pulled more than 30 days ago");
    // Advisories reach all, pulled or not.
    assert_eq!(plan(Event::Advisories, &state, &policies).len(), 2);
}
