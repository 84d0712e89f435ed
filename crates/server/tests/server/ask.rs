//! Lists, single things, and questions in SQL.

use serde_json::{Value, json};

use crate::world::{World, image, osv};

/// Two images with one vulnerability, one without.
fn world() -> (World, Vec<String>) {
    let world = World::new();
    world.import(&[osv("PYSEC-1", "jinja2", Some("3.1.3"))]);
    let digests = [
        world.push("shop/web", "1", &image(&[("jinja2", "3.1.1")])),
        world.push("shop/api", "1", &image(&[("jinja2", "3.1.2")])),
        world.push("shop/job", "1", &image(&[("jinja2", "3.1.3")])),
    ];
    for digest in &digests {
        world.scanned(digest);
    }
    let digests = digests.map(|digest| digest.to_string()).to_vec();
    (world, digests)
}

/// All pages of a list.
fn pages(world: &World, path: &str) -> (Vec<Value>, usize) {
    let (mut all, mut next, mut pages) = (Vec::new(), Some(path.to_owned()), 0);
    while let Some(path) = next {
        let page = world.http.get(&path).json();
        all.extend(page["value"].as_array().unwrap().iter().cloned());
        next = page["nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    (all, pages)
}

#[test]
fn lists_come_a_page_at_a_time() {
    let (world, digests) = world();
    let (images, count) = pages(&world, "/v1/images?limit=1");
    assert_eq!(images.iter().map(|image| image["digest"].as_str().unwrap()).collect::<Vec<_>>(), digests);
    assert_eq!(count, 3);
    let (unhealthy, count) = pages(&world, "/v1/assessments?limit=1&at_least=high");
    assert_eq!((unhealthy.len(), count), (2, 2));
    assert_eq!(unhealthy[0]["assessment"], "unhealthy");
    let (findings, count) = pages(&world, "/v1/findings?vulnerability=PYSEC-1&limit=1");
    assert_eq!(
        findings.iter().map(|finding| finding["digest"].as_str().unwrap()).collect::<Vec<_>>(),
        digests[..2]
    );
    assert_eq!(
        (count, &findings[0]["package"], &findings[0]["version"]),
        (2, &json!("jinja2"), &json!("3.1.1"))
    );
    assert_eq!(pages(&world, "/v1/findings?vulnerability=PYSEC-2").0, Vec::<Value>::new());
    assert_eq!(world.http.get("/v1/findings?vulnerability=PYSEC-1&after=x").status, 400);
}

#[test]
fn an_answer_that_is_known_is_not_given_again() {
    let (world, _) = world();
    let first = world.http.get("/v1/images");
    let tag = first.header("etag").unwrap().to_owned();
    let again = world.http.with("if-none-match", &tag).get("/v1/images");
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(world.http.with("if-none-match", "\"other\"").get("/v1/images").status, 200);
}

#[test]
fn questions_in_sql() {
    let (world, digests) = world();
    let ask = |sql: &str, parameters: Value| {
        world.http.post("/query", &json!({ "sql": sql, "parameters": parameters }).to_string())
    };
    let found =
        ask("SELECT digest, high + critical AS n FROM images WHERE digest = :d", json!({ "d": digests[0] }));
    assert_eq!(
        found.json(),
        json!({ "columns": ["digest", "n"], "rows": [[digests[0], 1]], "truncated": false })
    );
    let by_address =
        world.http.get("/query?sql=SELECT%20count(*)%20FROM%20images%20WHERE%20packages%3D%3Ap&p=1");
    assert_eq!(by_address.json()["rows"], json!([[3]]));
    for refused in [
        "DELETE FROM images",
        "SELECT * FROM subject",
        "WITH images AS (SELECT * FROM subject) SELECT * FROM images",
        "SELECT 1; SELECT 2",
        "PRAGMA table_list",
        "ATTACH '/tmp/x' AS x",
        "SELECT load_extension('x')",
        "nonsense",
        "",
    ] {
        let answer = ask(refused, json!({}));
        assert_eq!(answer.status, 400, "{refused}: {}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    let log = std::fs::read_to_string(world.path("data/audit.jsonl")).unwrap();
    assert!(log.contains("SELECT digest, high + critical AS n"), "who asked what is noted");
}

#[test]
fn a_query_ends_in_time_and_rows() {
    let world = World::with(|config| {
        (config.limits.query_millis, config.limits.query_rows) = (100, 10);
    });
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    let ask = |sql: String| world.http.post("/query", &json!({ "sql": sql }).to_string());
    let answer = ask(format!("{endless} SELECT count(*) FROM n"));
    assert_eq!(answer.status, 422, "{}", answer.text);
    let answer = ask(format!("{endless} SELECT i FROM n")).json();
    assert_eq!((answer["rows"].as_array().unwrap().len(), &answer["truncated"]), (10, &json!(true)));
}

#[test]
fn the_questions_that_are_asked_most() {
    let (world, digests) = world();
    let contents = world.http.get("/query").json();
    let questions = contents["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 10);
    for question in questions {
        let parameters: Vec<String> = question["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| match parameter["name"].as_str().unwrap() {
                name @ ("since" | "before") => format!("{name}=2026-01-01T00:00:00Z"),
                name => format!("{name}=PYSEC-1"),
            })
            .collect();
        let link = question["link"].as_str().unwrap();
        let answer = world.http.get(&format!("{link}?{}", parameters.join("&")));
        assert_eq!(answer.status, 200, "{link}: {}", answer.text);
        if !parameters.is_empty() {
            assert_eq!(world.http.get(link).status, 400, "{link}");
        }
    }
    let with = world.http.get("/query/images-with-vulnerability?id=PYSEC-1").json();
    let mut images: Vec<&str> =
        with["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap()).collect();
    images.sort_unstable();
    let mut expected = digests[..2].to_vec();
    expected.sort_unstable();
    assert_eq!(images, expected);
    assert_eq!(world.http.get("/query/nonsense").status, 404);
}

#[test]
fn score_usage_and_admission() {
    let (world, digests) = world();
    let score = world.http.get("/v1/score?project=shop").json();
    // 6 / 3 × 1: one healthy image of three (Microsoft Defender for Cloud, "Secure score").
    assert_eq!(
        (&score["score"]["effective"], &score["healthy"], &score["unhealthy"]),
        (&json!("2.00"), &json!(1), &json!(2))
    );
    assert_eq!(world.http.get("/v1/score?project=other").json()["healthy"], 0);
    assert_eq!(world.http.get("/v1/usage").json()["value"][0]["images"], 3);
    let decide = |digest: &str| world.http.get(&format!("/v1/admission/{digest}")).json();
    assert_eq!(decide(&digests[0])["answer"], "deny");
    assert_eq!(decide(&digests[2])["answer"], "allow");
    assert_eq!(decide(&format!("sha256:{}", "0".repeat(64)))["answer"], "deny");
    let mild = json!({ "digest": digests[0], "policy": { "deny_at": null } });
    assert_eq!(world.http.post("/v1/admission", &mild.to_string()).json()["answer"], "warn");
    assert_eq!(world.http.post("/v1/admission", "{").status, 400);
    assert_eq!(world.http.post("/v1/admission", "{}").status, 422);
    // Advisories that change what images come to are noted in the score's course.
    world.import(&[osv("PYSEC-2", "jinja2", None)]);
    let history = world.http.get("/v1/score/history?project=shop").json();
    let registry = world.registry.host();
    assert_eq!(history["value"], json!([]), "a project is one of a registry");
    let history = world.http.get(&format!("/v1/score/history?registry={registry}&project=shop")).json();
    let last = history["value"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["score"]["healthy"], &last["score"]["unhealthy"]), (&json!(0), &json!(3)), "{history}");
}
