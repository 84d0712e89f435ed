//! What the store promises, event by event.

mod support;

use plimsoll_core::{Assessment, Distro, Severity};
use plimsoll_monitor::{
    AdmissionPolicy, Answer, Cause, ChangeKind, DAY, Error, Failure, FileForm, FileSink, Filter, JobKind,
    Listed, Moved, Notification, Policies, Retry, Scan, ScanState, Scope, SqliteStore, Start, Store,
};
use plimsoll_registry::Action;
use plimsoll_rules::Ruleset;
use proptest::prelude::*;
use support::*;

struct World {
    folder: tempfile::TempDir,
    store: SqliteStore,
    policies: Policies,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("monitor.db")).unwrap();
    store.subscribe("test", Start::Now).unwrap();
    World { folder, store, policies: Policies::default() }
}

fn told(store: &SqliteStore) -> Vec<Notification> {
    let mut all = Vec::new();
    let mut sink = |notification: &Notification| {
        all.push(notification.clone());
        Ok(())
    };
    store.deliver("test", &mut sink, usize::MAX).unwrap();
    all
}

fn kinds(notification: &Notification) -> Vec<(ChangeKind, &str)> {
    notification.changes.iter().map(|change| (change.kind, change.vulnerability.as_str())).collect()
}

#[test]
fn one_scan_a_digest_whatever_comes() {
    let w = world();
    let (feed, rules) = (Feed::of(vec![]), Ruleset::default());
    let push = event(Action::Push, 1, Some("latest"), NOW);
    let first = w.store.accept(std::slice::from_ref(&push), NOW, &w.policies).unwrap();
    assert_eq!((first.new, first.duplicates, first.jobs.len()), (1, 0, 1));
    let again = w.store.accept(&[push], NOW + 5, &w.policies).unwrap();
    assert_eq!((again.new, again.duplicates, again.jobs.len()), (0, 1, 0));
    let tagged = event(Action::Push, 1, Some("v1"), NOW + 1);
    assert_eq!(w.store.accept(&[tagged], NOW, &w.policies).unwrap().jobs, []);
    assert_eq!(w.store.claim(9, NOW).unwrap().len(), 1);
    assert_eq!(w.store.claim(9, NOW).unwrap().len(), 0);
    w.store.scanned(&digest(1), &scan(&[("a", "1")]), &judge(&feed, &rules), NOW).unwrap();
    let pull = event(Action::Pull, 1, None, NOW + 9);
    assert_eq!(w.store.accept(&[pull], NOW, &w.policies).unwrap().jobs, []);
    assert_eq!(w.store.status().unwrap().jobs, 0);
    let detail = w.store.image(&digest(1)).unwrap().unwrap();
    assert_eq!((detail.tags.len(), detail.activity.len(), detail.image.last_pull), (2, 3, Some(NOW + 9)));
}

