//! Package URLs by the examples of the package-url specification, and what packages they name.

use plimsoll_core::{Package, Purl};

/// Canonical forms from the specification's own list of examples and its test suite.
#[test]
fn canonical_forms_stay_as_they_are() {
    for text in [
        "pkg:bitbucket/birkenfeld/pygments-main@244fd47e07d1014f0aed9c",
        "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
        "pkg:gem/jruby-launcher@1.1.2?platform=java",
        "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations",
        "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=sources&repository_url=repo.spring.io/release",
        "pkg:npm/%40angular/animation@12.3.1",
        "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
        "pkg:pypi/django@1.11.1",
        "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25",
        "pkg:cargo/rand@0.7.2",
        "pkg:apk/alpine/apk@2.12.9-r3?arch=x86",
    ] {
        assert_eq!(text.parse::<Purl>().unwrap().to_string(), text);
    }
}

#[test]
fn other_spellings_become_canonical() {
    for (text, canonical) in [
        ("pkg:PYPI/Django_package@1.11.1.dev1", "pkg:pypi/django-package@1.11.1.dev1"),
        (
            "pkg://GITHUB/Package-url/purl-Spec@244fd47e07d1004f0aed9c",
            "pkg:github/package-url/purl-spec@244fd47e07d1004f0aed9c",
        ),
        ("pkg:npm/@angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"),
        (
            "pkg:golang//google.golang.org//genproto@abcdedf#/googleapis/./api/annotations/",
            "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations",
        ),
        (
            "pkg:deb/debian/curl@7.50.3-1?distro=jessie&arch=i386&empty=",
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
        ),
        ("pkg:deb/debian/libc6@2.36-9+b1", "pkg:deb/debian/libc6@2.36-9%2Bb1"),
        ("pkg:deb/debian/e2fsprogs@1:1.0~rc", "pkg:deb/debian/e2fsprogs@1:1.0~rc"),
        ("pkg:npm/JSONStream@1.3.5", "pkg:npm/JSONStream@1.3.5"),
    ] {
        assert_eq!(text.parse::<Purl>().unwrap().to_string(), canonical, "{text}");
    }
}

#[test]
fn what_is_no_purl_is_refused() {
    for text in [
        "",
        "npm/a@1",
        "pkg:",
        "pkg:npm",
        "pkg:npm/",
        "pkg:n!m/a",
        "pkg:npm/%zz",
        "pkg:npm/%ff@1",
        "pkg:npm/a?x",
    ] {
        assert!(text.parse::<Purl>().is_err(), "{text:?}");
    }
}

#[test]
fn packages_take_the_names_that_advisories_use() {
    for (text, name, version, ecosystem) in [
        ("pkg:npm/%40angular/core@1.0.0", "@angular/core", "1.0.0", Some("npm")),
        (
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            Some("Maven"),
        ),
        ("pkg:golang/github.com/gin-gonic/gin@v1.7.0", "github.com/gin-gonic/gin", "v1.7.0", Some("Go")),
        ("pkg:golang/stdlib@1.20.4", "stdlib", "1.20.4", Some("Go")),
        ("pkg:deb/debian/openssl@3.0.9-1?distro=bookworm", "openssl", "3.0.9-1", Some("Debian:12")),
        ("pkg:apk/alpine/zlib@1.2.11-r3?distro=alpine-3.11.5", "zlib", "1.2.11-r3", Some("Alpine:v3.11")),
        ("pkg:apk/wolfi/zlib@1.2.11-r3", "zlib", "1.2.11-r3", Some("Wolfi")),
        ("pkg:deb/ubuntu/bash@5.1-6?distro=ubuntu-22.04", "bash", "5.1-6", Some("Ubuntu:22.04:LTS")),
        (
            "pkg:rpm/almalinux/openssl@1.1.1k-4.el8?epoch=1&distro=almalinux-8.4",
            "openssl",
            "1:1.1.1k-4.el8",
            Some("AlmaLinux:8"),
        ),
        ("pkg:deb/debian/openssl@3.0.9-1", "openssl", "3.0.9-1", None),
        ("pkg:conan/bincrafters/zlib@1.2.11", "zlib", "1.2.11", Some("ConanCenter")),
        ("pkg:vscode-extension/ms-python/python@1.0.0", "ms-python.python", "1.0.0", Some("VSCode")),
        ("pkg:k8s/k8s.io%2Fapiserver@1.24.1", "k8s.io/apiserver", "1.24.1", Some("Kubernetes")),
        ("pkg:bioconductor/edgeR@3.40.0", "edgeR", "3.40.0", Some("Bioconductor")),
        ("pkg:generic/mruby@3.2.0", "mruby", "3.2.0", Some("OSS-Fuzz")),
        ("pkg:generic/ghc@9.12.1", "ghc", "9.12.1", Some("GHC")),
        ("pkg:generic/Kernel@6.1?ecosystem=Linux", "Kernel", "6.1", Some("Linux")),
    ] {
        let package = Package::from_purl(text.parse().unwrap()).unwrap();
        let ecosystem_found = package.ecosystem.as_ref().map(|e| e.as_str());
        assert_eq!(
            (package.name.as_str(), package.version.as_str(), ecosystem_found),
            (name, version, ecosystem),
            "{text}"
        );
    }
}

