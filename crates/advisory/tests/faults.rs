//! What can go wrong around a store: kills, full disks, folders that can't be written, damage, crowds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use plimsoll_advisory::{Error, ImportOptions, Store};
use plimsoll_core::{Package, Silent};
use plimsoll_matcher::{Options, match_packages};

/// Records of one state of a database: in the state `n` every package is fixed in `n.0`.
fn write_state(home: &Path, state: u32, records: u32) -> PathBuf {
    let path = home.join(format!("state-{state}.json"));
    let records: Vec<String> = (0..records)
        .map(|id| {
            format!(
                r#"{{"id":"X-{id}","modified":"2024-01-01T00:{:02}:00Z","affected":[{{"package":{{"ecosystem":"PyPI","name":"p{id}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{state}.0"}}]}}]}}]}}"#,
                state % 60
            )
        })
        .collect();
    std::fs::write(&path, format!("[{}]", records.join(",\n"))).unwrap();
    path
}

/// The state that the store is in. It must be one, whole: every package has the same fix.
fn state(store: &Store, records: u32) -> u32 {
    let packages: Vec<Package> = (0..records)
        .map(|id| Package::from_purl(format!("pkg:pypi/p{id}@0").parse().unwrap()).unwrap())
        .collect();
    let matched = match_packages(&packages, store, Options::default()).unwrap();
    let mut states: Vec<&str> =
        matched.findings.iter().map(|finding| finding.fixed_versions[0].as_str()).collect();
    assert!(
        states.is_empty() || states.len() == packages.len(),
        "{} of {} findings",
        states.len(),
        packages.len()
    );
    states.sort_unstable();
    states.dedup();
    match states.as_slice() {
        [] => 0,
        [one] => one.strip_suffix(".0").unwrap().parse().unwrap(),
        several => panic!("several states at once: {several:?}"),
    }
}

fn import(store: &mut Store, path: &Path) -> Result<(), Error> {
    store.import(&[path], &ImportOptions::default(), &Silent).map(|_| ())
}

const VICTIM: &str = "PLIMSOLL_TEST_VICTIM";
const RECORDS: u32 = 200;

/// The process that is killed: imports one state after the other until then.
#[test]
fn victim() {
    let Some(home) = std::env::var_os(VICTIM).map(PathBuf::from) else { return };
    let mut store = Store::create_or_open(home.join("store.db")).unwrap();
    loop {
        let next = state(&store, RECORDS) % 2 + 1;
        // Each import has to be newer than the one before.
        let path = home.join(format!("state-{next}.json"));
        let newer = std::fs::read_to_string(&path)
            .unwrap()
            .replace("2024-01-01T00:", &format!("{}-01-01T00:", year(&store)));
        let path = home.join("next.json");
        std::fs::write(&path, newer).unwrap();
        import(&mut store, &path).unwrap();
    }
}

fn year(store: &Store) -> u64 {
    2024 + store.status().unwrap().generation.map_or(0, |generation| generation.id)
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_generation() {
    let kills = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 200 } else { 12 };
    let home = tempfile::tempdir().unwrap();
    write_state(home.path(), 1, RECORDS);
    write_state(home.path(), 2, RECORDS);
    // How long a process needs to start and to import a few times, here and now.
    let mut first = Store::create_or_open(home.path().join("measured.db")).unwrap();
    let start = std::time::Instant::now();
    import(&mut first, &home.path().join("state-1.json")).unwrap();
    let most = 100 + 4 * u64::try_from(start.elapsed().as_millis()).unwrap();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut seen = [0u32; 3];
    let mut generation = 0;
    for _ in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "victim"])
            .env(VICTIM, home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_millis(random % most));
        child.kill().unwrap();
        child.wait().unwrap();
        match Store::open(home.path().join("store.db")) {
            Ok(store) => {
                store.verify().unwrap();
                seen[usize::try_from(state(&store, RECORDS)).unwrap()] += 1;
                let now = store.status().unwrap().generation.map_or(0, |generation| generation.id);
                assert!(now >= generation, "generation {now} after {generation}");
                generation = now;
            }
            // Killed before there was one.
            Err(Error::NoStore { .. }) => assert_eq!(generation, 0),
            Err(e) => panic!("{e}"),
        }
    }
    eprintln!("{kills} kills, {generation} generations, states seen {seen:?}");
    // The lock of the dead is no one's.
    let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
    import(&mut store, &write_state(home.path(), 1, 1)).unwrap();
}

