//! What an operating-system package is worth knows only the distribution: whose advisories speak of it, and the
//! namespace of its package URL.

use plimsoll_core::{Distro, Package, PackageType, Source};

/// Adds the ecosystem, and to the package URL the namespace and the `distro` qualifier. Adds the source package too
/// where the database leaves it out because it has the binary package's name and version.
pub(crate) fn complete(package: &mut Package, distro: Option<&Distro>) {
    if matches!(package.kind, PackageType::Deb | PackageType::Apk) && package.source.is_none() {
        package.source = Some(Source { name: package.name.clone(), version: package.version.clone() });
    }
    // What names its own distribution, such as a list within a snap, is not this one's.
    let Some(distro) = distro.filter(|_| package.purl.namespace.is_none()) else { return };
    let ecosystem = distro.ecosystem();
    // Another family's packages in a distribution, such as rpm's own database in Debian, are not its packages.
    let at_home = ecosystem.as_ref().is_none_or(|it| family(it.name()) == package.kind);
    if !at_home {
        return;
    }
    package.ecosystem = ecosystem;
    let release = match distro.version.as_str() {
        "" => distro.id.clone(),
        version => format!("{}-{version}", distro.id),
    };
    let release = match distro.extended_support() {
        Some(support) => format!("{release}+{support}"),
        None => release,
    };
    package.purl.qualifiers.insert("distro".to_owned(), release);
    if !distro.id.is_empty() {
        package.purl.namespace = Some(namespace(&distro.id).to_ascii_lowercase());
    }
}

/// The namespaces that the distributors' own package URLs use, where that is not the `ID`.
fn namespace(id: &str) -> &str {
    match id {
        "rhel" => "redhat",
        "opensuse-leap" | "opensuse-tumbleweed" => "opensuse",
        _ => id,
    }
}

/// The type of the packages that an ecosystem's advisories speak of.
pub(crate) fn family(ecosystem: &str) -> PackageType {
    match ecosystem {
        "Debian" | "Ubuntu" | "Echo" => PackageType::Deb,
        "Alpine" | "Wolfi" | "Chainguard" | "MinimOS" | "Alpaquita" | "SecureOS" => PackageType::Apk,
        "Arch Linux" => PackageType::Alpm,
        "Gentoo" => PackageType::Ebuild,
        _ => PackageType::Rpm,
    }
}
