//! The generation log: exactly what has to be done again, and nothing else.

use std::path::Path;

use plimsoll_advisory::{Effect, ImportOptions, RecordChange, Store};
use plimsoll_core::Silent;

fn record(id: &str, name: &str, fixed: &str, score: &str, summary: &str, modified: u32) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2024-01-{modified:02}T00:00:00Z","summary":"{summary}",
        "severity":[{{"type":"Ubuntu","score":"{score}"}}],
        "affected":[{{"package":{{"ecosystem":"PyPI","name":"{name}"}},
        "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
    )
}

fn import(store: &mut Store, home: &Path, records: &[String]) -> u64 {
    let folder = home.join("records");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    for (index, record) in records.iter().enumerate() {
        std::fs::write(folder.join(format!("{index}.json")), record).unwrap();
    }
    store.import(&[folder], &ImportOptions::default(), &Silent).unwrap().generation
}

fn said(changes: &[RecordChange]) -> Vec<(&str, Effect, Vec<&str>)> {
    let names = |change: &RecordChange| change.names.len();
    let _ = names;
    changes
        .iter()
        .map(|change| {
            (change.id.as_str(), change.effect, change.names.iter().map(|name| name.name.as_str()).collect())
        })
        .collect()
}

#[test]
fn each_change_has_the_effect_that_it_has() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let all = |changed: u32| {
        let (fixed, score, summary) = match changed {
            0 => ("1.0", "low", "a"),
            _ => ("2.0", "high", "b"),
        };
        [
            record("A-match", "a", fixed, "low", "a", 1 + changed),
            record("B-rating", "b", "1.0", score, "a", 1 + changed),
            record("C-text", "c", "1.0", "low", summary, 1 + changed),
            record("D-date", "d", "1.0", "low", "a", 1 + changed),
            record("E-same", "e", "1.0", "low", "a", 1),
        ]
    };
    let first = import(&mut store, home.path(), &all(0));
    assert!(store.changes(first).unwrap().is_empty());
    assert_eq!(store.changes(0).unwrap().len(), 5);
    let mut records = all(1).to_vec();
    records.push(record("F-new", "f", "1.0", "low", "a", 1));
    let second = import(&mut store, home.path(), &records);
    let changes = store.changes(first).unwrap();
    assert_eq!(
        said(&changes),
        [
            ("A-match", Effect::Match, vec!["a"]),
            ("B-rating", Effect::Rating, vec![]),
            ("C-text", Effect::Text, vec![]),
            ("F-new", Effect::Match, vec!["f"]),
        ]
    );
    assert_eq!(changes[0].record.as_ref().unwrap().affected[0].name, "a");
    assert!(store.changes(second).unwrap().is_empty());
}

#[test]
fn a_name_that_is_gone_is_matched_anew_as_well() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let first = import(&mut store, home.path(), &[record("A", "old", "1.0", "low", "a", 1)]);
    import(&mut store, home.path(), &[record("A", "new", "1.0", "low", "a", 2)]);
    assert_eq!(said(&store.changes(first).unwrap()), [("A", Effect::Match, vec!["new", "old"])]);
    let withdrawn = r#"{"id":"A","modified":"2024-01-03T00:00:00Z","withdrawn":"2024-01-03T00:00:00Z"}"#;
    let third = import(&mut store, home.path(), &[withdrawn.to_owned()]);
    assert_eq!(said(&store.changes(third - 1).unwrap()), [("A", Effect::Match, vec!["new"])]);
}

/// Whoever asks seldom sees what those see who ask always: the difference, not its history.
#[test]
fn what_came_back_has_not_changed() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let first = import(&mut store, home.path(), &[record("A", "a", "1.0", "low", "a", 1)]);
    let second = import(&mut store, home.path(), &[record("A", "a", "2.0", "low", "a", 2)]);
    import(&mut store, home.path(), &[record("A", "a", "1.0", "low", "a", 3)]);
    assert!(store.changes(first).unwrap().is_empty());
    assert_eq!(said(&store.changes(second).unwrap()), [("A", Effect::Match, vec!["a"])]);
}

#[test]
fn what_is_taken_out_of_a_whole_document_is_a_change() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let secdb = |fixes: &str| {
        format!(
            r#"{{"urlprefix":"https://packages.wolfi.dev","reponame":"os","packages":[{{"pkg":{{"name":"a","secfixes":{fixes}}}}}]}}"#
        )
    };
    let first = import(&mut store, home.path(), &[secdb(r#"{"1-r0":["CVE-2024-1","CVE-2024-2"]}"#)]);
    import(&mut store, home.path(), &[secdb(r#"{"1-r0":["CVE-2024-1"]}"#)]);
    let changes = store.changes(first).unwrap();
    assert_eq!(said(&changes), [("CVE-2024-2", Effect::Match, vec!["a"])]);
    assert_eq!(changes[0].record, None);
}
