//! Comparing the versions that a scanner compares most allocates nothing.

use std::alloc::System;

use plimsoll_version::Scheme;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

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
        let region = Region::new(ALLOCATOR);
        let orders = [scheme.compare(a, b), scheme.compare(b, a), scheme.compare(a, a)];
        let allocations = region.change().allocations;
        assert_eq!(allocations, 0, "{}: {a} and {b}: {orders:?}", scheme.name());
    }
    // A short key is kept where it is.
    let region = Region::new(ALLOCATOR);
    let keys = (Scheme::Dpkg.key("1:2.36~rc1-9+deb12u4"), Scheme::Semver.key("1.2.3-rc.1"));
    assert_eq!(region.change().allocations, 0, "{keys:?}");
}