#[test]
fn an_advisory_reaches_every_affected_image_without_a_pull() {
    let w = world();
    let rules = Ruleset::default();
    let mut feed = Feed::of(vec![advisory("X-0", "unrelated", None, "low")]);
    push_and_scan(&w.store, 1, &scan(&[("jinja2", "3.1.0"), ("flask", "2.0")]), &judge(&feed, &rules));
    push_and_scan(&w.store, 2, &scan(&[("flask", "2.0"), ("jinja2", "3.1.0")]), &judge(&feed, &rules));
    push_and_scan(&w.store, 3, &scan(&[("flask", "2.0")]), &judge(&feed, &rules));
    assert_eq!(told(&w.store), [], "healthy images are no news");
    let state = |n| w.store.image(&digest(n)).unwrap().unwrap().image;
    assert_eq!(state(1).assessment, Some(Assessment::Healthy));

    let publish = |feed: &mut Feed, advisories: Vec<_>| {
        feed.publish(advisories);
        w.store.reassess(&judge(feed, &rules), NOW + DAY).unwrap();
        told(&w.store)
    };
    // New.
    let news = publish(&mut feed, vec![advisory("X-1", "jinja2", None, "medium")]);
    assert_eq!(news.iter().map(|n| n.image.clone()).collect::<Vec<_>>(), [digest(1), digest(2)]);
    for notification in &news {
        assert_eq!(kinds(notification), [(ChangeKind::NewFinding, "X-1")]);
        assert_eq!(notification.cause, Cause::Advisories);
        assert_eq!(
            (notification.before, notification.after),
            (Some(Assessment::Healthy), Assessment::Unhealthy)
        );
    }
    assert_eq!((state(1).counts.medium, state(3).assessment), (1, Some(Assessment::Healthy)));
    // The same again, and the same in other words.
    assert_eq!(w.store.reassess(&judge(&feed, &rules), NOW + DAY).unwrap().images, 0);
    let mut reworded = advisory("X-1", "jinja2", None, "medium");
    reworded.summary = "A better sentence.".into();
    assert_eq!(publish(&mut feed, vec![reworded]), []);
    assert_eq!(w.store.findings(&digest(1)).unwrap()[0].finding.summary, "A better sentence.");
    // Worse; then a fix; then less bad, which is no news.
    let news = publish(&mut feed, vec![advisory("X-1", "jinja2", None, "critical")]);
    assert_eq!(news.iter().map(kinds).collect::<Vec<_>>(), [[(ChangeKind::SeverityRaised, "X-1")]; 2]);
    assert_eq!(
        (news[0].changes[0].from, news[0].changes[0].severity),
        (Some(Severity::Medium), Severity::Critical)
    );
    let news = publish(&mut feed, vec![advisory("X-1", "jinja2", Some("3.1.2"), "critical")]);
    assert_eq!(news.iter().map(kinds).collect::<Vec<_>>(), [[(ChangeKind::FixAvailable, "X-1")]; 2]);
    assert_eq!(news[0].changes[0].fixed_versions, ["3.1.2"]);
    assert_eq!(publish(&mut feed, vec![advisory("X-1", "jinja2", Some("3.1.2"), "low")]), []);
    assert_eq!((state(2).counts.low, state(2).counts.fixable, state(2).counts.critical), (1, 1, 0));
    // Known under another name: the same finding.
    let mut renamed = advisory("CVE-2099-1", "jinja2", Some("3.1.2"), "low");
    renamed.aliases = vec!["X-1".into()];
    assert_eq!(publish(&mut feed, vec![renamed.clone()]), []);
    assert_eq!(w.store.findings(&digest(1)).unwrap()[0].finding.id, "CVE-2099-1");
    // Withdrawn.
    renamed.withdrawn = Some("2026-01-01T00:00:00Z".into());
    let news = publish(&mut feed, vec![renamed]);
    let gone = [(ChangeKind::Resolved, "CVE-2099-1"), (ChangeKind::Healthy, "")];
    assert_eq!(news.iter().map(kinds).collect::<Vec<_>>(), [gone, gone]);
    // And back again.
    let news = publish(&mut feed, vec![advisory("CVE-2099-1", "jinja2", None, "high")]);
    assert_eq!(news.len(), 2);
    assert_eq!(state(1).counts.high, 1);
}

#[test]
fn a_first_feed_makes_partial_images_healthy() {
    let w = world();
    let rules = Ruleset::default();
    let mut feed = Feed::of(vec![]);
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    let state = || w.store.image(&digest(1)).unwrap().unwrap().image.assessment;
    assert_eq!(state(), Some(Assessment::Partial), "no feed covers it");
    feed.publish(vec![advisory("X-1", "other", None, "low")]);
    w.store.reassess(&judge(&feed, &rules), NOW).unwrap();
    assert_eq!(state(), Some(Assessment::Healthy));
    assert_eq!(told(&w.store), []);
}

#[test]
fn disabled_findings_are_silent_until_their_exception_expires() {
    let w = world();
    let rules = Ruleset::parse(
        "rules.toml",
        "[[rule]]\nid = \"later\"\nreason = \"not reachable\"\ncve = \"X-1\"\nexpires = \"2024-10-05\"",
    )
    .unwrap();
    // 2024-10-04 is day 20,000.
    let mut feed = Feed::of(vec![advisory("X-0", "unrelated", None, "low")]);
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    feed.publish(vec![advisory("X-1", "a", None, "high")]);
    w.store.reassess(&judge(&feed, &rules), NOW).unwrap();
    feed.publish(vec![advisory("X-1", "a", Some("2"), "critical")]);
    w.store.reassess(&judge(&feed, &rules), NOW + DAY).unwrap();
    assert_eq!(told(&w.store), []);
    let image = || w.store.image(&digest(1)).unwrap().unwrap().image;
    assert_eq!(image().assessment, Some(Assessment::HealthyByExemption));
    assert_eq!((image().counts.disabled, image().counts.active()), (1, 0));
    let found = w.store.findings(&digest(1)).unwrap();
    assert_eq!(found[0].finding.disabled.as_ref().unwrap().reason, "not reachable");
    assert_eq!(w.store.decide(&digest(1), &AdmissionPolicy::default(), NOW).unwrap().answer, Answer::Allow);
    // The day after its last.
    w.store.reassess(&judge(&feed, &rules), NOW + 2 * DAY).unwrap();
    let news = told(&w.store);
    assert_eq!(news.iter().map(kinds).collect::<Vec<_>>(), [[(ChangeKind::ExceptionExpired, "X-1")]]);
    assert_eq!((news[0].cause, image().assessment), (Cause::Rules, Some(Assessment::Unhealthy)));
    let decision = w.store.decide(&digest(1), &AdmissionPolicy::default(), NOW).unwrap();
    assert_eq!(decision.answer, Answer::Deny);
    assert_eq!(decision.reasons, ["X-1 (critical) in pkg:pypi/a@1, fixed in 2"]);
    assert_eq!(w.store.reassess(&judge(&feed, &rules), NOW + 2 * DAY).unwrap().images, 0);
}

