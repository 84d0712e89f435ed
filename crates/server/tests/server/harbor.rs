//! A client as Harbor has one: written from the OpenAPI of the scanner adapter (versions 1.0 to 1.2), and nothing else.

use std::time::{Duration, Instant};

use plimsoll::Digest;
use plimsoll_server::{Scope, Secret, Token, new_token};
use plimsoll_testkit::IndexBuilder;
use serde_json::{Value, json};

use crate::http::{Answer, Http};
use crate::registry::{INDEX, MANIFEST};
use crate::world::{World, builder, image, osv};

const BASE: &str = "/harbor/api/v1";
const REPORT_1_1: &str = "application/vnd.security.vulnerability.report; version=1.1";
const REPORT_1_0: &str = "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0";
const RAW: &str = "application/vnd.scanner.adapter.vuln.report.raw";
const SBOM: &str = "application/vnd.security.sbom.report+json; version=1.0";
const REQUEST: &str = "application/vnd.scanner.adapter.scan.request+json; version=1.1";
const ERROR: &str = "application/vnd.scanner.adapter.error+json; version=1.0";
const SEVERITIES: [&str; 6] = ["Unknown", "Negligible", "Low", "Medium", "High", "Critical"];

/// `ScanRequest`.
fn request(url: &str, repository: &str, tag: &str, digest: &Digest) -> Value {
    json!({
        "registry": { "url": url, "authorization": "" },
        "artifact": { "repository": repository, "digest": digest, "tag": tag, "mime_type": MANIFEST },
        "enabled_capabilities": [{ "type": "vulnerability", "produces_mime_types": [REPORT_1_1] }],
    })
}

fn post(http: &Http, request: &Value) -> Answer {
    http.with("content-type", REQUEST).post(&format!("{BASE}/scan"), &request.to_string())
}

fn accepted(http: &Http, request: &Value) -> String {
    let answer = post(http, request);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (202, Some("application/vnd.scanner.adapter.scan.response+json; version=1.0")),
        "{}",
        answer.text
    );
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Comes back until it is there or has failed, as Harbor does.
fn fetch(http: &Http, id: &str, accept: &str, query: &str) -> Answer {
    let start = Instant::now();
    loop {
        let answer = http.with("accept", accept).get(&format!("{BASE}/scan/{id}/report{query}"));
        if answer.status != 302 {
            return answer;
        }
        let wait: u64 = answer.header("refresh-after").unwrap().parse().unwrap();
        assert!(wait <= 15 && start.elapsed() < Duration::from_secs(60), "it takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// `ErrorResponse`.
fn refusal(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), Some(ERROR), "{}", answer.text);
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(!message.is_empty());
    (answer.status, message)
}

fn url(world: &World) -> String {
    format!("http://{}", world.registry.host())
}

#[test]
fn what_the_scanner_can_do() {
    let world = World::new();
    world.import(&[osv("CVE-2026-1", "left", Some("2"))]);
    for (accept, version) in [(None, "1.1"), (Some("1.1"), "1.1"), (Some("1.0"), "1.0")] {
        let kind = |version| format!("application/vnd.scanner.adapter.metadata+json; version={version}");
        let http = match accept {
            Some(accept) => world.http.with("accept", &kind(accept)),
            None => world.http.with("accept", "*/*"),
        };
        let answer = http.get(&format!("{BASE}/metadata"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind(version).as_str())));
        let metadata = answer.json();
        assert_eq!(metadata["scanner"]["name"], "Plimsoll");
        assert!(metadata["scanner"]["vendor"].is_string() && metadata["scanner"]["version"].is_string());
        let capabilities = metadata["capabilities"].as_array().unwrap();
        let types: Vec<&str> = capabilities.iter().map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["vulnerability", "sbom"]);
        for capability in capabilities {
            assert!(capability["consumes_mime_types"].as_array().unwrap().contains(&json!(MANIFEST)));
        }
        assert_eq!(capabilities[0]["produces_mime_types"], json!([REPORT_1_1, REPORT_1_0, RAW]));
        assert_eq!(capabilities[1]["produces_mime_types"], json!([SBOM]));
        let formats = &capabilities[1]["additional_attributes"]["sbom_media_types"];
        assert_eq!(*formats, json!(["application/spdx+json", "application/vnd.cyclonedx+json"]));
        let properties = metadata["properties"].as_object().unwrap();
        assert!(properties.values().all(Value::is_string), "{properties:?}");
        assert!(properties.contains_key("harbor.scanner-adapter/vulnerability-database-updated-at"));
    }
}

