//! Which package needs which: the names that packages need, looked up among the packages that are there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use plimsoll_core::{Dependency, Package, PackageType, Role};

use crate::Report;
use crate::contents::contents;

/// Packages that one name may stand for; more are providers that somebody made up.
const MOST: usize = 16;

/// For each package of the report, in its order, the places of those that it needs, lowest first. What is needed and not
/// there, or under more than one name, is left out.
///
/// An archive needs what it holds as well: directly, what nothing else in it needs.
pub(crate) fn dependencies(report: &Report) -> Vec<Vec<usize>> {
    let packages: Vec<&Package> = report.packages.iter().map(|assessed| &assessed.package).collect();
    let known = Known::new(&packages);
    let needs = |(at, package): (usize, &&Package)| {
        let mut needed: Vec<usize> =
            package.requires.iter().flat_map(|name| known.find(&packages, at, name)).collect();
        needed.retain(|other| *other != at);
        sorted(needed)
    };
    let mut all: Vec<Vec<usize>> = packages.iter().enumerate().map(needs).collect();
    let held: Vec<Vec<usize>> = contents(report)
        .iter()
        .zip(&all)
        .map(|(held, needed)| if held.is_empty() { Vec::new() } else { not_needed(held, needed, &all) })
        .collect();
    for (needed, held) in all.iter_mut().zip(held).filter(|(_, held)| !held.is_empty()) {
        needed.extend(held);
        *needed = sorted(std::mem::take(needed));
    }
    all
}

fn sorted(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places.dedup();
    places
}

/// Of what an archive holds, what is not reached within it from what its own package needs; of a circle one.
fn not_needed(held: &[usize], needed: &[usize], needs: &[Vec<usize>]) -> Vec<usize> {
    let of = |at: &usize| needs.get(*at).map_or(&[][..], Vec::as_slice);
    let inside: HashSet<usize> = held.iter().copied().collect();
    let asked: HashSet<usize> = held.iter().flat_map(of).copied().collect();
    let (last, first): (Vec<usize>, Vec<usize>) = held.iter().partition(|at| asked.contains(at));
    let mut reached: HashSet<usize> = HashSet::new();
    let mut reach = |from: &[usize]| {
        let mut open = from.to_vec();
        while let Some(at) = open.pop() {
            if inside.contains(&at) && reached.insert(at) {
                open.extend(of(&at));
            }
        }
        reached.len()
    };
    let mut count = reach(needed);
    let mut own = Vec::new();
    for at in first.into_iter().chain(last) {
        let now = reach(&[at]);
        if now > count {
            own.push(at);
            count = now;
        }
    }
    own
}

/// For each package of the report, in its order, whether it is asked for itself: as its lock file says, else whether no
/// other package needs it.
pub(crate) fn direct(report: &Report) -> Vec<bool> {
    let needs = dependencies(report);
    let mut needed = vec![false; report.packages.len()];
    for at in needs.iter().flatten() {
        if let Some(needed) = needed.get_mut(*at) {
            *needed = true;
        }
    }
    let said = report.packages.iter().map(|assessed| assessed.package.dependency);
    said.zip(needed).map(|(said, needed)| said.map_or(!needed, |said| said == Dependency::Direct)).collect()
}

/// What finds each other: packages of a type that are installed, or that are declared.
type Kind = (PackageType, bool);

#[derive(Default)]
struct Known<'a> {
    by_name: HashMap<(Kind, Cow<'a, str>), Vec<usize>>,
    by_version: HashMap<(Kind, Cow<'a, str>, &'a str), Vec<usize>>,
    /// The packages of Node.js by their directories.
    by_directory: HashMap<&'a [u8], usize>,
    /// Where each package finds others first.
    places: Vec<Vec<&'a [u8]>>,
}