#[test]
fn rules_may_ask_for_the_place_and_the_image() {
    let w = world();
    let feed = Feed::of(vec![advisory("X-1", "a", None, "high"), advisory("X-2", "b", None, "high")]);
    let rule =
        |text: &str| Ruleset::parse("r", &format!("[[rule]]\nid=\"r\"\nreason=\"x\"\n{text}")).unwrap();
    let none = Ruleset::default();
    push_and_scan(&w.store, 1, &scan(&[("a", "1"), ("b", "1")]), &judge(&feed, &none));
    for (criterion, disabled) in [
        ("path = \"usr/lib/python3/a\"", 1),
        ("layer = 1", 1),
        ("repository = \"shop/web\"", 2),
        ("repository = \"shop/other\"", 0),
        ("tag = \"v1\"", 2),
        ("age_days_above = 3", 0),
    ] {
        w.store.reassess(&judge(&feed, &rule(criterion)), NOW).unwrap();
        let counts = w.store.image(&digest(1)).unwrap().unwrap().image.counts;
        assert_eq!((counts.disabled, counts.high), (disabled, 2 - disabled), "{criterion}");
    }
    // Known for four days now.
    w.store.reassess(&judge(&feed, &rule("age_days_above = 3")), NOW + 4 * DAY).unwrap();
    assert_eq!(w.store.image(&digest(1)).unwrap().unwrap().image.counts.disabled, 2);
}

#[test]
fn findings_of_an_image_that_its_tag_has_left_say_so() {
    let w = world();
    let rules = Ruleset::default();
    let feed = Feed::of(vec![advisory("X-1", "a", Some("2"), "high")]);
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    let found = w.store.findings(&digest(1)).unwrap();
    assert_eq!((found[0].moved.as_deref(), found[0].action.as_deref()), (None, Some("upgrade a to 2")));
    let events = [event(Action::Push, 2, Some("v1"), NOW + 1000), event(Action::Pull, 1, None, NOW + 2000)];
    w.store.accept(&events, NOW, &w.policies).unwrap();
    let found = w.store.findings(&digest(1)).unwrap();
    let expected = format!(
        "was :v1 until 2024-10-04T00:00:01.000Z, replaced by {}, last pulled 2024-10-04T00:00:02.000Z",
        digest(2)
    );
    assert_eq!(
        (found[0].moved.as_deref(), found[0].action.as_deref()),
        (Some(&*expected), Some(Moved::ACTION))
    );
    let untagged = Filter { tagged: Some(false), ..Filter::default() };
    let page = w.store.images(&untagged).unwrap();
    assert_eq!(page.images.iter().map(|image| image.digest.clone()).collect::<Vec<_>>(), [digest(1)]);
    // Deleted: gone from lists, from the score, and its tags end.
    w.store.accept(&[event(Action::Delete, 1, None, NOW + 3000)], NOW, &w.policies).unwrap();
    assert_eq!(w.store.images(&untagged).unwrap().images.len(), 0);
    assert_eq!(w.store.score(&Scope::default(), 6).unwrap().unhealthy, 0);
}

#[test]
fn an_index_comes_to_the_worst_of_its_platforms() {
    let w = world();
    let rules = Ruleset::default();
    let feed = Feed::of(vec![advisory("X-1", "a", None, "high")]);
    let mut index = event(Action::Push, 9, Some("latest"), NOW);
    index.event.media_type = Some("application/vnd.oci.image.index.v1+json".into());
    w.store.accept(&[index], NOW, &w.policies).unwrap();
    assert_eq!(w.store.claim(9, NOW).unwrap()[0].job.kind, JobKind::Expand);
    let platforms = [(digest(1), Some("linux/amd64".into())), (digest(2), Some("linux/arm64".into()))];
    let jobs = w.store.expanded(&digest(9), &platforms, NOW, &w.policies).unwrap();
    assert_eq!(jobs.len(), 2);
    assert_eq!(w.store.expanded(&digest(9), &platforms, NOW, &w.policies).unwrap(), []);
    assert_eq!(w.store.claim(9, NOW).unwrap().len(), 2);
    w.store.scanned(&digest(1), &scan(&[("b", "1")]), &judge(&feed, &rules), NOW).unwrap();
    w.store.scanned(&digest(2), &scan(&[("a", "1")]), &judge(&feed, &rules), NOW).unwrap();
    let detail = w.store.image(&digest(9)).unwrap().unwrap();
    assert_eq!((detail.image.assessment, detail.image.counts.high), (Some(Assessment::Unhealthy), 1));
    assert_eq!(detail.images, [digest(1), digest(2)]);
    // The platform's image is named by the index's tag.
    let platform = w.store.image(&digest(2)).unwrap().unwrap();
    assert_eq!((platform.tags[0].tag.as_str(), platform.moved), ("latest", None));
    assert_eq!(platform.image.platform.as_deref(), Some("linux/arm64"));
    assert_eq!(w.store.usage(NOW, NOW + 1).unwrap()[0].images, 2, "the index is no image");
    assert_eq!(told(&w.store).len(), 1);
}

