//! Inventories of real images beside the truth that was taken when they were built. The images stand where
//! `PLIMSOLL_LAB` says, as `<name>/{oci,docker.tar,expected.json}`; without them the test is skipped.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll::{Catalogers, Image, OpenOptions, Package, PackageType, Silent, take_inventory};
use serde_json::Value;

/// Things counted: a difference is then something missing or something extra.
type Bag = BTreeMap<String, i64>;

fn differences(expected: &Bag, found: &Bag) -> Vec<String> {
    let mut differences = Vec::new();
    for key in expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key))) {
        let count = found.get(key).unwrap_or(&0) - expected.get(key).unwrap_or(&0);
        if count != 0 {
            differences.push(format!("{count:+} {key}"));
        }
    }
    differences
}

fn bag(items: impl Iterator<Item = String>) -> Bag {
    let mut bag = Bag::new();
    items.for_each(|item| *bag.entry(item).or_default() += 1);
    bag
}

fn list<'a>(expected: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    expected[field].as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// PEP 503.
fn normal(name: &str) -> String {
    let parts: Vec<_> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

fn expected(truth: &Value) -> BTreeMap<&'static str, Bag> {
    let installed = |status: &str| status.as_bytes().get(1) == Some(&b'i');
    let deb = list(truth, "os_packages").filter(|p| installed(text(&p["status"]))).map(|p| {
        let field = |name: &str| text(&p[name]).to_owned();
        [field("name"), field("version"), field("arch"), field("source"), field("source_version")].join(" ")
    });
    let rpm = list(truth, "rpm").map(|p| {
        let epoch = p["epoch"].as_i64().filter(|&epoch| epoch != 0).map(|epoch| format!("{epoch}:"));
        let version = format!("{}{}-{}", epoch.unwrap_or_default(), text(&p["version"]), text(&p["release"]));
        [text(&p["name"]).to_owned(), version, text(&p["arch"]).replace("(none)", "")].join(" ")
    });
    let not_owned = |p: &&Value| p["os_owned"] != true;
    let python = list(truth, "python")
        .filter(not_owned)
        .map(|p| format!("{} {} {}", normal(text(&p["name"])), text(&p["version"]), text(&p["path"])));
    let node = list(truth, "node")
        .filter(not_owned)
        .map(|p| format!("{} {} {}", text(&p["name"]), text(&p["version"]), text(&p["path"])));
    BTreeMap::from([("deb", bag(deb)), ("rpm", bag(rpm)), ("python", bag(python)), ("node", bag(node))])
}

fn found(packages: &[&Package]) -> BTreeMap<&'static str, Bag> {
    let of = |kind: PackageType| packages.iter().filter(move |package| package.kind == kind);
    let deb = of(PackageType::Deb).map(|p| {
        let source = p.source.as_ref();
        let (name, version) = source.map_or(("", ""), |s| (s.name.as_str(), s.version.as_str()));
        [&p.name, &p.version, p.arch.as_deref().unwrap_or_default(), name, version].join(" ")
    });
    let rpm =
        of(PackageType::Rpm).map(|p| [&p.name, &p.version, p.arch.as_deref().unwrap_or_default()].join(" "));
    let places = |name: fn(&str) -> String, kind| {
        of(kind).flat_map(move |p| {
            p.locations.iter().map(move |at| format!("{} {} {}", name(&p.name), p.version, at.path))
        })
    };
    BTreeMap::from([
        ("deb", bag(deb)),
        ("rpm", bag(rpm)),
        ("python", bag(places(normal, PackageType::PyPi))),
        ("node", bag(places(str::to_owned, PackageType::Npm))),
    ])
}

#[test]
fn inventories_are_the_truth() {
    let Some(lab) = std::env::var_os("PLIMSOLL_LAB") else {
        eprintln!("skipped: PLIMSOLL_LAB names no folder of real images");
        return;
    };
    let mut wrong = Vec::new();
    let mut images: Vec<_> = Path::new(&lab).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    images.sort();
    for image in images.iter().filter(|image| image.join("expected.json").exists()) {
        let truth: Value =
            serde_json::from_slice(&std::fs::read(image.join("expected.json")).unwrap()).unwrap();
        for form in ["oci", "docker.tar"] {
            let options = OpenOptions::default();
            let opened = Image::open(&image.join(form), &options).unwrap();
            let taken = take_inventory(&opened, &Catalogers::all(), &options.limits, &Silent).unwrap();
            let found = found(&taken.inventory.precise().collect::<Vec<_>>());
            for (kind, expected) in expected(&truth) {
                let differences = differences(&expected, &found[kind]);
                let name = format!("{}/{form}", image.file_name().unwrap().display());
                println!(
                    "{name}: {} {kind}, {} differences",
                    expected.values().sum::<i64>(),
                    differences.len()
                );
                wrong.extend(
                    differences.iter().take(5).map(|difference| format!("{name}: {kind}: {difference}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a package is called whoever lists it, and what decides its advisories.
fn identity(package: &Package) -> (String, (String, String)) {
    let version = package.version.trim_start_matches('v');
    let name = package.name.to_lowercase().replace('_', "-");
    let ecosystem = package.ecosystem.as_ref().map(ToString::to_string).unwrap_or_default();
    (format!("{} {name} {version}", package.kind), (ecosystem, package.source_name().to_owned()))
}

/// Lists of the same images by other tools (`TOOL_oci*.json` beside the image) give packages that are judged alike.
#[test]
fn the_lists_of_other_tools_are_judged_like_the_image() {
    let Some(lab) = std::env::var_os("PLIMSOLL_LAB") else {
        eprintln!("skipped: PLIMSOLL_LAB names no folder of real images");
        return;
    };
    let mut images: Vec<_> = Path::new(&lab).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    images.sort();
    for image in images {
        let lists = image.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        let lists: Vec<_> = lists
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                name.contains("_oci") && name.ends_with(".json")
            })
            .collect();
        if lists.is_empty() || !image.join("oci").exists() {
            continue;
        }
        let options = OpenOptions::default();
        let opened = Image::open(&image.join("oci"), &options).unwrap();
        let taken = take_inventory(&opened, &Catalogers::all(), &options.limits, &Silent).unwrap();
        let ours: BTreeMap<_, _> = taken.inventory.packages.iter().map(identity).collect();
        for list in lists {
            let sbom = plimsoll::Sbom::read(&std::fs::read(&list).unwrap()).unwrap();
            let theirs = sbom.inventory.packages.iter().filter(|package| package.kind.is_os()).map(identity);
            let shared: Vec<_> =
                theirs.filter_map(|(key, it)| Some((ours.get(&key)?.clone(), it, key))).collect();
            println!("{}: {} packages of the system in both", list.display(), shared.len());
            for (ours, theirs, key) in shared {
                assert_eq!(theirs, ours, "{}: {key}", list.display());
            }
        }
    }
}
