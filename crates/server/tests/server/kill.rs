//! A server that is killed at any moment, under load.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use plimsoll::Digest;
use plimsoll_server::{Config, Server};
use serde_json::{Value, json};

use crate::changes::{to_file, told};
use crate::http::Http;
use crate::registry::Registry;
use crate::world::{World, builder, config, event, import, osv};

const CHILD: &str = "PLIMSOLL_SERVER_KILL_CHILD";

fn told_to_a_file(folder: &Path) -> Config {
    let mut config = config(folder);
    config.subscribers = vec![to_file(folder)];
    config.limits.rate = 0;
    config
}

/// Not a test of its own: what the killed process does.
#[test]
fn child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let server = Server::start(told_to_a_file(Path::new(&folder))).unwrap();
    println!("listening {}", server.address());
    server.run_until_signal().unwrap();
}

/// Posts pushes of new images until nobody answers, and notes those that were accepted.
fn load(
    http: &Http,
    registry: &Registry,
    next: &AtomicUsize,
    accepted: &Mutex<BTreeSet<Digest>>,
    stop: &AtomicBool,
) {
    while !stop.load(Ordering::Relaxed) {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let layout = builder(&[("jinja2", "3.1.2")]).label("n", n.to_string()).oci_tree();
        let repository = format!("load/{}", n % 7);
        let digest = registry.push(&repository, &n.to_string(), &layout);
        let event = event(registry.host(), "push", &repository, Some(&n.to_string()), &digest);
        let body = json!({ "events": [event] }).to_string();
        match http.try_send("POST", "/v1/events", &body) {
            Some(answer) if answer.status == 202 => {
                accepted.lock().unwrap().insert(digest);
            }
            Some(answer) => panic!("{}", answer.text),
            None => return,
        }
    }
}

#[test]
fn nothing_is_lost_and_nothing_told_twice() {
    let rounds = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 200 } else { 6 };
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), &[osv("PYSEC-1", "jinja2", None)]);
    let registry = Registry::start();
    let (next, accepted) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    for round in 0_u64..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.rsplit_once("listening ")?.1.parse::<SocketAddr>().ok());
        let http = Http::new(address.expect("the server starts again after every kill"));
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| load(&http, &registry, &next, &accepted, &stop));
            }
            // Any moment: while an event is written, an image read, a line told.
            std::thread::sleep(Duration::from_micros(5_000 + (round * 7_919_777) % 400_000));
            child.kill().unwrap();
            child.wait().unwrap();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let accepted = accepted.into_inner().unwrap();
    assert!(!accepted.is_empty());
    let world =
        World::over(registry, folder, |config| *config = told_to_a_file(config.data.parent().unwrap()));
    for digest in &accepted {
        assert_eq!(
            world.http.get(&format!("/v1/images/{digest}")).status,
            200,
            "{digest} was accepted and is lost"
        );
    }
    // Whoever comes next finishes the work.
    let status = world.until("/v1/status", |status| status["store"]["jobs"] == 0);
    let images = status["store"]["subjects"].as_u64().unwrap();
    assert_eq!(status["store"]["scanned"].as_u64(), Some(images));
    assert!(images >= accepted.len() as u64);
    let told: Vec<Value> = told(&world, usize::try_from(images).unwrap());
    let once: BTreeSet<&str> = told.iter().map(|note| note["image"].as_str().unwrap()).collect();
    assert_eq!(once.len(), told.len(), "an image was told of twice");
    assert_eq!(once.len() as u64, images);
    let World { folder, server, .. } = world;
    drop(server);
    let sqlite = rusqlite::Connection::open(folder.path().join("data/monitor.db")).unwrap();
    let whole: String = sqlite.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    println!("{rounds} kills, {} events accepted, {images} images", accepted.len());
}
