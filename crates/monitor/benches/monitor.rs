//! What a store of many images costs: `cargo bench -p plimsoll-monitor`.
//!
//! `PLIMSOLL_BENCH_IMAGES` says how many images there are (default 2,000), `PLIMSOLL_BENCH_INVENTORIES` names a folder
//! of documents that `plimsoll inventory --format json` wrote, whose packages are mixed. Without it they are made up.
//! `PLIMSOLL_BENCH_STORE` names a file to keep the store in: where it is there, it is asked and not filled again.
//! `PLIMSOLL_BENCH_ONLY` is what the names of the questions to ask contain; with `fill` the store is filled and no more.
//! Printed are times of this machine as it is; ratios between them mean more than they do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_advisory::{ChangedName, Effect, Memory, RecordChange};
use plimsoll_core::{
    Advisory, Affected, Assessment, Digest, Distro, Ecosystem, Event, ImagePath, LayerRef, Location,
    NameKind, Package, PackageType, Purl, Range, RangeKind, Rating, Severity,
};
use plimsoll_matcher::{Candidates, Error as MatchError, Options, Query, Record};
use plimsoll_monitor::{
    AdmissionPolicy, Advisories, DAY, Durability, Error, Filter, Incoming, Judge, Notification, Occurrence,
    Place, Policies, QUESTIONS, QueryLimits, Scan, ScanState, Scope, SqliteStore, Start, Store,
};
use plimsoll_registry::{Action, Format, RegistryEvent};
use plimsoll_rules::Ruleset;

const NOW: i64 = 20_000 * DAY;
const REGISTRY: &str = "registry.example";
const MIRROR: &str = "mirror.example";
const LEVELS: [&str; 4] = ["low", "medium", "high", "critical"];

/// A sequence of numbers that is the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    }
}

/// The filter of the nth question.
type Asked<'a> = Box<dyn Fn(usize) -> Filter + Sync + 'a>;

struct Feed {
    base: Memory,
    whole: Memory,
    delta: Vec<Advisory>,
    generation: u64,
}

impl Feed {
    fn now(&self) -> &Memory {
        if self.generation > 1 { &self.whole } else { &self.base }
    }
}

impl Candidates for Feed {
    fn candidates(
        &self,
        queries: &[Query<'_>],
        hit: &mut dyn FnMut(usize, &Arc<Record>),
    ) -> Result<(), MatchError> {
        self.now().candidates(queries, hit)
    }
    fn covers(&self, ecosystem: &Ecosystem) -> Result<bool, MatchError> {
        self.now().covers(ecosystem)
    }
    fn known(&self, ids: &[&str], hit: &mut dyn FnMut(usize, &Arc<Record>)) -> Result<(), MatchError> {
        self.now().known(ids, hit)
    }
}

impl Advisories for Feed {
    fn generation(&self) -> Result<u64, Error> {
        Ok(self.generation)
    }
    fn changes(&self, _: u64) -> Result<Vec<RecordChange>, Error> {
        let change = |record: &Advisory| RecordChange {
            id: record.id.clone(),
            feed: record.feed.clone(),
            effect: Effect::Match,
            names: record
                .affected
                .iter()
                .map(|entry| ChangedName {
                    ecosystem: entry.ecosystem.clone(),
                    kind: entry.name_kind,
                    name: entry.name.clone(),
                })
                .collect::<BTreeSet<_>>(),
            record: Some(record.clone()),
        };
        Ok(self.delta.iter().map(change).collect())
    }
}

/// The packages of real images, or of made-up ones, image by image.
fn inventories() -> Vec<Vec<Package>> {
    let mut all: Vec<Vec<Package>> = Vec::new();
    if let Some(folder) = std::env::var_os("PLIMSOLL_BENCH_INVENTORIES") {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let Ok(document) = serde_json::from_slice::<serde_json::Value>(&std::fs::read(&file).unwrap())
            else {
                continue;
            };
            let packages: Vec<Package> = serde_json::from_value(document["packages"].clone()).unwrap();
            all.push(packages.into_iter().filter(|package| package.owned_by.is_none()).collect());
        }
        return all;
    }
    for image in 0..12 {
        let packages = (0..200).map(|n| {
            let (name, version) = (format!("package-{}", image % 4 * 100 + n), format!("1.{image}.{n}"));
            let purl = Purl::new("npm", None, &name, Some(&version));
            let mut package = Package::new(PackageType::Npm, &name, &version, purl);
            let path = ImagePath::new(format!("app/node_modules/{name}/package.json").as_bytes()).unwrap();
            package.locations = vec![Location { path, layer: None }];
            package
        });
        all.push(packages.collect());
    }
    all
}