#[test]
fn images_are_paid_for_once_and_only_if_they_can_be_scanned() {
    let w = world();
    let (feed, rules) = (Feed::of(vec![]), Ruleset::default());
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    let windows = Scan { unsupported: Some("a Windows image".into()), ..Scan::default() };
    push_and_scan(&w.store, 2, &windows, &judge(&feed, &rules));
    w.store.rematch(&[digest(1)], &judge(&feed, &rules), NOW + 40 * DAY).unwrap();
    let used = w.store.usage(NOW, NOW + 60 * DAY).unwrap();
    assert_eq!((used.len(), used[0].images, used[0].registry.as_str()), (1, 1, REGISTRY));
    assert_eq!(w.store.usage(NOW + 1, NOW + 60 * DAY).unwrap(), []);
    let image = w.store.image(&digest(2)).unwrap().unwrap().image;
    assert_eq!((image.scan, image.assessment), (ScanState::Unsupported, Some(Assessment::NotApplicable)));
    assert_eq!(image.reasons, ["a Windows image"]);
}

#[test]
fn what_is_pulled_is_matched_again_each_week() {
    let w = world();
    let (feed, rules) = (Feed::of(vec![]), Ruleset::default());
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    push_and_scan(&w.store, 2, &scan(&[("a", "1")]), &judge(&feed, &rules));
    let mut own = event(Action::Pull, 2, None, NOW + 3);
    own.event.user_agent = Some("plimsoll/0.1".into());
    w.store.accept(&[event(Action::Pull, 1, None, NOW + 2), own], NOW, &w.policies).unwrap();
    assert_eq!(w.store.tick(NOW + 6 * DAY, &w.policies, 99).unwrap(), []);
    let due = w.store.tick(NOW + 7 * DAY, &w.policies, 99).unwrap();
    assert_eq!(due.iter().map(|job| job.digest.clone()).collect::<Vec<_>>(), [digest(1)]);
    assert_eq!(w.store.tick(NOW + 7 * DAY, &w.policies, 99).unwrap(), [], "it is in the queue");
    w.store.rematch(&[digest(1)], &judge(&feed, &rules), NOW + 7 * DAY).unwrap();
    assert_eq!(w.store.status().unwrap().jobs, 0);
    assert_eq!(w.store.tick(NOW + 13 * DAY, &w.policies, 99).unwrap(), []);
    assert_eq!(w.store.tick(NOW + 14 * DAY, &w.policies, 99).unwrap().len(), 1);
    // What nothing is known of does not wait until all that is known was looked at again.
    let later = NOW + 14 * DAY + 1;
    w.store.accept(&[event(Action::Push, 3, Some("v3"), later)], later, &w.policies).unwrap();
    let order: Vec<JobKind> =
        w.store.claim(9, later).unwrap().into_iter().map(|claimed| claimed.job.kind).collect();
    assert_eq!(order, [JobKind::Scan, JobKind::Rematch]);
}

#[test]
fn listings_find_what_events_lost() {
    let w = world();
    let events = [event(Action::Push, 1, Some("a"), NOW), event(Action::Push, 2, Some("b"), NOW)];
    w.store.accept(&events, NOW, &w.policies).unwrap();
    // In truth `a` names 3 now and `b` is gone.
    let at = NOW + 1000;
    let mut listing = w.store.listing(REGISTRY, at).unwrap();
    let found = [Listed { tag: "a".into(), digest: digest(3), media_type: None }];
    // What happens meanwhile is not undone.
    w.store.accept(&[event(Action::Push, 4, Some("c"), at + 1)], at, &w.policies).unwrap();
    let jobs = w.store.listed(&mut listing, &place(), &found, &w.policies).unwrap();
    assert_eq!(jobs.iter().map(|job| job.digest.clone()).collect::<Vec<_>>(), [digest(3)]);
    // Interrupted and taken up.
    let again = w.store.listing(REGISTRY, at + 5).unwrap();
    assert_eq!(again, listing);
    assert_eq!(again.after.as_deref(), Some("shop/web"));
    w.store.listing_done(again).unwrap();
    let tags = |n| w.store.image(&digest(n)).unwrap().unwrap().tags;
    assert_eq!((tags(1)[0].until, tags(1)[0].replaced_by.clone()), (Some(at), Some(digest(3))));
    assert_eq!((tags(2)[0].until, tags(2)[0].replaced_by.clone()), (Some(at), None));
    assert_eq!((tags(3)[0].until, tags(4)[0].until), (None, None));
    let mut next = w.store.listing(REGISTRY, at + 9).unwrap();
    assert_eq!(next.after, None);
    // Nothing new: nothing to do.
    let found = [found[0].clone(), Listed { tag: "c".into(), digest: digest(4), media_type: None }];
    assert_eq!(w.store.listed(&mut next, &place(), &found, &w.policies).unwrap(), []);
    w.store.listing_done(next).unwrap();
    assert_eq!(tags(4)[0].until, None);
}

