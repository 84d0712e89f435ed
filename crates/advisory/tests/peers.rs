//! The same advisories and the same packages, by others' programs: what differs is named in docs/accuracy.md,
//! "Matching".
//!
//! `PLIMSOLL_CARGO_AUDIT` names cargo-audit and `PLIMSOLL_TRIVY` Trivy, where they are not on PATH.

mod corpus_files;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use corpus_files::{list, records};
use plimsoll_advisory::{ImportOptions, Store};
use plimsoll_core::{Package, Silent, Status};
use plimsoll_matcher::{Options, match_packages};
use plimsoll_version::Scheme;
use serde_json::{Value, json};

/// A program that runs, by the variable or by its name.
fn program(variable: &str, name: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from);
    let runs = Command::new(&path).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    runs.is_ok_and(|status| status.success()).then_some(path)
}

/// The bounds of every package's records, and one version next to each on either side, by name.
fn versions(records: &[Value], ecosystem: &str, next: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let scheme = Scheme::for_ecosystem(ecosystem).unwrap();
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in records.iter().flat_map(|record| list(record, "affected")) {
        if entry["package"]["ecosystem"] != ecosystem {
            continue;
        }
        let versions = out.entry(entry["package"]["name"].as_str().unwrap().to_owned()).or_default();
        for event in list(entry, "ranges").iter().flat_map(|range| list(range, "events")) {
            for bound in event.as_object().unwrap().values().filter_map(Value::as_str) {
                let near = next.iter().map(|suffix| format!("{bound}{suffix}"));
                let all = std::iter::once(bound.to_owned()).chain(near);
                versions.extend(all.filter(|version| scheme.parses(version).is_ok()));
            }
        }
    }
    out
}

fn store(home: &Path, zips: &[PathBuf]) -> Store {
    let mut store = Store::create_or_open(home.join("store.db")).unwrap();
    store.import(zips, &ImportOptions::default(), &Silent).unwrap();
    store
}

/// The advisory in RustSec's own form, out of its OSV form.
fn markdown(record: &Value, package: &str) -> Option<String> {
    let mut bounds: Vec<(semver::Version, bool)> = Vec::new();
    let mut kind = None;
    let (mut os, mut arch) = (Vec::new(), Vec::new());
    for entry in list(record, "affected").iter().filter(|entry| entry["package"]["name"] == package) {
        kind = kind.or_else(|| entry["database_specific"]["informational"].as_str());
        os.extend(list(&entry["ecosystem_specific"]["affects"], "os").iter().filter_map(Value::as_str));
        arch.extend(list(&entry["ecosystem_specific"]["affects"], "arch").iter().filter_map(Value::as_str));
        for event in list(entry, "ranges").iter().flat_map(|range| list(range, "events")) {
            if let Some(version) = event["introduced"].as_str() {
                let version = if version == "0" { "0.0.0-0" } else { version };
                bounds.push((version.parse().ok()?, true));
            } else {
                bounds.push((event["fixed"].as_str()?.parse().ok()?, false));
            }
        }
    }
    bounds.sort_by(|(a, begins), (b, other)| a.cmp(b).then(begins.cmp(other)));
    let zero: semver::Version = "0.0.0-0".parse().unwrap();
    let mut unaffected = Vec::new();
    let mut patched = Vec::new();
    let mut bounds = bounds.into_iter().peekable();
    if let Some((first, true)) = bounds.peek()
        && *first != zero
    {
        unaffected.push(format!("< {first}"));
    }
    while let Some((version, begins)) = bounds.next() {
        if !begins {
            match bounds.peek() {
                Some((next, true)) => patched.push(format!(">= {version}, < {next}")),
                _ => patched.push(format!(">= {version}")),
            }
        }
    }
    let mut text = String::from("```toml\n[advisory]\n");
    let _ = writeln!(text, "id = {:?}\npackage = {package:?}", record["id"].as_str()?);
    let _ = writeln!(text, "date = {:?}", record["published"].as_str()?.get(..10)?);
    if let Some(withdrawn) = record["withdrawn"].as_str() {
        let _ = writeln!(text, "withdrawn = {:?}", withdrawn.get(..10)?);
    }
    if let Some(kind) = kind {
        let _ = writeln!(text, "informational = {kind:?}");
    }
    let _ = writeln!(text, "\n[affected]\nos = {os:?}\narch = {arch:?}");
    let _ = writeln!(
        text,
        "\n[versions]\npatched = {patched:?}\nunaffected = {unaffected:?}\n```\n\n# A title\n"
    );
    Some(text)
}

