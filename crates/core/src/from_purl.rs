use crate::purl_distro::os_ecosystem;
use crate::{Ecosystem, Package, PackageType, Purl, PurlError, Source};

impl Package {
    /// The package that a package URL names, as far as it says: for those who match without an image.
    ///
    /// An operating-system package's ecosystem comes from the `distro` qualifier (`debian-12`, `alpine-3.19.1`, a
    /// codename, or the OSV ecosystem itself, `SUSE:Linux Enterprise Server 15 SP5`), its source package from
    /// `upstream` (`glibc` or `glibc@2.36-9`), an epoch from `epoch` where the version has none. What has no type of
    /// its own is `generic`: in the ecosystem that its `ecosystem` qualifier names, else in OSS-Fuzz, whose projects
    /// OSV writes so.
    ///
    /// ```
    /// let purl = "pkg:deb/debian/libc6@2.36-9%2Bb1?distro=debian-12&upstream=glibc%402.36-9".parse()?;
    /// let package = plimsoll_core::Package::from_purl(purl)?;
    /// assert_eq!(package.ecosystem.unwrap().as_str(), "Debian:12");
    /// assert_eq!(package.source.unwrap().version, "2.36-9");
    /// # Ok::<(), plimsoll_core::PurlError>(())
    /// ```
    ///
    /// # Errors
    /// A type that is not known.
    pub fn from_purl(purl: Purl) -> Result<Package, PurlError> {
        let kind = PackageType::from_purl_type(&purl.kind)
            // What Visual Studio Code's extensions were called before there was a type for them.
            .or_else(|| (purl.kind == "vscode").then_some(PackageType::Vscode))
            .ok_or_else(|| PurlError::BadType(purl.to_string().chars().take(300).collect()))?;
        let qualifier = |key: &str| purl.qualifiers.get(key).map(String::as_str);
        let version = purl.version.clone().unwrap_or_default();
        let version = match qualifier("epoch").filter(|epoch| *epoch != "0") {
            Some(epoch) if has_epoch(kind) && !version.is_empty() && !version.contains(':') => {
                format!("{epoch}:{version}")
            }
            _ => version,
        };
        let name = match (&purl.namespace, kind) {
            (Some(group), PackageType::Maven) => format!("{group}:{}", purl.name),
            // Gentoo's names are of two parts, as the languages' that have a namespace are.
            (Some(category), PackageType::Ebuild) => format!("{category}/{}", purl.name),
            (Some(publisher), PackageType::Vscode) => format!("{publisher}.{}", purl.name),
            // Who has built a recipe is no part of its name.
            (Some(_), PackageType::Conan) => purl.name.clone(),
            (Some(namespace), _) if !kind.is_os() => format!("{namespace}/{}", purl.name),
            _ => purl.name.clone(),
        };
        let mut package = Package::new(kind, name, version, purl.clone());
        package.arch = qualifier("arch").map(str::to_owned);
        package.module = qualifier("rpmmod").map(str::to_owned);
        if kind == PackageType::Ebuild {
            package.ecosystem = Some(Ecosystem::new("Gentoo"));
        } else if kind.is_os() {
            package.ecosystem = os_ecosystem(&purl);
            package.source = qualifier("upstream").filter(|u| !u.is_empty()).map(|upstream| {
                let (name, version) = upstream.split_once('@').unwrap_or((upstream, &package.version));
                match kind {
                    PackageType::Rpm => Source::of_rpm(name, version),
                    _ => Source { name: name.to_owned(), version: version.to_owned() },
                }
            });
        } else if kind == PackageType::Generic {
            let named = qualifier("ecosystem").map(|text| Ecosystem::from(text.to_owned()));
            let own = if package.name == "ghc" { "GHC" } else { "OSS-Fuzz" };
            package.ecosystem = Some(named.unwrap_or_else(|| Ecosystem::new(own)));
        }
        Ok(package)
    }
}

fn has_epoch(kind: PackageType) -> bool {
    matches!(kind, PackageType::Rpm | PackageType::Deb)
}

impl Source {
    /// The source that rpm tools name by its file: `openssl-1.1.1k-4.el8.src.rpm`. `version` is the binary's, for
    /// what is no name of such a file.
    pub fn of_rpm(file: &str, version: &str) -> Source {
        if let Some(stem) = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm")) {
            let mut parts = stem.rsplitn(3, '-');
            if let (Some(release), Some(version), Some(name)) = (parts.next(), parts.next(), parts.next()) {
                return Source { name: name.to_owned(), version: format!("{version}-{release}") };
            }
        }
        Source { name: file.to_owned(), version: version.to_owned() }
    }
}