#[test]
fn from_the_request_to_the_report() {
    let world = World::new();
    world.import(&[osv("CVE-2026-1", "left", Some("2")), osv("CVE-2026-2", "right", None)]);
    // printf %s robot:secret | base64
    let credentials = "Basic cm9ib3Q6c2VjcmV0";
    world.registry.protect(credentials);
    let digest =
        world.registry.push("library/app", "1", &image(&[("left", "1"), ("right", "3"), ("up", "1")]));
    let mut wanted = request(&url(&world), "library/app", "1", &digest);
    wanted["registry"]["authorization"] = json!(credentials);
    let id = accepted(&world.http, &wanted);
    let answer = fetch(&world.http, &id, REPORT_1_1, "");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(REPORT_1_1)), "{}", answer.text);

    // `HarborVulnerabilityReport`.
    let report = answer.json();
    assert_eq!(report["artifact"], wanted["artifact"]);
    assert!(plimsoll_registry::from_rfc3339(report["generated_at"].as_str().unwrap()).is_some());
    assert_eq!(report["scanner"]["name"], "Plimsoll");
    assert_eq!(report["severity"], "Critical");
    let found = report["vulnerabilities"].as_array().unwrap();
    let ids: Vec<&str> = found.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["CVE-2026-1", "CVE-2026-2"]);
    for one in found {
        assert!(SEVERITIES.contains(&one["severity"].as_str().unwrap()));
        assert_eq!(one["preferred_cvss"]["score_v3"], 9.8);
        assert!(
            one["links"]
                .as_array()
                .unwrap()
                .iter()
                .all(|link| link.as_str().unwrap().starts_with("https://"))
        );
        assert!(one["description"].as_str().unwrap().starts_with("a flaw in"));
    }
    assert_eq!((&found[0]["package"], &found[0]["version"]), (&json!("left"), &json!("1")));
    assert_eq!((&found[0]["fix_version"], &found[1]["fix_version"]), (&json!("2"), &json!("")));

    // The same report by its older name; a raw one; and bills of materials.
    let older = fetch(&world.http, &id, REPORT_1_0, "");
    assert_eq!(
        (older.header("content-type"), &older.json()["vulnerabilities"]),
        (Some(REPORT_1_0), &report["vulnerabilities"])
    );
    let without = world.http.get(&format!("{BASE}/scan/{id}/report"));
    assert_eq!((without.status, without.header("content-type")), (200, Some(REPORT_1_0)));
    let raw = fetch(&world.http, &id, RAW, "");
    assert_eq!((raw.header("content-type"), &raw.json()["format"]), (Some(RAW), &json!("plimsoll-report")));
    for (form, key, of) in [
        ("application/spdx+json", "spdxVersion", "packages"),
        ("application/vnd.cyclonedx+json", "bomFormat", "components"),
    ] {
        let answer = fetch(&world.http, &id, SBOM, &format!("?sbom_media_type={form}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(SBOM)));
        let report = answer.json();
        assert_eq!((&report["media_type"], &report["artifact"]), (&json!(form), &wanted["artifact"]));
        assert!(report["sbom"][key].is_string(), "{report}");
        let names: Vec<&str> =
            report["sbom"][of].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert!(names.contains(&"left") && names.contains(&"up"), "{names:?}");
    }
    // It is one of the images that are watched now.
    assert_eq!(world.scanned(&digest)["assessment"], "unhealthy");
    // What is known of it grows without another scan.
    let asked = world.registry.asked().len();
    world.import(&[osv("CVE-2026-3", "up", Some("2"))]);
    let ids = |answer: Answer| answer.json()["vulnerabilities"].as_array().unwrap().len();
    assert_eq!(ids(fetch(&world.http, &id, REPORT_1_1, "")), 3);
    // Asking again costs nothing, and gives the same.
    assert_eq!(accepted(&world.http, &wanted), id);
    assert_eq!(world.registry.asked().len(), asked);
    // What was lent is nowhere.
    for entry in std::fs::read_dir(world.path("data")).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("cm9ib3Q6c2VjcmV0") && !text.contains("robot:secret"), "{:?}", entry.path());
    }
}

