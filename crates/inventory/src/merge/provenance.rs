//! Which packages are the distribution's own: where they were installed from, as far as the image says, and whose
//! advisories that makes speak of them.

use plimsoll_core::{Distro, Ecosystem, Package, PackageType};

/// Decides what a package's own record leaves open. The ecosystem is the distribution's by now.
pub(super) fn settle(package: &mut Package, distro: Option<&Distro>) {
    let Some(distro) = distro.filter(|_| package.ecosystem.is_some()) else { return };
    match package.kind {
        PackageType::Deb => deb(package, distro),
        PackageType::Apk => apk(package, distro),
        PackageType::Rpm => rpm(package),
        _ => {}
    }
}

/// The archive's builders put Ubuntu's own address into every package, also of what Debian maintains (Ubuntu,
/// "DebianMaintainerField"); who builds elsewhere leaves their own.
fn deb(package: &mut Package, distro: &Distro) {
    if package.third_party.is_some() || distro.id != "ubuntu" {
        return;
    }
    let Some(maintainer) = &package.vendor else { return };
    let address = maintainer.to_lowercase();
    if !["ubuntu", "canonical", "debian", "launchpad"].iter().any(|own| address.contains(own)) {
        package.third_party = Some(format!("Maintainer: {maintainer}"));
    }
}

/// A package that was asked from a repository by its tag (apk-world(5)) is from there, whatever the others are.
fn apk(package: &mut Package, distro: &Distro) {
    let Some(tag) = package.third_party.take_if(|why| why.starts_with('@')) else { return };
    let line = distro.repositories.iter().find_map(|line| {
        let (name, url) = line.trim().split_once(char::is_whitespace)?;
        (name == tag).then(|| url.trim())
    });
    let Some(url) = line else { return };
    match alpine(url) {
        Some((branch, "main" | "community")) if distro.id == "alpine" => {
            let release = if branch == "edge" { "edge" } else { branch };
            package.ecosystem = Some(Ecosystem::with_release("Alpine", release));
        }
        // Alpine's security database has main and community alone.
        _ => package.third_party = Some(format!("repository {tag} {url}")),
    }
}

/// Branch and repository of one of Alpine's own: `https://dl-cdn.alpinelinux.org/alpine/edge/testing`.
fn alpine(url: &str) -> Option<(&str, &str)> {
    let (rest, repository) = url.trim_end_matches('/').rsplit_once('/')?;
    let (base, branch) = rest.rsplit_once('/')?;
    base.ends_with("/alpine").then_some((branch, repository))
}

/// Every package of a distribution says who built it, and is signed. What says and is neither was built by hand.
fn rpm(package: &mut Package) {
    let bare = package.vendor.is_none() && package.signed_by.is_none() && package.source.is_some();
    let keys = package.name == "gpg-pubkey";
    // Amazon's first images have no vendors, and a manifest of packages has no signatures.
    let known = package.ecosystem.as_ref().map(Ecosystem::name);
    if bare
        && !keys
        && matches!(known, Some("AlmaLinux" | "Rocky Linux" | "Red Hat" | "Oracle Linux" | "Fedora"))
    {
        package.third_party = Some("neither a vendor nor a signature".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogers;
    use crate::fake::{Image, file};

    fn found(entries: &[(&str, &str)]) -> Vec<(String, String, Option<String>)> {
        let layer = entries.iter().map(|(path, text)| (path.to_string(), file(text)));
        let all = Image::default().layer(layer).inventory(&Catalogers::all()).packages;
        all.into_iter()
            .map(|it| (it.name, it.ecosystem.map(|it| it.to_string()).unwrap_or_default(), it.third_party))
            .collect()
    }

    #[test]
    fn a_tagged_repository_decides_the_feed() {
        let repositories = "https://dl-cdn.alpinelinux.org/alpine/v3.19/main\n\
             @edge https://dl-cdn.alpinelinux.org/alpine/edge/community\n\
             @testing https://dl-cdn.alpinelinux.org/alpine/edge/testing/\n@own https://example.org/apk\n";
        let installed = "P:a\nV:1-r0\n\nP:b\nV:1-r0\ns:edge\n\nP:c\nV:1-r0\ns:testing\n\nP:d\nV:1-r0\ns:own\n\n\
             P:e\nV:1-r0\ns:gone\n\n";
        let alpine = |name: &str, release: &str, why: Option<&str>| {
            (name.to_owned(), format!("Alpine:{release}"), why.map(str::to_owned))
        };
        assert_eq!(
            found(&[
                ("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"),
                ("etc/apk/repositories", repositories),
                ("lib/apk/db/installed", installed),
            ]),
            [
                alpine("a", "v3.19", None),
                alpine("b", "edge", None),
                alpine(
                    "c",
                    "v3.19",
                    Some("repository @testing https://dl-cdn.alpinelinux.org/alpine/edge/testing/")
                ),
                alpine("d", "v3.19", Some("repository @own https://example.org/apk")),
                alpine("e", "v3.19", None),
            ]
        );
    }

    #[test]
    fn what_ubuntu_did_not_build_is_not_its() {
        let status = "Package: bash\nStatus: install ok installed\nVersion: 5\n\
             Maintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>\n\n\
             Package: own\nStatus: install ok installed\nVersion: 1\nMaintainer: A Person <a@example.org>\n\n";
        let of = |release: &str| {
            let found = found(&[("etc/os-release", release), ("var/lib/dpkg/status", status)]);
            found.into_iter().map(|(name, _, why)| (name, why)).collect::<Vec<_>>()
        };
        let own = Some("Maintainer: A Person <a@example.org>".to_owned());
        assert_eq!(of("ID=ubuntu\nVERSION_ID=22.04\n"), [("bash".to_owned(), None), ("own".to_owned(), own)]);
        assert_eq!(of("ID=debian\nVERSION_ID=12\n"), [("bash".to_owned(), None), ("own".to_owned(), None)]);
    }

    #[test]
    fn content_sets_tell_extended_support() {
        let manifest = r#"{"content_sets":["rhel-8-for-x86_64-baseos-eus-rpms__8_DOT_6"]}"#;
        let image = Image::default().layer([
            ("etc/os-release", file("ID=rhel\nVERSION_ID=8.6\n")),
            ("root/buildinfo/content_manifests/ubi8.json", file(manifest)),
            (
                "var/lib/rpmmanifest/container-manifest-2",
                file("a\t1-2\t1\t1\tRed Hat, Inc.\t1\t9\tx\t1\ta-1-2.src.rpm\n"),
            ),
        ]);
        let package = image.inventory(&Catalogers::all()).packages.remove(0);
        assert_eq!(package.purl.qualifiers["distro"], "rhel-8.6+eus");
        assert_eq!(package.ecosystem.unwrap().as_str(), "Red Hat:enterprise_linux:8");
    }
}
