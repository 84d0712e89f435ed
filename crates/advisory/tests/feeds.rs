//! The real documents of ../shared/feeds: each is recognised, nothing of it is lost, and what its publisher's other
//! readers make of it is what it is here.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use plimsoll_advisory::feeds::{Document, Parsed, Score, plain, recognise};
use plimsoll_core::{Advisory, Affected, Event, FixState};
use plimsoll_matcher::known_ids;
use serde_json::Value;

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/feeds");
    folder.is_dir().then_some(folder)
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            let mut out = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
            out
        }
        Some("bz2") => {
            let mut out = Vec::new();
            bzip2::read::MultiBzDecoder::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
            out
        }
        _ => bytes,
    }
}

#[derive(Default)]
struct Read2 {
    feed: &'static str,
    advisories: Vec<Advisory>,
    scores: Vec<Score>,
    lives: usize,
    skipped: Vec<String>,
}

fn parse(path: &Path) -> Result<Read2, String> {
    let bytes = read(path);
    let name = path.to_string_lossy();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".bz2")).unwrap_or(&name);
    let document = Document { name, bytes: &bytes };
    let bytes = plain(&document).map_err(|e| e.to_string())?;
    let document = Document { name, bytes: &bytes };
    let feed = recognise(&document).ok_or("not recognised")?;
    let mut out = Read2 { feed: feed.about().id, ..Read2::default() };
    let parsed = feed.parse(document, &mut |parsed| {
        match parsed {
            Parsed::Advisory(advisory) => out.advisories.push(*advisory),
            Parsed::Score(score) => out.scores.push(score),
            Parsed::Life(_) => out.lives += 1,
            Parsed::Skipped(diagnostic) => out.skipped.push(diagnostic.to_string()),
            _ => {}
        }
        Ok(())
    });
    parsed.map_err(|e| e.to_string())?;
    Ok(out)
}