fn in_layer(package: &Package, index: u32, seed: u64) -> Package {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&seed.to_be_bytes());
    let layer = LayerRef { index, diff_id: Some(Digest::sha256(hash)), created_by: Some("RUN build".into()) };
    let mut package = package.clone();
    package.locations.iter_mut().for_each(|location| location.layer = Some(layer.clone()));
    package
}

/// A base image as it is, one of 500 middle layers, and a layer of its own of 20 to 60 packages.
fn image(n: usize, real: &[Vec<Package>], pool: &[&Package]) -> Scan {
    let mut dice = Dice(n as u64);
    let base = dice.roll(real.len());
    let mut packages: Vec<Package> =
        real[base].iter().filter(|p| p.kind.is_os()).map(|p| in_layer(p, 0, base as u64)).collect();
    let middle = dice.roll(500);
    let mut of_middle = Dice(middle as u64 + 1_000_000);
    for _ in 0..40 {
        packages.push(in_layer(pool[of_middle.roll(pool.len())], 1, middle as u64 + 1000));
    }
    for _ in 0..20 + dice.roll(41) {
        packages.push(in_layer(pool[dice.roll(pool.len())], 2, n as u64 + 10_000));
    }
    packages.sort_by(|a, b| {
        (a.locations.first().map(|l| l.path.clone()), &a.purl)
            .cmp(&(b.locations.first().map(|l| l.path.clone()), &b.purl))
    });
    let distro = Distro { id: format!("base-{base}"), version: "1".into(), ..Distro::default() };
    Scan { packages, distro: Some(distro), ..Scan::default() }
}

/// Advisories about packages that there are: each affects the versions that are installed, and perhaps has a fix.
fn advisories(prefix: &str, count: usize, names: &[(Ecosystem, String)], dice: &mut Dice) -> Vec<Advisory> {
    let one = |n: usize, dice: &mut Dice| {
        let (ecosystem, name) = names[dice.roll(names.len())].clone();
        Advisory {
            id: format!("{prefix}-{n}"),
            feed: "bench".into(),
            summary: "A made-up vulnerability, with a sentence as long as such sentences are.".into(),
            ratings: vec![Rating {
                source: "bench".into(),
                scheme: "word".into(),
                value: LEVELS[dice.roll(4)].into(),
            }],
            affected: vec![Affected {
                ranges: vec![Range {
                    kind: RangeKind::Ecosystem,
                    events: vec![Event::Introduced("0".into())],
                }],
                ..Affected::new(ecosystem, name, NameKind::Binary)
            }],
            ..Advisory::default()
        }
    };
    (0..count).map(|n| one(n, dice)).collect()
}

