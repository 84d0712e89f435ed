//! Upgrades, plan and actions for many findings: 20 each of many packages of a language, and a kernel of twenty binary
//! packages. Ten times the findings should take ten times as long.

use std::collections::HashMap;
use std::sync::Arc;

use plimsoll_core::{
    Advisory, Affected, Ecosystem, Event, Finding, ImagePath, LayerRef, Location, NameKind, Package,
    PackageType, Purl, Range, RangeKind, Source,
};
use plimsoll_matcher::{Candidates, Error, Options, Query, Record, match_packages};
use plimsoll_remedy::{Advice, upgrades};

fn main() {
    divan::main();
}

/// Records by the name that they speak of.
struct ByName(HashMap<String, Vec<Arc<Record>>>);

impl Candidates for ByName {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), Error> {
        for (at, query) in queries.iter().enumerate() {
            for advisory in self.0.get(query.name).into_iter().flatten() {
                hit(at, advisory);
            }
        }
        Ok(())
    }

    fn covers(&self, _: &Ecosystem) -> Result<bool, Error> {
        Ok(true)
    }
}

fn advisory(id: String, ecosystem: &str, kind: NameKind, name: &str, fixed: String) -> Arc<Record> {
    let events = vec![Event::Introduced("0".to_owned()), Event::Fixed(fixed)];
    let affected = Affected {
        ranges: vec![Range { kind: RangeKind::Ecosystem, events }],
        ..Affected::new(Ecosystem::from(ecosystem.to_owned()), name, kind)
    };
    let advisory = Advisory { id, feed: "bench".to_owned(), affected: vec![affected], ..Advisory::default() };
    Arc::new(Record::new(advisory))
}

fn placed(mut package: Package, ecosystem: &str, path: &str) -> Package {
    package.ecosystem = Some(Ecosystem::from(ecosystem.to_owned()));
    let layer = LayerRef { index: 1, diff_id: None, created_by: Some("RUN make".to_owned()) };
    package.locations = vec![Location { path: ImagePath::new(path.as_bytes()).unwrap(), layer: Some(layer) }];
    package
}

fn language(findings: usize) -> (Vec<Finding>, ByName) {
    let (mut packages, mut records) = (Vec::new(), HashMap::new());
    for at in 0..findings / 20 {
        let name = format!("package-{at}");
        let purl = Purl::new("npm", None, &name, Some("1.0.0"));
        let package = Package::new(PackageType::Npm, name.clone(), "1.0.0".to_owned(), purl);
        packages.push(placed(package, "npm", &format!("app/node_modules/{name}/package.json")));
        let of_it = (0..20).map(|n| {
            let fixed = format!("{}.{}.0", 1 + n % 3, 1 + n);
            advisory(format!("CVE-2020-{}", at * 20 + n), "npm", NameKind::Binary, &name, fixed)
        });
        records.insert(name.clone(), of_it.collect());
    }
    found(&packages, ByName(records))
}

fn kernel(findings: usize) -> (Vec<Finding>, ByName) {
    let mut packages = Vec::new();
    for n in 0..20 {
        let name = format!("linux-part-{n}");
        let purl = Purl::new("deb", Some("debian"), &name, Some("6.1.1-1")).with("distro", "debian-12");
        let mut package = Package::new(PackageType::Deb, name, "6.1.1-1".to_owned(), purl);
        package.source = Some(Source { name: "linux".to_owned(), version: "6.1.1-1".to_owned() });
        packages.push(placed(package, "Debian:12", "var/lib/dpkg/status"));
    }
    let record = |n: usize| {
        let fixed = format!("6.1.{}-1", 2 + n % 150);
        advisory(format!("CVE-2024-{n}"), "Debian:12", NameKind::Source, "linux", fixed)
    };
    let records = (0..findings / 20).map(record).collect();
    found(&packages, ByName(HashMap::from([("linux".to_owned(), records)])))
}

fn found(packages: &[Package], records: ByName) -> (Vec<Finding>, ByName) {
    let findings = match_packages(packages, &records, Options::default()).unwrap().findings;
    (findings, records)
}

type Made = (Vec<Finding>, ByName);

fn of(kind: &str, findings: usize) -> Made {
    let made = if kind == "kernel" { kernel(findings) } else { language(findings) };
    assert_eq!(made.0.len(), findings);
    made
}

const SIZES: [(&str, usize); 4] =
    [("language", 10_000), ("language", 100_000), ("kernel", 10_000), ("kernel", 100_000)];

#[divan::bench(args = SIZES, sample_count = 3)]
fn tried_upgrades(bencher: divan::Bencher<'_, '_>, (kind, size): (&str, usize)) {
    let (findings, records) = of(kind, size);
    bencher.bench_local(|| upgrades(findings.iter(), None, &records).unwrap().len());
}

#[divan::bench(args = SIZES, sample_count = 3)]
fn plan(bencher: divan::Bencher<'_, '_>, (kind, size): (&str, usize)) {
    let (findings, records) = of(kind, size);
    let upgrades = upgrades(findings.iter(), None, &records).unwrap();
    let advice = Advice::new(&upgrades).of_image(None);
    bencher.bench_local(|| advice.plan(findings.iter()).fixed);
}

#[divan::bench(args = SIZES, sample_count = 3)]
fn actions(bencher: divan::Bencher<'_, '_>, (kind, size): (&str, usize)) {
    let (findings, records) = of(kind, size);
    let upgrades = upgrades(findings.iter(), None, &records).unwrap();
    let advice = Advice::new(&upgrades).of_image(None);
    bencher.bench_local(|| findings.iter().map(|finding| advice.actions(finding).len()).sum::<usize>());
}
