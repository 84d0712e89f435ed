use std::borrow::Cow;

use plimsoll_core::{Ecosystem, Package};

/// The name under which everything that speaks of the same packages meets: an ecosystem with its release, without
/// the differences that only spelling makes.
///
/// | written | stream |
/// |---|---|
/// | `Ubuntu:22.04:LTS`, `Ubuntu:22.04` | `Ubuntu:22.04` |
/// | `Ubuntu:Pro:22.04:LTS` | `Ubuntu:Pro:22.04` |
/// | `Alpine:3.19`, `Alpine:v3.19` | `Alpine:v3.19` |
/// | `Red Hat:enterprise_linux:8::baseos`, `…::appstream` | `Red Hat:enterprise_linux:8` |
/// | `SUSE:Linux Enterprise Server 15 SP5`, `…Module for Basesystem 15 SP5` | `SUSE:15 SP5` |
/// | `SUSE:Linux Enterprise Server 15 SP4-LTSS` | `SUSE:15 SP4-LTSS` |
/// | `Maven`, `Maven:https://maven.google.com` | `Maven` |
pub fn stream(ecosystem: &Ecosystem) -> Cow<'_, str> {
    let whole = ecosystem.as_str();
    let Some(release) = ecosystem.release() else {
        return Cow::Borrowed(ecosystem.name());
    };
    match ecosystem.name() {
        "Ubuntu" => Cow::Borrowed(whole.strip_suffix(":LTS").unwrap_or(whole)),
        "Alpine" if release.starts_with(|c: char| c.is_ascii_digit()) => {
            Cow::Owned(format!("Alpine:v{release}"))
        }
        // Before Debian 4 minor releases had numbers of their own; after it they are `.0` where anyone writes them.
        "Debian" => Cow::Borrowed(
            whole.strip_suffix(".0").filter(|_| release != "3.0" && release != "2.0").unwrap_or(whole),
        ),
        // Which repository a package is from is not recorded, and a name is the same one in all.
        "Maven" | "Packagist" | "VSCode" if release.starts_with("http") => Cow::Borrowed(ecosystem.name()),
        "Red Hat" => red_hat(whole),
        "SUSE" => suse(release).map_or(Cow::Borrowed(whole), Cow::Owned),
        _ => Cow::Borrowed(whole),
    }
}

/// Repositories of a release share its packages; so do the minor releases of the main stream, which replace each
/// other, unlike those of the extended ones.
fn red_hat(whole: &str) -> Cow<'_, str> {
    let stream = whole.split_once("::").map_or(whole, |(stream, _)| stream);
    match stream.strip_prefix("Red Hat:enterprise_linux:").and_then(|release| release.split_once('.')) {
        Some((major, _)) => Cow::Owned(format!("Red Hat:enterprise_linux:{major}")),
        None => Cow::Borrowed(stream),
    }
}

/// The product's version is what decides: its modules and its editions share their packages. The extended support
/// streams do not; nor do SAP and Package Hub.
fn suse(product: &str) -> Option<String> {
    let product = product.strip_prefix("Linux Enterprise ")?;
    if product.contains("SAP") {
        return None;
    }
    let at = product.find(|c: char| c.is_ascii_digit())?;
    Some(format!("SUSE:{}", product.get(at..)?))
}

/// Whether an entry of the ecosystem `entry` speaks of packages of the ecosystem `package`: the streams are the
/// same, or the entry names no release and so speaks of them all.
pub(crate) fn speaks(entry: &Ecosystem, package: &Ecosystem) -> bool {
    if entry == package {
        return true;
    }
    if entry.name() != package.name() {
        return false;
    }
    entry.release().is_none() || stream(entry) == stream(package)
}

/// The ecosystems to ask for a package's advisories, besides its own.
pub(crate) fn further(package: &Package, ecosystem: &Ecosystem) -> Vec<Ecosystem> {
    base(ecosystem).into_iter().chain(builders(package, ecosystem)).collect()
}

/// The ecosystem without its release, where it names one.
pub(crate) fn base(ecosystem: &Ecosystem) -> Option<Ecosystem> {
    ecosystem.release().map(|_| Ecosystem::new(ecosystem.name()))
}