fn digest(n: usize) -> Digest {
    let mut hash = [0x5a; 32];
    hash[..8].copy_from_slice(&(n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    Digest::sha256(hash)
}

fn push(n: usize) -> Incoming {
    let event = RegistryEvent {
        format: Format::Distribution,
        action: Action::Push,
        registry: None,
        repository: format!("team-{}/service-{}", n % 40, n % 2000),
        from: None,
        digest: Some(digest(n)),
        // Some are deployed by their digests alone.
        tag: (!n.is_multiple_of(33)).then(|| format!("v{}", n / 2000)),
        media_type: Some("application/vnd.oci.image.manifest.v1+json".into()),
        artifact_type: None,
        actor: Some("ci".into()),
        user_agent: Some("docker/27.0".into()),
        method: Some("PUT".into()),
        time: Some(NOW + n as i64),
        id: Some(format!("event-{n}")),
    };
    let registry = if n.is_multiple_of(20) { MIRROR } else { REGISTRY };
    Incoming { place: Place::new(registry, event.repository.clone()), event }
}

fn pull(n: usize) -> Incoming {
    let mut pull = push(n);
    pull.event.action = Action::Pull;
    pull.event.id = Some(format!("pull-{n}"));
    pull.event.time = pull.event.time.map(|at| at + 1);
    pull
}

fn main() {
    // `cargo test` runs benches as well: there it is enough that this compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let images: usize =
        std::env::var("PLIMSOLL_BENCH_IMAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let real = inventories();
    let pool: Vec<&Package> = real.iter().flatten().filter(|package| !package.kind.is_os()).collect();
    let names: BTreeMap<_, _> = real
        .iter()
        .flatten()
        .filter_map(|package| Some(((package.ecosystem.clone()?, package.name.clone()), ())))
        .collect();
    let names: Vec<_> = names.into_keys().collect();
    println!("{} real inventories, {} packages with other names, {images} images", real.len(), names.len());
    let mut dice = Dice(7);
    let base = advisories("OLD", names.len(), &names, &mut dice);
    let delta = advisories("NEW", 1000, &names, &mut dice);
    let whole: Vec<Advisory> = base.iter().chain(&delta).cloned().collect();
    let mut feed = Feed { base: Memory::new(base), whole: Memory::new(whole), delta, generation: 1 };
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("PLIMSOLL_BENCH_STORE").map(std::path::PathBuf::from);
    let path = kept.unwrap_or_else(|| folder.path().join("monitor.db"));
    let filled = path.exists();
    let store = SqliteStore::open_with(path, Durability::Process).unwrap();
    if !filled {
        fill(&store, images, &real, &pool, &mut feed);
    }
    if std::env::var("PLIMSOLL_BENCH_ONLY").is_ok_and(|only| only == "fill") {
        return;
    }
    if store.status().unwrap().generation < 2 {
        renew(&store, images, &mut feed);
    }
    let vulnerability = |n: usize| Some(format!("OLD-{}", n * 37 % names.len()));
    let package = |n: usize| Some(names[n * 31 % names.len()].1.clone());
    let repository = |n: usize| Some(format!("team-{}/service-{}", n % 40, n % 2000));
    let after = |n: usize| (n * 997 % images) as u64;
    let none = Filter::default;
    let state = |state| Filter { assessment: Some(state), ..Filter::default() };
    let queries: Vec<(&str, Asked<'_>)> = vec![
        ("all, any page", Box::new(|n| Filter { after: after(n), ..none() })),
        ("critical", Box::new(|n| Filter { at_least: Some(Severity::Critical), after: after(n), ..none() })),
        ("healthy", Box::new(|_| state(Assessment::Healthy))),
        ("unhealthy", Box::new(|n| Filter { after: after(n), ..state(Assessment::Unhealthy) })),
        ("not scanned yet", Box::new(|_| Filter { scan: Some(ScanState::Queued), ..none() })),
        ("of a repository", Box::new(|n| Filter { repository: repository(n), ..none() })),
        (
            "of a small registry",
            Box::new(|n| Filter { registry: Some(MIRROR.into()), after: after(n), ..none() }),
        ),
        ("with a tag", Box::new(|n| Filter { tag: Some(format!("v{}", n % 50)), ..none() })),
        ("with a vulnerability", Box::new(move |n| Filter { vulnerability: vulnerability(n), ..none() })),
        ("with a package", Box::new(|n| Filter { package: package(n), ..none() })),
        (
            "healthy with a package",
            Box::new(|n| Filter { package: package(n), ..state(Assessment::Healthy) }),
        ),
        (
            "with a package and a vulnerability that no image has together",
            Box::new(|n| Filter { package: package(n), vulnerability: vulnerability(n + 7), ..none() }),
        ),
        ("no tag", Box::new(|_| Filter { tagged: Some(false), ..none() })),
        (
            "no tag, pulled, critical",
            Box::new(|_| Filter {
                tagged: Some(false),
                pulled_since: Some(NOW),
                at_least: Some(Severity::Critical),
                ..none()
            }),
        ),
        ("pulled lately", Box::new(|_| Filter { pulled_since: Some(NOW + 90_000), ..none() })),
        (
            "no tag, of a small registry, healthy",
            Box::new(|_| Filter {
                tagged: Some(false),
                registry: Some(MIRROR.into()),
                ..state(Assessment::Healthy)
            }),
        ),
    ];
    println!("| with 16 clients at once | median | p99 |\n|---|---|---|");
    for (name, filter) in &queries {
        clients(&format!("list: {name}"), |n| drop(store.images(&filter(n)).unwrap()));
    }
    clients("one image", |n| drop(store.image(&digest(n * 7 % images)).unwrap()));
    clients("an image's findings", |n| drop(store.findings(&digest(n * 7 % images)).unwrap()));
    let policy = AdmissionPolicy::default();
    clients("whether it may run", |n| drop(store.decide(&digest(n * 7 % images), &policy, NOW).unwrap()));
    clients("where a vulnerability is", |n| {
        let id = vulnerability(n).unwrap();
        drop(store.vulnerable(&id, Occurrence { image: after(n), finding: 0 }, 100).unwrap());
    });
    let project = |n: usize| Scope { project: Some(format!("team-{}", n % 40)), ..Scope::default() };
    clients("a project's score", |n| {
        store.score(&project(n), 6).unwrap();
    });
    let registry = Scope { registry: Some(REGISTRY.into()), ..Scope::default() };
    clients("a registry's score", |_| {
        store.score(&registry, 6).unwrap();
    });
    clients("the whole score", |_| {
        store.score(&Scope::default(), 6).unwrap();
    });
    clients("a month's usage", |_| drop(store.usage(NOW - 30 * DAY, NOW + DAY).unwrap()));
    clients("status", |_| drop(store.status().unwrap()));
    let limits = QueryLimits { time: Duration::from_secs(20), ..QueryLimits::default() };
    let ask = |sql: &str, n: usize| {
        let known: [(&str, serde_json::Value); 3] = [
            (":id", vulnerability(n).into()),
            (":since", (NOW + 100).into()),
            (":before", (NOW + 90_000).into()),
        ];
        store.query(sql, &known, &limits).unwrap()
    };
    for question in QUESTIONS {
        let rows = ask(question.sql, 0).rows.len();
        clients(&format!("query: {} ({rows} rows)", question.name), |n| drop(ask(question.sql, n)));
    }
    let of_image = |n: usize| {
        let sql = format!(
            "SELECT vulnerability, package FROM findings WHERE digest = '{}'",
            digest(n * 7 % images)
        );
        drop(ask(&sql, n));
    };
    clients("query: an image's findings", of_image);
    clients("query: a page of images", |_| drop(ask("SELECT * FROM images LIMIT 100", 0)));
}

fn rules() -> Ruleset {
    let text = "[[rule]]\nid = 'quiet'\nreason = 'not reachable'\ncve = 'OLD-7*'";
    Ruleset::parse("rules.toml", text).unwrap()
}

fn rate(finding: &mut plimsoll_core::Finding) {
    finding.severity = finding.ratings.first().and_then(|r| r.value.parse().ok()).unwrap_or_default();
}

/// Pushes and scans images.
fn fill(store: &SqliteStore, images: usize, real: &[Vec<Package>], pool: &[&Package], feed: &mut Feed) {
    let rules = rules();
    let policies = Policies::default();
    let start = Instant::now();
    for first in (0..images).step_by(1000) {
        let those = first..images.min(first + 1000);
        let pulls = those.clone().filter(|n| n.is_multiple_of(11)).map(pull);
        let events: Vec<Incoming> = those.map(push).chain(pulls).collect();
        store.accept(&events, NOW, &policies).unwrap();
    }
    println!("accepted {images} events in {:?}", start.elapsed());
    let start = Instant::now();
    let mut done = 0;
    let mut packages = 0;
    while done < images {
        let judge = Judge { advisories: &*feed, rate: &rate, rules: &rules, options: Options::default() };
        store.claim(1000, NOW + DAY).unwrap();
        for n in done..images.min(done + 1000) {
            let scan = image(n, real, pool);
            packages += scan.packages.len();
            store.scanned(&digest(n), &scan, &judge, NOW).unwrap();
        }
        done += 1000;
    }
    println!(
        "stored {images} inventories of {} packages in the middle in {:?}",
        packages / images,
        start.elapsed()
    );
}

/// A delta of 1,000 advisories, and what it has to tell.
fn renew(store: &SqliteStore, images: usize, feed: &mut Feed) {
    let rules = rules();
    store.subscribe("bench", Start::Now).unwrap();
    let status = store.status().unwrap();
    println!("{} distinct packages; {} bytes an image", status.packages, status.size / images as u64);
    feed.generation = 2;
    let judge = Judge { advisories: &*feed, rate: &rate, rules: &rules, options: Options::default() };
    let start = Instant::now();
    let out = store.reassess(&judge, NOW + DAY).unwrap();
    println!("a delta of 1000 records: {:?}; {out:?}", start.elapsed());
    let start = Instant::now();
    let mut taken = 0_usize;
    let mut sink = |notification: &Notification| {
        taken += notification.changes.len();
        Ok(())
    };
    let first = store.deliver("bench", &mut sink, 1000).unwrap();
    println!("{first} notifications delivered in {:?}, {taken} changes", start.elapsed());
    let status = store.status().unwrap();
    println!("{} bytes an image after the delta, its notifications included", status.size / images as u64);
}

/// Sixteen threads that ask at once, each as soon as it has its answer.
fn clients(name: &str, work: impl Fn(usize) + Sync) {
    let only = std::env::var("PLIMSOLL_BENCH_ONLY").unwrap_or_default();
    if !name.contains(&only) {
        return;
    }
    const EACH: usize = 100;
    const WARM: usize = 10;
    let start = Instant::now();
    let mut all: Vec<Duration> = thread::scope(|scope| {
        let one = |client: usize| {
            let work = &work;
            scope.spawn(move || {
                // The first opens a connection, and those after it find out what is asked for.
                (0..WARM).for_each(|n| work(client * WARM + n));
                let ask = |n: usize| {
                    let start = Instant::now();
                    work(client * EACH + n);
                    start.elapsed()
                };
                (0..EACH).map(ask).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..16).map(one).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let took = start.elapsed();
    all.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "| {name} | {:.1} ms | {:.1} ms | {:.0} a second",
        ms(all[all.len() / 2]),
        ms(all[all.len() * 99 / 100]),
        all.len() as f64 / took.as_secs_f64()
    );
}
