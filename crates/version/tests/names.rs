//! Schemes by their names and by the names of OSV's ecosystems.

use plimsoll_version::Scheme;

#[test]
fn every_scheme_has_its_name() {
    for scheme in Scheme::ALL.iter().copied() {
        assert_eq!(Scheme::from_name(scheme.name()), Some(scheme));
    }
    assert_eq!(Scheme::from_name("Debian:12"), Some(Scheme::Dpkg));
    assert_eq!(Scheme::from_name("no such"), None);
}

#[test]
fn ecosystems_have_schemes_with_and_without_what_follows_their_name() {
    let cases = [
        ("Debian", Scheme::Dpkg),
        ("Debian:12", Scheme::Dpkg),
        ("Ubuntu:22.04:LTS", Scheme::Dpkg),
        ("Ubuntu:Pro:14.04:LTS", Scheme::Dpkg),
        ("Echo", Scheme::Dpkg),
        ("Echo:PyPI", Scheme::Pep440),
        ("opam", Scheme::Dpkg),
        ("Alpine:v3.19", Scheme::Apk),
        ("Wolfi", Scheme::Apk),
        ("Chainguard", Scheme::Apk),
        ("MinimOS", Scheme::Apk),
        ("Alpaquita:stream", Scheme::Apk),
        ("BellSoft Hardened Containers:25", Scheme::Apk),
        ("AlmaLinux:8", Scheme::Rpm),
        ("Red Hat:enterprise_linux:9::appstream", Scheme::Rpm),
        ("Rocky Linux:9", Scheme::Rpm),
        ("SUSE:Linux Enterprise Server 15 SP5", Scheme::Rpm),
        ("openSUSE:Leap 15.5", Scheme::Rpm),
        ("Mageia:9", Scheme::Rpm),
        ("openEuler:24.03-LTS", Scheme::Rpm),
        ("Photon OS:5.0", Scheme::Rpm),
        ("Azure Linux:3", Scheme::Rpm),
        ("Amazon Linux:2023", Scheme::Rpm),
        ("Oracle Linux:9", Scheme::Rpm),
        ("Fedora:41", Scheme::Rpm),
        ("PyPI", Scheme::Pep440),
        ("npm", Scheme::Npm),
        ("Go", Scheme::Go),
        ("crates.io", Scheme::Semver),
        ("Maven", Scheme::Maven),
        ("Maven:https://repo.example/maven", Scheme::Maven),
        ("RubyGems", Scheme::RubyGems),
        ("NuGet", Scheme::NuGet),
        ("Packagist", Scheme::Packagist),
        ("Hex", Scheme::Hex),
        ("Pub", Scheme::Pub),
        ("Hackage", Scheme::Hackage),
        ("GHC", Scheme::Hackage),
        ("CRAN", Scheme::Cran),
        ("Bioconductor", Scheme::Cran),
        ("SwiftURL", Scheme::Swift),
        ("Julia", Scheme::Julia),
        ("ConanCenter", Scheme::Conan),
        ("Bitnami", Scheme::Bitnami),
        ("GitHub Actions", Scheme::Semver),
        ("Root:Alpine:3.18", Scheme::Apk),
        ("Root:PyPI", Scheme::Pep440),
        ("Seal:Red Hat:7", Scheme::Rpm),
        ("Seal:Java", Scheme::Maven),
        ("Linux", Scheme::Semver),
        ("Kubernetes", Scheme::Semver),
        ("Echo:Maven", Scheme::Maven),
        ("TuxCare:Ubuntu:18.04", Scheme::Dpkg),
        ("TuxCare:CentOS:8.5", Scheme::Rpm),
        ("TuxCare:Maven", Scheme::Maven),
        ("CleanStart", Scheme::Apk),
        ("Docker Hardened Images:Alpine:3.24", Scheme::Apk),
        ("Docker Hardened Images:Debian:13", Scheme::Dpkg),
        ("OSS-Fuzz", Scheme::Generic),
        ("Android", Scheme::Generic),
        ("VSCode:https://open-vsx.org", Scheme::Semver),
    ];
    for (name, scheme) in cases {
        assert_eq!(Scheme::for_ecosystem(name), Some(scheme), "{name}");
    }
    for name in ["", "GIT", "TuxCare", "Root", "No Such:1"] {
        assert_eq!(Scheme::for_ecosystem(name), None, "{name}");
    }
}
