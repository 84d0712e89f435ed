//! What real records do (each test names the record that it has the shape of), and the verdict that is right.

mod records;

use plimsoll_core::{AdvisoryKind, PackageType, Verdict};
use plimsoll_matcher::verdict;
use records::{advisory, affected, debian, go, package, python, with_source};

fn said(package: &plimsoll_core::Package, advisory: &plimsoll_core::Advisory) -> Option<Verdict> {
    verdict(package, advisory).map(|evidence| evidence.verdict)
}

const AFFECTED: Option<Verdict> = Some(Verdict::Affected);
const FIXED: Option<Verdict> = Some(Verdict::Fixed);
const NOT_AFFECTED: Option<Verdict> = Some(Verdict::NotAffected);
const UNDETERMINED: Option<Verdict> = Some(Verdict::Undetermined);

/// PYSEC-2019-144.
#[test]
fn a_withdrawn_record_affects_nothing_and_says_so() {
    let mut record =
        advisory("PYSEC-2019-144", vec![affected("PyPI", "arrayfire", &["introduced 0, fixed 3.6.0"])]);
    record.withdrawn = Some("2022-09-09T05:28:00Z".into());
    let evidence = verdict(&python("arrayfire", "3.5.0"), &record).unwrap();
    assert_eq!(evidence.verdict, Verdict::NotAffected);
    assert_eq!(evidence.reason, "The record was withdrawn on 2022-09-09.");
}

/// PYSEC-2015-22.
#[test]
fn events_may_come_in_any_order() {
    let events = "introduced 1.8, fixed 1.8.4, introduced 1.7, fixed 1.7.10, introduced 1.4, fixed 1.4.22";
    let record = advisory("PYSEC-2015-22", vec![affected("PyPI", "django", &[events])]);
    for (version, expected) in [
        ("1.3", NOT_AFFECTED),
        ("1.4", AFFECTED),
        ("1.4.22", FIXED),
        ("1.6", FIXED),
        ("1.7.9", AFFECTED),
        ("1.7.10", FIXED),
        ("1.8.3", AFFECTED),
        ("1.8.4", FIXED),
    ] {
        assert_eq!(said(&python("Django", version), &record), expected, "{version}");
    }
}

/// PYSEC-2022-42972: one span ends where another begins.
#[test]
fn at_one_version_a_fix_comes_before_an_introduction() {
    let events = "introduced 0.13.0, fixed 0.14.0rc1, introduced 0.12.2, fixed 0.13.0";
    let record = advisory("PYSEC-2022-42972", vec![affected("PyPI", "apache-iotdb", &[events])]);
    assert_eq!(said(&python("apache-iotdb", "0.13.0"), &record), AFFECTED);
    assert_eq!(said(&python("apache-iotdb", "0.12.1"), &record), NOT_AFFECTED);
    assert_eq!(said(&python("apache-iotdb", "0.14.0rc1"), &record), FIXED);
}

/// GHSA-2p82-v77v-mppr: exactly one version, said as a range.
#[test]
fn at_one_version_an_introduction_comes_before_the_last_affected() {
    let record =
        advisory("X", vec![affected("PyPI", "airbrake", &["introduced 4.2.3, last_affected 4.2.3"])]);
    assert_eq!(said(&python("airbrake", "4.2.2"), &record), NOT_AFFECTED);
    assert_eq!(said(&python("airbrake", "4.2.3"), &record), AFFECTED);
    assert_eq!(said(&python("airbrake", "4.2.4"), &record), NOT_AFFECTED);
}

/// BIT-elasticsearch-2026-63136.
#[test]
fn a_fix_before_its_introduction_is_not_for_ever() {
    let events =
        "introduced 8.0.0, fixed 8.19.15, introduced 9.0.0, fixed 9.2.9, introduced 9.4.0, fixed 9.3.4";
    let record = advisory("BIT-elasticsearch-2026-63136", vec![affected("npm", "elasticsearch", &[events])]);
    let package = |version| package(PackageType::Npm, "npm", "elasticsearch", version);
    assert_eq!(said(&package("8.19.14"), &record), AFFECTED);
    assert_eq!(said(&package("8.19.15"), &record), FIXED);
    assert_eq!(said(&package("9.2.8"), &record), AFFECTED);
    let evidence = verdict(&package("9.5.0"), &record).unwrap();
    assert_eq!(evidence.verdict, Verdict::Undetermined);
    assert!(evidence.reason.contains("9.4.0") && evidence.reason.contains("9.3.4"), "{}", evidence.reason);
}