/// Every document of the folders, with the feed that reads it.
const FEEDS: &[(&str, &str)] = &[
    ("debian-tracker", "debian-tracker"),
    ("alpine-secdb", "secdb"),
    ("wolfi", "secdb"),
    ("minimos/vlu", "secdb"),
    ("secureos", "secdb"),
    ("redhat-csaf-vex", "csaf"),
    ("redhat-csaf-vex-2", "csaf"),
    ("redhat-csaf", "csaf"),
    ("suse-csaf", "csaf"),
    ("suse-csaf-vex", "csaf"),
    ("amazon-updateinfo/vuls", "updateinfo"),
    ("rocky-updateinfo", "updateinfo"),
    ("oracle-oval", "oracle-oval"),
    ("azurelinux-oval", "azure-linux"),
    ("photon/vlu", "photon"),
    ("arch", "arch"),
    ("rocky-errata", "rocky-errata"),
    ("alma-errata", "alma-errata"),
    ("nvd-api-2", "nvd"),
    ("nvd-feed-2", "nvd"),
    ("cve-5", "cve"),
    ("msrc/vuls/cvrf-2024-Mar", "msrc"),
    ("msrc/vuls/product-2.json", "msrc"),
    ("kev", "kev"),
    ("eol/vuls", "eol"),
    ("eol/vunnel", "eol"),
    ("ubuntu-osv", "osv"),
    ("chainguard", "osv"),
    ("rocky-osv", "osv"),
    ("redhat-osv", "osv"),
    ("suse-osv", "osv"),
    ("alma-osv", "osv"),
    ("ghsa-osv", "osv"),
    ("osv-pip", "osv"),
    ("osv-npm", "osv"),
    ("osv-golang", "osv"),
    ("osv-maven", "osv"),
    ("osv-nuget", "osv"),
    ("osv-composer", "osv"),
    ("osv-rubygems", "osv"),
    ("osv-cargo", "osv"),
    ("osv-debian", "osv"),
    ("osv-alpine", "osv"),
    ("osv-bitnami", "osv"),
    ("osv-mageia", "osv"),
    ("osv-misc", "osv"),
    ("osv-erlang", "osv"),
    ("osv-pub", "osv"),
    ("osv-r", "osv"),
    ("osv-julia", "osv"),
    ("osv-swift", "osv"),
    ("osv-haskell-hackage", "osv"),
    ("osv-linux", "osv"),
    ("osv-git", "osv"),
    ("osv-ocaml", "osv"),
    ("osv-haskell-ghc", "osv"),
    ("osv-k8s", "osv"),
    ("osv-vscode", "osv"),
    ("osv-ghactions", "osv"),
    ("osv-oss-fuzz", "osv"),
    ("osv-bellsoft-alpaquita", "osv"),
    ("ghsa-api-osv", "osv"),
    ("seal", "osv"),
    ("minimos/vuls", "osv"),
    ("alma-oval", "alma-oval"),
    ("alpine-unfixed", "alpine-tracker"),
    ("alt-oval", "alt-oval"),
    ("anolis-oval", "anolis-oval"),
    ("bottlerocket", "updateinfo"),
    ("debian-dsa-dla", "debian-lists"),
    ("debian-oval", "debian-oval"),
    ("debian-tracker-git/vuls", "debian-lists"),
    ("echo", "echo"),
    ("fedora-bodhi", "bodhi"),
    ("friendsofphp", "friendsofphp"),
    ("gentoo-glsa", "glsa"),
    ("ghsa-api", "github"),
    ("glad", "glad"),
    ("msrc/vuls/csaf-msrc_cve-2025-29806.json", "csaf"),
    ("msrc/vuls/vex-msrc_cve-2025-26465.json", "csaf"),
    ("openeuler/vlu", "cvrf"),
    ("openeuler/vuls/csaf-openeuler-sa-2025-1351.json", "csaf"),
    ("photon/vuls/com.vmware.phsa-photon5.xml.gz", "photon-oval"),
    ("redhat-hummingbird", "csaf"),
    ("redhat-oval-v2/vlu", "redhat-oval"),
    ("redhat-oval-v2/vuls", "redhat-oval"),
    ("redhat-securitydata", "redhat-data"),
    ("rootio", "root"),
    ("rubysec", "rubysec"),
    ("rustsec", "rustsec"),
    ("suse-cvrf", "cvrf"),
    ("suse-oval", "suse-oval"),
    ("ubuntu-cve-tracker/vlu", "ubuntu-cve"),
    ("ubuntu-cve-tracker/vunnel", "ubuntu-api"),
    ("ubuntu-oval", "ubuntu-oval"),
    ("ubuntu-usn/vuls/cve-0_20.json", "ubuntu-api"),
    ("ubuntu-usn/vuls/notice-0_1.json", "ubuntu-api"),
    ("ubuntu-usn/vuls/database-all.json.bz2", "usn"),
    ("ubuntu-vex", "ubuntu-vex"),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let beside = name.contains("expected.json")
                || name == "DSA"
                || name == "repomd_valid.xml"
                || name == "repomd.xml";
            if !(beside || name.ends_with(".csv") || name.ends_with(".meta")) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_document_is_recognised_and_read() {
    let Some(root) = folder() else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let mut wrong = Vec::new();
    for (folder, feed) in FEEDS {
        let mut records = 0;
        for path in files(&root.join(folder)) {
            let shown = path.strip_prefix(&root).unwrap().display().to_string();
            match parse(&path) {
                Ok(read) => {
                    records += read.advisories.len() + read.lives;
                    if read.feed != *feed {
                        wrong.push(format!("{shown}: read as {}", read.feed));
                    }
                    // One issue of this document has a list where its releases should be.
                    let known = |skipped: &&String| !skipped.contains("CVE-2022-0358 of chromium-browser");
                    wrong.extend(
                        read.skipped.iter().filter(known).map(|skipped| format!("{shown}: {skipped}")),
                    );
                }
                Err(e) => wrong.push(format!("{shown}: {e}")),
            }
        }
        eprintln!("{folder}: {records} records");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What another reader of a document expects: an id, a package, a release, and a fix or a state.
struct Expected<'a> {
    id: &'a str,
    package: &'a str,
    distro: String,
    fixed: Option<&'a str>,
    status: &'a str,
    module: Option<&'a str>,
    state: Option<&'a str>,
}

/// The other readers' names of distributions, as ecosystems.
fn distro(name: &str) -> String {
    let (id, release) = name.split_once(':').unwrap_or((name, ""));
    let major = release.split('.').next().unwrap_or_default();
    match id {
        "debian" => format!("Debian:{}", if release == "unstable" { "sid" } else { release }),
        "redhat" | "rhel" => format!("Red Hat:{major}"),
        "rocky" if release.is_empty() => "Rocky Linux".to_owned(),
        "rocky" => format!("Rocky Linux:{major}"),
        "almalinux" => "AlmaLinux".to_owned(),
        "amazon" | "amzn" => "Amazon Linux".to_owned(),
        "ol" => format!("Oracle Linux:{major}"),
        "azurelinux" | "mariner" => format!("Azure Linux:{major}"),
        "photon" => format!("Photon OS:{release}"),
        "arch" => "Arch Linux".to_owned(),
        "ubuntu" => format!("Ubuntu:{release}"),
        "wolfi" | "minimos" => "apk".to_owned(),
        "secureos" => "SecureOS".to_owned(),
        "alpine" => format!("Alpine:v{release}"),
        other if other.starts_with("Oracle Linux ") => other.replace("Linux ", "Linux:"),
        "sles" => format!("SUSE:{}", release.replace('.', " SP")),
        "echo" => "Echo".to_owned(),
        "bottlerocket" => "Bottlerocket".to_owned(),
        "fedora" => format!("Fedora:{release}"),
        other => other.to_owned(),
    }
}

fn is_of(entry: &Affected, distro: &str) -> bool {
    let ecosystem = entry.ecosystem.as_str();
    if let Some(major) = distro.strip_prefix("Red Hat:") {
        // Products of other names say their release at their end: `satellite:6.16::el8`. Directory Server 11 is for
        // 8, and 12 for 9.
        let release = ecosystem.split([':', '.', '-']).any(|part| part == major);
        let directory = [("8", "Red Hat:directory_server:11"), ("9", "Red Hat:directory_server:12")];
        return entry.ecosystem.name() == "Red Hat"
            && (release
                || directory.contains(&(major, ecosystem))
                || ecosystem.ends_with(&format!("::el{major}")));
    }
    match distro {
        "apk" => matches!(entry.ecosystem.name(), "Wolfi" | "MinimOS" | "Chainguard"),
        _ if distro.starts_with("Ubuntu:") => {
            ecosystem.trim_end_matches(":LTS") == distro.trim_end_matches(":LTS")
        }
        _ if distro.starts_with("SUSE:") => plimsoll_matcher::stream(&entry.ecosystem) == distro,
        _ => ecosystem == distro || entry.ecosystem.name() == distro,
    }
}

fn fixes(entry: &Affected) -> impl Iterator<Item = &str> {
    entry.ranges.iter().flat_map(|range| &range.events).filter_map(|event| match event {
        Event::Fixed(version) => Some(version.as_str()),
        _ => None,
    })
}

fn without_epoch(version: &str) -> &str {
    version.strip_prefix("0:").unwrap_or(version)
}

/// Whether an entry says what is expected.
fn agrees(entry: &Affected, expected: &Expected<'_>) -> bool {
    // One definition of Oracle's may be for several releases.
    if entry.name != expected.package || !expected.distro.split(',').any(|distro| is_of(entry, distro)) {
        return false;
    }
    if expected.module.is_some() && entry.module.as_deref() != expected.module {
        return false;
    }
    match (expected.fixed, expected.status) {
        // Azure's readers cut off the `.azl3` that the definitions have.
        (Some(fixed), _) => fixes(entry).any(|version| {
            let (version, fixed) = (without_epoch(version), without_epoch(fixed));
            version == fixed || version.strip_prefix(fixed).is_some_and(|rest| rest.starts_with('.'))
        }),
        (None, "not-affected") => fixes(entry).any(|version| version == "0"),
        (None, _) => {
            let open = !fixes(entry).any(|version| !version.starts_with('<'));
            let state = match expected.state {
                Some("Will not fix") => entry.fix == Some(FixState::WontFix),
                Some("Fix deferred") => entry.fix == Some(FixState::Deferred),
                Some("Out of support scope") => entry.fix == Some(FixState::EndOfLife),
                _ => true,
            };
            open && state
        }
    }
}

const EXPECTED: &[&str] = &[
    "debian-tracker/vunnel-input/debian.json",
    "alpine-secdb/vunnel-secdb/v3.15/main.yaml",
    "secureos/vunnel/secdb.json",
    "ubuntu-osv/vunnel/UBUNTU-CVE-2013-2208.json",
    "ubuntu-osv/vunnel/UBUNTU-CVE-2020-36325.json",
    "ubuntu-osv/vunnel/UBUNTU-CVE-2026-1403.json",
    "chainguard/vunnel/CGA-224q-ccj5-2p53.json",
    "chainguard/vunnel/CGA-xcpc-gm23-prj9.json",
    "rocky-osv/vuls/RLSA-2023_0005.json",
    "rocky-osv/vuls/RLSA-2025_8056.json",
    "osv-bitnami/vunnel/BIT-brotli-2020-8927.json",
    "osv-golang/vunnel/GO-2023-1989.json",
    "wolfi/vlu/security.json",
    "minimos/vlu/security.json",
    "amazon-alas-html/vunnel-alas/2_html/ALAS-2018-939",
    "amazon-updateinfo/vlu/updateinfo_1_item.xml.gz",
    "amazon-updateinfo/vlu/updateinfo_AL2022.xml.gz",
    "oracle-oval/vunnel/mock_data.xml",
    "azurelinux-oval/vlu/azurelinux-3.0-oval.xml",
    "azurelinux-oval/vlu/cbl-mariner-2.0-preview-oval.xml",
    "photon/vlu/cve_data_photon1.0.json",
    "photon/vlu/cve_data_photon3.0.json",
    "arch/vlu/archlinux.json",
    "rocky-errata/vuls/RLSA-2023_2652.json",
    "rocky-errata/vuls/RLSA-2023_3246.json",
    "alma-errata/vlu/errata.json",
    "rocky-updateinfo/vlu/updateinfo.xml",
    "redhat-csaf-vex/vuls/CVE-2022-24834.json",
    "redhat-csaf-vex/vuls/CVE-2023-6212.json",
    "redhat-csaf-vex/vuls/CVE-2026-11611.json",
    "redhat-csaf-vex-2/vuls/CVE-2007-6015.json",
    "redhat-csaf-vex-2/vuls/CVE-2023-6238.json",
    "redhat-csaf-vex-2/vuls/CVE-2024-6923.json",
    "redhat-csaf/vuls/RHSA-2023_6939.json",
    "redhat-csaf/vuls/RHSA-2025_2399.json",
    "bottlerocket/vlu/updateinfo.xml.gz",
    "echo/vunnel/data.json",
    "oracle-oval/vlu/all-positive-data.xml.bz2",
    "redhat-securitydata/vunnel/CVE-2017-3509.json",
    "redhat-securitydata/vunnel/CVE-2017-3526.json",
    "redhat-securitydata/vunnel/CVE-2017-3539.json",
    "redhat-securitydata/vunnel/CVE-2020-16588.json",
    "redhat-securitydata/vunnel/CVE-2021-20299.json",
    "redhat-securitydata/vunnel/CVE-2022-1922.json",
    "redhat-securitydata/vunnel/CVE-2022-1924.json",
    "redhat-securitydata/vunnel/CVE-2022-2309.json",
    "redhat-securitydata/vunnel/CVE-2023-5129.json",
    "rocky-errata/vuls/RLBA-2025_2973.json",
    "rocky-osv/vuls/RXSA-2023_0101.json",
    "suse-oval/vunnel/suse_truncated.xml",
    "ubuntu-cve-tracker/vunnel/CVE-2012-5124",
    "fedora-bodhi/vunnel-input/FEDORA-2025-aaa1111111.json",
];

#[test]
fn documents_say_what_others_read_in_them() {
    let Some(root) = folder() else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let mut wrong = Vec::new();
    let mut right = 0;
    for file in EXPECTED {
        let path = root.join(file);
        let mut read = parse(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
        if file.starts_with("fedora-bodhi/") {
            for path in files(path.parent().unwrap()) {
                read.advisories.extend(parse(&path).unwrap().advisories);
            }
        }
        if file.starts_with("amazon-alas-html/") {
            for page in ["2022_html/ALAS-2021-001", "2023_html/ALAS-2023-126"] {
                let page = path.with_file_name("..").join(page);
                read.advisories.extend(parse(&page).unwrap().advisories);
            }
        }
        if file.ends_with("v3.15/main.yaml") {
            read.advisories.extend(parse(&path.with_file_name("community.yaml")).unwrap().advisories);
        }
        let beside = root.join(format!("{file}.expected.json"));
        let expected =
            [beside, path.with_file_name("expected.json"), path.with_file_name("../expected.json")];
        let expected = expected.into_iter().find(|path| path.exists()).unwrap();
        let expected: Vec<Value> = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
        let mut by_id: BTreeMap<String, Vec<&Advisory>> = BTreeMap::new();
        for advisory in &read.advisories {
            known_ids(advisory).into_iter().for_each(|id| by_id.entry(id).or_default().push(advisory));
        }
        for value in &expected {
            // Another reader takes SUSE's long-term streams for the release itself.
            let longer = value["package"] == "kernel-default" && value["id"] == "CVE-2021-29154";
            if longer && file.starts_with("suse-oval/") {
                continue;
            }
            let expected = Expected {
                id: value["id"].as_str().unwrap(),
                package: value["package"].as_str().unwrap_or_default(),
                distro: distro(value["ecosystem_or_distro"].as_str().unwrap_or_default()),
                fixed: value["fixed"].as_str(),
                status: value["status"].as_str().unwrap_or_default(),
                module: value["module"].as_str(),
                state: value["vendor_state"].as_str(),
            };
            let found = by_id.get(expected.id).map_or(&[][..], Vec::as_slice);
            if found.iter().flat_map(|advisory| &advisory.affected).any(|entry| agrees(entry, &expected)) {
                right += 1;
            } else {
                let here: Vec<String> = found
                    .iter()
                    .flat_map(|advisory| &advisory.affected)
                    .filter(|entry| entry.name == expected.package)
                    .map(|entry| {
                        format!(
                            "{} {:?} {:?} {:?}",
                            entry.ecosystem,
                            fixes(entry).collect::<Vec<_>>(),
                            entry.module,
                            entry.fix
                        )
                    })
                    .take(4)
                    .collect();
                wrong.push(format!("{file}: {value}: found {here:?}"));
            }
        }
    }
    eprintln!("{right} statements agree");
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        wrong.len() + right,
        wrong[..wrong.len().min(40)].join("\n")
    );
}

#[test]
fn scores_are_read_and_files_without_a_day_refused() {
    let Some(root) = folder() else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let scores = |file: &str| parse(&root.join("epss").join(file)).map(|read| read.scores);
    let first = scores("vunnel/example-1.csv").unwrap();
    assert_eq!(
        (first[0].id.as_str(), first[0].probability, first[0].percentile),
        ("CVE-1999-0001", 3_830, Some(730_750))
    );
    let old = scores("vuls/epss_scores-2021-04-14.csv.gz").unwrap();
    assert_eq!((old[0].id.as_str(), old[0].probability, old[0].percentile), ("CVE-2020-5902", 651_170, None));
    assert_eq!(scores("vuls/epss_scores-2022-02-04.csv.gz").unwrap().len(), 2);
    assert!(scores("vunnel/missing-date.csv").unwrap_err().contains("score_date"));
}
