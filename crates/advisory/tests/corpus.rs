//! The real advisories of ../shared/corpus: every record arrives, and the store's answers are those of an oracle
//! that reads the raw JSON, knows no index and no key, and evaluates ranges as the OSV schema says.

mod corpus_files;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use corpus_files::{list, records, zips};
use plimsoll_advisory::{ImportOptions, Index, Store};
use plimsoll_core::{Package, PackageType, Purl, Silent, Status};
use plimsoll_matcher::{Options, Postings, match_packages, normal_name};
use plimsoll_version::Scheme;
use serde_json::Value;

#[test]
fn the_corpus_arrives_whole_and_is_matched_as_the_oracle_does() {
    let zips = zips();
    if zips.is_empty() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    let report = store.import(&zips, &ImportOptions::default(), &Silent).unwrap();
    assert_eq!(report.skipped, []);
    let all: Vec<Value> = zips.iter().flat_map(|zip| records(zip)).collect();
    assert_eq!(report.records, u64::try_from(all.len()).unwrap());

    let mut expected: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for record in &all {
        let id = record["id"].as_str().unwrap();
        for entry in list(record, "affected") {
            let ecosystem = entry["package"]["ecosystem"].as_str().unwrap();
            // Two publishers may use one id, each for its own ecosystem.
            expected.entry(ecosystem).or_default().insert((id, ecosystem));
        }
    }
    let counts: BTreeMap<&str, u64> =
        expected.iter().map(|(ecosystem, ids)| (*ecosystem, u64::try_from(ids.len()).unwrap())).collect();
    let status = store.status().unwrap();
    let found: BTreeMap<&str, u64> = status.ecosystems.iter().map(|e| (e.name.as_str(), e.records)).collect();
    assert_eq!(found, counts);
    let size: u64 = zips.iter().map(|zip| std::fs::metadata(zip).unwrap().len()).sum();
    assert!(status.size <= 3 * size, "the store takes {} bytes for {size} of zips", status.size);
    store.verify().unwrap();
    let path = home.path().join("index");
    Index::build(&store, &path).unwrap();
    let index = Index::open(&path).unwrap();
    let generation = status.generation.unwrap();
    assert_eq!((index.generation(), index.digest()), (generation.id, generation.digest));
    agree(&store, &index, &all);
}

/// Compares the store's findings with the oracle's for every package of the corpus, at its records' bounds and
/// next to them.
fn agree(store: &Store, index: &Index, all: &[Value]) {
    let mut by_name: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for record in all {
        let names: BTreeSet<(String, String)> = list(record, "affected")
            .iter()
            .map(|entry| {
                let ecosystem = entry["package"]["ecosystem"].as_str().unwrap();
                let name = entry["package"]["name"].as_str().unwrap();
                (ecosystem.to_owned(), normal_name(ecosystem, name).into_owned())
            })
            .collect();
        names.into_iter().for_each(|name| by_name.entry(name).or_default().push(record));
    }
    let exhaustive = std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some();
    // Without optimisation everything takes minutes.
    let (most, every) = if exhaustive { (24, 1) } else { (6, 10) };
    let mut everything: Vec<Package> = Vec::new();
    let mut forward = BTreeSet::new();
    let mut compared = 0u64;
    let mut pairs = 0u64;
    for ((ecosystem, name), records) in by_name.iter().step_by(every) {
        let Some(scheme) = Scheme::for_ecosystem(ecosystem) else { continue };
        let versions = versions(scheme, ecosystem, name, records);
        let step = versions.len().div_ceil(most).max(1);
        let chosen: Vec<&String> = versions.iter().step_by(step).collect();
        let packages: Vec<Package> = chosen.iter().map(|version| package(ecosystem, name, version)).collect();
        let matched = match_packages(&packages, store, Options::default()).unwrap();
        assert_eq!(match_packages(&packages, index, Options::default()).unwrap(), matched);
        let mut found: BTreeMap<&str, BTreeMap<&str, Status>> = BTreeMap::new();
        for finding in &matched.findings {
            let ids = found.entry(finding.package.version.as_str()).or_default();
            for evidence in &finding.evidence {
                forward.insert((
                    finding.package.purl.to_string(),
                    evidence.advisory.to_string(),
                    evidence.verdict,
                ));
                let status = match evidence.verdict {
                    plimsoll_core::Verdict::Affected => Status::Affected,
                    _ => Status::Undetermined,
                };
                ids.insert(evidence.advisory.as_str(), status);
            }
        }
        everything.extend(packages);
        for version in chosen {
            let found = found.get(version.as_str());
            for record in records {
                let id = record["id"].as_str().unwrap();
                let Some(expected) = affected(scheme, record, ecosystem, name, version) else { continue };
                let status = found.and_then(|ids| ids.get(id));
                assert_eq!(
                    status,
                    expected.then_some(&Status::Affected),
                    "{id}: {ecosystem} {name} {version}"
                );
                compared += 1;
                pairs += u64::from(expected);
            }
        }
    }
    // Going back from the records to the packages gives the same pairs.
    let mut postings = Postings::new();
    (0u32..).zip(&everything).for_each(|(index, package)| postings.add(index, std::slice::from_ref(package)));
    let mut reverse = BTreeSet::new();
    for record in all {
        let (advisory, _) = plimsoll_advisory::feeds::osv::record(record.to_string().as_bytes()).unwrap();
        postings.reached(&advisory, &mut |reached| {
            let packages =
                reached.subjects.iter().filter_map(|&subject| everything.get(usize::try_from(subject).ok()?));
            reverse
                .extend(packages.map(|package| {
                    (package.purl.to_string(), advisory.id.clone(), reached.evidence.verdict)
                }));
        });
    }
    assert!(forward == reverse, "{:?}", forward.symmetric_difference(&reverse).take(5).collect::<Vec<_>>());
    eprintln!("{compared} pairs of package and record agree, {pairs} of them affected");
    assert!(compared > 10_000 && pairs > 2_000, "{compared} {pairs}");
}

