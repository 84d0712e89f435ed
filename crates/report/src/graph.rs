//! Which package needs which: the names that packages need, looked up among the packages that are there.

use std::collections::HashMap;

use plimsoll_core::{Package, PackageType};

use crate::Report;

/// Packages that one name may stand for; more are providers that somebody made up.
const MOST: usize = 16;

/// For each package of the report, in its order, the places of those that it needs, lowest first. What is needed and not
/// there, or under more than one name, is left out.
pub(crate) fn dependencies(report: &Report) -> Vec<Vec<usize>> {
    let packages: Vec<&Package> = report.packages.iter().map(|assessed| &assessed.package).collect();
    let known = Known::new(&packages);
    let needs = |(at, package): (usize, &&Package)| {
        let mut needed: Vec<usize> =
            package.requires.iter().flat_map(|name| known.find(&packages, package, name)).collect();
        needed.retain(|other| *other != at);
        needed.sort_unstable();
        needed.dedup();
        needed
    };
    packages.iter().enumerate().map(needs).collect()
}

#[derive(Default)]
struct Known {
    by_name: HashMap<(PackageType, String), Vec<usize>>,
    /// The packages of Node.js by their directories.
    by_directory: HashMap<Vec<u8>, usize>,
}

impl Known {
    fn new(packages: &[&Package]) -> Self {
        let mut known = Self::default();
        for (at, package) in packages.iter().enumerate() {
            for name in std::iter::once(package.name.as_str()).chain(package.provides.iter()) {
                let all = known.by_name.entry((package.kind, key(package, name))).or_default();
                if all.len() < MOST && all.last() != Some(&at) {
                    all.push(at);
                }
            }
            if package.kind == PackageType::Npm {
                for location in &package.locations {
                    let directory = above(location.path.as_bytes()).to_owned();
                    known.by_directory.entry(directory).or_insert(at);
                }
            }
        }
        known
    }

    /// What a name stands for, to a package that needs it.
    fn find(&self, packages: &[&Package], package: &Package, name: &str) -> Vec<usize> {
        if let Some(at) = self.nearest(package, name) {
            return vec![at];
        }
        let (name, version) = match package.kind {
            // Several versions of a crate are common: its name stands with its version.
            PackageType::Cargo => name.rsplit_once('@').unwrap_or((name, "")),
            _ => (name, ""),
        };
        let found = self.by_name.get(&(package.kind, key(package, name))).map_or(&[][..], Vec::as_slice);
        let among = |fits: &dyn Fn(&Package) -> bool| -> Vec<usize> {
            found.iter().copied().filter(|at| packages.get(*at).is_some_and(|other| fits(other))).collect()
        };
        if package.kind == PackageType::Cargo {
            return among(&|other| other.version == version && place(other) == place(package));
        }
        if package.kind.is_os() {
            let same = among(&|other| other.arch == package.arch);
            return if same.is_empty() { found.to_vec() } else { same };
        }
        let beside = among(&|other| place(other) == place(package));
        match (beside.as_slice(), found) {
            ([one, ..], _) => vec![*one],
            // Node.js would have found it: of several elsewhere none is the one.
            ([], [one]) => vec![*one],
            ([], [one, ..]) if package.kind != PackageType::Npm => vec![*one],
            _ => Vec::new(),
        }
    }

    /// What Node.js loads under a name (Node.js, "Loading from node_modules folders"): the nearest on the way up.
    fn nearest(&self, package: &Package, name: &str) -> Option<usize> {
        if package.kind != PackageType::Npm {
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
            if let Some(at) = self.by_directory.get(&wanted) {
                return Some(*at);
            }
            if directory.is_empty() {
                return None;
            }
            directory = above(directory);
        }
    }
}

/// The name under which it is looked up: Python's are the same however their words are joined (PEP 503).
fn key(package: &Package, name: &str) -> String {
    match package.kind {
        PackageType::PyPi => {
            let mut key = String::with_capacity(name.len());
            for c in name.chars().map(|c| c.to_ascii_lowercase()) {
                let joiner = matches!(c, '-' | '_' | '.');
                if !(joiner && key.ends_with('-')) {
                    key.push(if joiner { '-' } else { c });
                }
            }
            key
        }
        _ => name.to_owned(),
    }
}

/// Where packages stand that find each other first: a folder of Python's packages, of gems, a file that has them all.
fn place(package: &Package) -> &[u8] {
    let path = package.locations.first().map(|at| at.path.as_bytes()).unwrap_or_default();
    match package.kind {
        PackageType::PyPi => above(above(path)),
        PackageType::Gem => above(path),
        _ => path,
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