/// GO-2023-1497, and GO-2025-3448: a version that one range calls fixed and another affected.
#[test]
fn a_package_may_stand_in_a_record_twice() {
    let name = "github.com/CosmWasm/wasmvm/v2";
    let entries =
        ["2.0.6", "2.1.5", "2.2.2"].map(|fix| affected("Go", name, &[&format!("introduced 0, fixed {fix}")]));
    let record = advisory("GO-2025-3448", entries.to_vec());
    assert_eq!(said(&go(name, "v2.0.5"), &record), AFFECTED);
    assert_eq!(said(&go(name, "v2.0.6"), &record), AFFECTED);
    assert_eq!(said(&go(name, "v2.1.5"), &record), AFFECTED);
    let fixed = verdict(&go(name, "v2.2.2"), &record).unwrap();
    assert_eq!(fixed.verdict, Verdict::Fixed);
    assert_eq!(fixed.reason, "Fixed in 2.2.2; v2.2.2 is installed.");
}

/// PYSEC-2022-42969.
#[test]
fn the_last_affected_version_is_affected() {
    let record =
        advisory("PYSEC-2022-42969", vec![affected("PyPI", "py", &["introduced 0, last_affected 1.11.0"])]);
    assert_eq!(said(&python("py", "1.11.0"), &record), AFFECTED);
    assert_eq!(said(&python("py", "1.11"), &record), AFFECTED);
    assert_eq!(said(&python("py", "1.11.0.post1"), &record), NOT_AFFECTED);
}

/// PYSEC-2024-1.
#[test]
fn listed_versions_are_enough() {
    let mut entry = affected("PyPI", "gratient", &[]);
    entry.versions = vec!["0.5".into()];
    let record = advisory("PYSEC-2024-1", vec![entry]);
    assert_eq!(said(&python("gratient", "0.5"), &record), AFFECTED);
    assert_eq!(said(&python("gratient", "0.5.0"), &record), AFFECTED);
    assert_eq!(said(&python("gratient", "0.6"), &record), NOT_AFFECTED);
    assert_eq!(said(&python("gratient", "not a version"), &record), UNDETERMINED);
}

/// PYSEC-2022-15.
#[test]
fn no_version_at_all_is_none() {
    let record = advisory("PYSEC-2022-15", vec![affected("PyPI", "loguru", &[])]);
    assert_eq!(said(&python("loguru", "0.5"), &record), NOT_AFFECTED);
}

/// PYSEC-2023-177: the OSV schema's evaluation takes a listed version as affected whatever the ranges say.
#[test]
fn a_listed_version_is_affected_even_where_it_is_the_fix() {
    let mut entry = affected("PyPI", "gevent", &["introduced 0, fixed 23.9.0"]);
    entry.versions = vec!["23.7.0".into(), "23.9.0".into()];
    let record = advisory("PYSEC-2023-177", vec![entry]);
    assert_eq!(said(&python("gevent", "23.9.0"), &record), AFFECTED);
    assert_eq!(said(&python("gevent", "23.9.1"), &record), FIXED);
}

/// PYSEC-2021-371.
#[test]
fn an_unreadable_fix_is_undetermined() {
    let record =
        advisory("PYSEC-2021-371", vec![affected("PyPI", "binderhub", &["introduced 0, fixed 0.2.0-n653"])]);
    let evidence = verdict(&python("binderhub", "0.1"), &record).unwrap();
    assert_eq!(evidence.verdict, Verdict::Undetermined);
    assert!(evidence.reason.contains("0.2.0-n653"), "{}", evidence.reason);
}