#[test]
fn cargo_audit_says_the_same_of_lock_files() {
    let (Some(zip), Some(audit)) =
        (corpus_files::zip("crates.io.zip"), program("PLIMSOLL_CARGO_AUDIT", "cargo-audit"))
    else {
        eprintln!("skipped: ../shared or cargo-audit is not here");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let records = records(&zip);
    let crates = home.path().join("db/crates");
    for record in &records {
        let packages: BTreeSet<&str> =
            list(record, "affected").iter().filter_map(|entry| entry["package"]["name"].as_str()).collect();
        for package in packages {
            let Some(text) = markdown(record, package) else { continue };
            std::fs::create_dir_all(crates.join(package)).unwrap();
            let file = format!("{}.md", record["id"].as_str().unwrap());
            std::fs::write(crates.join(package).join(file), text).unwrap();
        }
    }
    let mut lock = String::from("version = 3\n");
    let mut packages = Vec::new();
    for (name, versions) in versions(&records, "crates.io", &["-rc.1", ".1"]) {
        // One version next to the bound on either side: its last number less and more one.
        let near: Vec<String> = versions.iter().flat_map(|version| beside(version)).collect();
        for version in versions.iter().cloned().chain(near).collect::<BTreeSet<String>>() {
            if version.parse::<semver::Version>().is_err() {
                continue;
            }
            let _ = write!(
                lock,
                "\n[[package]]\nname = {name:?}\nversion = {version:?}\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
            );
            let purl = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
            packages.push(Package::from_purl(purl.parse().unwrap()).unwrap());
        }
    }
    let file = home.path().join("Cargo.lock");
    std::fs::write(&file, lock).unwrap();
    let out = Command::new(audit)
        .args(["audit", "--json", "--no-fetch", "--stale", "--db"])
        .arg(home.path().join("db"))
        .arg("--file")
        .arg(&file)
        .current_dir(home.path())
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    let mut theirs = BTreeSet::new();
    for item in list(&said["vulnerabilities"], "list") {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        theirs.insert((
            text(&item["package"]["name"]),
            text(&item["package"]["version"]),
            text(&item["advisory"]["id"]),
        ));
    }
    let store = store(home.path(), &[zip]);
    let matched = match_packages(&packages, &store, Options::default()).unwrap();
    let mut ours = BTreeSet::new();
    for finding in &matched.findings {
        for evidence in &finding.evidence {
            if evidence.verdict == plimsoll_core::Verdict::Affected
                && evidence.advisory.starts_with("RUSTSEC-")
            {
                let package = &finding.package;
                ours.insert((package.name.clone(), package.version.clone(), evidence.advisory.to_string()));
            }
        }
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for pair in ours.symmetric_difference(&theirs) {
        let (_, version, id) = pair;
        let other_system = named(&records, id).flat_map(|record| list(record, "affected")).any(|entry| {
            let affects = &entry["ecosystem_specific"]["affects"];
            !list(affects, "os").is_empty() && !list(affects, "os").contains(&"linux".into())
        });
        let reason = if version.contains('-') {
            // Cargo's requirements let a pre-release through only where they name one of the same version.
            "pre-release"
        } else if theirs.contains(pair) && other_system {
            "other system"
        } else {
            unexplained.push(format!(
                "{pair:?}: {}",
                if ours.contains(pair) { "ours alone" } else { "theirs alone" }
            ));
            continue;
        };
        *reasons.entry(reason).or_default() += 1;
    }
    eprintln!(
        "{} packages: {} pairs in both, {} ours, {} cargo-audit's; differences {reasons:?}",
        packages.len(),
        ours.intersection(&theirs).count(),
        ours.len(),
        theirs.len()
    );
    assert!(theirs.len() > 1_000, "{} pairs", theirs.len());
    assert!(
        unexplained.is_empty(),
        "{}:\n{}",
        unexplained.len(),
        unexplained[..unexplained.len().min(40)].join("\n")
    );
}

fn named<'a>(records: &'a [Value], id: &'a str) -> impl Iterator<Item = &'a Value> {
    records.iter().filter(move |record| record["id"] == id)
}

/// The versions whose last number is one less and one more.
fn beside(version: &str) -> Vec<String> {
    let plain = version.split(['-', '+']).next().unwrap_or(version);
    let Some((head, last)) = plain.rsplit_once('.') else { return Vec::new() };
    let Ok(last) = last.parse::<u64>() else { return Vec::new() };
    [last.checked_sub(1), last.checked_add(1)]
        .into_iter()
        .flatten()
        .map(|last| format!("{head}.{last}"))
        .collect()
}

/// Writes what Trivy is to be asked, and what is found here, for a comparison by ids.
#[test]
fn trivy_says_the_same_of_boms() {
    let Some(trivy) = program("PLIMSOLL_TRIVY", "trivy") else {
        eprintln!("skipped: trivy is not here");
        return;
    };
    let Some(cache) = std::env::var_os("PLIMSOLL_TRIVY_CACHE").map(PathBuf::from) else {
        eprintln!("skipped: PLIMSOLL_TRIVY_CACHE has to name a cache with a database of the corpus");
        return;
    };
    // The last says whether nothing of Trivy's may be missing here; in the others docs/accuracy.md names what is.
    let sets: &[(&str, &str, &str, &[&str], bool)] = &[
        ("PyPI", "PyPI.zip", "pypi", &[".1", "rc1", ".post1"], true),
        ("Go", "Go.zip", "golang", &["-rc.1"], false),
        ("crates.io", "crates.io.zip", "cargo", &["-rc.1"], false),
        ("RubyGems", "RubyGems.zip", "gem", &[".1", ".a"], true),
        ("npm", "npm.zip", "npm", &["-rc.1"], false),
        ("Maven", "Maven.zip", "maven", &[".1", "-rc1"], true),
        ("Bitnami", "Bitnami.zip", "bitnami", &["-1"], false),
        ("Debian:12", "Debian-12.zip", "deb", &["~", "+b1"], true),
        ("Alpine:v3.11", "Alpine.zip", "apk", &[], true),
        ("AlmaLinux:10", "AlmaLinux_10.zip", "rpm", &["~1", ".1"], true),
    ];
    let home = tempfile::tempdir().unwrap();
    let zips: Vec<PathBuf> = sets.iter().filter_map(|(_, zip, ..)| corpus_files::zip(zip)).collect();
    let store = store(home.path(), &zips);
    let out = std::env::var_os("PLIMSOLL_TRIVY_OUT").map(PathBuf::from);
    for (ecosystem, zip, kind, next, whole) in sets {
        let Some(zip) = corpus_files::zip(zip) else { continue };
        let records = records(&zip);
        let mut packages = Vec::new();
        let mut purls = Vec::new();
        for (name, versions) in versions(&records, ecosystem, next) {
            let near: Vec<String> = versions.iter().flat_map(|version| beside(version)).collect();
            let all: BTreeSet<String> = versions.iter().cloned().chain(near).collect();
            let step = all.len().div_ceil(16).max(1);
            for version in all.iter().step_by(step) {
                let Some(purl) = purl(ecosystem, kind, &name, version) else { continue };
                let Ok(package) = Package::from_purl(purl.parse().unwrap()) else { continue };
                packages.push(package);
                purls.push(purl);
            }
        }
        let bom = bom(ecosystem, &packages, &purls);
        let folder = out.clone().unwrap_or_else(|| home.path().to_owned());
        let file = folder.join(format!("{}.cdx.json", ecosystem.replace(':', "-")));
        std::fs::write(&file, bom.to_string()).unwrap();
        let said = Command::new(&trivy)
            .arg("--cache-dir")
            .arg(&cache)
            .args([
                "sbom",
                "--skip-db-update",
                "--skip-java-db-update",
                "--skip-version-check",
                "--offline-scan",
            ])
            .args(["--scanners", "vuln", "-f", "json", "-q"])
            .arg(&file)
            .output()
            .unwrap();
        let theirs: Value = serde_json::from_slice(&said.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&said.stderr)));
        let matched = match_packages(&packages, &store, Options::default()).unwrap();
        let mut ours: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        let index: BTreeMap<String, &str> = packages
            .iter()
            .zip(&purls)
            .map(|(package, purl)| (package.purl.to_string(), purl.as_str()))
            .collect();
        for finding in &matched.findings {
            let purl = index[&finding.package.purl.to_string()];
            ours.entry(purl).or_default().push(json!({
                "ids": std::iter::once(&finding.id).chain(&finding.aliases).collect::<Vec<_>>(),
                "status": if finding.status == Status::Affected { "affected" } else { "undetermined" },
                "records": finding.evidence.iter().map(|evidence| &evidence.advisory).collect::<Vec<_>>(),
            }));
        }
        if out.is_some() {
            let all: Vec<Value> = purls
                .iter()
                .zip(&packages)
                .map(|(purl, package)| json!({"purl": purl, "name": package.name, "version": package.version, "found": ours.get(purl.as_str())}))
                .collect();
            let stem = ecosystem.replace(':', "-");
            std::fs::write(folder.join(format!("{stem}.ours.json")), Value::from(all).to_string()).unwrap();
            std::fs::write(folder.join(format!("{stem}.trivy.json")), theirs.to_string()).unwrap();
        }
        let found: usize =
            list(&theirs, "Results").iter().map(|result| list(result, "Vulnerabilities").len()).sum();
        let alone: Vec<String> = list(&theirs, "Results")
            .iter()
            .flat_map(|result| list(result, "Vulnerabilities"))
            .filter_map(|said| {
                let at: usize = said["PkgIdentifier"]["BOMRef"].as_str()?.parse().ok()?;
                let purl = purls.get(at)?;
                let ids = list(said, "VendorIDs").iter().chain([&said["VulnerabilityID"]]);
                let ids: Vec<&str> = ids.filter_map(Value::as_str).collect();
                let known = |finding: &Value| {
                    let own = list(finding, "ids").iter().chain(list(finding, "records"));
                    own.filter_map(Value::as_str).any(|id| ids.contains(&id))
                };
                let here = ours.get(purl.as_str()).is_some_and(|findings| findings.iter().any(known));
                (!here).then(|| format!("{purl}: {}", ids.join(", ")))
            })
            .collect();
        eprintln!(
            "{ecosystem}: {} packages, {} findings here, {found} Trivy's, {} of them not here",
            packages.len(),
            matched.findings.len(),
            alone.len()
        );
        assert!(found > 0, "{ecosystem}: Trivy's database does not know it");
        assert!(!*whole || alone.is_empty(), "{ecosystem}: {:?}", alone.get(..alone.len().min(5)));
    }
}

