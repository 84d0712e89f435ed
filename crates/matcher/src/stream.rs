use std::borrow::Cow;

use plimsoll_core::Ecosystem;

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
pub(crate) fn further(ecosystem: &Ecosystem, version: &str) -> Vec<Ecosystem> {
    let mut out = Vec::new();
    if ecosystem.release().is_some() {
        out.push(Ecosystem::new(ecosystem.name()));
    }
    if let Some(pro) = pro(ecosystem, version) {
        out.push(pro);
    }
    out
}

/// Ubuntu Pro's fixes are for machines with a subscription: a package is one of theirs where its version says so.
pub(crate) fn pro(ecosystem: &Ecosystem, version: &str) -> Option<Ecosystem> {
    let release = ecosystem.release().filter(|_| ecosystem.name() == "Ubuntu" && version.contains("esm"))?;
    (!release.starts_with("Pro:")).then(|| Ecosystem::with_release("Ubuntu", &format!("Pro:{release}")))
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(of(text), expected);
        }
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
    fn only_packages_of_pro_ask_for_pro() {
        let e = Ecosystem::from("Ubuntu:16.04:LTS".to_owned());
        assert_eq!(further(&e, "1.0-1ubuntu2"), [Ecosystem::new("Ubuntu")]);
        assert_eq!(further(&e, "1.0-1ubuntu2+esm1")[1].as_str(), "Ubuntu:Pro:16.04:LTS");
    }
}