/// The headers and requests of Harbor's own client in its releases: API 1.0 and 1.1 know of no capabilities, 1.2 asks for a
/// bill of materials with the formats that it wants.
#[test]
fn as_each_release_asks() {
    let world = World::new();
    world.import(&[osv("CVE-2026-1", "left", Some("2"))]);
    let digest = world.registry.push("library/app", "1", &image(&[("left", "1")]));
    let artifact = json!({ "repository": "library/app", "digest": digest, "tag": "", "mime_type": MANIFEST });
    let bare = json!({ "registry": { "url": url(&world), "authorization": "" }, "artifact": artifact });
    let with = |capabilities: Value| {
        let mut request = bare.clone();
        request["enabled_capabilities"] = capabilities;
        request
    };
    let sbom = json!([{ "type": "sbom", "produces_mime_types": [SBOM],
        "parameters": { "sbom_media_types": ["application/spdx+json"] } }]);
    let all = json!([{ "type": "vulnerability", "produces_mime_types": [REPORT_1_1] }]);
    for (request, version, report, query) in [
        (bare.clone(), "1.0", REPORT_1_0, ""),
        (bare.clone(), "1.0", REPORT_1_1, ""),
        (with(all), "1.1", REPORT_1_1, ""),
        (with(json!([{ "type": "vulnerability" }])), "1.1", REPORT_1_1, ""),
        (with(sbom), "1.1", SBOM, "?sbom_media_type=application%2Fspdx%2Bjson"),
    ] {
        let kind = format!("application/vnd.scanner.adapter.scan.request+json; version={version}");
        let http = world.http.with("content-type", &kind);
        let http = http.with("accept", "application/vnd.scanner.adapter.scan.response+json; version=1.0");
        let answer = http.post(&format!("{BASE}/scan"), &request.to_string());
        assert_eq!(answer.status, 202, "{}", answer.text);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let answer = fetch(&world.http, &id, report, query);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(report)), "{}", answer.text);
        assert_eq!(answer.json()["artifact"], artifact);
    }
}

