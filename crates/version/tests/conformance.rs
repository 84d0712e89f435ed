//! The comparisons of public test suites: each line of each file must agree.

use std::cmp::Ordering;
use std::fs;
use std::path::PathBuf;

use plimsoll_version::Scheme;
use plimsoll_version::expression::{Expression, Syntax};
use plimsoll_version::order::{apk, rpm::Nevra};

fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/versions"));
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: ../shared is not here");
    None
}

fn holds(order: Ordering, op: &str) -> Option<bool> {
    Some(match op {
        "<" => order.is_lt(),
        "=" => order.is_eq(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "!=" => order.is_ne(),
        _ => return None,
    })
}

/// Checks every comparison of the files of one directory, in both directions and by key.
fn agrees(scheme: Scheme, dir: &str) {
    let Some(shared) = shared() else { return };
    let mut wrong = Vec::new();
    let mut checked = 0;
    for entry in fs::read_dir(shared.join(dir)).unwrap() {
        let path = entry.unwrap().path();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let mut fields = line.split('\t');
            let (Some(a), Some(op), Some(b)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            if (a, b) == ("version", "normalized") {
                continue; // a header taken for a row
            }
            let order = scheme.compare(a, b);
            if order.is_ok_and(|order| holds(order, op).is_none()) {
                continue; // another kind of check
            }
            checked += 1;
            let ok = order.is_ok_and(|order| {
                let keys = scheme.key(a).zip(scheme.key(b));
                holds(order, op) == Some(true)
                    && scheme.compare(b, a) == Ok(order.reverse())
                    && keys.is_none_or(|(a, b)| a.cmp(&b) == order)
            });
            if !ok {
                let keys = (scheme.key(a), scheme.key(b));
                wrong.push(format!("{}: {a} {op} {b}: {order:?} {keys:?}", path.display()));
            }
        }
    }
    eprintln!("{dir}: {checked} comparisons agree with {}", scheme.name());
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

macro_rules! agree {
    ($($test:ident: $scheme:ident $dir:literal)*) => { $(#[test] fn $test() { agrees(Scheme::$scheme, $dir); })* };
}

agree! {
    alpine: Apk "alpine"
    bitnami: Bitnami "bitnami"
    cran: Cran "cran"
    debian: Dpkg "debian"
    go: Go "go"
    hackage: Hackage "hackage"
    jvm: Jvm "jvm"
    maven: Maven "maven"
    nuget: NuGet "nuget"
    packagist: Packagist "packagist"
    pacman: Pacman "pacman"
    portage: Portage "portage"
    pypi: Pep440 "pypi"
    pub_: Pub "pub"
    redhat: Rpm "redhat"
    rpm_labels: Rpm "rpm-label"
    rubygems: RubyGems "rubygems"
    semver: Semver "semver"
    npm: Npm "semver"
    hex: Hex "semver"
    swift: Swift "semver"
}

fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let text = fs::read_to_string(shared()?.join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Some(lines.map(|line| line.split('\t').map(|field| field.replace("\\t", "\t")).collect()).collect())
}

/// Checks a file of range, version and whether it is in the range; `swapped` has the version first.
fn ranges(syntax: Syntax, file: &str, swapped: bool) {
    for row in rows(file).unwrap_or_default() {
        let [a, b, expected] = row.as_slice() else { panic!("{file}: {row:?}") };
        let (range, version) = if swapped { (b, a) } else { (a, b) };
        let inside = Expression::read(syntax, range).unwrap().contains(version).unwrap_or(false);
        assert_eq!(inside.to_string(), *expected, "{file}: {version} in {range}");
    }
}

#[test]
fn npm_ranges() {
    ranges(Syntax::Npm, "npm-ranges/range-include.tsv", false);
    ranges(Syntax::Npm, "npm-ranges/range-exclude.tsv", false);
}

#[test]
fn comparator_ranges() {
    for (scheme, name) in [
        (Scheme::Apk, "alpine"),
        (Scheme::Bitnami, "bitnami"),
        (Scheme::Dpkg, "debian"),
        (Scheme::Portage, "portage"),
        (Scheme::Pep440, "pypi"),
        (Scheme::Rpm, "redhat"),
        (Scheme::RubyGems, "rubygems"),
        (Scheme::Semver, "semver"),
    ] {
        ranges(Syntax::Comparators(scheme), &format!("ranges-grype/{name}.tsv"), true);
    }
}

#[test]
fn whole_rpm_names() {
    for row in rows("rpm-nevra/claircore.tsv").unwrap_or_default() {
        let [a, op, b] = row.as_slice() else { panic!("{row:?}") };
        let order = Nevra::read(a).unwrap().cmp(&Nevra::read(b).unwrap());
        assert_eq!(holds(order, op), Some(true), "{a} {op} {b}");
    }
    for row in rows("rpm-nevra/parse.tsv").unwrap_or_default() {
        let nevra = Nevra::read(&row[0]).unwrap();
        let fields = [nevra.name, nevra.epoch, nevra.version, nevra.release, nevra.arch];
        assert_eq!(fields.as_slice(), &row[1..], "{}", row[0]);
    }
}

#[test]
fn apk_validity_and_fuzzy_matches() {
    for row in rows("alpine/apk-tools-validity.tsv").unwrap_or_default() {
        let [expected, version] = row.as_slice() else { panic!("{row:?}") };
        assert_eq!(Scheme::Apk.accepts(version), expected == "valid", "{version:?}");
    }
    for row in rows("alpine/apk-tools-fuzzy.tsv").unwrap_or_default() {
        let [a, op, b] = row.as_slice() else { panic!("{row:?}") };
        let order = apk::compare_fuzzy(a, b).unwrap();
        let holds = match op.as_str() {
            "~" => order.is_eq(),
            "<~" => order.is_le(),
            ">~" => order.is_ge(),
            "!~" => order.is_ne(),
            _ => panic!("{row:?}"),
        };
        assert!(holds, "{a} {op} {b}: {order:?}");
    }
}