fn purl(ecosystem: &str, kind: &str, name: &str, version: &str) -> Option<String> {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b'/' => {
                    out.push(char::from(byte))
                }
                _ => {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
            out
        })
    };
    let (name, rest) = match kind {
        "maven" => (name.replacen(':', "/", 1), String::new()),
        "golang" if name == "stdlib" || name == "toolchain" => (name.to_owned(), String::new()),
        "deb" => (format!("debian/{name}"), format!("?distro=debian-12&upstream={name}")),
        "apk" => (format!("alpine/{name}"), format!("?distro={}", ecosystem.replace("Alpine:v", "alpine-"))),
        "rpm" => {
            let version = version.split_once(':');
            let epoch = version.map(|(epoch, _)| format!("&epoch={epoch}")).unwrap_or_default();
            // As Trivy calls the distribution, which is known here as well.
            (format!("alma/{name}"), format!("?distro={}{epoch}", ecosystem.replace("AlmaLinux:", "alma-")))
        }
        _ => (name.to_owned(), String::new()),
    };
    let version = match kind {
        "golang" if !version.starts_with('v') && name != "stdlib" && name != "toolchain" => {
            format!("v{version}")
        }
        "rpm" => version.rsplit(':').next()?.to_owned(),
        _ => version.to_owned(),
    };
    Some(format!("pkg:{kind}/{}@{}{rest}", escape(&name), escape(&version)))
}

/// A CycloneDX document of the packages, and of the distribution that they are of.
fn bom(ecosystem: &str, packages: &[Package], purls: &[String]) -> Value {
    let mut components: Vec<Value> = Vec::new();
    let system = match ecosystem.split_once(':') {
        Some(("Debian", release)) => Some(("debian", release.to_owned())),
        Some(("Alpine", release)) => Some(("alpine", release.trim_start_matches('v').to_owned())),
        Some(("AlmaLinux", release)) => Some(("alma", release.to_owned())),
        _ => None,
    };
    if let Some((name, version)) = system {
        components.push(json!({
            "type": "operating-system", "bom-ref": "os", "name": name, "version": version,
            "properties": [{"name": "aquasecurity:trivy:Class", "value": "os-pkgs"}, {"name": "aquasecurity:trivy:Type", "value": name}]
        }));
    }
    for (at, (package, purl)) in packages.iter().zip(purls).enumerate() {
        components.push(json!({
            "type": "library", "bom-ref": format!("{at}"), "name": package.name, "version": package.version, "purl": purl,
        }));
    }
    json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components})
}