/// PYSEC-2020-341.
#[test]
fn an_unreadable_listed_version_loses_itself_alone() {
    let mut entry = affected("PyPI", "jw.util", &["introduced 0, fixed 2.3"]);
    entry.versions = vec!["-class.-jw.util.version.Version-".into(), "1.0a".into()];
    let record = advisory("PYSEC-2020-341", vec![entry]);
    assert_eq!(said(&python("jw-util", "2.2"), &record), AFFECTED);
    assert_eq!(said(&python("jw_util", "2.3"), &record), FIXED);
}

/// GO-2025-3834.
#[test]
fn zero_is_before_every_version() {
    let name = "github.com/1Panel-dev/1Panel/core";
    let record = advisory("GO-2025-3834", vec![affected("Go", name, &["introduced 0"])]);
    assert_eq!(said(&go(name, "v0.0.0-20240101000000-0123456789ab"), &record), AFFECTED);
    let record =
        advisory("RUSTSEC-1", vec![affected("crates.io", "c", &["introduced 0.0.0-0, fixed 0.7.20-0"])]);
    let package = |version| package(PackageType::Cargo, "crates.io", "c", version);
    assert_eq!(said(&package("0.0.0-alpha"), &record), AFFECTED);
    assert_eq!(said(&package("0.7.20-rc.1"), &record), FIXED);
}

#[test]
fn go_names_have_a_case() {
    let record = advisory("GO-1", vec![affected("Go", "github.com/CosmWasm/wasmvm", &["introduced 0"])]);
    assert_eq!(said(&go("github.com/cosmwasm/wasmvm", "v1.0.0"), &record), None);
    let record = advisory("GO-2", vec![affected("Go", "stdlib", &["introduced 0, fixed 1.20.5"])]);
    assert_eq!(said(&go("stdlib", "1.20.4"), &record), AFFECTED);
    assert_eq!(said(&go("stdlib", "go1.20.5"), &record), FIXED);
}

/// RUSTSEC-2016-0002.
#[test]
fn a_record_for_another_system_does_not_affect() {
    let mut entry = affected("crates.io", "hyper", &["introduced 0.0.0-0, fixed 0.9.4"]);
    entry.os = vec!["windows".into()];
    let record = advisory("RUSTSEC-2016-0002", vec![entry.clone()]);
    let hyper = package(PackageType::Cargo, "crates.io", "hyper", "0.9.0");
    let evidence = verdict(&hyper, &record).unwrap();
    assert_eq!(
        (evidence.verdict, evidence.reason.as_str()),
        (Verdict::NotAffected, "The record is only on windows.")
    );
    entry.os.push("linux".into());
    assert_eq!(said(&hyper, &advisory("X", vec![entry])), AFFECTED);
}

#[test]
fn a_record_for_another_architecture_does_not_affect() {
    let mut entry = affected("crates.io", "hyper", &["introduced 0"]);
    entry.arch = vec!["aarch64".into()];
    let record = advisory("X", vec![entry]);
    let mut hyper = package(PackageType::Cargo, "crates.io", "hyper", "0.9.0");
    assert_eq!(said(&hyper, &record), AFFECTED, "unknown excludes nothing");
    hyper.arch = Some("amd64".into());
    assert_eq!(said(&hyper, &record), NOT_AFFECTED);
    hyper.arch = Some("arm64".into());
    assert_eq!(said(&hyper, &record), AFFECTED);
}

/// ALBA-2019:0973: two builds of one modular package.
#[test]
fn the_highest_of_several_fixes_counts() {
    let entry = |fix: &str| affected("AlmaLinux:8", "oci-umount", &[&format!("introduced 0, fixed {fix}")]);
    let record = advisory(
        "ALBA-2019:0973",
        vec![
            entry("2:2.3.4-2.git87f9237.module_el8.5.0+119+9a9ec082"),
            entry("2:2.3.4-2.git87f9237.module_el8.3.0+2044+12421f43"),
        ],
    );
    let modular = |version: &str| {
        let mut package = package(PackageType::Rpm, "AlmaLinux:8", "oci-umount", version);
        package.module = Some("container-tools:rhel8:8050020211109:abc:x86_64".into());
        package
    };
    assert_eq!(said(&modular("2:2.3.4-2.git87f9237.module_el8.4.0+2496+12421f43"), &record), AFFECTED);
    assert_eq!(said(&modular("2:2.3.4-2.git87f9237.module_el8.5.0+119+9a9ec082"), &record), FIXED);
}