#[test]
fn readers_in_a_crowd_see_one_generation_each() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("store.db");
    let states: Vec<PathBuf> = (1..=6).map(|number| write_state(home.path(), number, 50)).collect();
    let mut store = Store::create_or_open(&path).unwrap();
    import(&mut store, &states[0]).unwrap();
    let done = AtomicBool::new(false);
    let readings: u64 = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..200)
            .map(|_| {
                scope.spawn(|| {
                    let mut readings = 0u64;
                    loop {
                        let last = done.load(Ordering::Relaxed);
                        let store = Store::open(&path).unwrap();
                        assert!(state(&store, 50) > 0);
                        readings += 1;
                        if last {
                            return readings;
                        }
                    }
                })
            })
            .collect();
        let imported = states[1..].iter().try_for_each(|state| import(&mut store, state));
        // The readers wait for it, whatever came of the imports.
        done.store(true, Ordering::Relaxed);
        imported.unwrap();
        readers.into_iter().map(|reader| reader.join().unwrap()).sum()
    });
    eprintln!("{readings} readings by 200 readers during 5 imports");
    assert_eq!(state(&store, 50), 6);
}

#[test]
fn a_second_import_at_the_same_time_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("store.db");
    drop(Store::create_or_open(&path).unwrap());
    let lock = std::fs::File::open(home.path().join("store.db.lock")).unwrap();
    lock.lock().unwrap();
    let state = write_state(home.path(), 1, 1);
    let error = import(&mut Store::open(&path).unwrap(), &state).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    lock.unlock().unwrap();
    import(&mut Store::open(&path).unwrap(), &state).unwrap();
}

#[test]
fn damage_is_said_and_never_believed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("store.db");
    let mut store = Store::create_or_open(&path).unwrap();
    import(&mut store, &write_state(home.path(), 1, 300)).unwrap();
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    let damaged = home.path().join("damaged.db");
    let mut noticed = 0;
    let pages = whole.len() / 4096;
    for page in 0..pages {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 3000..(page + 1) * 4096].fill(0xa5);
        std::fs::write(&damaged, &bytes).unwrap();
        let looked_at = Store::open(&damaged).and_then(|store| {
            let package = Package::from_purl("pkg:pypi/p7@0".parse().unwrap()).unwrap();
            // Whatever it answers, it answers.
            let _ = match_packages(&[package], &store, Options::default());
            store.verify()
        });
        match looked_at {
            Err(Error::Corrupt { .. } | Error::NotAStore { .. } | Error::Schema { .. }) => noticed += 1,
            Err(e) => panic!("page {page}: {e}"),
            Ok(()) => {}
        }
    }
    // Some tables are empty: there is nothing at the end of their pages.
    assert!(noticed + 6 >= pages, "{noticed} of {pages}");
    std::fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    let cut = Store::open(&damaged).and_then(|store| store.verify()).unwrap_err();
    assert!(matches!(cut, Error::Corrupt { .. }), "{cut}");
}

/// A small file system of its own, where the machine lets us make one.
struct Mounted(tempfile::TempDir);

impl Mounted {
    fn new(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()).output();
        mount.is_ok_and(|mount| mount.status.success()).then_some(Self(folder))
    }

    fn remount(&self, options: &str) {
        Command::new("mount").args(["-o", options]).arg(self.0.path()).status().unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_store() {
    let Some(disk) = Mounted::new("size=512k") else {
        eprintln!("skipped: no file system can be mounted here");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let path = disk.0.path().join("store.db");
    let mut store = Store::create_or_open(&path).unwrap();
    import(&mut store, &write_state(home.path(), 1, 5)).unwrap();
    let error = import(&mut store, &write_state(home.path(), 2, 5_000)).unwrap_err();
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert_eq!(state(&Store::open(&path).unwrap(), 5), 1);
    let left: Vec<_> =
        std::fs::read_dir(disk.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_folder_that_can_not_be_written_can_be_read() {
    let Some(disk) = Mounted::new("size=4m") else {
        eprintln!("skipped: no file system can be mounted here");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let path = disk.0.path().join("store.db");
    let mut store = Store::create_or_open(&path).unwrap();
    import(&mut store, &write_state(home.path(), 1, 5)).unwrap();
    disk.remount("remount,ro");
    let mut store = Store::open(&path).unwrap();
    assert_eq!(state(&store, 5), 1);
    let error = import(&mut store, &write_state(home.path(), 2, 5)).unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("store.db"), "{error}");
    let error = Store::create_or_open(disk.0.path().join("new/store.db")).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
    drop(store);
}
