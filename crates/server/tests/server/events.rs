//! From an event to an assessment.

use plimsoll_testkit::IndexBuilder;
use serde_json::json;

use crate::world::{World, builder, image, osv};

#[test]
fn a_push_is_scanned_once_and_a_further_tag_is_not() {
    let world = World::new();
    world.import(&[osv("PYSEC-1", "jinja2", Some("3.1.3")), osv("PYSEC-2", "flask", None)]);
    let digest =
        world.push("shop/web", "1", &image(&[("jinja2", "3.1.2"), ("flask", "3.0.0"), ("six", "1.16.0")]));
    let seen = world.scanned(&digest);
    assert_eq!((&seen["assessment"], &seen["counts"]["packages"]), (&json!("unhealthy"), &json!(3)));
    world
        .until(&format!("/v1/images/{digest}/findings"), |list| list["value"].as_array().unwrap().len() == 2);
    let asked = world.registry.asked();
    // The manifest, the configuration, two layers: each once.
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(world.registry.agents().iter().all(|agent| agent.starts_with("plimsoll/")));

    world.registry.push(
        "shop/web",
        "latest",
        &image(&[("jinja2", "3.1.2"), ("flask", "3.0.0"), ("six", "1.16.0")]),
    );
    assert_eq!(world.tell("push", "shop/web", Some("latest"), &digest)["queued"], 0);
    assert_eq!(world.registry.asked().len(), 4);
    let plan = world.http.get(&format!("/v1/images/{digest}/plan")).json();
    let step = &plan["steps"][0];
    assert_eq!(
        (&step["action"], &step["to"], &step["fixes"]),
        (&json!("upgrade"), &json!("3.1.3"), &json!(1))
    );
    assert_eq!(step["vulnerabilities"], json!(["PYSEC-1"]));
    assert_eq!((&plan["findings"], &plan["remaining"][0]["findings"]), (&json!(2), &json!(1)));
}

#[test]
fn each_image_of_an_index_is_scanned() {
    let world = World::new();
    let index = IndexBuilder::new()
        .image(builder(&[("jinja2", "3.1.2")]).platform("linux", "amd64"))
        .image(builder(&[("jinja2", "3.1.2")]).platform("linux", "arm64"))
        .attestation(0)
        .oci_tree();
    let digest = world.registry.push_index("shop/web", "1", &index);
    world.tell("push", "shop/web", Some("1"), &digest);
    let seen = world.scanned(&digest);
    assert_eq!(seen["index"], true);
    let images = seen["images"].as_array().unwrap();
    assert_eq!(images.len(), 2, "{seen}");
    let platforms: Vec<String> = images
        .iter()
        .map(|image| world.scanned(&image.as_str().unwrap().parse().unwrap()))
        .map(|image| image["platform"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
}

#[test]
fn a_replay_changes_nothing() {
    let world = World::new();
    let digest = world.registry.push("shop/web", "1", &image(&[("six", "1.16.0")]));
    let body = json!({ "events": [world.event("push", "shop/web", Some("1"), &digest)] }).to_string();
    let first = world.http.post("/v1/events", &body).json();
    assert_eq!((&first["accepted"], &first["queued"]), (&json!(1), &json!(1)));
    world.scanned(&digest);
    let before = world.registry.asked().len();
    let again = world.http.post("/v1/events", &body).json();
    assert_eq!(
        (&again["accepted"], &again["duplicates"], &again["queued"]),
        (&json!(0), &json!(1), &json!(0))
    );
    assert_eq!(world.registry.asked().len(), before);
}

#[test]
fn handshakes() {
    let world = World::new();
    // Azure Event Grid, "Endpoint validation with Event Grid events".
    let body = r#"[{"id":"2d1781af-3a4c-4d7c-bd0c-e34b19da4e66","topic":"/subscriptions/x","subject":"","data":
        {"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"},"eventType":
        "Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2018-01-25T22:12:19.4556811Z",
        "metadataVersion":"1","dataVersion":"1"}]"#;
    let answer = world.http.post("/v1/events", body);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "validationResponse": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6" }));
    // CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery", 4.1 and 4.2.
    let asks = world
        .http
        .with("webhook-request-origin", "eventemitter.example.com")
        .with("webhook-request-rate", "120");
    let answer = asks.send("OPTIONS", "/v1/events", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("webhook-allowed-origin"), Some("eventemitter.example.com"));
    assert_eq!(answer.header("webhook-allowed-rate"), Some("120"));
}
