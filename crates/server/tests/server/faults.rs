//! Registries that do not do what they should.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::registry::CHANGED;
use crate::world::{World, event, image, osv};

/// An image whose registry answers so, once it has been tried.
fn tried(fault: impl Fn(&str) -> Option<u16> + Send + Sync + 'static) -> (World, Value) {
    let world = World::new();
    world.registry.fail(fault);
    let digest = world.push("shop/web", "1", &image(&[("jinja2", "3.1.2")]));
    let path = format!("/v1/images/{digest}");
    let image =
        world.until(&path, |image| image["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
    (world, image)
}

fn reason(image: &Value) -> &str {
    image["reasons"][0].as_str().unwrap()
}

#[test]
fn content_that_is_not_what_its_digest_says_is_refused_for_good() {
    let (_world, image) = tried(|path| path.contains("/manifests/").then_some(CHANGED));
    assert_eq!(image["scan"], "failed");
    assert!(reason(&image).contains("was changed"), "{image}");
    assert_eq!(image["assessment"], Value::Null, "nothing is said of what was not read");
}

#[test]
fn who_is_not_let_in_is_tried_again() {
    for status in [401, 403] {
        let (_world, image) = tried(move |path| path.contains("/manifests/").then_some(status));
        assert_eq!(image["scan"], "queued", "{image}");
        assert!(reason(&image).contains("does not let shop/web be read"), "{image}");
    }
}

#[test]
fn what_is_not_there_is_tried_again() {
    let (_world, image) = tried(|path| path.contains("/manifests/").then_some(404));
    assert_eq!(image["scan"], "queued", "{image}");
}

#[test]
fn what_comes_a_moment_later_than_its_event_is_read_within_a_moment() {
    let world = World::new();
    // The first two tries come too early.
    let tries = AtomicUsize::new(0);
    let early = move |path: &str| {
        (path.contains("/manifests/") && tries.fetch_add(1, Ordering::Relaxed) < 2).then_some(404)
    };
    world.registry.fail(early);
    let started = Instant::now();
    let digest = world.push("shop/web", "1", &image(&[("jinja2", "3.1.2")]));
    world.scanned(&digest);
    // Half a second and one second: less than half a minute, however slow the machine is.
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(1500), "{took:?}");
    let metrics = world.http.get("/metrics").text;
    assert!(metrics.contains("plimsoll_scans_failed_total 2"), "{metrics}");
}

#[test]
fn a_layer_that_is_damaged_never_makes_a_healthy_image() {
    let world = World::new();
    world.import(&[osv("PYSEC-1", "other", None)]);
    let layout = image(&[("jinja2", "3.1.2")]);
    let manifest = world.registry.push("shop/web", "1", &layout);
    let named = manifest.to_string();
    world.registry.fail(move |path| (path.contains("/blobs/") && !path.contains(&named)).then_some(CHANGED));
    world.tell("push", "shop/web", Some("1"), &manifest);
    let path = format!("/v1/images/{manifest}");
    let image = world.until(&path, |image| matches!(image["scan"].as_str(), Some("done" | "failed")));
    assert_ne!(image["assessment"], "healthy", "{image}");
    assert!(!image["reasons"].as_array().unwrap().is_empty(), "{image}");
}

#[test]
fn where_registries_are_configured_no_other_is_asked() {
    let registry = crate::registry::Registry::start();
    let elsewhere = crate::registry::Registry::start();
    let digest = elsewhere.push("shop/web", "1", &image(&[("six", "1")]));
    let configured = plimsoll_server::Registry {
        host: "registry.example".into(),
        aliases: vec!["registry:5000".into()],
        pull: Some(registry.host().to_owned()),
        ..Default::default()
    };
    let world =
        World::over(registry, tempfile::tempdir().unwrap(), |config| config.registries = vec![configured]);
    let body = json!({ "events": [event(elsewhere.host(), "push", "shop/web", Some("1"), &digest)] });
    let answer = world.http.post("/v1/events", &body.to_string()).json();
    assert_eq!(answer["queued"], 0);
    assert!(answer["skipped"][0].as_str().unwrap().contains("none of the configured registries"), "{answer}");
    assert_eq!(elsewhere.asked(), Vec::<String>::new());

    // By another of its names, and asked where it is.
    let digest = world.registry.push("shop/web", "1", &image(&[("six", "1")]));
    let body = json!({ "events": [event("registry:5000", "push", "shop/web", Some("1"), &digest)] });
    assert_eq!(world.http.post("/v1/events", &body.to_string()).json()["queued"], 1);
    assert_eq!(world.scanned(&digest)["places"][0]["registry"], "registry.example");
}
