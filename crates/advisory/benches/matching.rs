//! Opening a store, importing into it, and matching the packages of a big image, over the advisories of
//! ../shared/corpus. Without them there is nothing to measure.
//!
//! `image` are the 700 packages of `image.txt`: 320 of Debian 12, of 232 sources, where they are known to the corpus in
//! versions of autumn 2023, and what is installed in images of a Python, a Node.js, a Java and a Go program. `kernels`
//! are as many of which twenty each are binaries of the kernel and of fifteen other sources with many records: the worst
//! that an image can be.

#[path = "../tests/corpus_files/mod.rs"]
mod corpus_files;

use std::sync::OnceLock;

use plimsoll_advisory::{ImportOptions, Index, Store};
use plimsoll_core::{Package, Silent};
use plimsoll_matcher::{Candidates, Matches, Options, Postings, Wanted, match_packages, queries};

fn main() {
    if corpus_files::zips().is_empty() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    divan::main();
}

struct Set {
    store: Store,
    index: Index,
    image: Vec<Package>,
    kernels: Vec<Package>,
    _home: tempfile::TempDir,
}

/// The corpus in a store and an index, and twice 700 packages.
fn set() -> &'static Set {
    static SET: OnceLock<Set> = OnceLock::new();
    SET.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
        store.import(&corpus_files::zips(), &ImportOptions::default(), &Silent).unwrap();
        let path = home.path().join("index");
        Index::build(&store, &path).unwrap();
        let index = Index::open(&path).unwrap();
        Set { store, index, image: image(), kernels: kernels(), _home: home }
    })
}

fn image() -> Vec<Package> {
    include_str!("image.txt").lines().map(package).collect()
}

fn package(purl: &str) -> Package {
    Package::from_purl(purl.parse().unwrap()).unwrap()
}

/// Names that the corpus knows, in versions of which some are affected, among as many that it does not know.
fn kernels() -> Vec<Package> {
    let debian = [
        ("glibc", "2.36-9+deb12u3"),
        ("openssl", "3.0.9-1"),
        ("curl", "7.88.1-10+deb12u1"),
        ("libxml2", "2.9.14+dfsg-1.2"),
        ("linux", "6.1.52-1"),
        ("systemd", "252.12-1~deb12u1"),
        ("perl", "5.36.0-7"),
        ("krb5", "1.20.1-2"),
        ("tiff", "4.5.0-6"),
        ("imagemagick", "8:6.9.11.60+dfsg-1.6"),
        ("python3.11", "3.11.2-6"),
        ("expat", "2.5.0-1"),
        ("git", "1:2.39.2-1.1"),
        ("openssh", "1:9.2p1-2"),
        ("sqlite3", "3.40.1-2"),
        ("zlib", "1:1.2.13.dfsg-1"),
    ];
    let python = [
        ("jinja2", "3.1.2"),
        ("django", "4.2.0"),
        ("requests", "2.25.0"),
        ("urllib3", "1.26.4"),
        ("pillow", "9.0.0"),
        ("cryptography", "3.3.1"),
        ("flask", "2.0.0"),
        ("werkzeug", "2.0.0"),
        ("numpy", "1.20.0"),
        ("tensorflow", "2.4.0"),
    ];
    let node = [
        ("lodash", "4.17.15"),
        ("jquery", "3.3.0"),
        ("axios", "0.21.0"),
        ("minimist", "1.2.0"),
        ("express", "4.16.0"),
        ("handlebars", "4.0.0"),
        ("moment", "2.18.0"),
        ("ws", "1.0.0"),
        ("marked", "0.3.5"),
        ("tar", "2.2.1"),
    ];
    let go = [
        ("stdlib", "1.20.1"),
        ("golang.org/x/net", "v0.7.0"),
        ("golang.org/x/crypto", "v0.1.0"),
        ("github.com/docker/docker", "v20.10.7+incompatible"),
        ("github.com/containerd/containerd", "v1.6.0"),
    ];
    let mut purls = Vec::new();
    for index in 0..20 {
        for (name, version) in debian {
            let version = version.replace('+', "%2B").replace(':', "%3A");
            purls.push(format!("pkg:deb/debian/{name}-{index}@{version}?distro=debian-12&upstream={name}"));
        }
    }
    for (name, version) in python {
        purls.push(format!("pkg:pypi/{name}@{version}"));
        purls.extend((0..12).map(|index| format!("pkg:pypi/{name}-plugin-{index}@{version}")));
    }
    for (name, version) in node {
        purls.push(format!("pkg:npm/{name}@{version}"));
        purls.extend((0..14).map(|index| format!("pkg:npm/{name}-plugin-{index}@{version}")));
    }
    for (name, version) in go {
        purls.push(format!("pkg:golang/{name}@{}", version.replace('+', "%2B")));
        purls.extend((0..19).map(|index| format!("pkg:golang/example.com/{name}/{index}@v1.0.0")));
    }
    purls.iter().map(|purl| package(purl)).collect()
}

#[divan::bench]
fn open_store(bencher: divan::Bencher<'_, '_>) {
    let path = set().store.path();
    bencher.bench(|| Store::open(path).unwrap());
}

#[divan::bench]
fn open_index(bencher: divan::Bencher<'_, '_>) {
    let path = set().store.path().with_file_name("index");
    bencher.bench(|| Index::open(&path).unwrap());
}

const SETS: [&str; 2] = ["image", "kernels"];

fn packages(set: &str) -> &'static [Package] {
    if set == "image" { &self::set().image } else { &self::set().kernels }
}

