//! What real records of ../shared/corpus do (its QUIRKS.md), read and judged as they are published. Those that need no
//! file are tests of the matcher.

use std::io::Read;
use std::path::{Path, PathBuf};

use plimsoll_advisory::feeds::osv;
use plimsoll_core::{Advisory, AdvisoryKind, FixState, Package, Verdict};
use plimsoll_matcher::{known_ids, verdict};

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared is not here");
        return None;
    }
    Some(folder)
}

/// A record, and how many things were odd about it.
fn record(zip: &str, id: &str) -> Option<(Advisory, usize)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(corpus()?.join(zip)).unwrap()).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(&format!("{id}.json")).unwrap().read_to_end(&mut bytes).unwrap();
    let (advisory, notes) = osv::record(&bytes).unwrap();
    Some((advisory, notes.len()))
}

fn package(purl: &str) -> Package {
    Package::from_purl(purl.parse().unwrap()).unwrap()
}

fn said(purl: &str, advisory: &Advisory) -> Option<Verdict> {
    verdict(&package(purl), advisory).map(|evidence| evidence.verdict)
}

const AFFECTED: Option<Verdict> = Some(Verdict::Affected);
const FIXED: Option<Verdict> = Some(Verdict::Fixed);
const UNDETERMINED: Option<Verdict> = Some(Verdict::Undetermined);

#[test]
fn the_forty_withdrawn_records_match_nothing_and_say_so() {
    let Some(folder) = corpus() else { return };
    let mut withdrawn = 0;
    for zip in ["Go", "crates.io", "PyPI"] {
        let file = std::fs::File::open(folder.join(format!("{zip}.zip"))).unwrap();
        let mut archive = zip::ZipArchive::new(file).unwrap();
        for index in 0..archive.len() {
            let mut bytes = Vec::new();
            archive.by_index(index).unwrap().read_to_end(&mut bytes).unwrap();
            let (advisory, _) = osv::record(&bytes).unwrap();
            if advisory.withdrawn.is_none() {
                continue;
            }
            withdrawn += 1;
            for entry in &advisory.affected {
                let kind = match zip {
                    "Go" => "golang",
                    "PyPI" => "pypi",
                    _ => "cargo",
                };
                let package = package(&format!("pkg:{kind}/{}@0.0.1", entry.name));
                if let Some(evidence) = verdict(&package, &advisory) {
                    assert_eq!(evidence.verdict, Verdict::NotAffected, "{}", advisory.id);
                    assert!(evidence.reason.contains("withdrawn on 2"), "{}", evidence.reason);
                }
            }
        }
    }
    assert_eq!(withdrawn, 40);
}

