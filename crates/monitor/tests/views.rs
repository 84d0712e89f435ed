//! The views: what they say of images, and what may be asked of them.

mod support;

use std::time::Duration;

use plimsoll_core::Distro;
use plimsoll_monitor::{
    Answers, DAY, Error, Policies, QUESTIONS, QueryLimits, Scan, SqliteStore, Store, VIEWS,
};
use plimsoll_registry::Action;
use plimsoll_rules::Ruleset;
use serde_json::{Value, json};
use support::*;

fn world() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("monitor.db")).unwrap();
    (folder, store)
}

fn ask(store: &SqliteStore, sql: &str) -> Result<Answers, Error> {
    store.query(sql, &[], &QueryLimits::default())
}

fn rows(store: &SqliteStore, sql: &str) -> Vec<Value> {
    ask(store, sql).unwrap_or_else(|e| panic!("{sql}: {e}")).rows.into_iter().map(Value::from).collect()
}

fn question(store: &SqliteStore, name: &str, parameters: &[(&str, Value)]) -> Vec<Value> {
    let question = QUESTIONS.iter().find(|question| question.name == name).unwrap();
    let answers = store.query(question.sql, parameters, &QueryLimits::default()).unwrap();
    answers.rows.into_iter().map(Value::from).collect()
}

/// Image 1 has `a`, twice, and `b`, of which a rule disables b's finding; it was `v1` until 2 became that, and was
/// pulled afterwards. Image 2 has `a` and no other. Image 3 has nothing that anyone speaks of, and is not tagged.
fn three_images(store: &SqliteStore) {
    let debian = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
    let rules = Ruleset::parse(
        "r",
        "[[rule]]\nid='quiet'\nreason='not reachable'\ncve='CVE-2099-2'\nexpires='2024-12-31'",
    )
    .unwrap();
    let mut first = advisory("CVE-2099-1", "a", Some("2"), "critical");
    first.aliases = vec!["GHSA-1".into()];
    let mut feed = Feed::of(vec![first.clone()]);
    let twice = Scan {
        packages: vec![package("a", "1", 0), package("a", "1", 1), package("b", "1", 1)],
        distro: Some(debian.clone()),
        ..Scan::default()
    };
    let one = Scan { packages: vec![package("a", "1", 0)], distro: Some(debian), ..Scan::default() };
    let (policies, judge_now) = (Policies::default(), judge(&feed, &rules));
    let events = [
        event(Action::Push, 1, Some("v1"), NOW),
        event(Action::Push, 2, Some("v1"), NOW + 1000),
        event(Action::Push, 3, None, NOW),
        event(Action::Pull, 1, None, NOW + 2000),
    ];
    store.accept(&events, NOW, &policies).unwrap();
    store.claim(9, NOW).unwrap();
    store.scanned(&digest(1), &twice, &judge_now, NOW).unwrap();
    store.scanned(&digest(2), &one, &judge_now, NOW).unwrap();
    store.scanned(&digest(3), &scan(&[("c", "1")]), &judge_now, NOW).unwrap();
    feed.publish(vec![first, advisory("CVE-2099-2", "b", None, "high")]);
    store.reassess(&judge(&feed, &rules), NOW + DAY).unwrap();
}

#[test]
fn views_have_the_columns_that_are_documented() {
    let (_folder, store) = world();
    let connection = rusqlite::Connection::open(store.path()).unwrap();
    for view in VIEWS {
        let documented: Vec<&str> = view.columns.iter().map(|(name, _)| *name).collect();
        let answers = ask(&store, &format!("SELECT * FROM {}", view.name)).unwrap();
        assert_eq!(answers.columns, documented, "{}", view.name);
        // Whoever has sqlite3 reads them as well.
        connection.prepare(&format!("SELECT * FROM {}", view.name)).unwrap();
    }
    assert!(VIEWS.windows(2).all(|pair| pair[0].name < pair[1].name));
}

