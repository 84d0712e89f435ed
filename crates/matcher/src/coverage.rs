use plimsoll_core::{Coverage, Package, PackageType};
use plimsoll_version::Scheme;

use crate::stream::builders;

/// Whether the package can be judged at all, by a source that has a feed for its ecosystem or has none.
pub(crate) fn coverage(package: &Package, feed: bool) -> Coverage {
    let Some(ecosystem) = &package.ecosystem else {
        return if package.kind.is_os() { Coverage::NoFeed } else { Coverage::Unsupported };
    };
    if is_third_party(package) {
        return Coverage::ThirdParty;
    }
    if !feed {
        return Coverage::NoFeed;
    }
    match Scheme::for_ecosystem(ecosystem.as_str()) {
        None => Coverage::Unsupported,
        Some(scheme) if scheme.parses(&package.version).is_err() => Coverage::UnparsedVersion,
        Some(_) => Coverage::Assessed,
    }
}

/// Whether someone other than the distribution built the package: whoever took the inventory knows the image's
/// repositories and what the package says of itself; and rpm records who built it, also in other tools' lists.
pub(crate) fn is_third_party(package: &Package) -> bool {
    let Some(ecosystem) = &package.ecosystem else { return false };
    // Those who build packages of a distribution anew have advisories of their own.
    let others =
        || builders(package, ecosystem).into_iter().any(|builder| builder.name() != ecosystem.name());
    if package.kind.is_os() && (package.third_party.is_some() || package.vendor.is_some()) && others() {
        return false;
    }
    if package.third_party.is_some() {
        return true;
    }
    let (Some(vendor), Some(ecosystem)) = (&package.vendor, &package.ecosystem) else { return false };
    if package.kind != PackageType::Rpm {
        return false;
    }
    let own: &[&str] = match ecosystem.name() {
        "AlmaLinux" => &["almalinux"],
        "Rocky Linux" => &["rocky"],
        "Red Hat" => &["red hat", "centos", "scientific", "eurolinux"],
        "SUSE" | "openSUSE" => &["suse"],
        "Oracle Linux" => &["oracle"],
        "Amazon Linux" => &["amazon"],
        "Fedora" => &["fedora"],
        "Mageia" => &["mageia"],
        "openEuler" => &["openeuler"],
        "Photon OS" => &["vmware", "broadcom"],
        "Azure Linux" => &["microsoft"],
        _ => return false,
    };
    let vendor = vendor.to_lowercase();
    // The build service names the project there, most of which are people's own.
    if vendor.starts_with("obs://") {
        return true;
    }
    !vendor.is_empty() && !own.iter().any(|name| vendor.contains(name))
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{Ecosystem, Purl};

    use super::*;

    fn third_party(kind: PackageType, ecosystem: &str, name: &str, set: impl Fn(&mut Package)) -> bool {
        let mut package = Package::new(kind, name, "1", Purl::new(kind.purl_type(), None, name, Some("1")));
        package.ecosystem = Some(Ecosystem::from(ecosystem.to_owned()));
        set(&mut package);
        is_third_party(&package)
    }

    #[test]
    fn who_built_a_package_decides() {
        let said = |package: &mut Package| package.third_party = Some("Maintainer: Docker".to_owned());
        assert!(third_party(PackageType::Deb, "Debian:12", "docker-ce", said));
        assert!(!third_party(PackageType::Deb, "Debian:12", "bash", |_| {}));
        assert!(
            !third_party(PackageType::Deb, "Debian:12", "seal-rsync", said),
            "Seal has advisories of its own"
        );
        let by = |vendor: &'static str| move |package: &mut Package| package.vendor = Some(vendor.to_owned());
        assert!(!third_party(
            PackageType::Rpm,
            "openSUSE:Leap 15.5",
            "a",
            by("SUSE LLC <https://www.suse.com/>")
        ));
        assert!(third_party(
            PackageType::Rpm,
            "openSUSE:Leap 15.5",
            "a",
            by("obs://build.opensuse.org/home:someone")
        ));
        assert!(third_party(PackageType::Rpm, "AlmaLinux:8", "a", by("Fedora Project")));
    }
}
