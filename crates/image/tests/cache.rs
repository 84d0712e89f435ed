//! What was found in a layer is kept, shared between processes, and not believed once it is damaged.

mod seen;

use std::sync::Arc;

use plimsoll_core::{Diagnostic, DiagnosticKind, Digest};
use plimsoll_image::{CachedLayer, FolderCache, LayerCache, LayerKey, MemoryCache, OpenOptions};
use plimsoll_testkit::{ImageBuilder, Random, TarBuilder, sha256};
use seen::{scan, write};

fn key(text: &str, reader: &str) -> LayerKey {
    LayerKey { diff_id: sha256(text.as_bytes()), reader: reader.into() }
}

fn layer(seed: u64) -> Arc<CachedLayer> {
    let tar = TarBuilder::new().file(format!("usr/{seed}"), "1").whiteout("etc/x").symlink("lib", "usr/lib");
    let (_folder, path) = write(&ImageBuilder::new().layer(tar).docker_archive());
    let scanned = scan(&path, &OpenOptions::default()).expect("a layer");
    let read = scanned.reads.into_iter().flatten().next().expect("one layer");
    Arc::new(CachedLayer {
        entries: read.entries,
        facts: Random::new(seed).bytes(1000),
        diagnostics: vec![Diagnostic::new(DiagnosticKind::Note, "kept").at("/usr").in_layer(3).offset(5)],
    })
}

#[test]
fn what_is_put_in_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let caches: [Box<dyn LayerCache>; 2] =
        [Box::new(MemoryCache::default()), Box::new(FolderCache::open(folder.path().join("made")).unwrap())];
    for cache in caches {
        let (one, two) = (layer(1), layer(2));
        assert_eq!(cache.get(&key("a", "r1")), None);
        cache.put(&key("a", "r1"), Arc::clone(&one));
        assert_eq!(cache.get(&key("a", "r1")), Some(Arc::clone(&one)));
        assert_eq!(cache.get(&key("a", "r2")), None, "other readers find other things");
        assert_eq!(cache.get(&key("b", "r1")), None);
        cache.put(&key("a", "r1"), Arc::clone(&two));
        assert_eq!(cache.get(&key("a", "r1")), Some(two));
    }
}

#[test]
fn a_full_memory_forgets_what_was_not_asked_for() {
    let weight = layer(0).facts.len() as u64 + 300;
    let cache = MemoryCache::new(weight * 3);
    for seed in 0..3 {
        cache.put(&key(&seed.to_string(), "r"), layer(seed));
    }
    assert!(cache.get(&key("0", "r")).is_some());
    cache.put(&key("3", "r"), layer(3));
    assert!(cache.get(&key("0", "r")).is_some(), "asked for last");
    assert!(cache.get(&key("1", "r")).is_none());
    assert!(cache.weight() <= weight * 3);
    let large = Arc::new(CachedLayer { facts: vec![0; 100_000], ..Default::default() });
    cache.put(&key("large", "r"), large);
    assert!(cache.get(&key("large", "r")).is_none());
    assert!(cache.get(&key("3", "r")).is_some(), "what can't be held drives nothing out");
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().flatten().map(|file| file.path()).collect()
}

#[test]
fn damaged_files_are_not_believed_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let cache = FolderCache::open(folder.path()).unwrap();
    let whole = layer(1);
    cache.put(&key("a", "r"), Arc::clone(&whole));
    let file = files(folder.path()).pop().unwrap();
    let good = std::fs::read(&file).unwrap();
    let mut random = Random::new(3);
    for round in 0..200 {
        let mut bad = good.clone();
        let at = random.below(bad.len());
        match round % 4 {
            0 => bad.truncate(at),
            1 => bad[at] ^= 1 << random.below(8),
            2 => bad.insert(at, 0),
            _ => bad = random.bytes(at),
        }
        std::fs::write(&file, &bad).unwrap();
        assert_eq!(cache.get(&key("a", "r")), None);
        assert!(!file.exists(), "it is removed");
    }
    std::fs::write(&file, &good).unwrap();
    assert_eq!(cache.get(&key("a", "r")), Some(whole));
    // A folder in its place is no file, and stays.
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert_eq!(cache.get(&key("a", "r")), None);
}

#[test]
fn the_oldest_go_when_the_folder_is_shrunk() {
    let folder = tempfile::tempdir().unwrap();
    let cache = FolderCache::open(folder.path()).unwrap();
    for seed in 0..5 {
        cache.put(&key(&seed.to_string(), "r"), layer(seed));
    }
    let size = std::fs::metadata(files(folder.path()).pop().unwrap()).unwrap().len();
    for file in files(folder.path()) {
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(1000);
        std::fs::File::options().write(true).open(file).unwrap().set_modified(old).unwrap();
    }
    assert!(cache.get(&key("3", "r")).is_some());
    std::fs::write(folder.path().join("someone's own"), "kept").unwrap();
    let left = cache.shrink(size * 2 + size / 2).unwrap();
    assert!(left <= size * 3, "{left}");
    assert!(cache.get(&key("3", "r")).is_some(), "asked for last");
    assert_eq!(files(folder.path()).len(), 3);
    assert_eq!(cache.shrink(0).unwrap(), 0);
}

/// Not a test of its own: what the processes of the next one run.
#[test]
fn one_of_several_processes() {
    let Some(folder) = std::env::var_os("PLIMSOLL_TEST_CACHE") else { return };
    let cache = FolderCache::open(folder).unwrap();
    let layers: Vec<_> = (0..4).map(layer).collect();
    for round in 0..300_usize {
        let which = round % layers.len();
        let key = key(&which.to_string(), "r");
        if let Some(found) = cache.get(&key) {
            assert_eq!(found, layers[which], "never half of one");
        }
        cache.put(&key, Arc::clone(&layers[which]));
        if round % 50 == 0 {
            cache.shrink(1500).unwrap();
        }
    }
}

#[test]
fn several_processes_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut processes: Vec<_> = (0..4)
        .map(|_| {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "one_of_several_processes"])
                .env("PLIMSOLL_TEST_CACHE", folder.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for process in &mut processes {
        assert!(process.wait().unwrap().success());
    }
    assert!(files(folder.path()).iter().all(|file| file.extension().is_some_and(|ending| ending == "layer")));
    let _: Option<Digest> = None;
}