/// `docs/queries.md` is made from the code: `PLIMSOLL_BLESS=1 cargo test -p plimsoll-monitor --test views`.
#[test]
fn the_documentation_says_what_there_is() {
    let mut text = String::from(INTRODUCTION);
    for question in QUESTIONS {
        text += &format!("\n### {}\n\n{}\n\n```sql\n{}\n```\n", question.name, question.about, question.sql);
        for (name, about) in question.parameters {
            text += &format!("\n`{name}` is {about}.\n");
        }
    }
    text += "\n## Views\n";
    for view in VIEWS {
        text += &format!("\n### {}\n\nA row is {}.\n\n| column | |\n|---|---|\n", view.name, view.about);
        for (name, about) in view.columns {
            text += &format!("| `{name}` | {about} |\n");
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/queries.md");
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap_or_default() == text, "docs/queries.md is not up to date");
}

const INTRODUCTION: &str = "# Queries

What the monitor knows of images can be asked in SQL, of views whose names and columns stay, whatever becomes of the
tables behind them. `SqliteStore::query` answers one `SELECT` over these views and nothing else, within a second, with at
most a thousand rows and 4 MiB, unless told otherwise; the server's `/query` is the same. Anyone with `sqlite3` may ask
the store itself, also while it is written:

    sqlite3 -readonly monitor.db \"SELECT digest, critical FROM images WHERE severity = 'critical' LIMIT 10\"

Times are milliseconds since 1970 (UTC): `datetime(last_pull / 1000, 'unixepoch')` shows one,
`1000 * unixepoch('now', '-30 days')` is the instant thirty days ago. An image that is in no repository any more is in none
of the views but `activities` and `tags`. What has a sum ready (`totals`, `packages`, `vulnerabilities`, `repositories`,
`usage`) should be asked for sums: it takes a few milliseconds, whatever number of images there are. `images` is fast by
`image`, `digest`, `state`, `severity` and for untagged ones by `last_pull`; `findings` by `image`, `digest`, `finding`,
`vulnerability` and `since`.

## Questions that are asked most
";

#[test]
fn the_ten_questions() {
    let (_folder, store) = world();
    three_images(&store);
    let (d1, d2) = (digest(1).to_string(), digest(2).to_string());
    assert_eq!(question(&store, "unhealthy-by-severity", &[]), [json!(["critical", 2])]);
    let with = question(&store, "images-with-vulnerability", &[(":id", "GHSA-1".into())]);
    let row = |digest: &str| json!([digest, "CVE-2099-1", "critical", "a", "1", 1, 0]);
    assert_eq!(with, [row(&d1), row(&d2)], "each once, also where two layers bring the package");
    let unused = |before: i64| question(&store, "unused-with-criticals", &[(":before", before.into())]);
    assert_eq!(unused(NOW + 2000), [json!([d2, 1, 0, null, 1])]);
    assert_eq!(unused(NOW + 2001).len(), 2);
    assert_eq!(question(&store, "fixable", &[]), [json!(["PyPI", "a", "1", 2, 1, 2])]);
    assert_eq!(
        question(&store, "findings-by-package", &[]),
        [json!(["PyPI", "a", 2, 1, 0]), json!(["PyPI", "b", 1, 0, 1])]
    );
    assert_eq!(
        question(&store, "images-by-os", &[]),
        [json!(["debian", "12", 2, 2]), json!(["", "", 1, null])]
    );
    assert_eq!(
        question(&store, "disabled-by-rule", &[]),
        [json!(["quiet", "not reachable", "2024-12-31", "CVE-2099-2", "b", "1", d1])]
    );
    let new = |since: i64| question(&store, "new-since", &[(":since", since.into())]);
    assert_eq!(new(NOW), [json!(["CVE-2099-2", "high", "PyPI", "b", "1", 0, 1, NOW + DAY])]);
    assert_eq!((new(NOW - 1).len(), new(NOW + DAY).len()), (2, 0));
    let untagged = question(&store, "untagged-but-pulled", &[(":since", NOW.into())]);
    assert_eq!(untagged, [json!([d1, "critical", 1, NOW + 2000])]);
    assert_eq!(question(&store, "score-by-repository", &[]), [json!([REGISTRY, "shop/web", 1, 0, 2, 33.3])]);
}

#[test]
fn the_other_views() {
    let (_folder, store) = world();
    three_images(&store);
    let images =
        "SELECT state, severity, critical, high, disabled, packages, os, tagged, last_pull FROM images";
    assert_eq!(
        rows(&store, &format!("{images} ORDER BY image")),
        [
            json!(["unhealthy", "critical", 1, 0, 1, 2, "debian", 0, NOW + 2000]),
            json!(["unhealthy", "critical", 1, 0, 0, 1, "debian", 1, null]),
            json!(["healthy", "none", 0, 0, 0, 1, "", 0, null]),
        ]
    );
    let by_digest = format!("SELECT image FROM images WHERE digest = '{}'", digest(2));
    assert_eq!(rows(&store, &by_digest), [json!([2])]);
    assert_eq!(
        rows(&store, "SELECT vulnerability, disabled FROM findings WHERE image = 1 ORDER BY 1"),
        [json!(["CVE-2099-1", 0]), json!(["CVE-2099-2", 1])]
    );
    assert_eq!(
        rows(&store, "SELECT image, name FROM installed ORDER BY 1, 2"),
        [json!([1, "a"]), json!([1, "b"]), json!([2, "a"]), json!([3, "c"])]
    );
    assert_eq!(
        rows(&store, "SELECT name, purl, images, critical, high, fixable, judged FROM packages ORDER BY 1"),
        [
            json!(["a", "pkg:pypi/a@1", 2, 1, 0, 1, 1]),
            json!(["b", "pkg:pypi/b@1", 1, 0, 1, 0, 1]),
            json!(["c", "pkg:pypi/c@1", 1, 0, 0, 0, 1])
        ]
    );
    assert_eq!(
        rows(&store, "SELECT image, tag, since, until FROM tags ORDER BY since"),
        [json!([1, "v1", NOW, NOW + 1000]), json!([2, "v1", NOW + 1000, null])]
    );
    assert_eq!(rows(&store, "SELECT registry, images FROM usage"), [json!([REGISTRY, 3])]);
    assert_eq!(
        rows(&store, "SELECT digest, findings FROM assessments WHERE state = 'healthy'"),
        [json!([digest(3).to_string(), 0])]
    );
    assert_eq!(
        rows(&store, "SELECT action, agent FROM activities WHERE image = 1 ORDER BY at"),
        [json!(["push", "docker/27"]), json!(["pull", "docker/27"])]
    );
    // Deleted: it is in no view, and counts nowhere.
    store.accept(&[event(Action::Delete, 2, None, NOW + 9000)], NOW, &Policies::default()).unwrap();
    assert_eq!(rows(&store, "SELECT image FROM images WHERE state = 'unhealthy'"), [json!([1])]);
    assert_eq!(rows(&store, "SELECT images FROM packages WHERE name = 'a'"), [json!([1])]);
    assert_eq!(rows(&store, "SELECT sum(images) FROM totals"), [json!([2])]);
    assert_eq!(rows(&store, "SELECT unhealthy FROM repositories"), [json!([1])]);
    assert_eq!(
        rows(&store, "SELECT count(*) FROM findings WHERE vulnerability = 'CVE-2099-1'"),
        [json!([1])]
    );
}

#[test]
fn only_selects_over_the_views_are_answered() {
    let (_folder, store) = world();
    three_images(&store);
    for sql in [
        "SELECT * FROM subject",
        "SELECT count(*) FROM subject",
        "SELECT 1 WHERE EXISTS(SELECT 1 FROM outbox)",
        "SELECT i.image FROM images i JOIN finding f ON f.id = i.image",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM pragma_table_info('images')",
        "SELECT * FROM dbstat",
        "WITH images AS (SELECT * FROM subject) SELECT * FROM images",
        "WITH \"images\"(a) AS MATERIALIZED (SELECT value FROM meta) SELECT * FROM images",
        "SELECT * FROM (SELECT * FROM subject) AS images",
        "DELETE FROM images",
        "INSERT INTO images SELECT * FROM images",
        "UPDATE subject SET critical = 0",
        "CREATE TABLE x(y)",
        "CREATE TEMP VIEW images2 AS SELECT * FROM subject",
        "DROP VIEW images",
        "PRAGMA user_version = 9",
        "PRAGMA query_only",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO '/tmp/never'",
        "BEGIN",
        "SELECT load_extension('x')",
        "SELECT sqlite_compileoption_get(1)",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW images",
        "EXPLAIN SELECT * FROM subject",
        "ANALYZE",
        "",
        "-- nothing",
        "no SQL at all",
        "SELECT \"unknown column\" FROM images",
    ] {
        match ask(&store, sql) {
            Err(Error::Query(why)) => assert!(!why.is_empty()),
            other => panic!("{sql}: {other:?}"),
        }
    }
    for sql in [
        "WITH worst AS (SELECT * FROM images WHERE critical > 0) SELECT count(*) FROM worst",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT max(x) FROM n",
        "SELECT value FROM json_each('[1]')",
        "SELECT count(*) FROM images, places",
        "SELECT datetime(max(last_pull) / 1000, 'unixepoch') FROM images;",
        "SELECT count(*) FROM images WHERE image IN (SELECT image FROM findings)",
        "SELECT image, rank() OVER (ORDER BY critical) FROM images",
    ] {
        assert!(!ask(&store, sql).unwrap_or_else(|e| panic!("{sql}: {e}")).truncated);
    }
}

#[test]
fn answers_are_bounded() {
    let (_folder, store) = world();
    three_images(&store);
    const COUNT: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)";
    let limits = QueryLimits { time: Duration::from_millis(50), ..QueryLimits::default() };
    let endless = store.query(&format!("{COUNT} SELECT count(*) FROM n"), &[], &limits);
    assert!(matches!(endless, Err(Error::QueryTime(_))), "{endless:?}");
    let rows = QueryLimits { rows: 7, ..QueryLimits::default() };
    let first = store.query(&format!("{COUNT} SELECT x FROM n"), &[], &rows).unwrap();
    assert_eq!((first.rows.len(), first.truncated), (7, true));
    let bytes = QueryLimits { bytes: 10_000, ..QueryLimits::default() };
    let first = store.query(&format!("{COUNT} SELECT hex(zeroblob(500)) FROM n"), &[], &bytes).unwrap();
    assert_eq!((first.rows.len(), first.truncated), (9, true));
    // No single value grows beyond a mebibyte, and no statement beyond 64 KiB.
    for sql in [
        "SELECT zeroblob(1000000000)",
        "SELECT printf('%.*c', 100000000, 'x')",
        "SELECT replace(hex(zeroblob(400000)), '0', '00000000')",
    ] {
        assert!(matches!(ask(&store, sql), Err(Error::Query(_))), "{sql}");
    }
    let long = format!("SELECT '{}'", "x".repeat(100_000));
    assert!(matches!(ask(&store, &long), Err(Error::Query(_))));
    let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(matches!(ask(&store, &deep), Err(Error::Query(_))));
    // And the store is as it was.
    assert_eq!(ask(&store, "SELECT count(*) FROM images").unwrap().rows, [[json!(3)]]);
}

#[test]
fn a_store_that_is_only_read_answers_too() {
    let (folder, store) = world();
    three_images(&store);
    let reader = SqliteStore::open_read_only(folder.path().join("monitor.db")).unwrap();
    assert_eq!(ask(&reader, "SELECT count(*) FROM images").unwrap().rows, [[json!(3)]]);
}