#[test]
fn what_goes_wrong() {
    let world = World::new();
    let digest = world.registry.push("library/app", "1", &image(&[("left", "1")]));
    let good = request(&url(&world), "library/app", "1", &digest);
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let status = |request: &Value| refusal(&post(&world.http, request)).0;
    assert_eq!(refusal(&world.http.post(&format!("{BASE}/scan"), "{")).0, 400);
    assert_eq!(status(&json!([])), 400);
    assert_eq!(status(&with("/registry/url", json!(1))), 400);
    for (pointer, value) in [
        ("/registry/url", json!("INVALID_REGISTRY_URL/x y")),
        ("/registry", Value::Null),
        ("/artifact/digest", json!("sha256:12")),
        ("/artifact/repository", json!("Upper Case")),
        ("/artifact/tag", json!("a/b")),
        ("/registry/authorization", json!("Digest x")),
        ("/artifact/mime_type", json!("nonsense")),
    ] {
        assert_eq!(status(&with(pointer, value)), 422, "{pointer}");
    }
    assert_eq!(status(&with("/artifact/mime_type", json!("application/vnd.cncf.helm.config.v1+json"))), 501);
    let other =
        json!([{ "type": "vulnerability", "produces_mime_types": ["application/vnd.other; version=1"] }]);
    assert_eq!(status(&with("/enabled_capabilities", other)), 501);
    // The credentials of nobody are used: the registry wants some.
    world.registry.protect("Basic cm9ib3Q6c2VjcmV0");
    let id = accepted(&world.http, &good);
    let (code, message) = refusal(&fetch(&world.http, &id, REPORT_1_1, ""));
    assert_eq!(code, 500, "{message}");
    // And what has failed can be asked for again.
    let again = with("/registry/authorization", json!("Basic cm9ib3Q6c2VjcmV0"));
    let second = accepted(&world.http, &again);
    assert_ne!(second, id);
    assert_eq!(fetch(&world.http, &second, REPORT_1_1, "").status, 200);
    let at = |id: &str, accept: &str, query: &str| refusal(&fetch(&world.http, id, accept, query)).0;
    assert_eq!(at("3fa85f64-5717-4562-b3fc-2c963f66afa6", REPORT_1_1, ""), 404);
    assert_eq!(at(&second, "application/vnd.anchore.policy.report+json; version=0.3", ""), 501);
    assert_eq!(at(&second, SBOM, ""), 400);
    assert_eq!(at(&second, SBOM, "?sbom_media_type=text/html"), 400);
    assert_eq!(refusal(&world.http.send("DELETE", &format!("{BASE}/scan"), "")).0, 405);
}

#[test]
fn an_index_is_no_image() {
    let world = World::new();
    let index = IndexBuilder::new().flat(builder(&[("left", "1")])).oci_tree();
    let digest = world.registry.push_index("library/app", "1", &index);
    let mut wanted = request(&url(&world), "library/app", "1", &digest);
    let id = accepted(&world.http, &wanted);
    assert_eq!(refusal(&fetch(&world.http, &id, REPORT_1_1, "")).0, 500);
    wanted["artifact"]["mime_type"] = json!(INDEX);
    assert_eq!(refusal(&post(&world.http, &wanted)).0, 501);
}

#[test]
fn only_configured_registries_are_asked() {
    let world = World::with(|config| {
        config.registries =
            vec![plimsoll_server::Registry { host: "r.example".into(), ..Default::default() }];
    });
    let digest = world.registry.push("library/app", "1", &image(&[("left", "1")]));
    let (status, message) = refusal(&post(&world.http, &request(&url(&world), "library/app", "1", &digest)));
    assert_eq!(status, 422, "{message}");
    assert!(world.registry.asked().is_empty());
}

#[test]
fn each_way_to_show_a_token() {
    let (made, reader) = (new_token().unwrap(), new_token().unwrap());
    let token = |name: &str, scope, sha256| Token {
        name: name.into(),
        scopes: vec![scope],
        sha256: Some(sha256),
        secret: Secret::default(),
    };
    let (write, read) = (made.token, reader.token);
    let tokens =
        vec![token("harbor", Scope::Write, made.sha256), token("reader", Scope::Read, reader.sha256)];
    let world = World::with(|config| config.tokens = tokens);
    let metadata = format!("{BASE}/metadata");
    assert_eq!(refusal(&world.http.get(&metadata)).0, 401);
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("harbor:{write}"));
    for (header, value) in [
        ("authorization", format!("Bearer {write}")),
        ("authorization", format!("Basic {basic}")),
        ("x-scanneradapter-api-key", write.clone()),
    ] {
        assert_eq!(world.http.with(header, &value).get(&metadata).status, 200, "{header}");
    }
    // A scan makes the server work: it needs more than reading does.
    let reader = world.http.with("authorization", &format!("Bearer {read}"));
    assert_eq!(reader.get(&metadata).status, 200);
    assert_eq!(refusal(&post(&reader, &json!({}))).0, 403);
}
