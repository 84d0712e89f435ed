//! Who may ask, and how much.

use plimsoll_server::{Config, Error, Scope, Secret, Server, Token, new_token};

use crate::world::{World, config};

fn token(name: &str, scope: Scope) -> (String, Token) {
    let made = new_token().unwrap();
    let sha256 = Some(made.sha256);
    let token = Token { name: name.into(), scopes: vec![scope], sha256, secret: Secret::default() };
    (made.token, token)
}

#[test]
fn tokens_open_what_they_are_for() {
    let (read, of_read) = token("reader", Scope::Read);
    let (post, of_post) = token("registry", Scope::Events);
    let (admin, of_admin) = token("root", Scope::Admin);
    let world = World::with(|config| config.tokens = vec![of_read, of_post, of_admin]);
    let status = |token: &str, method: &str, path: &str| {
        world.http.with("authorization", &format!("Bearer {token}")).send(method, path, "").status
    };
    // Health is for everyone.
    assert_eq!(world.http.get("/healthz").status, 200);
    let refused = world.http.get("/v1/images");
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("Bearer realm=\"plimsoll\""))
    );
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(status("plim_0000", "GET", "/v1/images"), 401);
    assert_eq!(status(&read, "GET", "/v1/images"), 200);
    assert_eq!(status(&read, "POST", "/v1/events"), 403);
    assert_eq!(status(&post, "GET", "/v1/images"), 403);
    // It is let in, and says nothing that can be understood.
    assert_eq!(status(&post, "POST", "/v1/events"), 400);
    assert_eq!(status(&read, "POST", "/v1/admin/reassess"), 403);
    assert_eq!(status(&admin, "POST", "/v1/admin/reassess"), 200);
    let log = std::fs::read_to_string(world.path("data/audit.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!((last["who"].as_str(), last["path"].as_str()), (Some("root"), Some("/v1/admin/reassess")));
    assert!(!log.contains("plim_"), "no token is ever written down");
}

#[test]
fn without_tokens_other_machines_and_other_sites_are_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = Config { listen: "0.0.0.0:0".parse().unwrap(), ..config(folder.path()) };
    assert!(matches!(Server::start(everywhere.clone()), Err(Error::Open(_))));
    drop(Server::start(Config { open_to_all: true, ..everywhere }).unwrap());

    let world = World::new();
    assert_eq!(world.http.with("host", "evil.example").get("/v1/images").status, 403);
    assert_eq!(world.http.with("origin", "https://evil.example").post("/v1/events", "{}").status, 403);
    assert_eq!(world.http.with("sec-fetch-site", "cross-site").post("/v1/events", "{}").status, 403);
    assert_eq!(world.http.post("/v1/events", "{}").status, 400);
}

#[test]
fn limits() {
    let world = World::with(|config| {
        config.limits.body = 100;
        (config.limits.rate, config.limits.burst) = (1, 5);
    });
    assert_eq!(world.http.post("/v1/events", &"x".repeat(101)).status, 413);
    let statuses: Vec<u16> = (0..10).map(|_| world.http.get("/v1/images").status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    let refused = (0..10).map(|_| world.http.get("/v1/images")).find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.header("retry-after"), Some("1"));
}

#[test]
fn a_store_has_one_server() {
    let world = World::new();
    let error = Server::start(config(world.folder.path())).unwrap_err();
    assert!(error.to_string().contains("is in use by another process, and only one may write"), "{error}");
    // And the first goes on.
    assert_eq!(world.http.get("/readyz").status, 200);
}
