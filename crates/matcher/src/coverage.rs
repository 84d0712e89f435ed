use plimsoll_core::{Coverage, Package, PackageType};
use plimsoll_version::Scheme;

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

/// Whether someone other than the distribution built the package: rpm records who did. What dpkg records is a
/// person, which decides nothing.
pub(crate) fn is_third_party(package: &Package) -> bool {
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
    !vendor.is_empty() && !own.iter().any(|name| vendor.contains(name))
}
