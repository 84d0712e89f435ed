//! Vectors of FIRST, of published CVE records and of other implementations, with their scores.

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_severity::{Cvss, Score, Version};

fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cvss").join(folder);
    let Ok(listing) = fs::read_dir(&root) else {
        eprintln!("skipped: ../shared is not here");
        return Vec::new();
    };
    let mut files: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The rows of a file below its heading, and the heading's columns.
fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs::read_to_string(path).unwrap();
    let mut rows = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let head = rows.next().unwrap();
    (head, rows.filter(|row| row.len() > 1 || !row[0].is_empty()).collect())
}

fn text(score: Option<Score>) -> String {
    score.map(|score| score.to_string()).unwrap_or_default()
}

fn check(version: Version, folder: &str) {
    let mut checked = 0;
    for path in files(folder) {
        let (head, rows) = table(&path);
        for row in rows {
            let vector = &row[0];
            let cvss: Cvss = vector.parse().unwrap_or_else(|e| panic!("{}: {vector}: {e}", path.display()));
            assert_eq!(cvss.version(), version);
            if head.len() == 2 {
                assert_eq!(cvss.full_score().to_string(), row[1], "{}: {vector}", path.display());
            } else if let Cvss::V4(v4) = &cvss {
                let found = [v4.score().to_string(), cvss.rating().to_string()];
                assert_eq!(found, row[1..3], "{}: {vector}", path.display());
            } else {
                let (temporal, environmental) = match &cvss {
                    Cvss::V2(v2) => (v2.temporal_score(), v2.environmental_score()),
                    Cvss::V3(v3) => (Some(v3.temporal_score()), Some(v3.environmental_score())),
                    _ => unreachable!("{vector}"),
                };
                let found = [
                    cvss.base_score().to_string(),
                    cvss.version().rating(cvss.base_score()).to_string(),
                    text(temporal),
                    text(environmental),
                ];
                let width = found.len().min(row.len() - 1);
                assert_eq!(found[..width], row[1..=width], "{}: {vector}", path.display());
                assert!(found[width..].iter().all(String::is_empty), "{}: {vector}", path.display());
            }
            checked += 1;
        }
    }
    eprintln!("{version}: {checked} vectors");
}

#[test]
fn v2_scores() {
    check(Version::V2, "v2");
}

#[test]
fn v3_0_scores() {
    check(Version::V3_0, "v3.0");
}

#[test]
fn v3_1_scores() {
    check(Version::V3_1, "v3.1");
}

#[test]
fn v4_0_scores() {
    check(Version::V4_0, "v4.0");
}

#[test]
fn validity() {
    for path in files("validity") {
        for row in table(&path).1 {
            let valid = row[0].parse::<Cvss>();
            assert_eq!(valid.is_ok(), row[1] == "valid", "{}: {}: {valid:?}", path.display(), row[0]);
        }
    }
}

#[test]
fn round_trip() {
    for path in files("roundtrip") {
        for row in table(&path).1 {
            assert_eq!(row[0].parse::<Cvss>().unwrap().to_string(), row[0], "{}", path.display());
        }
    }
}

/// What is wrong is said so that it can be mended.
#[test]
fn errors() {
    for (text, expected) in [
        (
            "",
            "\"\" is not a CVSS vector: expected CVSS:4.0/…, CVSS:3.1/…, CVSS:3.0/… or a v2 vector without prefix",
        ),
        ("CVSS:5.0/AV:N", "\"CVSS:5.0/AV:N\" is not a CVSS vector: expected "),
        (
            "CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:N/A:C",
            "\"CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:N/A:C\" is not a CVSS vector: ",
        ),
        (
            "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
            "\"AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\" has metrics of CVSS v3 or v4",
        ),
        ("AV:N/AC:L/Au:N", "CVSS v2 vector is incomplete: no C, I, A"),
        (
            "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F",
            "CVSS v2 vector ends in the middle of its temporal metrics: no RL, RC",
        ),
        ("(AV:N/AC:L/Au:N/C:N/I:N/A:C", "\"(AV:N/AC:L/Au:N/C:N/I:N/A:C\" is not a CVSS vector: "),
        ("av:n/ac:l/au:n/c:n/i:n/a:c", "CVSS v2 has no metric \"av\""),
        ("CVSS:3.1/AV:N/AC:L", "CVSS v3.1 vector is incomplete: no PR, UI, S, C, I, A"),
        ("CVSS:3.1/AV:N/AV:N", "CVSS v3.1 vector has AV more than once"),
        ("CVSS:3.1/AV:N//AC:L", "CVSS v3.1 vector: \"\" is not metric:value"),
        ("CVSS:3.0/AV:Q", "CVSS v3.0 metric AV has no value \"Q\": expected N, A, L, P"),
        (
            "CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N",
            "CVSS v4.0 vector has AV after AC; the specification fixes the order",
        ),
    ] {
        let error = text.parse::<Cvss>().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    let long = format!("CVSS:3.1/AV:N/{}", "x".repeat(1_000_000));
    assert!(long.parse::<Cvss>().unwrap_err().to_string().len() < 200);
}

/// Any order is a v3 vector, and written in the preferred one.
#[test]
fn v3_metrics_may_be_in_any_order() {
    let cvss: Cvss = "CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N".parse().unwrap();
    assert_eq!(cvss.to_string(), "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
}

#[test]
fn v2_may_stand_in_parentheses() {
    let cvss: Cvss = "(AV:N/AC:L/Au:N/C:P/I:P/A:P)".parse().unwrap();
    assert_eq!(cvss.score().to_string(), "7.5");
}