#[test]
fn modular_and_other_builds_do_not_mix() {
    let modular = affected("AlmaLinux:8", "nodejs", &["introduced 0, fixed 1:12.22-1.module_el8.4.0+1+abc"]);
    let plain = affected("AlmaLinux:8", "nodejs", &["introduced 0, fixed 1:16.0-1.el8"]);
    let mut package = package(PackageType::Rpm, "AlmaLinux:8", "nodejs", "1:10.0-1.el8");
    assert_eq!(said(&package, &advisory("M", vec![modular.clone()])), None);
    assert_eq!(said(&package, &advisory("P", vec![plain.clone()])), AFFECTED);
    package.module = Some("nodejs:10:1:c:x86_64".into());
    assert_eq!(said(&package, &advisory("M", vec![modular.clone()])), AFFECTED);
    assert_eq!(said(&package, &advisory("P", vec![plain])), None);
    let named = plimsoll_core::Affected { module: Some("nodejs:12".into()), ..modular };
    assert_eq!(said(&package, &advisory("M", vec![named.clone()])), None);
    package.module = Some("nodejs:12:1:c:x86_64".into());
    assert_eq!(said(&package, &advisory("M", vec![named])), AFFECTED);
}

#[test]
fn debian_names_source_packages() {
    let record =
        advisory("DSA-1-1", vec![affected("Debian:12", "glibc", &["introduced 0, fixed 2.36-9+deb12u4"])]);
    let libc = with_source(debian("libc6", "2.36-9+deb12u4+b1"), "glibc", "2.36-9+deb12u3");
    let evidence = verdict(&libc, &record).unwrap();
    assert_eq!((evidence.verdict, evidence.version.as_str()), (Verdict::Affected, "2.36-9+deb12u3"));
    assert_eq!(said(&debian("libc6", "2.36-9"), &record), None);
    assert_eq!(said(&debian("glibc", "2.36-9+deb12u4"), &record), FIXED);
    let other = advisory("DSA-2-1", vec![affected("Debian:11", "glibc", &["introduced 0"])]);
    assert_eq!(said(&libc, &other), None);
}

/// ALPINE-CVE-2015-9099.
#[test]
fn alpine_may_name_one_id_under_two_versions() {
    let entry = |fix: &str| affected("Alpine:v3.11", "lame", &[&format!("introduced 0, fixed {fix}")]);
    let record = advisory("ALPINE-CVE-2015-9099", vec![entry("3.100-r0"), entry("3.99.5-r6")]);
    let lame = |version| package(PackageType::Apk, "Alpine:v3.11", "lame", version);
    assert_eq!(said(&lame("3.99.5-r6"), &record), AFFECTED);
    assert_eq!(said(&lame("3.100-r0"), &record), FIXED);
}

#[test]
fn a_fix_in_version_zero_is_not_affected() {
    let record = advisory("ALPINE-1", vec![affected("Alpine:v3.11", "lame", &["introduced 0, fixed 0"])]);
    let evidence = verdict(&package(PackageType::Apk, "Alpine:v3.11", "lame", "1.0-r0"), &record).unwrap();
    assert_eq!(evidence.verdict, Verdict::NotAffected);
    assert_eq!(evidence.reason, "The record says that no version is affected.");
}

#[test]
fn ubuntu_pro_is_for_those_who_have_it() {
    let record = advisory(
        "UBUNTU-CVE-1",
        vec![
            affected("Ubuntu:16.04:LTS", "bash", &["introduced 0"]),
            affected("Ubuntu:Pro:16.04:LTS", "bash", &["introduced 0, fixed 4.3-14ubuntu1.4+esm1"]),
        ],
    );
    let bash = |version| package(PackageType::Deb, "Ubuntu:16.04:LTS", "bash", version);
    assert_eq!(said(&bash("4.3-14ubuntu1.4"), &record), AFFECTED);
    assert_eq!(said(&bash("4.3-14ubuntu1.4+esm1"), &record), FIXED);
    assert_eq!(said(&bash("4.3-14ubuntu1.3+esm9"), &record), AFFECTED);
}