/// The bounds of the records, and versions next to them.
fn versions(scheme: Scheme, ecosystem: &str, name: &str, records: &[&Value]) -> BTreeSet<String> {
    let mut versions = BTreeSet::new();
    for entry in records.iter().flat_map(|record| list(record, "affected")) {
        if !is(entry, ecosystem, name) {
            continue;
        }
        for event in list(entry, "ranges").iter().flat_map(|range| list(range, "events")) {
            versions.extend(event.as_object().unwrap().values().filter_map(Value::as_str).map(str::to_owned));
        }
        versions.extend(list(entry, "versions").iter().filter_map(Value::as_str).map(str::to_owned));
    }
    let next: Vec<String> = versions
        .iter()
        .flat_map(|version| ["~", "+1", ".1", "-0", "a0", "_p1"].map(|suffix| format!("{version}{suffix}")))
        .collect();
    versions.extend(next);
    versions.retain(|version| scheme.parses(version).is_ok());
    versions
}

fn package(ecosystem: &str, name: &str, version: &str) -> Package {
    let kind = match ecosystem.split(':').next().unwrap() {
        "Debian" => PackageType::Deb,
        "Alpine" => PackageType::Apk,
        "AlmaLinux" => PackageType::Rpm,
        base => *PackageType::ALL.iter().find(|kind| kind.osv_ecosystem() == Some(base)).unwrap(),
    };
    let mut package = Package::new(
        kind,
        name,
        version,
        Purl::new(kind.purl_type(), None, name, Some(version)).with("distro", ecosystem),
    );
    package.ecosystem = Some(ecosystem.to_owned().into());
    package
}

fn is(entry: &Value, ecosystem: &str, name: &str) -> bool {
    entry["package"]["ecosystem"] == ecosystem
        && normal_name(ecosystem, entry["package"]["name"].as_str().unwrap()) == name
}

/// The oracle. Nothing where the record itself leaves it open.
fn affected(scheme: Scheme, record: &Value, ecosystem: &str, name: &str, version: &str) -> Option<bool> {
    let id = record["id"].as_str().unwrap();
    if record["withdrawn"].is_string() || id.starts_with("ALBA") || id.starts_with("ALEA") {
        return Some(false);
    }
    let mut open = false;
    for entry in list(record, "affected").iter().filter(|entry| is(entry, ecosystem, name)) {
        if entry["database_specific"]["informational"].is_string() {
            return Some(false);
        }
        let systems = list(&entry["ecosystem_specific"]["affects"], "os");
        let imports = list(&entry["ecosystem_specific"], "imports");
        let elsewhere = !imports.is_empty()
            && imports.iter().all(|import| {
                let systems = list(import, "goos");
                !systems.is_empty() && !systems.contains(&"linux".into())
            });
        if elsewhere || !systems.is_empty() && !systems.contains(&"linux".into()) {
            continue;
        }
        if entry["ecosystem_specific"]["custom_ranges"].is_array() {
            open = true;
            continue;
        }
        let modular = |text: &str| text.contains(".module_");
        let fixed = |event: &Value| event["fixed"].as_str().is_some_and(modular);
        let entry_is_modular =
            list(entry, "ranges").iter().flat_map(|range| list(range, "events")).any(fixed);
        if entry_is_modular != modular(version) {
            continue;
        }
        let listed = |listed: &Value| {
            let listed = listed.as_str().unwrap();
            listed == version
                || scheme.parses(listed).is_ok() && scheme.compare(listed, version) == Ok(Ordering::Equal)
        };
        if list(entry, "versions").iter().any(listed) {
            return Some(true);
        }
        for range in list(entry, "ranges").iter().filter(|range| range["type"] != "GIT") {
            match inside(scheme, list(range, "events"), version) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => open = true,
            }
        }
    }
    if open { None } else { Some(false) }
}

/// OSV schema, "Evaluation": events in order, and at one version fixed, introduced, last_affected.
fn inside(scheme: Scheme, events: &[Value], version: &str) -> Option<bool> {
    let mut sorted: Vec<(&str, u8)> = Vec::new();
    for event in events {
        for (kind, bound) in event.as_object().unwrap() {
            let bound = bound.as_str().unwrap();
            if bound != "0" && scheme.parses(bound).is_err() {
                return None;
            }
            let rank = match kind.as_str() {
                "fixed" => 0,
                "introduced" => 1,
                "last_affected" => 2,
                _ => panic!("{kind}"),
            };
            sorted.push((bound, rank));
        }
    }
    let zero = |(bound, rank): &(&str, u8)| *bound == "0" && *rank == 1;
    sorted.sort_by(|a, b| match (zero(a), zero(b)) {
        (false, false) => scheme.compare(a.0, b.0).unwrap().then(a.1.cmp(&b.1)),
        (a, b) => b.cmp(&a),
    });
    // A fix with nothing to fix before it belongs to an introduction that comes after it.
    let mut open = false;
    let mut stray = false;
    let mut inside = false;
    for event in &sorted {
        let reached = zero(event) || scheme.compare(version, event.0).unwrap() != Ordering::Less;
        match event.1 {
            1 => {
                open = true;
                inside |= reached;
            }
            rank => {
                stray |= !open;
                open = false;
                let past =
                    if rank == 2 { scheme.compare(version, event.0).unwrap().is_gt() } else { reached };
                inside &= !past;
            }
        }
    }
    if stray && open { None } else { Some(inside) }
}
