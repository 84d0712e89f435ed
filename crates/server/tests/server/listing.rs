//! Registries that are listed: what events did not tell of.

use std::time::Duration;

use serde_json::{Value, json};

use crate::registry::Registry;
use crate::world::{World, image};

fn world(registry: Registry, more: impl FnOnce(&mut plimsoll_server::Registry)) -> World {
    let mut listed =
        plimsoll_server::Registry { host: registry.host().to_owned(), list_hours: 24, ..Default::default() };
    more(&mut listed);
    World::over(registry, tempfile::tempdir().unwrap(), |config| config.registries = vec![listed])
}

/// How the listing went, once it is at its end.
fn ended(world: &World) -> Value {
    let host = world.registry.host().to_owned();
    let status =
        world.until("/v1/status", |status| status["registries"]["listings"][&host]["ended"].is_i64());
    status["registries"]["listings"][&host].clone()
}

fn again(world: &World) -> Value {
    let before = ended(world)["started"].clone();
    std::thread::sleep(Duration::from_millis(2));
    let host = world.registry.host().to_owned();
    assert_eq!(world.http.post(&format!("/v1/admin/list?registry={host}"), "").status, 202);
    world.until("/v1/status", |status| status["registries"]["listings"][&host]["started"] != before);
    ended(world)
}

#[test]
fn a_repository_that_may_not_be_read_does_not_end_it() {
    let registry = Registry::start();
    let digests = ["a/ok", "b/secret", "c/gone", "d/tags", "e/ok"].map(|repository| {
        let digest = registry.push(repository, "1", &image(&[(repository.get(2..).unwrap(), "1")]));
        (repository, digest)
    });
    let world = world(registry, |_| {});
    for (_, digest) in &digests {
        world.scanned(digest);
    }
    assert_eq!(ended(&world)["repositories"], 5);

    // From now on three of them can't be read, each in its way.
    world.registry.fail(|path| match path.split('?').next().unwrap() {
        "/v2/b/secret/tags/list" => Some(403),
        "/v2/c/gone/tags/list" => Some(404),
        "/v2/d/tags/manifests/1" => Some(401),
        _ => None,
    });
    let late = world.registry.push("f/late", "1", &image(&[("late", "1")]));
    let listing = again(&world);
    assert_eq!((&listing["repositories"], &listing["passed_over"]), (&json!(4), &json!(2)), "{listing}");
    let unread: Vec<&String> = listing["unread"].as_object().unwrap().keys().collect();
    assert_eq!(unread, ["b/secret", "d/tags"]);
    world.scanned(&late);
    let metrics = world.http.get("/metrics").text;
    assert!(metrics.contains("plimsoll_listing_repositories_unread_total 2"), "{metrics}");

    // What can't be read may be there still; a repository of the catalog that has no list of tags has none.
    let tagged = |repository: &str| {
        let (_, digest) = digests.iter().find(|(name, _)| *name == repository).unwrap();
        let image = world.http.get(&format!("/v1/images/{digest}")).json();
        image["tags"][0].get("until").is_none()
    };
    assert!(tagged("a/ok") && tagged("b/secret") && tagged("d/tags") && tagged("e/ok"));
    assert!(!tagged("c/gone"));
}

#[test]
fn a_repository_that_is_named_and_not_found_is_reported() {
    let registry = Registry::start();
    let digest = registry.push("shop/web", "1", &image(&[("six", "1")]));
    let world = world(registry, |config| config.repositories = vec!["shop/api".into(), "shop/web".into()]);
    world.registry.fail(|path| path.starts_with("/v2/shop/api/").then_some(404));
    world.scanned(&digest);
    let listing = again(&world);
    assert_eq!((&listing["repositories"], &listing["passed_over"]), (&json!(1), &json!(1)), "{listing}");
    assert!(listing["unread"]["shop/api"].is_string());
}

#[test]
fn digests_are_asked_for_several_at_once_and_nothing_is_read_twice() {
    let registry = Registry::start();
    let layout = image(&[("six", "1")]);
    let digest = registry.push("a/one", "0", &layout);
    for tag in 1..20 {
        registry.push("b/many", &tag.to_string(), &layout);
    }
    registry.slow(Duration::from_millis(20));
    let world = world(registry, |config| config.list_requests = Some(3));
    world.scanned(&digest);
    assert_eq!(ended(&world)["tags"], 20);
    let most = world.registry.most();
    assert!((2..=3).contains(&most), "{most}");

    // Listed again: what each tag names is asked for, and no manifest is read.
    let (heads, asked) = (world.registry.heads().len(), world.registry.asked().len());
    again(&world);
    assert_eq!(world.registry.heads().len(), heads + 20);
    let asked = world.registry.asked().split_off(asked);
    assert!(asked.iter().all(|path| path.contains("/tags/list") || path.contains("_catalog")), "{asked:?}");
}