#[test]
fn a_failed_job_comes_again_later_and_is_given_up() {
    let w = world();
    w.store.accept(&[event(Action::Push, 1, None, NOW)], NOW, &w.policies).unwrap();
    let failure = Failure { why: "503".into(), retry: Retry::Later };
    let mut now = NOW;
    let mut tries = 0;
    while let Some(claimed) = w.store.claim(1, now).unwrap().pop() {
        assert_eq!(claimed.attempts, tries);
        tries += 1;
        w.store.failed(&claimed.job, &failure, now).unwrap();
        assert_eq!(w.store.claim(1, now).unwrap(), []);
        now += DAY;
    }
    assert_eq!(tries, 13);
    let image = w.store.image(&digest(1)).unwrap().unwrap().image;
    assert_eq!((image.scan, image.reasons), (ScanState::Failed, vec!["503".to_owned()]));
}

#[test]
fn what_is_on_its_way_is_tried_again_soon() {
    let w = world();
    w.store.accept(&[event(Action::Push, 1, None, NOW)], NOW, &w.policies).unwrap();
    let failure = Failure { why: "404".into(), retry: Retry::Soon };
    let (mut now, mut waits) = (NOW, Vec::new());
    while let Some(claimed) = w.store.claim(1, now).unwrap().pop() {
        let Some(due) = w.store.failed(&claimed.job, &failure, now).unwrap() else { break };
        waits.push(due - now);
        assert_eq!(w.store.claim(1, due - 1).unwrap(), []);
        now = due;
    }
    let doubled = [500, 1000, 2000, 4000, 8000, 16_000];
    assert_eq!(waits, [&doubled[..], &[30_000; 6]].concat());
}

#[test]
fn the_day_on_which_support_ends_is_told_without_a_scan() {
    let w = world();
    let rules = Ruleset::default();
    // NOW is 2024-10-04.
    let mut feed = Feed::of(vec![advisory("A-1", "left", None, "high")]);
    feed.last_day = Some("2024-10-05");
    let of = |version: &str, packages: &[(&str, &str)]| Scan {
        distro: Some(Distro { id: "debian".into(), version: version.into(), ..Distro::default() }),
        ..scan(packages)
    };
    for (n, version, package) in [(1, "12", "right"), (2, "12", "left"), (3, "13", "right")] {
        push_and_scan(&w.store, n, &of(version, &[(package, "1")]), &judge(&feed, &rules));
    }
    let assessment = |n| w.store.image(&digest(n)).unwrap().unwrap().image.assessment.unwrap();
    assert_eq!([1, 2, 3].map(assessment), [Assessment::Healthy, Assessment::Unhealthy, Assessment::Healthy]);
    told(&w.store);

    // On the last day nothing happens.
    w.store.reassess(&judge(&feed, &rules), NOW + DAY).unwrap();
    assert_eq!(told(&w.store), []);
    // On the next, every image of the release is flagged, and each is told of once.
    let done = w.store.reassess(&judge(&feed, &rules), NOW + 2 * DAY).unwrap();
    assert_eq!((done.images, done.notifications), (2, 2));
    assert_eq!([1, 2, 3].map(assessment), [Assessment::Partial, Assessment::Unhealthy, Assessment::Healthy]);
    let reasons = |n| w.store.image(&digest(n)).unwrap().unwrap().image.reasons;
    assert_eq!(
        (reasons(1), reasons(2), reasons(3)),
        (vec!["debian 12 is end of life".to_owned()], reasons(1), vec![])
    );
    let all = told(&w.store);
    assert_eq!(all.len(), 2);
    assert_eq!(kinds(&all[0]), [(ChangeKind::SupportEnded, "")]);
    assert_eq!(
        (all[0].cause, all[0].before, all[0].after),
        (Cause::Support, Some(Assessment::Healthy), Assessment::Partial)
    );
    w.store.reassess(&judge(&feed, &rules), NOW + 2 * DAY + 1).unwrap();
    w.store.reassess(&judge(&feed, &rules), NOW + 9 * DAY).unwrap();
    assert_eq!(told(&w.store), []);

    // One that comes later is flagged by its scan, and one that support is lengthened for no more.
    w.store.accept(&[event(Action::Push, 4, None, NOW + 9 * DAY)], NOW + 9 * DAY, &w.policies).unwrap();
    w.store.claim(1, NOW + 9 * DAY).unwrap();
    let late = of("12", &[("right", "2")]);
    w.store.scanned(&digest(4), &late, &judge(&feed, &rules), NOW + 9 * DAY).unwrap();
    assert_eq!(assessment(4), Assessment::Partial);
    feed.last_day = Some("2030-01-01");
    w.store.reassess(&judge(&feed, &rules), NOW + 10 * DAY).unwrap();
    assert_eq!([1, 2, 4].map(assessment), [Assessment::Healthy, Assessment::Unhealthy, Assessment::Healthy]);
}

