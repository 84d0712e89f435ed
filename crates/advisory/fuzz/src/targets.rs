//! What is tried, apart from the fuzzer, so that an ordinary test can replay the corpus.

use plimsoll_advisory::feeds::{Document, Parsed, all, plain, recognise};
use plimsoll_advisory::{Error, ImportOptions, Index, Store};
use plimsoll_core::{Advisory, Package, PackageType, Purl, Silent};
use plimsoll_matcher::{Candidates, Options, known_ids, match_packages, verdict};

/// A document of every feed, whatever it is: what is read has an id, and a verdict on its own bounds is one.
pub(crate) fn feed(data: &[u8]) {
    let names = ["x", "x.yaml"];
    for name in names {
        let document = Document { name, bytes: data };
        let Ok(bytes) = plain(&document) else { continue };
        let document = Document { name, bytes: &bytes };
        let its = recognise(&document);
        for feed in all() {
            let theirs = its.is_some_and(|its| its.about().id == feed.about().id);
            let _ = feed.parse(document, &mut |parsed| {
                if let Parsed::Advisory(advisory) = parsed
                    && theirs
                {
                    check(&advisory);
                }
                Ok(())
            });
        }
    }
}

fn check(advisory: &Advisory) {
    let _ = known_ids(advisory);
    for entry in advisory.affected.iter().take(8) {
        let version = entry.versions.first().map_or("1.0-1", String::as_str);
        let purl = Purl::new("generic", None, "a", Some(version));
        let mut package = Package::new(PackageType::Rpm, entry.name.as_str(), version, purl);
        package.ecosystem = Some(entry.ecosystem.clone());
        let _ = verdict(&package, advisory);
    }
}

/// A file as `db import` reads it: compressed, an archive, or a document. What gets into the store can be read again.
pub(crate) fn import(data: &[u8]) {
    let Ok(home) = tempfile::tempdir() else { return };
    let file = home.path().join("x");
    if std::fs::write(&file, data).is_err() {
        return;
    }
    let mut options = ImportOptions::default();
    options.limits.advisory = 1 << 20;
    options.limits.advisories = 4 << 20;
    let mut store = Store::create_or_open(home.path().join("store.db")).expect("a new store");
    if store.import(&[&file], &options, &Silent).is_ok() {
        store.verify().expect("what an import has written");
        store.changes(0).expect("what an import has written");
    }
}

/// A compact index: whatever the file is, it is refused by name or answers, twice the same.
pub(crate) fn index(data: &[u8]) {
    let Ok(home) = tempfile::tempdir() else { return };
    let file = home.path().join("index");
    if std::fs::write(&file, data).is_err() {
        return;
    }
    let index = match Index::open(&file) {
        Ok(index) => index,
        Err(Error::NotAStore { .. } | Error::Schema { .. } | Error::Corrupt { .. }) => return,
        Err(other) => panic!("{other}"),
    };
    let purls = ["pkg:pypi/a@0.9", "pkg:deb/debian/b@1.0-1?distro=debian-12&upstream=s%401.0-1"];
    let packages: Vec<Package> =
        purls.into_iter().filter_map(|purl| Package::from_purl(purl.parse().ok()?).ok()).collect();
    for options in [Options::default(), Options { dismissed: true, ..Options::default() }] {
        let matched = || match_packages(&packages, &index, options).ok();
        assert!(matched() == matched());
    }
    let _ = index.known(&["CVE-2024-1"], &mut |_, _| {});
}
