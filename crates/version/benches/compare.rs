//! Comparisons and keys per second, beside other crates that order the same versions. Each reads both texts anew, as a
//! scanner must that has advisories and packages as text; `divan` prints items, which are comparisons or keys.

use std::cmp::Ordering;
use std::str::FromStr;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use plimsoll_version::Scheme;

fn main() {
    divan::main();
}

/// Pairs as a scanner meets them: an installed version and the version that fixes something, mostly near.
fn pairs(scheme: Scheme) -> Vec<(String, String)> {
    let version = |n: usize| {
        let (a, b, c) = (n % 3 + 1, n % 17, n % 23);
        match scheme {
            Scheme::Dpkg => {
                format!("{}2.{b}.{c}-1+deb12u{}", if n.is_multiple_of(5) { "1:" } else { "" }, n % 4)
            }
            Scheme::Rpm => format!("{}.{b}.{c}-{}.el9_{}", a, n % 40, n % 5),
            Scheme::Apk => {
                format!("{a}.{b}.{c}{}-r{}", if n.is_multiple_of(7) { "_pre1" } else { "" }, n % 9)
            }
            Scheme::Pacman => format!("{a}.{b}.{c}-{}", n % 4 + 1),
            Scheme::Portage => {
                format!("{a}.{b}.{c}{}-r{}", if n.is_multiple_of(7) { "_rc1" } else { "" }, n % 3)
            }
            Scheme::Pep440 => match n % 6 {
                0 => format!("{a}.{b}.{c}rc{}", n % 4),
                1 => format!("{a}.{b}.post{}", n % 4),
                _ => format!("{a}.{b}.{c}"),
            },
            Scheme::Go if n.is_multiple_of(4) => format!("v0.0.0-2023{:02}15102854-5a71ef0e047d", n % 12 + 1),
            Scheme::Go => format!("v{a}.{b}.{c}"),
            Scheme::Maven if n.is_multiple_of(5) => format!("{a}.{b}.{c}.RELEASE"),
            Scheme::Maven => format!("{a}.{b}.{c}.Final"),
            Scheme::RubyGems if n.is_multiple_of(6) => format!("{a}.{b}.{c}.beta{}", n % 3),
            Scheme::Packagist => format!("v{a}.{b}.{c}"),
            Scheme::Hackage | Scheme::Cran => format!("{a}.{b}.{c}.{}", n % 4),
            Scheme::Conda => format!("{a}.{b}.{c}post{}", n % 3),
            Scheme::Jvm => format!("1.8.0_{}-b{:02}", n % 400, n % 20),
            _ if n.is_multiple_of(6) => format!("{a}.{b}.{c}-rc.{}", n % 5),
            _ => format!("{a}.{b}.{c}"),
        }
    };
    (0..1024).map(|n| (version(n * 7), version(n * 7 + n % 3))).collect()
}

fn compare(bencher: Bencher<'_, '_>, scheme: Scheme, order: impl Fn(&str, &str) -> Option<Ordering> + Sync) {
    let pairs = pairs(scheme);
    bencher.counter(ItemsCount::new(pairs.len())).bench(|| {
        pairs.iter().filter(|(a, b)| order(black_box(a), black_box(b)) == Some(Ordering::Less)).count()
    });
}

#[divan::bench(args = Scheme::ALL)]
fn comparisons(bencher: Bencher<'_, '_>, scheme: &Scheme) {
    compare(bencher, *scheme, |a, b| scheme.compare(a, b).ok());
}

#[divan::bench(args = Scheme::ALL)]
fn keys(bencher: Bencher<'_, '_>, scheme: &Scheme) {
    let pairs = pairs(*scheme);
    bencher
        .counter(ItemsCount::new(pairs.len()))
        .bench(|| pairs.iter().filter(|(a, _)| black_box(scheme.key(black_box(a))).is_some()).count());
}

/// The same comparisons by other crates.
mod others {
    use super::*;

    fn parsed<T: FromStr + Ord>(a: &str, b: &str) -> Option<Ordering> {
        Some(T::from_str(a).ok()?.cmp(&T::from_str(b).ok()?))
    }

    #[divan::bench]
    fn semver(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Semver, parsed::<::semver::Version>);
    }

    #[divan::bench]
    fn pep440_rs(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Pep440, parsed::<::pep440_rs::Version>);
    }

    #[divan::bench]
    fn debversion(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Dpkg, parsed::<::debversion::Version>);
    }

    #[divan::bench]
    fn rpm_version(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Rpm, |a, b| {
            Some(::rpm_version::Evr::parse(a).cmp(&::rpm_version::Evr::parse(b)))
        });
    }
}

/// The one other crate that makes keys.
#[divan::bench]
fn keys_of_rpm_version(bencher: Bencher<'_, '_>) {
    let pairs = pairs(Scheme::Rpm);
    bencher.counter(ItemsCount::new(pairs.len())).bench(|| {
        pairs
            .iter()
            .map(|(a, _)| black_box(rpm_version::EvrSortKey::parse(black_box(a))).as_bytes().len())
            .sum::<usize>()
    });
}

/// What is read once and compared often: other crates' versions beside keys.
mod read_before {
    use super::*;

    fn compare<T: Ord + Sync>(bencher: Bencher<'_, '_>, scheme: Scheme, read: impl Fn(&str) -> Option<T>) {
        let read: Vec<_> = pairs(scheme).iter().filter_map(|(a, b)| Some((read(a)?, read(b)?))).collect();
        bencher
            .counter(ItemsCount::new(read.len()))
            .bench(|| read.iter().filter(|(a, b)| black_box(a).cmp(black_box(b)).is_lt()).count());
    }

    #[divan::bench(args = [Scheme::Semver, Scheme::Pep440, Scheme::Dpkg, Scheme::Rpm])]
    fn keys(bencher: Bencher<'_, '_>, scheme: &Scheme) {
        compare(bencher, *scheme, |version| scheme.key(version));
    }

    #[divan::bench]
    fn semver(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Semver, |version| version.parse::<::semver::Version>().ok());
    }

    #[divan::bench]
    fn pep440_rs(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Pep440, |version| version.parse::<::pep440_rs::Version>().ok());
    }

    #[divan::bench]
    fn debversion(bencher: Bencher<'_, '_>) {
        compare(bencher, Scheme::Dpkg, |version| version.parse::<::debversion::Version>().ok());
    }
}