impl<'a> Known<'a> {
    fn new(packages: &[&'a Package]) -> Self {
        let mut known = Self::default();
        for (at, package) in packages.iter().enumerate() {
            for name in std::iter::once(package.name.as_str()).chain(package.provides.iter()) {
                put(known.by_name.entry((kind(package), key(package, name))).or_default(), at);
            }
            known.places.push(places(package));
            if package.kind.is_os() {
                continue;
            }
            let versioned = (kind(package), key(package, &package.name), package.version.as_str());
            put(known.by_version.entry(versioned).or_default(), at);
            if package.kind == PackageType::Npm && !is_declared(package) {
                for location in &package.locations {
                    known.by_directory.entry(above(location.path.as_bytes())).or_insert(at);
                }
            }
        }
        known
    }

    /// What a name stands for, to the package that needs it.
    fn find(&self, packages: &[&'a Package], at: usize, name: &str) -> Vec<usize> {
        let Some(package) = packages.get(at) else { return Vec::new() };
        if let Some(at) = self.nearest(package, name) {
            return vec![at];
        }
        let of = |name| self.by_name.get(&(kind(package), key(package, name))).map_or(&[][..], Vec::as_slice);
        let found = of(name);
        if package.kind.is_os() {
            let is_same =
                |other: &&usize| packages.get(**other).is_some_and(|other| other.arch == package.arch);
            let same: Vec<usize> = found.iter().filter(is_same).copied().collect();
            return if same.is_empty() { found.to_vec() } else { same };
        }
        let beside = |found: &[usize]| -> Vec<usize> {
            found.iter().copied().filter(|other| self.are_beside(at, *other)).collect()
        };
        // Which one is meant is known: `name@version`.
        if found.is_empty()
            && let Some((name, version)) = name.rsplit_once('@').filter(|(name, _)| !name.is_empty())
        {
            let versioned = self.by_version.get(&(kind(package), key(package, name), version));
            return beside(versioned.map_or(&[][..], Vec::as_slice));
        }
        match (beside(found).as_slice(), found) {
            ([one, ..], _) => vec![*one],
            // Beside it is all that a lock file speaks of.
            _ if is_declared(package) => Vec::new(),
            // Node.js would have found it: of several elsewhere none is the one.
            ([], [one]) => vec![*one],
            ([], [one, ..]) if package.kind != PackageType::Npm => vec![*one],
            _ => Vec::new(),
        }
    }

    /// Whether two have a place in common.
    fn are_beside(&self, one: usize, other: usize) -> bool {
        let places = |at| self.places.get(at).map_or(&[][..], Vec::as_slice);
        let (mut few, mut many) = (places(one), places(other));
        if few.len() > many.len() {
            std::mem::swap(&mut few, &mut many);
        }
        few.iter().any(|place| many.binary_search(place).is_ok())
    }

    /// What Node.js loads under a name (Node.js, "Loading from node_modules folders"): the nearest on the way up.
    fn nearest(&self, package: &Package, name: &str) -> Option<usize> {
        if package.kind != PackageType::Npm || is_declared(package) {
            return None;
        }
        let mut directory = above(package.locations.first()?.path.as_bytes());
        loop {
            let mut wanted = directory.to_owned();
            if !wanted.is_empty() {
                wanted.push(b'/');
            }
            wanted.extend_from_slice(b"node_modules/");
            wanted.extend_from_slice(name.as_bytes());
            if let Some(at) = self.by_directory.get(wanted.as_slice()) {
                return Some(*at);
            }
            if directory.is_empty() {
                return None;
            }
            directory = above(directory);
        }
    }
}

fn put(all: &mut Vec<usize>, at: usize) {
    if all.len() < MOST && all.last() != Some(&at) {
        all.push(at);
    }
}

fn kind(package: &Package) -> Kind {
    (package.kind, is_declared(package))
}

/// Whether a lock file or a manifest names it, and it need not be installed.
fn is_declared(package: &Package) -> bool {
    matches!(package.role, Role::Declared | Role::Development)
}

/// The name under which it is looked up: Python's are the same however their words are joined (PEP 503), and NuGet's
/// whatever case they have.
fn key<'n>(package: &Package, name: &'n str) -> Cow<'n, str> {
    match package.kind {
        PackageType::PyPi => {
            let mut key = String::with_capacity(name.len());
            for c in name.chars().map(|c| c.to_ascii_lowercase()) {
                let joiner = matches!(c, '-' | '_' | '.');
                if !(joiner && key.ends_with('-')) {
                    key.push(if joiner { '-' } else { c });
                }
            }
            key.into()
        }
        PackageType::Nuget => name.to_lowercase().into(),
        _ => name.into(),
    }
}

