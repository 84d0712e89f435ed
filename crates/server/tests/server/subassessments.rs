//! Findings in Azure's forms, and reports in all others.

use plimsoll_testkit::FileTree;
use serde_json::{Value, json};

use crate::world::{World, image, osv};

fn three() -> FileTree {
    image(&[("left", "1"), ("right", "3"), ("up", "1")])
}

fn list(answer: &Value) -> &[Value] {
    answer["value"].as_array().unwrap()
}

fn ids(answer: &Value) -> Vec<&str> {
    list(answer).iter().map(|one| one["properties"]["id"].as_str().unwrap()).collect()
}

/// Follows `nextLink` to the end.
fn pages(world: &World, path: &str) -> (usize, Vec<Value>) {
    let (mut all, mut pages, mut next) = (Vec::new(), 0, Some(path.to_owned()));
    while let Some(path) = next {
        let answer = world.http.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let answer = answer.json();
        all.extend(list(&answer).iter().cloned());
        next = answer["nextLink"].as_str().map(str::to_owned);
        pages += 1;
        assert!(pages < 100);
    }
    (pages, all)
}

#[test]
fn of_an_image_and_of_a_scope() {
    let rules = "[[rule]]\nid = \"known\"\nreason = \"not reached\"\ncve = [\"CVE-2026-2\"]\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
    let world = World::with(|config| config.rules = vec![folder.path().join("rules.toml")]);
    world.import(&[osv("CVE-2026-1", "left", Some("2")), osv("CVE-2026-2", "right", None)]);
    let a = world.push("shop/a", "1", &three());
    let b = world.push("shop/b", "1", &image(&[("left", "1")]));
    let healthy = world.push("shop/c", "1", &image(&[("nothing", "1")]));
    for digest in [&a, &b, &healthy] {
        world.scanned(digest);
    }
    let of_a = format!("/v1/images/{a}/subassessments");
    let answer = world.http.get(&of_a);
    let etag = answer.header("etag").unwrap().to_owned();
    assert_eq!(world.http.with("if-none-match", &etag).get(&of_a).status, 304);
    let answer = answer.json();
    assert_eq!(ids(&answer), ["CVE-2026-1", "CVE-2026-2"]);
    let [open, disabled] = list(&answer) else { panic!() };
    assert_eq!(open["properties"]["status"]["code"], "Unhealthy");
    assert_eq!(
        (&disabled["properties"]["status"]["code"], &disabled["properties"]["status"]["cause"]),
        (&json!("NotApplicable"), &json!("Exempt"))
    );
    let details = &open["properties"]["additionalData"];
    assert_eq!(details["assessedResourceType"], "AzureContainerRegistryVulnerability");
    assert_eq!(details["artifactDetails"]["digest"], json!(a));
    assert_eq!(details["artifactDetails"]["repositoryName"], "shop/a");
    assert_eq!(details["softwareDetails"]["fixStatus"], "FixAvailable");
    assert!(details["artifactDetails"]["lastPushedToRegistryUTC"].is_string());

    // The older form.
    let older = world.http.get(&format!("{of_a}?form=2019-01-01-preview")).json();
    let details = &list(&older)[0]["properties"]["additionalData"];
    assert_eq!(details["assessedResourceType"], "ContainerRegistryVulnerability");
    assert_eq!((&details["patchable"], &details["imageDigest"]), (&json!(true), &json!(a)));

    // Filters.
    let count = |query: &str| list(&world.http.get(&format!("/v1/subassessments?{query}")).json()).len();
    assert_eq!(count(""), 3);
    assert_eq!((count("code=Unhealthy"), count("code=NotApplicable"), count("code=Healthy")), (2, 1, 0));
    assert_eq!((count("severity=High"), count("severity=Low")), (3, 0));
    assert_eq!((count("vulnerability=CVE-2026-2"), count("package=left")), (1, 2));
    assert_eq!(
        (count("repository=shop/b"), count("repository=shop/c"), count("registry=elsewhere")),
        (1, 0, 0)
    );
    for bad in ["severity=high", "after=x", "after=1.x", "limit=x", "limit=0", "form=3", "unknown=1"] {
        assert_eq!(world.http.get(&format!("/v1/subassessments?{bad}")).status, 400, "{bad}");
    }

    // Pages: nothing twice, nothing lost, in one order.
    let (_, whole) = pages(&world, "/v1/subassessments");
    for limit in 1..=4 {
        let (count, all) = pages(&world, &format!("/v1/subassessments?limit={limit}"));
        assert_eq!(all, whole, "{limit}");
        assert!(count >= 3_usize.div_ceil(limit));
        assert_eq!(pages(&world, &format!("{of_a}?limit={limit}")).1, list(&answer));
    }

    // The paths of Azure's own API; what they say leads back to them.
    let key = "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5";
    let azure = |path: &str| world.http.get(&format!("/azure{path}"));
    let all = azure(&format!(
        "/providers/Microsoft.Security/assessments/{key}/subAssessments?api-version=2019-01-01-preview"
    ));
    assert_eq!(list(&all.json()), whole);
    for one in &whole {
        let found = azure(one["id"].as_str().unwrap());
        assert_eq!((found.status, &found.json()), (200, one), "{one}");
    }
    let registry = world.registry.host();
    let scope = format!(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/{registry}"
    );
    assert_eq!(list(&azure(&format!("{scope}/providers/Microsoft.Security/subAssessments")).json()), whole);
    let seed = azure(
        "/providers/Microsoft.Security/assessments/dbd0cb49-b563-45e7-9724-889e799fa648/subAssessments",
    );
    assert_eq!(list(&seed.json())[0]["properties"]["additionalData"]["type"], "Vulnerability");
    assert_eq!(azure("/providers/Microsoft.Security/assessments/other/subAssessments").status, 404);
    assert_eq!(azure("/providers/Microsoft.Security/nothing").status, 404);

    // A finding keeps its name, whatever else is found.
    let name = |path: &str, id: &str| {
        let answer = world.http.get(path).json();
        list(&answer).iter().find(|one| one["properties"]["id"] == id).unwrap()["name"].clone()
    };
    let before = name(&of_a, "CVE-2026-2");
    world.import(&[osv("CVE-2026-0", "up", None)]);
    world.until(&of_a, |answer| answer["value"].as_array().unwrap().len() == 3);
    assert_eq!(name(&of_a, "CVE-2026-2"), before);
}

