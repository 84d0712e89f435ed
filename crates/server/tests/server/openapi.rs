//! The OpenAPI document is true: every route is in it, and every path in it answers as it says.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::http::Http;
use crate::world::{World, image, osv};

fn document(http: &Http) -> Value {
    let answer = http.get("/openapi.json");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.json()
}

/// What the sources route: paths, as axum writes them.
fn routed(folder: &Path, out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            routed(&entry.path(), out);
            continue;
        }
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let found = text.split(".route(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            out.extend(found.map(|rest| rest.split('"').next().unwrap().replace("{*", "{")));
        }
    }
}

#[test]
fn every_route_is_documented() {
    let mut routes = BTreeSet::new();
    routed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut routes);
    assert!(routes.len() > 30, "{routes:?}");
    let world = World::new();
    let document = document(&world.http);
    let documented: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(documented, routes);
}

/// Follows `$ref`.
fn resolve<'v>(document: &'v Value, value: &'v Value) -> &'v Value {
    match value["$ref"].as_str() {
        Some(to) => document.pointer(to.trim_start_matches('#')).unwrap_or_else(|| panic!("{to}")),
        None => value,
    }
}

fn world() -> (World, String) {
    let world = World::new();
    world.import(&[osv("CVE-2026-1", "left", Some("2"))]);
    let digest = world.push("shop/a", "1", &image(&[("left", "1")]));
    world.scanned(&digest);
    (world, digest.to_string())
}

#[test]
fn every_path_answers_as_documented() {
    let (world, digest) = world();
    let document = document(&world.http);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let mut asked = path
                .replace("{digest}", &digest)
                .replace("{id}", "3fa85f64-5717-4562-b3fc-2c963f66afa6")
                .replace("{name}", "unhealthy-by-severity")
                .replace("{path}", "providers/Microsoft.Security/subAssessments");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in parameters.iter().filter(|one| one["required"] == true && one["in"] == "query") {
                asked.push_str(&format!("?{}=x", parameter["name"].as_str().unwrap()));
            }
            let body = match path.as_str() {
                "/v1/admission" => json!({ "digest": digest }).to_string(),
                "/query" if method == "post" => json!({ "sql": "SELECT 1" }).to_string(),
                "/v1/events" if method == "post" => json!({ "events": [] }).to_string(),
                _ => String::new(),
            };
            let answer = world.http.send(&method.to_uppercase(), &asked, &body);
            let named = format!("{method} {asked}: {} {}", answer.status, answer.text);
            let documented = resolve(&document, &operation["responses"][answer.status.to_string()]);
            assert!(documented.is_object(), "{named}");
            assert!(answer.status < 500 && !answer.text.contains("there is nothing at"), "{named}");
            if let Some(content) =
                documented["content"].as_object().filter(|content| !content.contains_key("*/*"))
            {
                let kind = answer.header("content-type").unwrap_or_default();
                assert!(content.contains_key(kind), "{named}: {kind:?} is not documented");
            }
        }
    }
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// What Schemathesis is to expect. 501 is what the scanner adapter API answers for what a scanner can't do; and no schema
/// says what is a question in SQL, which parameters a question has, what some registry posts, or what is a host.
const EXPECTED: &str = r#"
[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "501"]
[[operations]]
include-path-regex = "^(/query|/query/.name.|/v1/events|/harbor/api/v1/scan)$"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", "4xx", "5xx"]
"#;

/// Schemathesis asks what the document allows, and what it forbids. Where it is installed: `pip install schemathesis`.
#[test]
fn schemathesis_finds_nothing() {
    let program = std::env::var("SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    if Command::new(&program).arg("--version").output().is_err() {
        eprintln!("skipped: {program} is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, TOKEN).unwrap();
    let world = World::with(|config| {
        let secret = plimsoll_server::Secret { file: Some(secret), env: None };
        let scopes = vec![plimsoll_server::Scope::Admin];
        config.tokens = vec![plimsoll_server::Token { name: "all".into(), scopes, sha256: None, secret }];
    });
    let shown = format!("Bearer {TOKEN}");
    let world = World { http: world.http.with("authorization", &shown), ..world };
    world.import(&[osv("CVE-2026-1", "left", Some("2"))]);
    let digest = world.push("shop/a", "1", &image(&[("left", "1")]));
    world.scanned(&digest);
    std::fs::write(folder.path().join("schemathesis.toml"), EXPECTED).unwrap();
    let mut document = document(&world.http);
    // Something that is there, for the paths that need it.
    for (path, operations) in document["paths"].as_object_mut().unwrap() {
        for operation in operations.as_object_mut().unwrap().values_mut() {
            let parameters =
                operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
            for parameter in parameters.filter(|one| one["name"] == "digest" && one["in"] == "path") {
                assert!(path.contains("{digest}"));
                parameter["example"] = json!(digest);
            }
        }
    }
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let exhaustive = std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some();
    let (examples, phases) =
        if exhaustive { ("100", "examples,coverage,fuzzing,stateful") } else { ("4", "fuzzing") };
    let output = Command::new(&program)
        .arg("--config-file")
        .arg(folder.path().join("schemathesis.toml"))
        .arg("run")
        .arg(&file)
        .args(["--url", &world.http.base(), "--checks", "all", "--header"])
        .arg(format!("Authorization: {shown}"))
        .args(["--max-examples", examples, "--seed", "1", "--phases", phases])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
