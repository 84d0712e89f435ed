//! The pages: what they show, who may see them, and that nothing of an image's is taken for a part of them.

use plimsoll_server::{Scope, Secret, Token, new_token};
use plimsoll_testkit::{ImageBuilder, TarBuilder, dpkg};

use crate::http::Answer;
use crate::world::{World, image, osv};

/// What each page must say to browsers.
fn page(answer: &Answer) -> &str {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/html; charset=utf-8")),
        "{}",
        answer.text
    );
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let text = &answer.text;
    assert!(text.starts_with("<!doctype html>\n<html lang=\"en\">"), "{text}");
    for never in ["<script", "javascript:", " style=", " onclick", "http://fonts", "{{", "{%"] {
        assert!(!text.contains(never), "{never}");
    }
    text
}

#[test]
fn images_their_findings_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, "[[rule]]\nid = \"known\"\nreason = \"not <reached>\"\ncve = [\"CVE-2026-2\"]\n")
        .unwrap();
    let world = World::with(|config| config.rules = vec![rules]);
    let get = |path: &str| world.http.get(path);
    assert!(page(&get("/")).contains("No registry has told of an image yet"));
    let evil = "<img src=x onerror=alert(1)>";
    let mut first = osv("CVE-2026-1", "left", Some("2"));
    first["summary"] = evil.into();
    first["references"] = serde_json::json!([{ "type": "WEB", "url": "javascript:alert(1)" }, { "type": "WEB", "url": "https://a.example/x" }]);
    world.import(&[first, osv("CVE-2026-2", "right", None)]);
    let old = world.push("shop/a", "1", &image(&[("left", "1"), ("right", "3")]));
    let healthy = world.push("shop/b", "1", &image(&[("nothing", "1")]));
    world.scanned(&old);
    world.scanned(&healthy);

    let answer = get("/");
    let list = page(&answer);
    assert!(list.contains("shop/a:1") && list.contains("shop/b:1") && list.contains("1 critical"), "{list}");
    for (query, a, b) in [
        ("state=unhealthy", true, false),
        ("state=healthy", false, true),
        ("at_least=high", true, false),
        ("q=CVE-2026-1", true, false),
        ("q=shop/b", false, true),
        ("q=shop/b:2", false, false),
        // By a part of the name.
        ("q=op/b", false, true),
        ("q=SHOP", true, true),
        ("q=hop/:1", true, true),
        ("q=shopping", false, false),
        ("package=nothing", false, true),
        ("q=&state=&at_least=&registry=", true, true),
    ] {
        let answer = get(&format!("/?{query}"));
        let list = page(&answer);
        assert_eq!((list.contains("shop/a:1"), list.contains("shop/b:1")), (a, b), "{query}");
    }
    assert_eq!(get(&format!("/?q={old}")).header("location"), Some(format!("/ui/images/{old}").as_str()));
    for wrong in ["/?state=excellent", "/?after=x", "/ui/images/nonsense", "/ui/usage?from=x"] {
        let answer = get(wrong);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (400, Some("text/html; charset=utf-8")),
            "{wrong}"
        );
    }
    assert_eq!(get(&format!("/ui/images/sha256:{}", "0".repeat(64))).status, 404);
    assert_eq!(get("/ui/nothing").status, 404);

    let answer = get(&format!("/ui/images/{old}"));
    let one = page(&answer);
    assert!(one.contains("UNHEALTHY") && one.contains("Upgrade left from 1 to 2"), "{one}");
    assert!(
        one.contains("CVE-2026-2") && one.contains("not &lt;reached&gt;"),
        "a disabled finding is shown with its rule"
    );
    assert!(one.contains("&lt;img src=x onerror=alert(1)&gt;") && !one.contains(evil));
    assert!(one.contains("href=\"https://a.example/x\""), "{one}");
    assert!(one.contains("Tags over time") && one.contains("<time datetime="));
    for (query, there) in [
        ("q=left", true),
        ("q=other", false),
        ("at_least=critical", true),
        ("fixable=yes", true),
        ("page=99", true),
    ] {
        let answer = get(&format!("/ui/images/{old}?{query}"));
        assert_eq!(page(&answer).contains("class=\"wide\""), there, "{query}");
    }

    // The tag moves on.
    let new = world.push("shop/a", "1", &image(&[("left", "2")]));
    world.scanned(&new);
    let answer = get(&format!("/ui/images/{old}"));
    let moved = page(&answer);
    assert!(
        moved.contains("No tag names this image any more") && moved.contains(&format!("/ui/images/{new}")),
        "{moved}"
    );

    let answer = get("/ui/rules");
    let rules = page(&answer);
    assert!(rules.contains("<code>known</code>") && rules.contains("not &lt;reached&gt;"), "{rules}");
    assert!(rules.contains("<td class=\"number\">1</td>"), "it disables one finding: {rules}");
    let answer = get("/ui/score");
    assert!(
        page(&answer).contains("&amp;repository=shop/a\"")
            || answer.text.contains("&amp;repository=shop%2Fa\""),
        "{}",
        answer.text
    );
    // What is known changes, and the score is noted.
    world.import(&[osv("CVE-2026-3", "nothing", None)]);
    world
        .until("/v1/score/history", |history| history["value"].as_array().is_some_and(|all| !all.is_empty()));
    let answer = get("/ui/score");
    assert!(page(&answer).contains("<polyline class=\"line\" points=\"0.0,"), "{}", answer.text);
    assert!(page(&get("/ui/usage")).contains("3 images"));
    let answer = get("/ui/queries?question=unhealthy-by-severity");
    assert!(page(&answer).contains("<td>critical</td>"), "{}", answer.text);
    let answer = get("/ui/queries?sql=SELECT+digest+FROM+images+ORDER+BY+image");
    assert!(page(&answer).contains("3 rows"), "{}", answer.text);
    let answer = get("/ui/queries?sql=DROP+TABLE+subject");
    assert!(page(&answer).contains("class=\"wrong\""), "{}", answer.text);
    assert_eq!(get("/ui/style.css").header("content-type"), Some("text/css; charset=utf-8"));
}