/// The ecosystems of those who have built a package anew without another distribution around it: their names or
/// versions say whose they are. What such an ecosystem says of a package stands in place of what its own says, that
/// of the first that says anything.
pub(crate) fn builders(package: &Package, ecosystem: &Ecosystem) -> Vec<Ecosystem> {
    let (name, version) = (package.name.as_str(), package.version.as_str());
    let base = ecosystem.name();
    let release = ecosystem.release().filter(|release| !release.starts_with("Pro:"));
    let mut out = Vec::new();
    if let Some(release) = release.filter(|_| base == "Ubuntu") {
        // Ubuntu Pro's fixes are for machines with a subscription, and its certified modules for some of those.
        if version.contains("Fips") || version.contains("fips") {
            out.push(Ecosystem::with_release(base, &format!("Pro:FIPS-updates:{release}")));
            out.push(Ecosystem::with_release(base, &format!("Pro:FIPS:{release}")));
        } else if version.contains("esm") {
            out.push(Ecosystem::with_release(base, &format!("Pro:{release}")));
        }
    }
    if let Some(release) = release.filter(|_| base == "Red Hat") {
        out.extend(extended(package, release));
    }
    // Every package is asked, and every mark of those that follow has one of these letters, which few versions have.
    let marked = base == "Alpine" || version.bytes().any(|byte| matches!(byte, b'o' | b'x'));
    let plain = release.map(|release| release.strip_suffix(":LTS").unwrap_or(release));
    if marked && is_roots(base, version) || crate::name::roots(name).is_some() {
        let release = plain.map(|release| format!(":{}", release.trim_start_matches('v')));
        out.push(Ecosystem::with_release("Root", &format!("{base}{}", release.unwrap_or_default())));
    }
    if marked && version.contains("+echo.") {
        out.push(Ecosystem::with_release("Echo", base));
    }
    if marked && is_tuxcares(version) {
        let release = plain.map(|release| format!(":{}", release.rsplit(':').next().unwrap_or(release)));
        out.extend(release.map(|release| Ecosystem::with_release("TuxCare", &format!("{base}{release}"))));
        out.push(Ecosystem::with_release("TuxCare", base));
    }
    if is_seals(name) {
        let base = if base == "Maven" { "Java" } else { base };
        if let Some(release) = release {
            let release = release.rsplit(':').find(|part| *part != "LTS").unwrap_or(release);
            out.push(Ecosystem::with_release("Seal", &format!("{base}:{release}")));
        }
        out.push(Ecosystem::with_release("Seal", base));
    }
    out
}

/// The stream of a release's extended support, of a package whose image is installed from it: `distro=rhel-8.6+eus`.
fn extended(package: &Package, release: &str) -> Option<Ecosystem> {
    let (system, support) = package.purl.qualifiers.get("distro")?.rsplit_once('+')?;
    let version = system.strip_prefix("rhel-")?;
    let main = release.starts_with("enterprise_linux") && matches!(support, "eus" | "e4s" | "aus" | "tus");
    main.then(|| Ecosystem::with_release("Red Hat", &format!("rhel_{support}:{version}")))
}

/// Root.io's builds: `1.3~deb12u1.root.io.3`, `1.0+root.io.1`, in Alpine Alpine's revision with `007` and
/// a number after it, `-r00071`.
fn is_roots(base: &str, version: &str) -> bool {
    match base {
        "Alpine" => version.rsplit_once("-r").is_some_and(|(_, revision)| {
            let own = |at: usize| revision.get(at..).is_some_and(|rest| rest.starts_with("007"));
            revision.len() >= 5 && (own(1) || own(2))
        }),
        _ => version.contains(".root.io.") || version.contains("+root.io."),
    }
}

/// TuxCare's builds: `3.5.27-1ubuntu1.14+tuxcare.els3`, `1.1.1g-15.el8.tuxcare.els7`.
fn is_tuxcares(version: &str) -> bool {
    version.split(['-', '.', '+', '~']).skip(1).any(|part| part == "tuxcare")
}