#[test]
fn one_process_writes_and_any_number_reads() {
    let w = world();
    let path = w.folder.path().join("monitor.db");
    assert!(matches!(SqliteStore::open(&path), Err(Error::InUse { .. })));
    let reader = SqliteStore::open_read_only(&path).unwrap();
    w.store.accept(&[event(Action::Push, 1, None, NOW)], NOW, &w.policies).unwrap();
    assert_eq!(reader.images(&Filter::default()).unwrap().images.len(), 1);
    assert!(matches!(reader.claim(1, NOW), Err(Error::Io { .. })));
    // Whoever took a job and is gone did not do it.
    assert_eq!(w.store.claim(1, NOW).unwrap().len(), 1);
    drop(w.store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.claim(1, NOW).unwrap().len(), 1);
    let other = w.folder.path().join("other.db");
    std::fs::write(&other, [7; 5000]).unwrap();
    assert!(matches!(SqliteStore::open(&other), Err(Error::NotAStore { .. })));
}

#[test]
fn a_file_has_each_notification_once() {
    let w = world();
    let rules = Ruleset::default();
    let feed = Feed::of(vec![advisory("X-1", "a", None, "high")]);
    for n in 1..4 {
        push_and_scan(&w.store, n, &scan(&[("a", "1")]), &judge(&feed, &rules));
    }
    let path = w.folder.path().join("out.jsonl");
    let form = FileForm::CloudEvent("/monitor".into());
    let mut sink = FileSink::open(&path, form.clone()).unwrap();
    assert_eq!(w.store.deliver("test", &mut sink, 2).unwrap(), 2);
    // The process dies before the place is noted, and within a line.
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&whole[..], b"{\"specversion\":\"1.0\",\"id"].concat()).unwrap();
    w.store.subscribe("late", Start::Oldest).unwrap();
    let mut sink = FileSink::open(&path, form).unwrap();
    assert_eq!(sink.last(), 2);
    assert_eq!(w.store.deliver("late", &mut sink, 99).unwrap(), 3);
    let text = std::fs::read_to_string(&path).unwrap();
    let events: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sequences: Vec<_> = events.iter().map(|event| event["data"]["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, [1, 2, 3]);
    assert_eq!(
        (&events[0]["specversion"], &events[0]["subject"]),
        (&"1.0".into(), &digest(1).to_string().into())
    );
    // A sink that refuses is offered the same one again.
    w.store.subscribe("picky", Start::Oldest).unwrap();
    let mut picky = |n: &Notification| if n.sequence == 2 { Err("no".to_owned()) } else { Ok(()) };
    assert!(matches!(w.store.deliver("picky", &mut picky, 9), Err(Error::Sink { sequence: 2, .. })));
    let mut fine = |_: &Notification| Ok(());
    assert_eq!(w.store.deliver("picky", &mut fine, 9).unwrap(), 2);
    assert!(matches!(w.store.deliver("nobody", &mut fine, 9), Err(Error::UnknownSubscriber(_))));
    // Only what all have taken may go.
    w.store.prune(NOW + 1).unwrap();
    assert_eq!(told(&w.store).len(), 1);
}

#[test]
fn scores_over_time() {
    let w = world();
    let rules = Ruleset::default();
    let mut feed = Feed::of(vec![advisory("X-0", "unrelated", None, "low")]);
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    push_and_scan(&w.store, 2, &scan(&[("b", "1")]), &judge(&feed, &rules));
    let registry = Scope { registry: Some(REGISTRY.into()), ..Scope::default() };
    let repository = Scope { repository: Some("shop/web".into()), ..registry.clone() };
    let series = |scope: &Scope, from: i64| -> Vec<(i64, u32, u32)> {
        let points = w.store.scores(scope, from, i64::MAX, 6).unwrap();
        points.iter().map(|point| (point.at, point.score.healthy, point.score.unhealthy)).collect()
    };
    assert_eq!(series(&Scope::default(), 0), []);
    // Once a day, where something is different.
    for hours in [1, 2, 30] {
        w.store.tick(NOW + hours * 3_600_000, &w.policies, 9).unwrap();
    }
    assert_eq!(series(&Scope::default(), 0), [(NOW + 3_600_000, 2, 0)]);
    // At once when advisories change.
    feed.publish(vec![advisory("X-1", "a", None, "high")]);
    w.store.reassess(&judge(&feed, &rules), NOW + 2 * DAY).unwrap();
    w.store.tick(NOW + 2 * DAY + 5, &w.policies, 9).unwrap();
    let expected = [(NOW + 3_600_000, 2, 0), (NOW + 2 * DAY, 1, 1)];
    for scope in [&Scope::default(), &registry, &repository] {
        assert_eq!(series(scope, 0), expected);
    }
    // What held at the instant that is asked for comes first.
    assert_eq!(series(&registry, NOW + DAY), expected);
    assert_eq!(series(&registry, NOW + 2 * DAY), expected[1..]);
    assert_eq!(
        w.store.scores(&registry, 0, NOW + DAY, 6).unwrap()[0].score.score.effective.to_string(),
        "6.00"
    );
    // What is gone is nothing from then on; scopes without a series have none.
    for n in [1, 2] {
        w.store.accept(&[event(Action::Delete, n, None, NOW + 3 * DAY)], NOW, &w.policies).unwrap();
    }
    w.store.tick(NOW + 3 * DAY, &w.policies, 9).unwrap();
    assert_eq!(series(&repository, NOW + 3 * DAY), [(NOW + 3 * DAY, 0, 0)]);
    let wild = Scope { registry: Some("r.*".into()), ..Scope::default() };
    assert_eq!(series(&wild, 0), []);
}

#[test]
fn lists_by_what_images_have() {
    let w = world();
    let rules = Ruleset::default();
    let feed = Feed::of(vec![advisory("X-1", "a", None, "high"), advisory("X-2", "b", None, "low")]);
    push_and_scan(&w.store, 1, &scan(&[("a", "1")]), &judge(&feed, &rules));
    push_and_scan(&w.store, 2, &scan(&[("b", "1"), ("c", "1")]), &judge(&feed, &rules));
    push_and_scan(&w.store, 3, &scan(&[("c", "1")]), &judge(&feed, &rules));
    let list = |filter: Filter| -> Vec<u8> {
        let page = w.store.images(&filter).unwrap();
        page.images.iter().map(|image| image.digest.as_bytes()[0]).collect()
    };
    assert_eq!(list(Filter::default()), [1, 2, 3]);
    assert_eq!(list(Filter { limit: Some(2), ..Filter::default() }), [1, 2]);
    let next = w.store.images(&Filter { limit: Some(2), ..Filter::default() }).unwrap().next.unwrap();
    assert_eq!(list(Filter { after: next, ..Filter::default() }), [3]);
    assert_eq!(list(Filter { at_least: Some(Severity::High), ..Filter::default() }), [1]);
    assert_eq!(list(Filter { at_least: Some(Severity::Low), ..Filter::default() }), [1, 2]);
    assert_eq!(list(Filter { assessment: Some(Assessment::Healthy), ..Filter::default() }), [3]);
    assert_eq!(list(Filter { vulnerability: Some("X-2".into()), ..Filter::default() }), [2]);
    assert_eq!(list(Filter { package: Some("c".into()), ..Filter::default() }), [2, 3]);
    assert_eq!(list(Filter { package: Some("nothing".into()), ..Filter::default() }), [0; 0]);
    assert_eq!(list(Filter { tag: Some("v2".into()), ..Filter::default() }), [2]);
    assert_eq!(list(Filter { repository: Some("shop/web".into()), ..Filter::default() }), [1, 2, 3]);
    assert_eq!(list(Filter { registry: Some("other".into()), ..Filter::default() }), [0; 0]);
    let score = w.store.score(&Scope { project: Some("shop".into()), ..Scope::default() }, 6).unwrap();
    assert_eq!((score.healthy, score.unhealthy), (1, 2));
    // 6 / 3 × 1.
    assert_eq!(score.score.effective.to_string(), "2.00");
}

/// Everything about tags that can be asked.
fn tags(store: &SqliteStore) -> Vec<String> {
    (0..4)
        .filter_map(|n| store.image(&digest(n)).unwrap())
        .map(|detail| format!("{:?} {:?} {:?}", detail.image.digest, detail.tags, detail.moved))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn tags_do_not_depend_on_the_order_of_events(
        (events, shuffled) in prop::collection::vec((0_u8..4, 0_u8..2, 0_i64..30, 0..5), 1..14)
            .prop_map(|all| {
                let one = |(n, tag, time, kind): (u8, u8, i64, i32)| {
                    let action = if kind == 0 { Action::Delete } else { Action::Push };
                    let tag = format!("t{tag}");
                    event(action, n, (kind != 0).then_some(&*tag), NOW + time * 1000)
                };
                all.into_iter().map(one).collect::<Vec<_>>()
            })
            .prop_flat_map(|events| {
                let twice: Vec<_> = events.iter().chain(&events).cloned().collect();
                (Just(events), Just(twice).prop_shuffle())
            })
    ) {
        let (a, b) = (world(), world());
        for event in &events {
            a.store.accept(std::slice::from_ref(event), NOW, &a.policies).unwrap();
        }
        b.store.accept(&shuffled, NOW, &b.policies).unwrap();
        prop_assert_eq!(tags(&a.store), tags(&b.store));
    }

    /// What deltas come to is what a scan with the last advisories would have come to.
    #[test]
    fn deltas_come_to_what_a_fresh_scan_does(
        images in prop::collection::vec(prop::collection::vec((0_usize..6, 1_u8..4), 0..6), 1..5),
        feeds in prop::collection::vec(
            prop::collection::vec((0_usize..8, 0_usize..6, prop::option::of(1_u8..5), 0_usize..3), 0..6), 1..5),
        disable in 0_usize..8,
    ) {
        const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
        const LEVELS: [&str; 3] = ["low", "high", "critical"];
        let feeds: Vec<Vec<_>> = feeds.iter().map(|feed| {
            let mut all: Vec<_> = feed.iter().map(|(id, name, fixed, level)| {
                let fixed = fixed.map(|version| version.to_string());
                advisory(&format!("X-{id}"), NAMES[*name], fixed.as_deref(), LEVELS[*level])
            }).collect();
            all.sort_by(|a, b| a.id.cmp(&b.id));
            all.dedup_by(|a, b| a.id == b.id);
            all
        }).collect();
        let rules = Ruleset::parse("r", &format!("[[rule]]\nid='r'\nreason='x'\ncve='X-{disable}'")).unwrap();
        let scans: Vec<Scan> = images.iter().map(|image| {
            let packages: Vec<_> = image.iter().map(|(name, v)| (NAMES[*name], v.to_string())).collect();
            let packages: Vec<_> = packages.iter().map(|(name, v)| (*name, v.as_str())).collect();
            scan(&packages)
        }).collect();
        let mut feed = Feed::of(feeds[0].clone());
        let old = world();
        for (scan, n) in scans.iter().zip(1..) {
            push_and_scan(&old.store, n, scan, &judge(&feed, &rules));
        }
        for next in &feeds[1..] {
            feed.publish(next.clone());
            old.store.reassess(&judge(&feed, &rules), NOW).unwrap();
        }
        let new = world();
        for (scan, n) in scans.iter().zip(1..) {
            push_and_scan(&new.store, n, scan, &judge(&feed, &rules));
        }
        for n in 1..=u8::try_from(scans.len()).unwrap() {
            let (a, b) = (old.store.image(&digest(n)).unwrap().unwrap(), new.store.image(&digest(n)).unwrap().unwrap());
            prop_assert_eq!(a.image.counts, b.image.counts);
            prop_assert_eq!(a.image.assessment, b.image.assessment);
            let ids = |store: &SqliteStore| store.findings(&digest(n)).unwrap().into_iter()
                .map(|found| (found.finding.id, found.finding.severity, found.finding.disabled.is_some()))
                .collect::<Vec<_>>();
            prop_assert_eq!(ids(&old.store), ids(&new.store));
        }
        // Nothing more to tell: what was told adds up.
        let again = old.store.reassess(&judge(&feed, &rules), NOW).unwrap();
        prop_assert_eq!((again.images, again.notifications), (0, 0));
    }
}

#[test]
fn what_was_stored_is_given_back() {
    let w = world();
    let feed = Feed::of(vec![advisory("CVE-1", "a", Some("2"), "high")]);
    assert_eq!(w.store.stored(&digest(1)).unwrap(), None);
    w.store.accept(&[event(Action::Push, 1, Some("latest"), NOW)], NOW, &w.policies).unwrap();
    assert_eq!(w.store.stored(&digest(1)).unwrap(), None);
    let mut scan = scan(&[("b", "1"), ("a", "1")]);
    scan.gaps = vec!["one layer is missing".into()];
    w.store.scanned(&digest(1), &scan, &judge(&feed, &Ruleset::default()), NOW).unwrap();
    let stored = w.store.stored(&digest(1)).unwrap().unwrap();
    scan.packages.reverse();
    assert_eq!(stored.packages.iter().map(|(package, _)| package.clone()).collect::<Vec<_>>(), scan.packages);
    assert!(stored.packages.iter().all(|(_, judged)| *judged));
    assert_eq!((stored.distro, stored.gaps), (scan.distro, scan.gaps));
}