/// Where packages stand that find each other first, sorted: a folder of Python's packages, of gems, an archive that
/// holds them, a file that has them all.
fn places(package: &Package) -> Vec<&[u8]> {
    if package.kind.is_os() {
        return Vec::new();
    }
    let mut places: Vec<&[u8]> = Vec::with_capacity(package.locations.len());
    for path in package.locations.iter().map(|location| location.path.as_bytes()) {
        match package.kind {
            _ if is_declared(package) => places.push(path),
            PackageType::PyPi => places.push(above(above(path))),
            PackageType::Gem | PackageType::Conda => places.push(above(path)),
            // What is beside an archive, and what is in it.
            PackageType::Maven => places.extend([holder(path), path]),
            _ => places.push(path),
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// The archive that a path is in, or the folder.
fn holder(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b':') {
        Some(colon) => path.get(..colon).unwrap_or_default(),
        None => above(path),
    }
}

/// The folder that a path is in.
fn above(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    path.get(..slash).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{Coverage, ImagePath, Location, Purl};

    use super::*;
    use crate::{Assessed, ImageSummary};

    fn package(kind: PackageType, name: &str, version: &str, path: &str, requires: &[&str]) -> Package {
        let purl = Purl::new(kind.purl_type(), None, name, Some(version));
        let location = Location { path: ImagePath::new(path.as_bytes()).unwrap(), layer: None };
        Package {
            locations: vec![location],
            requires: requires.iter().collect(),
            ..Package::new(kind, name, version, purl)
        }
    }

    fn needs(packages: Vec<Package>) -> Vec<Vec<usize>> {
        let mut report = Report::of_packages(ImageSummary::default(), None, Vec::new(), Vec::new());
        report.packages =
            packages.into_iter().map(|package| Assessed { package, coverage: Coverage::Assessed }).collect();
        dependencies(&report)
    }

    #[test]
    fn an_operating_systems_packages_need_what_others_provide() {
        let status = "var/lib/dpkg/status";
        let os = |name, requires| package(PackageType::Deb, name, "1", status, requires);
        let mawk = Package { provides: ["awk"].into_iter().collect(), ..os("mawk", &["libc6"]) };
        let foreign = Package { arch: Some("i386".into()), ..os("libc6", &[]) };
        let packages =
            vec![os("base-files", &["awk", "gone", "base-files"]), mawk, os("libc6", &[]), foreign];
        assert_eq!(needs(packages), [vec![1], vec![2], vec![], vec![]]);
    }

    #[test]
    fn node_loads_the_nearest() {
        let npm = |name, path: &str, requires| {
            package(PackageType::Npm, name, "1", &format!("{path}/package.json"), requires)
        };
        let packages = vec![
            npm("a", "app/node_modules/a", &["b", "@s/c", "d"]),
            npm("b", "app/node_modules/b", &[]),
            // It finds itself first.
            npm("b", "app/node_modules/a/node_modules/b", &["b", "@s/c"]),
            npm("@s/c", "app/node_modules/@s/c", &["b"]),
            npm("d", "elsewhere/node_modules/d", &["b"]),
        ];
        // Of the two b, none is where d would look; d is the only one of its name.
        assert_eq!(needs(packages), [vec![2, 3, 4], vec![], vec![3], vec![1], vec![]]);
    }

    #[test]
    fn an_archive_needs_what_it_holds_unless_something_in_it_does() {
        let jar = |name, path: &str, requires| package(PackageType::Maven, name, "1", path, requires);
        let packages = vec![
            jar("g:app", "app.war", &["g:a"]),
            jar("g:a", "app.war:lib/a.jar", &["g:b"]),
            jar("g:b", "app.war:lib/b.jar", &[]),
            jar("g:c", "app.war:lib/c.jar", &["g:b"]),
            // A circle that nothing outside of it needs, and a part of an archive in the archive.
            jar("g:d", "app.war:lib/d.jar", &["g:e"]),
            jar("g:e", "app.war:lib/e.jar", &["g:d"]),
            jar("g:f", "app.war:lib/c.jar:META-INF/maven/g/f/pom.properties", &[]),
            jar("g:a", "other.war:lib/a.jar", &["g:gone"]),
        ];
        let expected: [&[usize]; 8] = [&[1, 3, 4], &[2], &[], &[2, 6], &[5], &[4], &[], &[]];
        assert_eq!(needs(packages), expected);
    }

    #[test]
    fn a_lock_file_speaks_of_what_it_selects() {
        let lock = |name, version, path: &str, requires| Package {
            role: Role::Declared,
            ..package(PackageType::Npm, name, version, path, requires)
        };
        let also = |package: Package, path: &str| {
            let location = Location { path: ImagePath::new(path.as_bytes()).unwrap(), layer: None };
            Package { locations: package.locations.iter().cloned().chain([location]).collect(), ..package }
        };
        let packages = vec![
            also(lock("a", "1", "a/yarn.lock", &["b@1", "b@2", "@s/c@1", "d"]), "b/yarn.lock"),
            lock("b", "1", "a/yarn.lock", &[]),
            lock("b", "2", "b/yarn.lock", &[]),
            lock("@s/c", "1", "c/yarn.lock", &[]),
            package(PackageType::Npm, "d", "1", "a/node_modules/d/package.json", &["b"]),
        ];
        let expected: [&[usize]; 5] = [&[1, 2], &[], &[], &[], &[]];
        assert_eq!(needs(packages), expected);
    }

    #[test]
    fn python_and_crates_find_those_beside_them() {
        let py = |name, folder: &str, requires| {
            let path = format!("{folder}/{name}-1.dist-info/METADATA");
            package(PackageType::PyPi, name, "1", &path, requires)
        };
        let packages = vec![
            py("Jinja2", "venv/lib", &["Markup_Safe"]),
            py("markup.safe", "usr/lib", &[]),
            py("markup-safe", "venv/lib", &[]),
            package(PackageType::Cargo, "a", "1.0.0", "app", &["b@2.0.0"]),
            package(PackageType::Cargo, "b", "1.0.0", "app", &[]),
            package(PackageType::Cargo, "b", "2.0.0", "app", &[]),
            package(PackageType::Cargo, "b", "2.0.0", "other", &[]),
        ];
        assert_eq!(needs(packages), [vec![2], vec![], vec![], vec![5], vec![], vec![], vec![]]);
    }
}
