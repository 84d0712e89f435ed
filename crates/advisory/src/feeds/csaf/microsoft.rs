use plimsoll_core::{Ecosystem, NameKind};

use super::product::Package;

/// What a product of Microsoft's is, by its name: a package of Azure Linux (`azl3 openssh 9.8p1-4`,
/// `<cbl2 openssh 8.9p1-7`), or a build of Windows (`Windows Server 2022 <10.0.20348.2340`).
pub(super) fn package(name: &str) -> Option<Package> {
    if name.starts_with("Windows ") {
        let version = name.rsplit(' ').next()?;
        let build = version.trim_start_matches('<');
        let (family, revision) = build.rsplit_once('.')?;
        let numbers =
            |text: &str| !text.is_empty() && text.split('.').all(|part| part.parse::<u32>().is_ok());
        if family.split('.').count() != 3 || !numbers(family) || !numbers(revision) {
            return None;
        }
        return Some(Package {
            ecosystem: Ecosystem::new("Windows"),
            name: family.to_owned(),
            kind: NameKind::Binary,
            version: Some(build.to_owned()),
            module: None,
            before: version.starts_with('<'),
        });
    }
    let mut words = name.split(' ');
    let (release, package, version) = (words.next()?, words.next()?, words.next()?);
    let before = release.starts_with('<');
    let release = match release.trim_start_matches('<') {
        "azl3" => "3",
        "cbl2" => "2",
        "cm1" => "1",
        _ => return None,
    };
    Some(Package {
        ecosystem: Ecosystem::with_release("Azure Linux", release),
        name: package.to_owned(),
        kind: NameKind::Source,
        version: Some(version.to_owned()).filter(|version| *version != "-"),
        module: None,
        before,
    })
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn products_go_by_their_names() {
        let azure = package("<azl3 openssh 9.8p1-4").unwrap();
        assert_eq!((azure.name.as_str(), azure.ecosystem.as_str()), ("openssh", "Azure Linux:3"));
        assert_eq!((azure.version.as_deref(), azure.before), (Some("9.8p1-4"), true));
        let windows = package("Windows Server 2022 <10.0.20348.2340").unwrap();
        assert_eq!((windows.name.as_str(), windows.before), ("10.0.20348", true));
        assert!(package("Microsoft Edge (Chromium-based) 129.0.2792.52").is_none());
        assert!(package("Azure Linux 3.0").is_none());
    }
}
