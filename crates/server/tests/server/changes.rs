//! What changes after the scan: advisories, rules, tags, time without the server.

use plimsoll::{ImportOptions, Silent, Store};
use plimsoll_server::{Form, Secret, Subscriber};
use plimsoll_testkit::python::PythonPackage;
use plimsoll_testkit::{ImageBuilder, TarBuilder};
use serde_json::{Value, json};

use crate::world::{World, image, osv};

pub(crate) fn to_file(world_folder: &std::path::Path) -> Subscriber {
    Subscriber {
        name: "file".into(),
        url: None,
        file: Some(world_folder.join("told.jsonl")),
        form: Form::Plain,
        secret: Secret::default(),
        header: None,
        from_oldest: false,
    }
}

pub(crate) fn told(world: &World, least: usize) -> Vec<Value> {
    let start = std::time::Instant::now();
    loop {
        let text = std::fs::read_to_string(world.path("told.jsonl")).unwrap_or_default();
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if lines.len() >= least {
            return lines;
        }
        assert!(start.elapsed().as_secs() < 60, "told only {text:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn an_advisory_reaches_the_affected_images_without_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let sink = to_file(folder.path());
    let registry = crate::registry::Registry::start();
    let world = World::over(registry, folder, |config| config.subscribers = vec![sink]);
    world.import(&[osv("PYSEC-1", "other", None)]);
    let old = world.push("shop/web", "1", &image(&[("jinja2", "3.1.2")]));
    let new = world.push("shop/web", "2", &image(&[("jinja2", "3.1.4")]));
    let other = world.push("shop/api", "1", &image(&[("jinja2", "3.1.1"), ("six", "1")]));
    for digest in [&old, &new, &other] {
        assert_eq!(world.scanned(digest)["assessment"], "healthy");
    }
    let before = world.registry.asked().len();
    world.import(&[osv("PYSEC-2", "jinja2", Some("3.1.3"))]);
    let told = told(&world, 2);
    let mut images: Vec<&str> = told.iter().map(|note| note["image"].as_str().unwrap()).collect();
    images.sort_unstable();
    let mut expected = [old.to_string(), other.to_string()];
    expected.sort_unstable();
    assert_eq!(images, expected);
    assert!(told.iter().all(|note| note["cause"] == "advisories" && note["after"] == "unhealthy"));
    assert_eq!(world.findings(&old), ["PYSEC-2"]);
    assert_eq!(world.scanned(&new)["assessment"], "healthy");
    assert_eq!(world.registry.asked().len(), before, "no registry is asked");
}

#[test]
fn rules_are_read_again_when_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, "").unwrap();
    let file = rules.clone();
    let world = World::over(crate::registry::Registry::start(), folder, |config| config.rules = vec![file]);
    world.import(&[osv("PYSEC-1", "jinja2", None)]);
    let digest = world.push("shop/web", "1", &image(&[("jinja2", "3.1.2")]));
    assert_eq!(world.scanned(&digest)["assessment"], "unhealthy");
    std::fs::write(&rules, "[[rule]]\nid = \"not-used\"\nreason = \"no template comes from outside\"\nvulnerability = \"PYSEC-1\"\n")
        .unwrap();
    let path = format!("/v1/images/{digest}");
    world.until(&path, |image| image["assessment"] == "healthy-by-exemption");
    assert_eq!(world.http.get("/v1/rules").json()["value"][0]["id"], "not-used");
    // What can't be read takes nothing from what was read before, and is said.
    std::fs::write(&rules, "[[rule]\n").unwrap();
    let status = world.until("/v1/status", |status| status["trouble"].is_string());
    // Where the server keeps its files is nobody's business.
    let folder = world.folder.path().to_str().unwrap().to_owned();
    let told = world.http.get("/v1/rules").text;
    assert!(
        told.contains("rules.toml") && !told.contains(&folder) && !status.to_string().contains(&folder),
        "{told}"
    );
    assert_eq!(status["rules"], 1);
    assert_eq!(world.http.get(&path).json()["assessment"], "healthy-by-exemption");
    std::fs::write(&rules, "").unwrap();
    world.until(&path, |image| image["assessment"] == "unhealthy");
}

