//! Comparing the versions that a scanner compares most allocates nothing.

use std::alloc::System;

use plimsoll_version::Scheme;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocations of some work: the fewest of several runs, because the test harness's own thread is counted too.
fn fewest<T>(work: impl Fn() -> T) -> usize {
    let count = || {
        let region = Region::new(ALLOCATOR);
        let result = work();
        let allocations = region.change().allocations;
        drop(result);
        allocations
    };
    (0..20).map(|_| count()).min().unwrap_or(usize::MAX)
}

#[test]
fn comparing_allocates_nothing() {
    let long = "1.".repeat(5_000) + "1";
    let pairs = [
        (Scheme::Dpkg, "1:2.36~rc1-9+deb12u4", "1:2.36-9+deb12u10"),
        (Scheme::Dpkg, "1:-", ""),
        (Scheme::Rpm, "5.14.0-362.el9", "1:1.0~rc1^git1-2"),
        (Scheme::Apk, "1.2.3_pre1-r4", "0...1.07b~ab12-junk"),
        (Scheme::Semver, "1.0.0-rc.1+build", "v1.0.0.alpha.beta"),
        (Scheme::Npm, "1.2.33.4", "=1.2.3beta"),
        (Scheme::Go, "go1.21rc2", "v0.0.0-20200622213623-75b288015ac9"),
        (Scheme::Pep440, "1!2.0rc1.post2.dev3+ubuntu.1", "2.0.1"),
        (Scheme::Dpkg, &long, "1"),
        (Scheme::Rpm, &long, "1"),
        (Scheme::Apk, &long, "1"),
        (Scheme::Semver, &long, "1"),
    ];
    for (scheme, a, b) in pairs {
        let orders = || [scheme.compare(a, b), scheme.compare(b, a), scheme.compare(a, a)];
        assert_eq!(fewest(orders), 0, "{}: {a} and {b}: {:?}", scheme.name(), orders());
    }
    // A short key is kept where it is.
    let keys = || (Scheme::Dpkg.key("1:2.36~rc1-9+deb12u4"), Scheme::Semver.key("1.2.3-rc.1"));
    assert_eq!(fewest(keys), 0, "{:?}", keys());
}
