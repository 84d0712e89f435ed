//! Operating-system catalogers against the expectations of public test data, where that stands beside the
//! workspace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_core::{Content, Package, Take};
use plimsoll_inventory::{Cataloger, File, Sink, catalogers};
use serde_json::Value;

/// A folder of cases, the cataloger they are for, and the place in an image that their files stand for; an empty
/// place where the folders of a case are those of an image.
const FORMATS: &[(&str, &str, &str)] = &[
    ("os-apk", "apk", "lib/apk/db/installed"),
    ("pkg-apk", "apk", "lib/apk/db/installed"),
    ("os-dpkg", "dpkg", "var/lib/dpkg/status"),
    ("pkg-dpkg", "dpkg", ""),
    ("dpkg-authority", "dpkg", ""),
    ("rpmdb", "rpm", "var/lib/rpm/*"),
    ("redhat", "rpm", "var/lib/rpmmanifest/*"),
    ("os-pacman", "pacman", "var/lib/pacman/local/a-1-1/desc"),
    ("os-portage", "portage", "PF"),
    ("gentoo", "portage", ""),
    ("os-chisel", "chisel", "var/lib/chisel/manifest.wall"),
    ("pkg-bottlerocket_inventory", "bottlerocket", "usr/share/bottlerocket/*"),
    ("bitnami", "bitnami", ""),
    ("conda-meta", "conda", "opt/conda/conda-meta/*"),
    ("conda", "conda", ""),
    ("python-condameta", "conda", "opt/conda/conda-meta/*"),
    ("os-homebrew", "homebrew", "opt/Cellar/rclone/1.67.0/*"),
    ("os-snap", "snap", "snap/core/1/meta/snap.yaml"),
    ("snap", "snap", "usr/share/snappy/*"),
    ("nix", "nix", ""),
    ("os-flatpak", "flatpak", "var/lib/flatpak/app/a/b/c/metainfo/*"),
    ("os-chocolatey", "chocolatey", "ProgramData/chocolatey/lib/a/*"),
    ("os-cos", "cos", "etc/cos-package-info.json"),
    ("os-spack", "spack", "opt/a/.spack/spec.json"),
];

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}

fn cataloger(id: &str) -> Box<dyn Cataloger> {
    catalogers::all().into_iter().find(|c| c.id() == id).unwrap_or_else(|| panic!("no cataloger {id}"))
}

fn parse(cataloger: &dyn Cataloger, place: &str, file: &Path) -> Sink {
    let bytes = fs::read(file).unwrap();
    let size = bytes.len() as u64;
    let mut out = Sink::default();
    let stream = cataloger.interests().iter().all(|interest| interest.take == Take::Stream);
    let mut reader = &bytes[..];
    let content = if stream { Content::Stream(&mut reader) } else { Content::Whole(&bytes) };
    cataloger.parse(File { path: place.as_bytes(), size, content }, &mut out);
    for package in &mut out.packages {
        cataloger.place(place.as_bytes(), package);
    }
    out
}

/// Name, version, and what else the expectation of that package names.
type Coordinates = BTreeSet<Vec<String>>;

fn text(item: &Value, key: &str) -> Option<String> {
    item[key].as_str().map(str::to_owned).filter(|text| !text.is_empty())
}

fn expected(item: &Value) -> Vec<String> {
    let mut version = text(item, "version").unwrap_or_default();
    if let Some(release) = text(item, "release") {
        version = format!("{version}-{release}");
    }
    if let Some(epoch) = item["epoch"].as_u64().filter(|epoch| *epoch > 0) {
        version = format!("{epoch}:{version}");
    }
    let mut all = vec![text(item, "name").unwrap(), version];
    all.extend(["arch", "source", "source_version"].iter().filter_map(|key| text(item, key)));
    all
}

/// The same of a package that was found, with those facts that the expectation names.
fn found(package: &Package, item: Option<&Value>) -> Vec<String> {
    let mut all = vec![package.name.clone(), package.version.clone()];
    let has = |key| item.is_some_and(|item| text(item, key).is_some());
    if has("arch") {
        all.push(package.arch.clone().unwrap_or_default());
    }
    if has("source") {
        // The peers keep rpm's source as the file's name.
        let file = package.purl.qualifiers.get("upstream").filter(|it| it.ends_with(".rpm")).cloned();
        all.push(file.unwrap_or_else(|| package.source_name().to_owned()));
    }
    if has("source_version") {
        all.push(package.source.as_ref().map_or(&package.version, |source| &source.version).clone());
    }
    all
}

#[test]
fn every_case_gives_what_its_peer_expects() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/packages");
    if !shared.is_dir() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let (mut cases, mut wrong) = (0, Vec::new());
    for (folder, id, place) in FORMATS {
        for case in fs::read_dir(shared.join(folder)).unwrap() {
            let case = case.unwrap().path();
            let list: Vec<Value> =
                serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
            let input = case.join("input");
            // One folder holds the cases of two package managers with the same form of database.
            let opkg = list.iter().any(|item| item["type"] == "opkg");
            let stateless = case.to_str().unwrap().contains("without-Status");
            let (id, place) = match (opkg, stateless) {
                (true, _) => ("opkg", "usr/lib/opkg/status"),
                (_, true) => (*id, "var/lib/dpkg/status.d/*"),
                _ => (*id, *place),
            };
            let mut packages = Vec::new();
            for file in files(&input) {
                let relative = file.strip_prefix(&input).unwrap().to_str().unwrap();
                let name = file.file_name().unwrap().to_str().unwrap();
                let place = if place.is_empty() { relative.to_owned() } else { place.replace('*', name) };
                if name != "available" {
                    let out = parse(cataloger(id).as_ref(), &place, &file);
                    // Real databases of rpm are whole.
                    assert!(
                        id != "rpm" || out.diagnostics.is_empty(),
                        "{}: {:?}",
                        case.display(),
                        out.diagnostics
                    );
                    packages.extend(out.packages);
                }
            }
            let of = |package: &Package| {
                list.iter().find(|item| {
                    let all = expected(item);
                    all[0] == package.name && all[1] == package.version
                })
            };
            let found: Coordinates = packages.iter().map(|package| found(package, of(package))).collect();
            let expected: Coordinates = list.iter().map(expected).collect();
            cases += 1;
            if found != expected {
                let missing: Vec<_> = expected.difference(&found).collect();
                let extra: Vec<_> = found.difference(&expected).collect();
                wrong.push(format!("{}\n    missing {missing:?}\n    extra {extra:?}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    eprintln!("{cases} cases");
}