/// A package that Root.io has built is judged by what Root.io says of it, and any other by the distribution.
#[test]
fn who_has_built_a_package_speaks_of_it() {
    let record = advisory(
        "CVE-2022-49043",
        vec![
            affected("Debian:12", "libxml2", &["introduced 0, fixed 2.9.14+dfsg-1.3~deb12u2"]),
            affected("Root:Debian:12", "libxml2", &["introduced 0, fixed 2.9.14+dfsg-1.3~deb12u1.root.io.3"]),
        ],
    );
    assert_eq!(said(&debian("libxml2", "2.9.14+dfsg-1.3~deb12u1.root.io.3"), &record), FIXED);
    assert_eq!(said(&debian("libxml2", "2.9.14+dfsg-1.3~deb12u1.root.io.2"), &record), AFFECTED);
    assert_eq!(said(&debian("libxml2", "2.9.14+dfsg-1.3~deb12u1"), &record), AFFECTED);
    assert_eq!(said(&debian("libxml2", "2.9.14+dfsg-1.3~deb12u2"), &record), FIXED);
    let record = advisory(
        "CVE-2025-22869",
        vec![affected(
            "Seal:Go",
            "sealsecurity.io/golang.org/x/crypto",
            &["introduced 0.26.0-sp1, fixed 0.26.0-sp2"],
        )],
    );
    assert_eq!(said(&go("sealsecurity.io/golang.org/x/crypto", "v0.26.0-sp1"), &record), AFFECTED);
    assert_eq!(said(&go("golang.org/x/crypto", "v0.26.0"), &record), None);
}

/// ELSA-2021-9150: builds that are patched while they run are apart from those that are not.
#[test]
fn oracles_flavours_do_not_mix() {
    let ksplice = affected("Oracle Linux:8", "openssl", &["introduced 0, fixed 2:1.1.1g-15.ksplice1.el8_3"]);
    let plain = affected("Oracle Linux:8", "openssl", &["introduced 0, fixed 1:1.1.1g-15.el8_3"]);
    let openssl = |version| package(PackageType::Rpm, "Oracle Linux:8", "openssl", version);
    let (ksplice, plain) = (advisory("K", vec![ksplice]), advisory("P", vec![plain]));
    assert_eq!(said(&openssl("1:1.1.1g-12.el8_3"), &ksplice), None);
    assert_eq!(said(&openssl("1:1.1.1g-12.el8_3"), &plain), AFFECTED);
    assert_eq!(said(&openssl("2:1.1.1g-12.ksplice1.el8_3"), &ksplice), AFFECTED);
    assert_eq!(said(&openssl("2:1.1.1g-12.ksplice1.el8_3"), &plain), None);
    assert_eq!(said(&openssl("10:1.1.1g-12.el8_fips"), &plain), None);
}

#[test]
fn malware_without_versions_is_every_version() {
    let mut record = advisory("MAL-2024-1", vec![affected("npm", "evil", &[])]);
    record.kind = AdvisoryKind::Malware;
    assert_eq!(said(&package(PackageType::Npm, "npm", "evil", "1.0.0"), &record), AFFECTED);
}

#[test]
fn a_version_that_is_none_is_undetermined() {
    let record = advisory("PYSEC-1", vec![affected("PyPI", "a", &["introduced 0, fixed 1"])]);
    for version in ["", "not a version"] {
        let evidence = verdict(&python("a", version), &record).unwrap();
        assert_eq!(evidence.verdict, Verdict::Undetermined, "{version:?}");
    }
    // Where every version is affected, so is one that can't be read.
    let record = advisory("PYSEC-2", vec![affected("PyPI", "a", &["introduced 0"])]);
    assert_eq!(said(&python("a", "not a version"), &record), AFFECTED);
}

#[test]
fn another_name_or_ecosystem_is_another_package() {
    let record = advisory("X", vec![affected("npm", "JSONStream", &["introduced 0"])]);
    assert_eq!(said(&package(PackageType::Npm, "npm", "jsonstream", "1.0.0"), &record), None);
    assert_eq!(said(&python("JSONStream", "1.0.0"), &record), None);
    assert_eq!(said(&package(PackageType::Npm, "npm", "JSONStream", "1.0.0"), &record), AFFECTED);
}