#[test]
fn every_question_has_a_page() {
    let world = World::new();
    for question in plimsoll_monitor::QUESTIONS {
        let given: String = question
            .parameters
            .iter()
            .map(|(name, _)| {
                format!(
                    "&{}={}",
                    name.trim_start_matches(':'),
                    if name.contains("id") { "CVE-1" } else { "2026-01-01" }
                )
            })
            .collect();
        let answer = world.http.get(&format!("/ui/queries?question={}{given}", question.name));
        let text = page(&answer);
        assert!(text.contains("rows</h2>") && !text.contains("class=\"wrong\""), "{}: {text}", question.name);
    }
}

#[test]
fn what_an_image_says_is_no_part_of_the_page() {
    let world = World::new();
    let evil = "</td><script>alert(1)</script>\u{202e}";
    let layer = TarBuilder::new()
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
        .file("var/lib/dpkg/status", dpkg::status(&[dpkg::DebPackage::new("bash", evil)]));
    let digest = world.push("shop/a", "1", &ImageBuilder::new().layer(layer).oci_tree());
    world.scanned(&digest);
    let answer = world.http.get(&format!("/ui/images/{digest}"));
    let text = page(&answer);
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("bash"));
}

#[test]
fn logging_in() {
    let (read, events) = (new_token().unwrap(), new_token().unwrap());
    let token = |name: &str, scope, sha256: &str| Token {
        name: name.into(),
        scopes: vec![scope],
        sha256: Some(sha256.to_owned()),
        secret: Secret::default(),
    };
    let tokens =
        vec![token("ann", Scope::Read, &read.sha256), token("registry", Scope::Events, &events.sha256)];
    let world = World::with(|config| config.tokens = tokens);
    let refused = world.http.get("/ui/score?x=1");
    assert_eq!(
        (refused.status, refused.header("location")),
        (303, Some("/ui/login?next=%2Fui%2Fscore%3Fx%3D1"))
    );
    assert_eq!(world.http.get("/v1/images").status, 401);
    let form = world.http.get("/ui/login?next=/ui/score");
    assert!(
        page(&form).contains("type=\"password\"") && form.text.contains("value=\"/ui/score\""),
        "{}",
        form.text
    );
    let log_in = |body: String| {
        world.http.with("content-type", "application/x-www-form-urlencoded").post("/ui/login", &body)
    };
    for wrong in ["plim_0000", events.token.as_str()] {
        let answer = log_in(format!("token={wrong}"));
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{wrong}");
    }
    let answer = log_in(format!("next=%2Fui%2Fscore&token={}", read.token));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/ui/score")));
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict") && !cookie.contains(&read.token), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    let logged_in = world.http.with("cookie", &format!("other=1; {session}"));
    page(&logged_in.get("/ui/score"));
    assert_eq!(logged_in.get("/v1/images").status, 200);
    // It reads, and does nothing else, whatever page asks for it.
    assert_eq!(logged_in.post("/v1/events", "{}").status, 401);
    assert_eq!(logged_in.post("/v1/admin/reassess", "").status, 401);
    assert_eq!(world.http.with("cookie", "plimsoll-session=guess").get("/ui/score").status, 303);
    let elsewhere = world.http.with("sec-fetch-site", "cross-site");
    assert_eq!(elsewhere.post("/ui/login", &format!("token={}", read.token)).status, 403);
    // A token as a password does as well.
    assert_eq!(world.http.with("authorization", &format!("Bearer {}", read.token)).get("/").status, 200);
    let out = logged_in.post("/ui/logout", "");
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(logged_in.get("/ui/score").status, 303);
    let log = std::fs::read_to_string(world.path("data/audit.jsonl")).unwrap();
    assert!(log.contains("log in: ann") && !log.contains(&read.token) && !log.contains("plimsoll-session="));
}
