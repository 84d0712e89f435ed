//! A process that accepts events, scans and tells, and is killed at any moment.

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use plimsoll_core::Digest;
use plimsoll_monitor::{
    FileForm, FileSink, Filter, Incoming, JobKind, Policies, Scan, SqliteStore, Start, Store,
};
use plimsoll_registry::Action;
use plimsoll_rules::Ruleset;
use support::*;

const CHILD: &str = "PLIMSOLL_MONITOR_KILL_CHILD";

fn numbered(n: u64) -> Digest {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&n.to_be_bytes());
    Digest::sha256(hash)
}

fn push(n: u64) -> Incoming {
    let mut push = event(Action::Push, 0, Some("latest"), NOW + i64::try_from(n).unwrap());
    push.event.digest = Some(numbered(n));
    push.event.id = Some(format!("push-{n}"));
    push
}

/// Not a test of its own: what the killed process does.
#[test]
fn child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let folder = Path::new(&folder);
    let store = SqliteStore::open(folder.join("monitor.db")).unwrap();
    store.subscribe("file", Start::Oldest).unwrap();
    let mut sink = FileSink::open(folder.join("out.jsonl"), FileForm::Plain).unwrap();
    let (feed, rules) = (Feed::of(vec![advisory("X-1", "a", None, "high")]), Ruleset::default());
    let first = store.status().unwrap().subjects * 10;
    for n in first.. {
        store.accept(&[push(n)], NOW, &Policies::default()).unwrap();
        // From here on it is promised.
        println!("accepted {n}");
        if n % 3 == 0 {
            for claimed in store.claim(4, NOW + DAY_LATER).unwrap() {
                assert_eq!(claimed.job.kind, JobKind::Scan);
                let found: Scan = scan(&[("a", "1"), ("b", "1")]);
                store.scanned(&claimed.job.digest, &found, &judge(&feed, &rules), NOW).unwrap();
            }
            store.deliver("file", &mut sink, 3).unwrap();
        }
    }
}

const DAY_LATER: i64 = 86_400_000;

#[test]
fn nothing_is_lost_and_nothing_told_twice() {
    let rounds = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 200 } else { 12 };
    let folder = tempfile::tempdir().unwrap();
    let mut accepted: BTreeSet<u64> = BTreeSet::new();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            let number = |line: String| line.rsplit_once("accepted ")?.1.parse::<u64>().ok();
            lines.filter_map(number).collect::<Vec<_>>()
        });
        // Any moment: before the store is open, within a transaction, within a line.
        std::thread::sleep(Duration::from_micros(30_000 + (round * 7_919_777) % 250_000));
        child.kill().unwrap();
        child.wait().unwrap();
        accepted.extend(reader.join().unwrap());
    }
    let path = folder.path().join("monitor.db");
    let store = SqliteStore::open(&path).unwrap();
    for n in &accepted {
        let image = store.image(&numbered(*n)).unwrap();
        assert!(image.is_some(), "push {n} was accepted and is lost");
    }
    // Whoever comes next finishes the work.
    let (feed, rules) = (Feed::of(vec![advisory("X-1", "a", None, "high")]), Ruleset::default());
    loop {
        let claimed = store.claim(1000, NOW + DAY_LATER).unwrap();
        if claimed.is_empty() {
            break;
        }
        for claimed in claimed {
            let found = scan(&[("a", "1"), ("b", "1")]);
            store.scanned(&claimed.job.digest, &found, &judge(&feed, &rules), NOW).unwrap();
        }
    }
    store.subscribe("file", Start::Oldest).unwrap();
    let mut sink = FileSink::open(folder.path().join("out.jsonl"), FileForm::Plain).unwrap();
    store.deliver("file", &mut sink, usize::MAX).unwrap();
    let text = std::fs::read_to_string(folder.path().join("out.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let images: BTreeSet<&str> = lines.iter().map(|line| line["image"].as_str().unwrap()).collect();
    assert_eq!(images.len(), lines.len(), "an image was told of twice");
    let subjects = store.status().unwrap().subjects;
    assert_eq!(images.len() as u64, subjects, "an image was not told of");
    assert!(subjects >= accepted.len() as u64);
    assert!(lines.windows(2).all(|pair| pair[0]["sequence"].as_u64() < pair[1]["sequence"].as_u64()));
    let page = store.images(&Filter::default()).unwrap();
    assert!(page.images.iter().all(|image| image.counts.high == 1));
    drop(store);
    let sqlite = rusqlite::Connection::open(&path).unwrap();
    let whole: String = sqlite.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    println!("{rounds} kills, {} events accepted, {subjects} images", accepted.len());
}
