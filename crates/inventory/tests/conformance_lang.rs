//! Language catalogers against the expectations of public test data, where that stands beside the workspace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_core::{Content, Package, Role, Take};
use plimsoll_inventory::{Cataloger, File, Pattern, Sink, catalogers};
use serde_json::Value;

#[path = "conformance_lang/formats.rs"]
mod formats;

use formats::{FORMATS, Format};

fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    path.is_dir().then_some(path)
}

fn cataloger(id: &str) -> Box<dyn Cataloger> {
    catalogers::all().into_iter().find(|c| c.id() == id).unwrap_or_else(|| panic!("no cataloger {id}"))
}

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

fn parse(cataloger: &dyn Cataloger, path: &Path, root: &Path) -> Sink {
    let bytes = fs::read(path).unwrap();
    let size = u64::try_from(bytes.len()).unwrap();
    let name = path.strip_prefix(root).unwrap().to_str().unwrap().as_bytes();
    let mut out = Sink::default();
    let stream = cataloger
        .interests()
        .iter()
        .any(|i| matches!(i.take, Take::Peek(_)) && cataloger.peeked(name, size, &bytes) == Take::Stream);
    let mut reader = &bytes[..];
    let content = if stream { Content::Stream(&mut reader) } else { Content::Whole(&bytes) };
    cataloger.parse(File { path: name, size, content }, &mut out);
    out
}

/// Name and version of every package, in the format's own spelling where the peers' differ.
type Coordinates = BTreeSet<(String, String)>;

/// Whether an interest of the cataloger asks for a file of this name, in this place or in any.
fn asks(cataloger: &dyn Cataloger, path: &Path, anywhere: bool) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    let directory = path.parent().and_then(Path::file_name).and_then(|d| d.to_str()).unwrap_or_default();
    cataloger.interests().iter().any(|interest| match interest.pattern {
        Pattern::Name(wanted) => name == wanted,
        Pattern::Suffix(suffix) => name.to_lowercase().ends_with(suffix),
        Pattern::Affixes(prefix, suffix) => name.starts_with(prefix) && name.to_lowercase().ends_with(suffix),
        Pattern::In(inside, wanted) => name == wanted && (anywhere || directory.ends_with(inside)),
        Pattern::InSuffix(inside, suffix) => {
            name.ends_with(suffix) && (anywhere || directory.ends_with(inside))
        }
        _ => false,
    })
}

/// What the format's catalogers find: all of it, and what is not for development alone.
fn found(format: &Format, case: &Path) -> (Coordinates, Coordinates) {
    let input = case.join("input");
    let mut packages: Vec<Package> = Vec::new();
    for path in files(&input) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if format.skips.iter().any(|skip| name.ends_with(skip)) {
            continue;
        }
        let all: Vec<_> = format.catalogers.iter().map(|id| cataloger(id)).collect();
        // Many files have other names there than they have in the world, or stand in other places.
        let asking =
            |anywhere| -> Vec<_> { all.iter().filter(|one| asks(one.as_ref(), &path, anywhere)).collect() };
        let reading = [asking(false), asking(true)].into_iter().find(|list| !list.is_empty());
        let everyone: Vec<_> = all.iter().collect();
        for cataloger in reading.as_ref().unwrap_or(&everyone) {
            let sink = parse(cataloger.as_ref(), &path, &input);
            // Without a name to go by, whoever can read it does.
            if reading.is_some() || all.len() == 1 || sink.diagnostics.is_empty() {
                packages.extend(sink.packages);
                packages.extend(sink.hearsay.into_iter().map(|said| said.package));
            }
        }
    }
    let coordinates =
        |packages: &[Package]| packages.iter().map(|p| (format.name)(&p.name, &p.version)).collect();
    let all = coordinates(&packages);
    packages.retain(|package| package.role != Role::Development);
    (all, coordinates(&packages))
}

fn expected(format: &Format, case: &Path) -> Coordinates {
    let text = fs::read(case.join("expected.json")).unwrap();
    let list: Vec<Value> = serde_json::from_slice(&text).unwrap();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    list.iter()
        .map(|item| {
            let mut name = text(item, "name");
            // Some peers keep a Maven group or a namespace only in the package URL.
            if let Ok(purl) = text(item, "purl").parse::<plimsoll_core::Purl>()
                && let Some(namespace) = &purl.namespace
                && purl.kind == "maven"
                && !name.contains(':')
            {
                name = format!("{namespace}:{name}");
            }
            (format.name)(&name, &text(item, "version"))
        })
        .collect()
}

#[test]
fn every_case_gives_what_its_peer_expects() {
    let Some(shared) = shared() else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let mut wrong = Vec::new();
    let mut cases = 0;
    for format in FORMATS {
        for entry in fs::read_dir(shared.join("packages").join(format.directory)).unwrap() {
            let case = entry.unwrap().path();
            let id = format!("{}/{}", format.directory, case.file_name().unwrap().to_str().unwrap());
            cases += 1;
            // Peers differ in whether the standard library is a package.
            let ((found, without_dev), mut expected) = (found(format, &case), expected(format, &case));
            if !found.iter().any(|(name, _)| name == "stdlib") {
                expected.retain(|(name, _)| name != "stdlib");
            }
            let only_there: Vec<_> = expected.difference(&found).cloned().collect();
            if let [root] = only_there.as_slice()
                && format.lists_root
            {
                expected.remove(root);
            }
            // Some peers leave out what is for development, or what has no version.
            let versioned = |set: &Coordinates| set.iter().filter(|(_, v)| !v.is_empty()).cloned().collect();
            let accepted: [Coordinates; 4] =
                [versioned(&found), versioned(&without_dev), without_dev, found.clone()];
            let differs = !accepted.contains(&expected) && versioned(&found) != versioned(&expected);
            let excused = formats::DIFFERENCES.iter().any(|(prefix, _)| id.starts_with(prefix));
            if differs && !excused {
                let missing: Vec<_> = expected.difference(&found).collect();
                let extra: Vec<_> = found.difference(&expected).collect();
                wrong.push(format!("{id}\n    missing {missing:?}\n    extra {extra:?}"));
            } else if !differs && excused {
                wrong.push(format!("{id}: agrees with its peer but is listed as a difference"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    eprintln!("{cases} cases, {} of them explained differences", formats::DIFFERENCES.len());
}

/// Hostile and broken files, each to every cataloger: no panic, and whoever should read it says that it can't.
#[test]
fn hostile_files_do_no_harm() {
    let Some(shared) = shared() else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let hostile = shared.join("hostile");
    for path in files(&hostile) {
        for cataloger in catalogers::all() {
            parse(cataloger.as_ref(), &path, &hostile);
        }
    }
}