/// Every way in which publishers and tools write the distribution of a package.
#[test]
fn distributions_are_written_in_many_ways() {
    for (purl, ecosystem) in [
        ("pkg:deb/ubuntu/a@1?distro=jammy", "Ubuntu:22.04:LTS"),
        ("pkg:deb/ubuntu/a@1?distro=ubuntu-24.10", "Ubuntu:24.10"),
        ("pkg:deb/ubuntu/a@1?distro=Ubuntu:Pro:16.04:LTS", "Ubuntu:Pro:16.04:LTS"),
        ("pkg:deb/debian/a@1?distro=debian:12", "Debian:12"),
        ("pkg:deb/debian/a@1?distro=Debian:12", "Debian:12"),
        ("pkg:deb/debian/a@1?distro=buster", "Debian:10"),
        ("pkg:deb/echo/a@1", "Echo"),
        ("pkg:apk/alpine/a@1?distro=3.19", "Alpine:v3.19"),
        ("pkg:apk/alpine/a@1?distro=v3.19", "Alpine:v3.19"),
        ("pkg:apk/alpine/a@1?distro=alpine-edge", "Alpine:edge"),
        ("pkg:apk/alpine/a@1?distro=edge", "Alpine:edge"),
        ("pkg:apk/alpaquita/a@1?arch=source&distro=stream", "Alpaquita:stream"),
        ("pkg:apk/alpaquita/a@1?distro=alpaquita-23", "Alpaquita:23"),
        (
            "pkg:apk/bellsoft-hardened-containers/a@1?distro=bellsoft-hardened-containers-stream",
            "BellSoft Hardened Containers:stream",
        ),
        ("pkg:apk/cleanstart/a@1", "CleanStart"),
        ("pkg:apk/minimos/a@1", "MinimOS"),
        ("pkg:apk/chainguard/a@1?arch=x86_64", "Chainguard"),
        (
            "pkg:apk/dhi/a@1?os_distro=alpine&os_name=dhi&os_version=3.24",
            "Docker Hardened Images:Alpine:3.24",
        ),
        ("pkg:deb/dhi/a@1?arch=arm64&distro=dhi-13", "Docker Hardened Images:Debian:13"),
        ("pkg:rpm/rocky-linux/a@1?distro=9", "Rocky Linux:9"),
        ("pkg:rpm/azure-linux/a@1?distro=azurelinux-3.0", "Azure Linux:3"),
        ("pkg:rpm/redhat/a@1?distro=redhat-9.2", "Red Hat:enterprise_linux:9"),
        ("pkg:rpm/redhat/a@1?distro=Red%20Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2::baseos"),
        ("pkg:rpm/mageia/a@1?distro=mageia-9", "Mageia:9"),
        ("pkg:rpm/openEuler/a@1?distro=openEuler-20.03-LTS-SP1", "openEuler:20.03-LTS-SP1"),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", "openSUSE:Leap 15.5"),
        ("pkg:rpm/opensuse/a@1?distro=openSUSE%20Leap%2015.5", "openSUSE:Leap 15.5"),
        ("pkg:rpm/suse/a@1?distro=sles-15.5", "SUSE:Linux Enterprise Server 15 SP5"),
        (
            "pkg:rpm/suse/a@1?distro=SUSE%20Linux%20Enterprise%20Micro%205.3",
            "SUSE:Linux Enterprise Micro 5.3",
        ),
        ("pkg:rpm/suse/a@1?distro=Package%20Hub%2012", "SUSE:Package Hub 12"),
        ("pkg:rpm/photon/a@1?distro=photon-5.0", "Photon OS:5.0"),
        ("pkg:rpm/amzn/a@1?distro=amzn-2023", "Amazon Linux:2023"),
    ] {
        let package = Package::from_purl(purl.parse().unwrap()).unwrap();
        let found = package.ecosystem.as_ref().map(|e| e.as_str());
        assert_eq!(found, Some(ecosystem), "{purl}");
    }
}

#[test]
fn an_rpm_names_its_source_by_file() {
    let text = "pkg:rpm/almalinux/openssl-libs@1.1.1k-4.el8?upstream=openssl-1.1.1k-4.el8.src.rpm&distro=almalinux-8";
    let source = Package::from_purl(text.parse().unwrap()).unwrap().source.unwrap();
    assert_eq!((source.name.as_str(), source.version.as_str()), ("openssl", "1.1.1k-4.el8"));
}