#[test]
fn a_tag_that_moves_and_a_pull() {
    let world = World::new();
    world.import(&[osv("PYSEC-1", "jinja2", None)]);
    let old = world.push("shop/web", "latest", &image(&[("jinja2", "3.1.2")]));
    world.scanned(&old);
    let new = world.push("shop/web", "latest", &image(&[("jinja2", "3.1.4")]));
    world.scanned(&new);
    let found = world.http.get(&format!("/v1/images/{old}/findings")).json()["value"][0].clone();
    let moved = found["moved"].as_str().unwrap();
    assert!(
        moved.starts_with("was :latest until ") && moved.contains(&format!("replaced by {new}")),
        "{moved}"
    );
    assert!(moved.ends_with("never pulled"), "{moved}");
    assert_eq!(found["action"], "remove or block this digest");
    let within = || world.http.get("/v1/images?pulled_since=2020-01-01T00:00:00Z").json()["value"].clone();
    assert_eq!(within(), json!([]));
    world.tell("pull", "shop/web", None, &old);
    assert_eq!(within()[0]["digest"], json!(old));
}

#[test]
fn what_the_server_missed_is_found_by_listing() {
    let registry = crate::registry::Registry::start();
    let digest = registry.push("shop/web", "1", &image(&[("six", "1")]));
    registry.push("old/gone", "1", &image(&[("six", "2")]));
    registry.fail(|path| path.contains("/manifests/").then_some(404));
    let host = registry.host().to_owned();
    let world = World::over(registry, tempfile::tempdir().unwrap(), |config| {
        config.registries = vec![plimsoll_server::Registry { host, list_hours: 24, ..Default::default() }];
    });
    // The tags are there, what they name is not: nothing is made up.
    world.until("/v1/images", |list| list["value"] == json!([]));
    world.registry.mend();
    world.registry.delete_tag("old/gone", "1");
    let asked = format!("/v1/admin/list?registry={}", world.registry.host());
    assert_eq!(world.http.post(&asked, "").status, 202);
    assert_eq!(world.scanned(&digest)["tags"][0]["tag"], "1");
    assert_eq!(world.http.get("/v1/images").json()["value"].as_array().unwrap().len(), 1);
}

#[test]
fn support_that_ends_is_told_without_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let sink = to_file(folder.path());
    let world =
        World::over(crate::registry::Registry::start(), folder, |config| config.subscribers = vec![sink]);
    world.import(&[osv("CVE-2026-1", "left", None)]);
    let release = "ID=debian\nVERSION_ID=10\nPRETTY_NAME=\"Debian GNU/Linux 10 (buster)\"\n";
    let layer = TarBuilder::new().file("etc/os-release", release);
    let layer = layer.files(PythonPackage::new("usr/lib/python3.11/site-packages", "six", "1").dist_info());
    let digest = world.push("shop/web", "1", &ImageBuilder::new().layer(layer).oci_tree());
    assert_eq!(world.scanned(&digest)["assessment"], "healthy");
    let asked = world.registry.asked().len();

    let life = r#"{"schema_version":"1","result":{"name":"debian","releases":[{"name":"10","eolFrom":"2024-06-30"}]}}"#;
    let document = world.path("debian.json");
    std::fs::write(&document, life).unwrap();
    let mut store = Store::create_or_open(world.path("advisories.db")).unwrap();
    store.import(&[&document], &ImportOptions::default(), &Silent).unwrap();
    let image = world.until(&format!("/v1/images/{digest}"), |image| image["assessment"] == "partial");
    let why = "Debian GNU/Linux 10 (buster) is end of life since 2024-06-30; no further fixes";
    assert_eq!(image["reasons"], json!([why]));
    let told = told(&world, 1);
    assert_eq!(
        (&told[0]["cause"], &told[0]["changes"][0]["kind"]),
        (&json!("support"), &json!("support-ended"))
    );
    assert_eq!(world.registry.asked().len(), asked);
}

#[test]
fn a_stop_and_a_start_lose_nothing() {
    let mut world = World::new();
    world.registry.fail(|path| path.contains("/blobs/").then_some(503));
    let digest = world.push("shop/web", "1", &image(&[("six", "1")]));
    drop(world.server.take());
    world.registry.mend();
    let World { folder, registry, .. } = world;
    let world = World::over(registry, folder, |_| {});
    assert_eq!(world.scanned(&digest)["counts"]["packages"], 1);
}
