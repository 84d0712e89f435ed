//! Package URLs at the bounds of records, and a version on either side, in every ecosystem that OSV defines: each is
//! known, has an order, and is reached from the package URL that its publisher or OSV writes.

mod run;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// An ecosystem as a record writes it, a name, the package URL around a version, and versions in their order:
/// introduced, one inside, fixed.
struct Case {
    ecosystem: &'static str,
    name: &'static str,
    purl: (&'static str, &'static str),
    before: &'static str,
    introduced: &'static str,
    inside: &'static str,
    fixed: &'static str,
    after: &'static str,
}

macro_rules! cases {
    ($($ecosystem:literal $name:literal $head:literal $tail:literal [$($version:literal)*])*) => {
        &[$(case($ecosystem, $name, ($head, $tail), [$($version),*])),*]
    };
}

const fn case(
    ecosystem: &'static str,
    name: &'static str,
    purl: (&'static str, &'static str),
    versions: [&'static str; 5],
) -> Case {
    let [before, introduced, inside, fixed, after] = versions;
    Case { ecosystem, name, purl, before, introduced, inside, fixed, after }
}

/// Each list of versions is in the order of the ecosystem's own tool.
static CASES: &[Case] = cases! {
    "AlmaLinux:9" "openssl" "pkg:rpm/almalinux/openssl@" "?distro=almalinux-9.4"
        ["1:3.0.7-1.el9" "1:3.0.7-2.el9" "1:3.0.7-9.el9" "1:3.0.7-10.el9" "1:3.0.7-10.el9_1"]
    "Alpaquita:stream" "expat" "pkg:apk/alpaquita/expat@" "?arch=source&distro=stream"
        ["2.4.8-r9" "2.4.9-r0" "2.7.2_rc1-r0" "2.7.2-r0" "2.7.2-r1"]
    "Alpine:v3.19" "zlib" "pkg:apk/alpine/zlib@" "?distro=alpine-3.19.1"
        ["1.2.9-r0" "1.2.10-r0" "1.2.12-r1" "1.2.12-r2" "1.2.13-r0"]
    "Android" "platform/frameworks/base" "pkg:generic/platform%2Fframeworks%2Fbase@" "?ecosystem=Android"
        ["11:2022-01-01" "12:0" "12:2022-07-05" "12:2022-08-05" "12:2022-09-01"]
    "Azure Linux:3" "golang" "pkg:rpm/azurelinux/golang@" "?distro=azurelinux-3.0"
        ["1.20.1-1.azl3" "1.21.0-1.azl3" "1.22.3-1.azl3" "1.22.10-1.azl3" "1.23.0-1.azl3"]
    "BellSoft Hardened Containers:23" "expat" "pkg:apk/bellsoft-hardened-containers/expat@"
        "?distro=bellsoft-hardened-containers-23"
        ["2.4.8-r9" "2.5.0-r0" "2.7.1-r10" "2.7.2-r0" "2.7.2-r1"]
    "Bioconductor" "edgeR" "pkg:bioconductor/edgeR@" "" ["3.9.9" "3.10.0" "3.39.6" "3.40.0" "3.40.1"]
    "Bitnami" "wordpress" "pkg:bitnami/wordpress@" "?arch=amd64&distro=debian-12"
        ["5.9.9" "6.0.0" "6.2.0-3" "6.2.1" "6.2.1-1"]
    "Chainguard" "curl" "pkg:apk/chainguard/curl@" "?arch=x86_64" ["7.9-r0" "7.10-r0" "8.4.0-r9" "8.4.0-r10" "8.5.0-r0"]
    "CleanStart" "vault-k8s" "pkg:apk/cleanstart/vault-k8s@" "" ["1.4.9-r0" "1.5.0-r0" "1.6.9-r1" "1.7.0-r0" "1.7.0-r1"]
    "ConanCenter" "openssl" "pkg:conan/openssl@" "" ["1.1.1k" "1.1.1l" "3.0.6" "3.0.7" "3.0.10"]
    "CRAN" "readxl" "pkg:cran/readxl@" "" ["0.0.9" "0.1.0" "1.0.0" "1.1.0" "1.10.0"]
    "crates.io" "serde_yaml" "pkg:cargo/serde_yaml@" "" ["0.6.9" "0.7.0-rc.1" "0.8.3" "0.8.4" "0.10.0"]
    "Debian:12" "curl" "pkg:deb/debian/curl@" "?distro=debian-12" ["7.88.1-9" "7.88.1-10" "7.88.1-10+deb12u1" "7.88.1-10+deb12u4" "7.88.1-10+deb12u10"]
    "Debian:3.1" "vlc" "pkg:deb/debian/vlc@" "?distro=debian-3.1" ["0.8.0-1" "0.8.1-1" "0.8.1.svn20050314-1sarge2" "0.8.1.svn20050314-1sarge3" "0.8.2-1"]
    "Docker Hardened Images:Alpine:3.24" "coreutils" "pkg:apk/dhi/coreutils@" "?os_distro=alpine&os_name=dhi&os_version=3.24"
        ["9.9-r0" "9.10-r0" "9.11-r0" "9.11-r1" "9.11-r10"]
    "Docker Hardened Images:Debian:13" "coreutils" "pkg:deb/dhi/coreutils@" "?arch=arm64&distro=dhi-13"
        ["9.6-1" "9.7-1" "9.7-3+dhi3" "9.7-3+dhi10" "9.8-1"]
    "Echo:Maven" "org.apache.commons:commons-lang3" "pkg:maven/org.apache.commons/commons-lang3@" ""
        ["3.13.0+echo.1" "3.13.1+echo.1" "3.13.9+echo.9" "3.14.0+echo.1" "3.15.0+echo.1"]
    "Echo:PyPI" "pip" "pkg:pypi/pip@" "" ["21.2+echo.1" "21.3+echo.1" "23.0+echo.1" "23.0+echo.2" "23.0+echo.10"]
    "Echo" "nginx" "pkg:deb/echo/nginx@" "" ["1.20-1" "1.21-1" "1.22.1-9+e2" "1.22.1-9+e10" "1.23-1"]
    "GHC" "ghc" "pkg:generic/ghc@" "" ["9.10.3" "9.12.1" "9.12.1.1" "9.12.2" "9.14"]
    "GitHub Actions" "actions/runner" "pkg:githubactions/actions/runner@" "" ["2.289.9" "2.290.0" "2.293.0" "2.293.1" "2.300.0"]
    "Go" "github.com/Azure/go-ntlmssp" "pkg:golang/github.com/Azure/go-ntlmssp@" ""
        ["v0.0.0-20180101000000-abcdefabcdef" "v0.0.0-20190101000000-abcdefabcdef" "v0.9.0" "v0.10.0" "v1.0.0+incompatible"]
    "Hackage" "aeson" "pkg:hackage/aeson@" "" ["0.3.9" "0.4" "2.0.0.9" "2.0.1.0" "2.0.10"]
    "Hex" "pleroma" "pkg:hex/pleroma@" "" ["2.0.9" "2.1.0-rc.1" "2.5.2" "2.5.3" "2.10.0"]
    "Julia" "HTTP" "pkg:julia/HTTP@" "?uuid=cd3eb016-35fb-5094-929b-558a96fad6f3" ["1.8.9" "1.9.0" "1.10.16" "1.10.17" "2.0.0"]
    "Kubernetes" "k8s.io/apiserver" "pkg:k8s/k8s.io%2Fapiserver@" "" ["1.23.99" "1.24.0" "1.24.9" "1.24.15" "1.25.0"]
    "kubernetes" "k8s.io/kubelet" "pkg:k8s/k8s.io%2Fkubelet@" "" ["1.23.99" "1.24.0" "1.24.9" "1.24.15" "1.25.0"]
    "Linux" "Kernel" "pkg:generic/Kernel@" "?ecosystem=Linux" ["5.9.0" "5.10.0" "6.1.9" "6.1.10" "6.2.0"]
    "Mageia:9" "microcode" "pkg:rpm/mageia/microcode@" "?distro=mageia-9"
        ["0.20240101-1.mga9.nonfree" "0.20241112-1.mga9.nonfree" "0.20250211-1.mga9.nonfree" "0.20250211-2.mga9.nonfree" "0.20250211-10.mga9.nonfree"]
    "Maven" "org.a:b" "pkg:maven/org.a/b@" "" ["2.0-beta8" "2.0-beta9" "2.14.1" "2.15.0" "2.15.0.1"]
    "Maven:https://maven.google.com" "androidx.a:b" "pkg:maven/androidx.a/b@" "" ["1.0.0-alpha01" "1.0.0-alpha02" "1.9" "1.10" "1.11-rc01"]
    "MinimOS" "openjdk-19" "pkg:apk/minimos/openjdk-19@" "" ["19.0.1.9-r0" "19.0.2.6-r0" "19.0.2.7-r0" "19.0.2.7-r1" "19.0.2.7-r10"]
    "npm" "@a/B" "pkg:npm/%40a/B@" "" ["1.0.0-alpha.9" "1.0.0-alpha.10" "1.9.0" "1.10.0" "1.10.1-0"]
    "NuGet" "Newtonsoft.Json" "pkg:nuget/newtonsoft.json@" "" ["12.9" "13.0.0-beta1" "13.0.0.9" "13.0.1" "13.0.1.1"]
    "opam" "ocaml" "pkg:opam/ocaml@" "" ["5~alpha1" "5" "5.4.0" "5.4.1" "5.10"]
    "openEuler:20.03-LTS-SP1" "dnsmasq" "pkg:rpm/openEuler/dnsmasq@" "?distro=openEuler-20.03-LTS-SP1" ["2.81-9.oe1" "2.82-1.oe1" "2.82-4.oe1" "2.82-5.oe1" "2.82-10.oe1"]
    "openSUSE:Leap 15.5" "busybox" "pkg:rpm/opensuse/busybox@" "?distro=opensuse-leap-15.5" ["1.34.1-1" "1.35.0-1" "1.35.0-150500.10.4.1" "1.35.0-150500.10.10.1" "1.36"]
    "OSS-Fuzz" "mruby" "pkg:generic/mruby@" "" ["2.9.0" "3.0.0" "3.1.9" "3.2.0" "3.10.0"]
    "Packagist" "Symfony/Http-Kernel" "pkg:composer/symfony/http-kernel@" "" ["5.4.19" "5.4.20" "6.0.0-RC1" "6.0.0" "6.0.20"]
    "Packagist:https://packages.drupal.org/8" "drupal/core" "pkg:composer/drupal/core@" "" ["8.8.9" "8.9.0" "8.9.9" "8.9.10" "9.0.0"]
    "Photon OS:5.0" "linux" "pkg:rpm/photon/linux@" "?distro=photon-5.0" ["6.1.9-1.ph5" "6.1.10-1.ph5" "6.1.10-9.ph5" "6.1.10-10.ph5" "6.1.79-1.ph5"]
    "Pub" "archive" "pkg:pub/archive@" "" ["2.9.9" "3.0.0-dev" "3.3.7" "3.3.8" "3.10.0"]
    "PyPI" "Jinja.2" "pkg:pypi/jinja-2@" "" ["2.0.dev1" "2.0a1" "3.1.3.post1" "3.1.4" "3.10"]
    "Red Hat:enterprise_linux:9::appstream" "firefox" "pkg:rpm/redhat/firefox@" "?distro=redhat-9.2" ["115.9.0-1.el9" "115.10.0-1.el9" "128.0-9.el9_4" "128.0-10.el9_4" "128.1-1.el9"]
    "Red Hat:rhel_eus:9.2::baseos" "tar" "pkg:rpm/redhat/tar@" "?distro=Red%20Hat:rhel_eus:9.2::baseos" ["1.33-1.el9" "1.34-1.el9" "1.34-6.el9_2" "1.34-6.el9_2.1" "1.35-1.el9"]
    "Rocky Linux:9" "webkit2gtk3" "pkg:rpm/rocky-linux/webkit2gtk3@" "?distro=rocky-9.3" ["0:2.36.6-1.el9" "0:2.36.7-1.el9" "0:2.36.7-1.el9_1" "0:2.36.7-1.el9_1.1" "0:2.38.5-1.el9"]
    "Root:Alpine:3.18" "rootio-util-linux" "pkg:apk/alpine/util-linux@" "?distro=alpine-3.18.4" ["2.38-r00071" "2.38.1-r00071" "2.38.1-r10071" "2.38.1-r10072" "2.38.2-r00071"]
    "Root:Debian:12" "curl" "pkg:deb/debian/curl@" "?distro=debian-12" ["7.88.0-1.root.io.1" "7.88.1-10.root.io.1" "7.88.1-10.root.io.2" "7.88.1-10.root.io.3" "7.88.1-10.root.io.10"]
    "Root:PyPI" "rootio-Jinja2" "pkg:pypi/rootio-jinja2@" "" ["3.1.3" "3.1.4" "3.1.4+root.io.1" "3.1.4+root.io.2" "3.1.5"]
    "RubyGems" "rails" "pkg:gem/rails@" "" ["7.0.0.pre.1" "7.0.0.rc1" "7.0.9" "7.0.10" "7.1.0.beta1"]
    "SUSE:Linux Enterprise Server 15 SP5" "busybox" "pkg:rpm/suse/busybox@" "?distro=sles-15.5" ["1.34.1-1" "1.35.0-1" "1.35.0-150500.10.4.1" "1.35.0-150500.10.10.1" "1.36"]
    "SUSE:Package Hub 12" "libreswan" "pkg:rpm/suse/libreswan@" "?distro=Package%20Hub%2012" ["3.9-1" "3.10-1" "3.15-9.1" "3.15-10.1" "3.16"]
    "SwiftURL" "github.com/grpc/grpc-swift" "pkg:swift/github.com/grpc/grpc-swift@" "" ["0.9.9" "1.0.0-alpha.1" "1.1.9" "1.2.0" "1.10.0"]
    "SwiftURL" "https://github.com/Vapor/vapor.git" "pkg:swift/github.com/vapor/vapor@" "" ["3.9.9" "4.0.0" "4.9.0" "4.60.3" "4.100.0"]
    "TuxCare:Ubuntu:18.04" "squid-cgi" "pkg:deb/ubuntu/squid-cgi@" "?distro=ubuntu-18.04&upstream=squid"
        ["3.5.26-1+tuxcare.els1" "3.5.27-1ubuntu1+tuxcare.els1" "3.5.27-1ubuntu1.14+tuxcare.els2" "3.5.27-1ubuntu1.14+tuxcare.els3" "3.5.27-1ubuntu1.14+tuxcare.els10"]
    "TuxCare:Maven" "org.springframework:spring-core" "pkg:maven/org.springframework/spring-core@" ""
        ["5.3.38.tuxcare.1" "5.3.39.tuxcare.1" "5.3.39.tuxcare.2" "5.3.39.tuxcare.3" "5.3.39.tuxcare.10"]
    "Ubuntu:22.04:LTS" "bash" "pkg:deb/ubuntu/bash@" "?distro=jammy" ["5.1-5ubuntu1" "5.1-6ubuntu1" "5.1-6ubuntu1.1~1" "5.1-6ubuntu1.1" "5.1-6ubuntu1.10"]
    "Ubuntu:24.10" "bash" "pkg:deb/ubuntu/bash@" "?distro=ubuntu-24.10" ["5.2-1" "5.2-2ubuntu1" "5.2.21-2ubuntu3" "5.2.21-2ubuntu4" "5.2.32-1"]
    "Ubuntu:Pro:16.04:LTS" "apache2" "pkg:deb/ubuntu/apache2@" "?distro=ubuntu-16.04" ["2.4.17-1ubuntu1+esm1" "2.4.18-2ubuntu3.1+esm1" "2.4.18-2ubuntu3.17+esm2" "2.4.18-2ubuntu3.17+esm10" "2.4.18-2ubuntu3.18+esm1"]
    "VSCode" "ms-python.python" "pkg:vscode-extension/ms-python/python@" "" ["2024.9.0" "2024.10.0" "2025.1.9" "2025.1.10" "2025.2.0"]
    "VSCode:https://open-vsx.org" "Redhat.java" "pkg:vscode-extension/redhat/java@" "" ["0.9.0" "0.10.0" "1.29.9" "1.30.0" "1.31.0"]
    "Wolfi" "aactl" "pkg:apk/wolfi/aactl@" "?distro=wolfi-20230201" ["0.4.9-r0" "0.4.10-r0" "0.4.12-r8" "0.4.12-r10" "0.4.13-r0"]
};

/// FreeBSD's packages have no type of package URLs.
const WITHOUT_PURL: &[&str] = &["FreeBSD"];

fn record(number: usize, case: &Case) -> Value {
    json!({
        "id": format!("X-2026-{number}"),
        "modified": "2026-01-01T00:00:00Z",
        "affected": [{
            "package": {"ecosystem": case.ecosystem, "name": case.name},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": case.introduced}, {"fixed": case.fixed}]}],
        }],
    })
}

fn purl(case: &Case, version: &str) -> String {
    let (head, tail) = case.purl;
    // A colon of an epoch is written out, as everything else is that is not allowed in a version.
    let version = version.replace(':', "%3A").replace('+', "%2B").replace('~', "%7E");
    format!("{head}{version}{tail}")
}

#[test]
fn every_ecosystem_is_matched_at_its_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<Value> = CASES.iter().enumerate().map(|(number, case)| record(number, case)).collect();
    fs::write(folder.path().join("records.json"), json!(records).to_string()).unwrap();
    let import = run::plimsoll(folder.path(), &["db", "import", "records.json", "--db", "a.db"], b"");
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    let mut purls = String::new();
    let mut expected = Vec::new();
    for (number, case) in CASES.iter().enumerate() {
        for (version, affected) in [
            (case.before, false),
            (case.introduced, true),
            (case.inside, true),
            (case.fixed, false),
            (case.after, false),
        ] {
            purls.push_str(&purl(case, version));
            purls.push('\n');
            expected.push((format!("X-2026-{number}"), affected));
        }
    }
    let output = run::plimsoll(folder.path(), &["match", "--lines", "--db", "a.db", "-"], purls.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), expected.len());
    let mut wrong = Vec::new();
    for (line, (id, affected)) in lines.lines().zip(&expected) {
        let line: Value = serde_json::from_str(line).unwrap();
        let ids: Vec<&str> =
            line["findings"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap()).collect();
        let right = if *affected { ids == [id.as_str()] } else { ids.is_empty() };
        if !right || line["coverage"] != "assessed" {
            wrong.push(format!("{}: {} {ids:?}, and {id} {affected}", line["purl"], line["coverage"]));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_cases_are_all_that_osv_defines() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas/osv/ecosystems.json");
    let Ok(list) = fs::read_to_string(list) else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let defined: Value = serde_json::from_str(&list).unwrap();
    let have: BTreeSet<&str> = CASES
        .iter()
        .map(|case| case.ecosystem.split(':').next().unwrap())
        .chain(WITHOUT_PURL.iter().copied())
        .collect();
    let lacking: Vec<&String> =
        defined.as_object().unwrap().keys().filter(|name| !have.contains(name.as_str())).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}
