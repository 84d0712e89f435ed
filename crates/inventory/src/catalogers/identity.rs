//! How each ecosystem's names become a package and its URL (package-url specification, "Known types").

use plimsoll_core::{Package, PackageType, Purl};

/// A package whose name is the last part of its URL and has no namespace.
pub(crate) fn plain(kind: PackageType, name: &str, version: &str) -> Package {
    Package::new(kind, name, version, Purl::new(kind.purl_type(), None, name, Some(version)))
}

/// A package whose name has its namespace in front, up to the last slash: `@scope/name`, `vendor/name`,
/// `example.org/module/v2`.
pub(crate) fn slashed(kind: PackageType, name: &str, version: &str) -> Package {
    let (namespace, last) = match name.rsplit_once('/') {
        Some((namespace, last)) if !last.is_empty() => (Some(namespace), last),
        _ => (None, name),
    };
    Package::new(kind, name, version, Purl::new(kind.purl_type(), namespace, last, Some(version)))
}

/// A package by Maven's coordinates: `group:artifact`. Without a group no advisory can speak of it.
pub(crate) fn maven(group: &str, artifact: &str, version: &str) -> Package {
    let name = if group.is_empty() { artifact.to_owned() } else { format!("{group}:{artifact}") };
    let purl = Purl::new("maven", Some(group), artifact, Some(version));
    let mut package = Package::new(PackageType::Maven, name, version, purl);
    if group.is_empty() {
        package.ecosystem = None;
    }
    package
}