/// Seal Security's names: `seal-rsync`, `sealsecurity.io/golang.org/x/crypto`, `seal.sp1.org.apache…`,
/// `@seal-security/…`.
fn is_seals(name: &str) -> bool {
    ["seal-", "sealsecurity.io/", "seal.sp", "@seal-security/"].iter().any(|head| name.starts_with(head))
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{PackageType, Purl};

    use super::*;

    fn of(text: &str) -> String {
        stream(&text.to_owned().into()).into_owned()
    }

    #[test]
    fn spellings_of_one_stream_are_equal() {
        for (text, expected) in [
            ("PyPI", "PyPI"),
            ("Debian:12", "Debian:12"),
            ("Ubuntu:22.04:LTS", "Ubuntu:22.04"),
            ("Ubuntu:24.10", "Ubuntu:24.10"),
            ("Ubuntu:Pro:14.04:LTS", "Ubuntu:Pro:14.04"),
            ("Alpine:v3.11", "Alpine:v3.11"),
            ("Alpine:3.11", "Alpine:v3.11"),
            ("Alpine:edge", "Alpine:edge"),
            ("Red Hat:enterprise_linux:8::baseos", "Red Hat:enterprise_linux:8"),
            ("Red Hat:enterprise_linux:10.0", "Red Hat:enterprise_linux:10"),
            ("Red Hat:rhel_eus:8.8::baseos", "Red Hat:rhel_eus:8.8"),
            ("Debian:6.0", "Debian:6"),
            ("Debian:3.0", "Debian:3.0"),
            ("Debian:3.1", "Debian:3.1"),
            ("SUSE:Linux Enterprise Server 15 SP5", "SUSE:15 SP5"),
            ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE:15 SP5"),
            ("SUSE:Linux Enterprise Server 15 SP4-LTSS", "SUSE:15 SP4-LTSS"),
            (
                "SUSE:Linux Enterprise Server for SAP Applications 15 SP4",
                "SUSE:Linux Enterprise Server for SAP Applications 15 SP4",
            ),
            ("SUSE:Package Hub 12", "SUSE:Package Hub 12"),
            ("Maven:https://maven.google.com", "Maven"),
            ("Packagist:https://packages.drupal.org/8", "Packagist"),
        ] {
            assert_eq!(of(text), expected);
        }
    }

    #[test]
    fn extended_support_has_a_stream_of_its_own() {
        let of = |release: &str| {
            let purl = Purl::new("rpm", Some("redhat"), "a", Some("1-1")).with("distro", release);
            let package = Package::new(PackageType::Rpm, "a", "1-1", purl);
            builders(&package, &Ecosystem::from("Red Hat:enterprise_linux:8".to_owned()))
        };
        assert_eq!(of("rhel-8.6+eus"), [Ecosystem::from("Red Hat:rhel_eus:8.6".to_owned())]);
        assert_eq!(of("rhel-8.6"), []);
        assert_eq!(of("rhel-8.6+x"), []);
    }

    #[test]
    fn releases_do_not_mix() {
        let e = |text: &str| Ecosystem::from(text.to_owned());
        assert!(speaks(&e("Debian:12"), &e("Debian:12")));
        assert!(!speaks(&e("Debian:11"), &e("Debian:12")));
        assert!(speaks(&e("Debian"), &e("Debian:12")));
        assert!(!speaks(&e("Debian:12"), &e("Debian")));
        assert!(!speaks(&e("Ubuntu:Pro:22.04:LTS"), &e("Ubuntu:22.04:LTS")));
        assert!(speaks(&e("Ubuntu:22.04"), &e("Ubuntu:22.04:LTS")));
    }

    #[test]
    fn packages_of_others_are_known_by_their_versions_and_names() {
        let of = |kind: PackageType, ecosystem: &str, name: &str, version: &str| {
            let purl = Purl::new(kind.purl_type(), None, name, Some(version));
            let package = Package::new(kind, name, version, purl);
            let ecosystem = Ecosystem::from(ecosystem.to_owned());
            let all = further(&package, &ecosystem).into_iter();
            all.map(|ecosystem| ecosystem.as_str().to_owned()).collect::<Vec<_>>()
        };
        let deb = PackageType::Deb;
        assert_eq!(of(deb, "Ubuntu:16.04:LTS", "a", "1.0-1ubuntu2"), ["Ubuntu"]);
        assert_eq!(of(deb, "Ubuntu:16.04:LTS", "a", "1.0-1ubuntu2+esm1"), ["Ubuntu", "Ubuntu:Pro:16.04:LTS"]);
        assert_eq!(
            of(deb, "Ubuntu:22.04:LTS", "a", "1.0-1ubuntu2+Fips1")[1],
            "Ubuntu:Pro:FIPS-updates:22.04:LTS"
        );
        assert_eq!(of(deb, "Debian:12", "a", "1-1~deb12u1.root.io.3"), ["Debian", "Root:Debian:12"]);
        assert_eq!(
            of(PackageType::Apk, "Alpine:v3.17", "a", "1.6.17-r00071"),
            ["Alpine", "Root:Alpine:3.17"]
        );
        assert_eq!(of(PackageType::Apk, "Alpine:v3.17", "a", "1.6.17-r0"), ["Alpine"]);
        assert_eq!(of(PackageType::PyPi, "PyPI", "rootio-a", "1.0"), ["Root:PyPI"]);
        assert_eq!(of(PackageType::PyPi, "PyPI", "a", "1.0+root.io.1"), ["Root:PyPI"]);
        assert_eq!(of(PackageType::Maven, "Maven", "a:b", "3.14.0+echo.1"), ["Echo:Maven"]);
        assert_eq!(
            of(deb, "Ubuntu:18.04:LTS", "a", "3.5.27-1ubuntu1.14+tuxcare.els3"),
            ["Ubuntu", "TuxCare:Ubuntu:18.04", "TuxCare:Ubuntu"]
        );
        assert_eq!(of(PackageType::Maven, "Maven", "a:b", "5.3.39.tuxcare.1"), ["TuxCare:Maven"]);
        assert_eq!(
            of(PackageType::Rpm, "Red Hat:enterprise_linux:7", "seal-screen", "4.1.0-1.el7+sp1"),
            ["Red Hat", "Seal:Red Hat:7", "Seal:Red Hat"]
        );
        assert_eq!(
            of(PackageType::Golang, "Go", "sealsecurity.io/golang.org/x/crypto", "v0.26.0-sp1"),
            ["Seal:Go"]
        );
    }
}
