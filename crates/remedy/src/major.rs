use plimsoll_core::PackageType;

/// The part of a version within which an upgrade is not meant to break anything: the first number, and before 1.0
/// the second as well (Semantic Versioning 2.0.0, item 4). Nothing where versions do not work so: in operating
/// systems' packages, whose distribution keeps them compatible.
///
/// ```
/// use plimsoll_core::PackageType;
/// assert_eq!(plimsoll_remedy::major(PackageType::PyPi, "2.10.1").as_deref(), Some("2"));
/// assert_eq!(plimsoll_remedy::major(PackageType::Golang, "v0.17.0").as_deref(), Some("0.17"));
/// assert_eq!(plimsoll_remedy::major(PackageType::Deb, "1:2.3-4"), None);
/// ```
pub fn major(kind: PackageType, version: &str) -> Option<String> {
    if kind.is_os() {
        return None;
    }
    // PEP 440 writes epochs as `1!2.0`.
    let version = version.split_once('!').map_or(version, |(_, rest)| rest);
    let version = version.trim_start_matches(['v', 'V']).trim_start_matches("go");
    let mut numbers = version.split(|c: char| !c.is_ascii_digit());
    let first = numbers.next().filter(|number| !number.is_empty())?;
    match (first.trim_start_matches('0'), numbers.next().filter(|number| !number.is_empty())) {
        ("", Some(second)) => Some(format!("0.{second}")),
        ("", None) => Some("0".to_owned()),
        (first, _) => Some(first.to_owned()),
    }
}
