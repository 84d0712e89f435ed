//! The real advisories of ../shared/corpus.

// Each test and bench uses a part of this.
#![allow(dead_code)]

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus")
}

/// All of the corpus's zips, in the order of their names; none where it is not there.
pub(crate) fn zips() -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder()) else { return Vec::new() };
    let mut zips: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    zips.retain(|path| path.extension().is_some_and(|extension| extension == "zip"));
    zips.sort();
    zips
}

/// One of them.
pub(crate) fn zip(name: &str) -> Option<PathBuf> {
    Some(folder().join(name)).filter(|path| path.is_file())
}

/// The records of a zip, as they are published.
pub(crate) fn records(zip: &Path) -> Vec<Value> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut text = String::new();
            archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
            serde_json::from_str(&text).unwrap()
        })
        .collect()
}

/// The items under a key; none where there is no list.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}