#[test]
fn a_report_in_each_form() {
    let world = World::new();
    world.import(&[osv("CVE-2026-1", "left", Some("2"))]);
    let digest = world.push("shop/a", "1", &three());
    world.scanned(&digest);
    for format in plimsoll::stages::report::FORMATS {
        let answer = world.http.get(&format!("/v1/images/{digest}/report?format={}", format.id));
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(format.media_type)),
            "{}",
            format.id
        );
        let name = answer.header("content-disposition").unwrap();
        assert!(name.ends_with(&format!(".{}\"", format.extension)), "{name}");
        assert!(answer.text.contains("left") || answer.text.contains("shop/a"), "{}", answer.text);
    }
    let report = world.http.get(&format!("/v1/images/{digest}/report")).json();
    assert_eq!(report["image"]["name"], format!("{}/shop/a:1", world.registry.host()));
    assert_eq!((&report["assessment"], &report["counts"]["critical"]), (&json!("unhealthy"), &json!(1)));
    assert_eq!(report["packages"].as_array().unwrap().len(), 3);
    assert_eq!(report["findings"][0]["actions"][0]["action"], "upgrade");
    assert_eq!(report["plan"]["steps"][0]["to"], "2");
    assert_eq!(report["coverage"]["assessed"], 3);
    assert_eq!(world.http.get(&format!("/v1/images/{digest}/report?format=word")).status, 400);
    let unknown = format!("sha256:{}", "0".repeat(64));
    assert_eq!(world.http.get(&format!("/v1/images/{unknown}/report")).status, 404);

    // The tag goes on to another image: this one is to be removed, whatever else could be done.
    let next = world.push("shop/a", "1", &image(&[("left", "2")]));
    world.scanned(&next);
    let report = world.http.get(&format!("/v1/images/{digest}/report")).json();
    assert_eq!(report["findings"][0]["actions"][0]["action"], "remove-image");
    assert!(
        report["assessment_reasons"].to_string().contains("was :1 until"),
        "{}",
        report["assessment_reasons"]
    );
}