/// The answers alone, each a record that affects a package.
#[divan::bench(args = SETS)]
fn match_700_packages_from_index(bencher: divan::Bencher<'_, '_>, set: &str) {
    let (packages, index) = (packages(set), &self::set().index);
    let matches = || Matches::of(packages, index, Options::default()).unwrap();
    println!("{} packages, {} answers", packages.len(), matches().iter().count());
    bencher.bench(matches);
}

/// With all that a finding says.
#[divan::bench(args = SETS)]
fn findings_of_700_packages_from_index(bencher: divan::Bencher<'_, '_>, set: &str) {
    let (packages, index) = (packages(set), &self::set().index);
    let found = || match_packages(packages, index, Options::default()).unwrap();
    println!("{} findings", found().findings.len());
    bencher.bench(found);
}

#[divan::bench(args = SETS)]
fn match_700_packages_from_sqlite(bencher: divan::Bencher<'_, '_>, set: &str) {
    let (packages, store) = (packages(set), &self::set().store);
    bencher.bench(|| Matches::of(packages, store, Options::default()).unwrap());
}

#[divan::bench(args = SETS)]
fn findings_of_700_packages_from_sqlite(bencher: divan::Bencher<'_, '_>, set: &str) {
    let (packages, store) = (packages(set), &self::set().store);
    bencher.bench(|| match_packages(packages, store, Options::default()).unwrap());
}

/// Nothing is read before: the first image after the index was opened.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn first_findings_of_700_packages_from_index(bencher: divan::Bencher<'_, '_>) {
    let path = set().store.path().with_file_name("index");
    bencher
        .with_inputs(|| Index::open(&path).unwrap())
        .bench_refs(|index| match_packages(packages("image"), index, Options::default()).unwrap());
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn first_findings_of_700_packages_from_sqlite(bencher: divan::Bencher<'_, '_>) {
    let path = set().store.path();
    bencher
        .with_inputs(|| Store::open(path).unwrap())
        .bench_refs(|store| match_packages(packages("image"), store, Options::default()).unwrap());
}

/// One item is one look-up of a package in its ecosystem, with its version; nothing is judged.
#[divan::bench(args = SETS)]
fn look_up_in_index(bencher: divan::Bencher<'_, '_>, set: &str) {
    let index = &self::set().index;
    let wanted: Vec<Wanted> = packages(set).iter().flat_map(queries).collect();
    let queries: Vec<_> = wanted.iter().map(|wanted| wanted.query(true)).collect();
    bencher.counter(divan::counter::ItemsCount::new(queries.len())).bench(|| {
        let mut hits = 0u32;
        index.candidates(&queries, &mut |_, _| hits += 1).unwrap();
        hits
    });
}

/// 100,000 inventories of a hundred packages each, drawn from the 700 in four versions, and 1,000 records of the corpus
/// as if they had changed.
struct Fleet {
    postings: Postings,
    changed: Vec<plimsoll_core::Advisory>,
}

const IMAGES: u32 = 100_000;

fn fleet() -> &'static Fleet {
    static FLEET: OnceLock<Fleet> = OnceLock::new();
    FLEET.get_or_init(|| {
        let mut pool = Vec::new();
        for package in &set().kernels {
            for suffix in ["", ".1", ".2", ".3"] {
                pool.push(Package { version: format!("{}{suffix}", package.version), ..package.clone() });
            }
        }
        let mut postings = Postings::new();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for image in 0..IMAGES {
            for _ in 0..100 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let at = usize::try_from(random % 0xffff_ffff).unwrap() % pool.len();
                postings.add(image, &pool[at..=at]);
            }
        }
        let mut changed = Vec::new();
        for zip in corpus_files::zips() {
            let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
            let every = (archive.len() / 90).max(1);
            for index in (0..archive.len()).step_by(every) {
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut archive.by_index(index).unwrap(), &mut bytes).unwrap();
                changed.extend(plimsoll_advisory::feeds::osv::record(&bytes).map(|(advisory, _)| advisory));
            }
        }
        // Those that speak of what the images have, or nothing would be found.
        let names: Vec<&str> = set().kernels.iter().map(|package| package.name.as_str()).collect();
        let speaks = |advisory: &plimsoll_core::Advisory| {
            advisory.affected.iter().any(|entry| names.contains(&entry.name.as_str()))
        };
        changed.sort_by_key(|advisory| !speaks(advisory));
        changed.truncate(1_000);
        Fleet { postings, changed }
    })
}

/// One item is one changed record.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn images_that_changed_records_affect(bencher: divan::Bencher<'_, '_>) {
    let fleet = fleet();
    let run = || {
        let mut affected = vec![false; usize::try_from(IMAGES).unwrap()];
        for advisory in &fleet.changed {
            fleet.postings.reached(advisory, &mut |reached| {
                for &image in reached.subjects {
                    affected[usize::try_from(image).unwrap()] = true;
                }
            });
        }
        affected.iter().filter(|affected| **affected).count()
    };
    println!(
        "{} distinct packages, {} records, {} images affected",
        fleet.postings.len(),
        fleet.changed.len(),
        run()
    );
    bencher.counter(divan::counter::ItemsCount::new(fleet.changed.len())).bench(run);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn build_the_index(bencher: divan::Bencher<'_, '_>) {
    let set = set();
    bencher
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|home| Index::build(&set.store, home.path().join("index")).unwrap());
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn import_the_corpus(bencher: divan::Bencher<'_, '_>) {
    let zips = corpus_files::zips();
    bencher.with_inputs(|| tempfile::tempdir().unwrap()).bench_values(|home| {
        let mut store = Store::create_or_open(home.path().join("store.db")).unwrap();
        store.import(&zips, &ImportOptions::default(), &Silent).unwrap();
        home
    });
}