/// GHSA-jfh8-c2jp-5v3q, of which only the entries matter here.
#[test]
fn a_package_may_have_three_entries() {
    let entry = |from: &str, fixed: &str| {
        format!(
            r#"{{"package":{{"ecosystem":"Maven","name":"org.apache.logging.log4j:log4j-core"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"{from}"}},{{"fixed":"{fixed}"}}]}}]}}"#
        )
    };
    let entries = [entry("2.13.0", "2.15.0"), entry("2.4", "2.12.2"), entry("2.0-beta9", "2.3.1")].join(",");
    let text =
        format!(r#"{{"id":"GHSA-jfh8-c2jp-5v3q","modified":"2024-01-01T00:00:00Z","affected":[{entries}]}}"#);
    let (log4j, _) = osv::record(text.as_bytes()).unwrap();
    let at = |version| said(&format!("pkg:maven/org.apache.logging.log4j/log4j-core@{version}"), &log4j);
    for version in ["2.14.1", "2.13.0", "2.4", "2.12.1", "2.0-beta9", "2.3"] {
        assert_eq!(at(version), AFFECTED, "{version}");
    }
    for version in ["2.15.0", "2.12.2", "2.3.1"] {
        assert_eq!(at(version), FIXED, "{version}");
    }
}

#[test]
fn a_fix_of_one_range_may_lie_in_another() {
    let Some((wasmtime, _)) = record("crates.io.zip", "RUSTSEC-2022-0096") else { return };
    for (version, expected) in
        [("0.33.0", AFFECTED), ("0.33.1", FIXED), ("0.34.0", AFFECTED), ("0.34.1", FIXED), ("0.35.0", FIXED)]
    {
        assert_eq!(said(&format!("pkg:cargo/wasmtime@{version}"), &wasmtime), expected, "{version}");
    }
    let Some((django, _)) = record("PyPI.zip", "PYSEC-2023-61") else { return };
    assert_eq!(said("pkg:pypi/django@4.1.9", &django), FIXED);
    assert_eq!(said("pkg:pypi/django@4.2", &django), AFFECTED);
}

#[test]
fn bounds_that_can_not_be_read_decide_nothing() {
    let Some((steam, _)) = record("PyPI.zip", "PYSEC-2019-125") else { return };
    assert_eq!(said("pkg:pypi/steam@1.0", &steam), UNDETERMINED);
    let Some((mastodon, _)) = record("Bitnami.zip", "BIT-mastodon-2026-47777") else { return };
    assert_eq!(said("pkg:bitnami/mastodon@4.5.0", &mastodon), UNDETERMINED);
    assert_eq!(said("pkg:bitnami/mastodon@4.6.0", &mastodon), FIXED);
    let Some((_, notes)) = record("Bitnami.zip", "BIT-elasticsearch-2026-63136") else { return };
    assert!(notes > 0, "an inverted pair is said");
}

#[test]
fn records_that_break_the_schema_are_read() {
    let Some((fedora, _)) = record("PyPI.zip", "PYSEC-2017-27") else { return };
    assert_eq!(said("pkg:pypi/python-fedora@0.8.0", &fedora), AFFECTED);
    assert_eq!(said("pkg:pypi/python-fedora@0.9.0", &fedora), FIXED);
}

#[test]
fn ranges_beside_the_schema_are_read() {
    let Some((pubnub, _)) = record("Go.zip", "GO-2023-2385") else { return };
    assert_eq!(said("pkg:golang/github.com/pubnub/go/v7@v7.1.0", &pubnub), AFFECTED);
    assert_eq!(said("pkg:golang/github.com/pubnub/go/v7@v7.2.0", &pubnub), FIXED);
}

#[test]
fn severities_stand_in_many_places() {
    let Some((activemq, _)) = record("Bitnami.zip", "BIT-activemq-2025-27533") else { return };
    assert!(activemq.ratings.iter().all(|rating| rating.scheme != "CVSS_V3"));
    assert!(activemq.ratings.iter().any(|rating| rating.scheme == "CVSS_V4"));
    let Some((cap, _)) = record("crates.io.zip", "RUSTSEC-2024-0445") else { return };
    assert!(cap.ratings.iter().any(|rating| rating.scheme == "CVSS_V4"));
    assert_eq!(said("pkg:cargo/cap-primitives@3.4.0", &cap), Some(Verdict::NotAffected), "only on windows");
    let Some((kafka, _)) = record("Bitnami.zip", "BIT-kafka-2024-27309") else { return };
    assert_eq!(kafka.ratings, [], "its word is Unknown, which is none");
    // The vector is malformed; it is kept as it is, for whoever computes with it to say so.
    let Some((statics, _)) = record("npm.zip", "x_NODESECWG-504") else { return };
    assert_eq!(statics.ratings[0].value, "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:U/A:U");
}

#[test]
fn one_cve_may_be_in_two_records_and_several_in_one() {
    let Some((unsound, _)) = record("crates.io.zip", "RUSTSEC-2019-0036") else { return };
    let Some((unmaintained, _)) = record("crates.io.zip", "RUSTSEC-2020-0036") else { return };
    assert_eq!((unsound.kind, unmaintained.kind), (AdvisoryKind::Informational, AdvisoryKind::Informational));
    let ids = known_ids(&unsound);
    assert!(ids.contains(&"CVE-2019-25010".to_owned()) && ids.contains(&"CVE-2020-25575".to_owned()));
    assert!(known_ids(&unmaintained).contains(&"CVE-2019-25010".to_owned()));
}

#[test]
fn distributions_errata_without_a_cve_are_known_by_their_own_ids() {
    let Some((tomcat, _)) = record("AlmaLinux_10.zip", "ALSA-2026:25341") else { return };
    assert_eq!(known_ids(&tomcat), ["ALSA-2026:25341"]);
    assert_eq!(tomcat.ratings[0].value, "Important");
    assert_eq!(
        said("pkg:rpm/almalinux/tomcat9@9.0.100-1.el10?distro=almalinux-10&epoch=1", &tomcat),
        AFFECTED
    );
    for (id, package) in [("DLA-372-1", "virtualbox-ose"), ("DSA-3148-1", "chromium-browser")] {
        let Some((over, _)) = record("Debian-DSA-DLA.zip", id) else { return };
        assert_eq!(over.affected[0].fix, Some(FixState::EndOfLife), "{id}");
        assert_eq!(over.affected[0].name, package);
    }
}
