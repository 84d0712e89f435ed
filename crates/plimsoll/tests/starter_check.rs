//! The starter set's facts: well-formed, and the same as in the public databases that are at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plimsoll_severity::Cvss;
use plimsoll_version::Scheme;
use plimsoll_version::range::{Event, Membership, locate};
use serde_json::Value;

const STARTER: &str = include_str!("../src/starter/starter.json");

fn starter() -> Vec<Value> {
    serde_json::from_str(STARTER).expect("the starter set is a JSON array")
}

fn texts<'v>(record: &'v Value, key: &str) -> Vec<&'v str> {
    record[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Every id that a record goes by.
fn ids(record: &Value) -> Vec<&str> {
    let own = record["id"].as_str().into_iter();
    own.chain(texts(record, "aliases")).chain(texts(record, "upstream")).collect()
}

fn affected(record: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    record["affected"].as_array().into_iter().flatten().filter_map(|affected| {
        let package = &affected["package"];
        Some((package["ecosystem"].as_str()?, package["name"].as_str()?, affected))
    })
}

/// The events of all ranges of versions.
fn events(affected: &Value) -> Vec<Event<'_>> {
    let ranges = affected["ranges"].as_array().into_iter().flatten().filter(|range| range["type"] != "GIT");
    ranges
        .flat_map(|range| range["events"].as_array().into_iter().flatten())
        .filter_map(|event| {
            let (kind, version) = event.as_object()?.iter().next()?;
            let version = version.as_str()?;
            match kind.as_str() {
                "introduced" => Some(Event::Introduced(version)),
                "fixed" => Some(Event::Fixed(version)),
                "last_affected" => Some(Event::LastAffected(version)),
                _ => None,
            }
        })
        .collect()
}

#[test]
fn every_record_is_whole() {
    assert!(STARTER.len() < 100_000, "the starter set is compiled in");
    let records = starter();
    assert!(records.len() >= 100);
    let mut seen = BTreeSet::new();
    let mut ecosystems = BTreeSet::new();
    for record in &records {
        let id = record["id"].as_str().expect("every record has an id");
        assert!(seen.insert(id), "{id} stands twice");
        assert!(ids(record).iter().any(|id| id.starts_with("CVE-") || id.starts_with("GHSA-")), "{id}");
        let summary = record["summary"].as_str().expect("every record has a summary");
        assert!((20..90).contains(&summary.len()) && !summary.ends_with('.'), "{id}: {summary}");
        for key in ["schema_version", "modified"] {
            assert!(record[key].is_string(), "{id} has no {key}");
        }
        assert_eq!(record["database_specific"]["source"], "public facts", "{id}");
        for severity in record["severity"].as_array().expect("every record has a vector") {
            let vector = severity["score"].as_str().expect("a vector is a text");
            let cvss: Cvss = vector.parse().unwrap_or_else(|e| panic!("{id}: {vector}: {e}"));
            assert!(cvss.base_score().to_string() != "0.0", "{id}: {vector}");
        }
        assert!(affected(record).count() > 0, "{id}");
        for (ecosystem, name, affected) in affected(record) {
            ecosystems.insert(ecosystem.split(':').next().unwrap_or_default());
            let scheme = Scheme::for_ecosystem(ecosystem).expect("an ecosystem with an order");
            let events = events(affected);
            for event in &events {
                // A fix is outside, a first affected version inside, and both have a place in the order.
                let verdict = locate(scheme, &events, event.version());
                match event {
                    Event::Introduced("0") => {}
                    Event::Introduced(_) | Event::LastAffected(_) => {
                        assert!(matches!(verdict, Membership::Inside { .. }), "{id} {name}: {event:?}");
                    }
                    _ => assert!(matches!(verdict, Membership::Outside { .. }), "{id} {name}: {event:?}"),
                }
            }
        }
    }
    let all = ["Alpine", "Debian", "Go", "Maven", "PyPI", "crates.io", "npm"];
    assert!(ecosystems.into_iter().eq(all));
}

#[test]
fn the_public_databases_say_the_same() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let records = starter();
    let mut wanted: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in &records {
        for id in ids(record) {
            wanted.entry(id).or_default().push(record);
        }
    }
    let mut compared = 0;
    for zip in ["PyPI", "Go", "crates.io", "npm", "Maven", "Debian-12", "Alpine"] {
        let file = std::fs::File::open(corpus.join(format!("{zip}.zip"))).expect("the corpus is whole");
        let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).expect("the corpus is whole");
        for index in 0..archive.len() {
            let member = archive.by_index(index).expect("the corpus is whole");
            let theirs: Value = serde_json::from_reader(std::io::BufReader::new(member)).expect("JSON");
            if theirs["withdrawn"].is_string() {
                continue;
            }
            let known: BTreeSet<&str> = ids(&theirs).into_iter().collect();
            let ours: BTreeMap<&str, &Value> = known
                .iter()
                .filter_map(|id| wanted.get(id))
                .flatten()
                .map(|record| (record["id"].as_str().unwrap_or_default(), *record))
                .collect();
            for (id, record) in ours {
                compared += agree(id, record, &theirs);
            }
        }
    }
    // Most npm and Maven records and the newer Alpine releases are not in the corpus.
    assert!(compared >= 90, "only {compared} packages were compared");
}

/// Compares what two records of a vulnerability say of the same package; returns how many they have in common.
fn agree(id: &str, ours: &Value, theirs: &Value) -> usize {
    let text = theirs.to_string();
    let summary = ours["summary"].as_str().unwrap_or_default();
    assert!(!text.contains(summary), "{id}: the summary is the database's, not ours");
    let mut common = 0;
    for (ecosystem, name, ours) in affected(ours) {
        let same = affected(theirs).filter(|(e, n, _)| *e == ecosystem && *n == name);
        let theirs: Vec<Event<'_>> = same.flat_map(|(_, _, theirs)| events(theirs)).collect();
        if theirs.is_empty() {
            continue;
        }
        common += 1;
        let ours = events(ours);
        // The corpus' sources for npm and Maven write other bounds for the same versions: `<= 3.2.1` for `< 3.2.2`.
        if !matches!(ecosystem, "npm" | "Maven") {
            let set = |events: &[Event<'_>]| events.iter().map(|e| format!("{e:?}")).collect::<BTreeSet<_>>();
            assert_eq!(set(&ours), set(&theirs), "{id}: {ecosystem} {name}");
        }
        let scheme = Scheme::for_ecosystem(ecosystem).expect("an ecosystem with an order");
        for event in ours.iter().chain(&theirs).filter(|event| event.version() != "0") {
            let verdict =
                |events| matches!(locate(scheme, events, event.version()), Membership::Inside { .. });
            assert_eq!(verdict(&ours), verdict(&theirs), "{id}: {ecosystem} {name} at {event:?}");
        }
    }
    common
}
