use crate::{Distro, Ecosystem, Package, PackageType, Purl, PurlError, Source};

impl Package {
    /// The package that a package URL names, as far as it says: for those who match without an image.
    ///
    /// An operating-system package's ecosystem comes from the `distro` qualifier (`debian-12`, `alpine-3.19.1`,
    /// or a codename), its source package from `upstream` (`glibc` or `glibc@2.36-9`), an epoch from `epoch` where the version has none.
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
            (Some(namespace), _) if !kind.is_os() => format!("{namespace}/{}", purl.name),
            _ => purl.name.clone(),
        };
        let mut package = Package::new(kind, name, version, purl.clone());
        package.arch = qualifier("arch").map(str::to_owned);
        package.module = qualifier("rpmmod").map(str::to_owned);
        if kind == PackageType::Ebuild {
            package.ecosystem = Some(Ecosystem::new("Gentoo"));
        } else if kind.is_os() {
            package.ecosystem = distro(&purl).and_then(|distro| distro.ecosystem());
            package.source = qualifier("upstream").filter(|u| !u.is_empty()).map(|upstream| {
                let (name, version) = upstream.split_once('@').unwrap_or((upstream, &package.version));
                match kind {
                    PackageType::Rpm => Source::of_rpm(name, version),
                    _ => Source { name: name.to_owned(), version: version.to_owned() },
                }
            });
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

fn distro(purl: &Purl) -> Option<Distro> {
    let namespace = purl.namespace.as_deref().unwrap_or_default();
    let Some(text) = purl.qualifiers.get("distro") else {
        // Rolling distributions have no release to name.
        return Some(Distro::named(namespace, ""));
    };
    // `opensuse-leap-15.5`, `openEuler-22.03-LTS-SP3`: the version begins at the first number.
    let cut = text.match_indices('-').find_map(|(at, _)| {
        let (id, version) = (text.get(..at)?, text.get(at + 1..)?);
        version.starts_with(|c: char| c.is_ascii_digit()).then_some((id, version))
    });
    Some(match cut {
        Some((id, version)) => {
            // Some producers write their own spelling of the ID here (`el-8`): only one that is known is taken.
            let named = Distro::named(id, version);
            if named.ecosystem().is_some() { named } else { Distro::named(namespace, version) }
        }
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => Distro::named(namespace, text),
        _ => {
            // A rolling distribution by its ID, or a release by its codename.
            let named = Distro::named(text, "");
            if named.ecosystem().is_some() {
                named
            } else {
                Distro { codename: Some(text.clone()), ..Distro::named(namespace, "") }
            }
        }
    })
}

impl Distro {
    /// A distribution by the name that a tool gives it, which need not be its `ID`.
    pub fn named(name: &str, version: &str) -> Distro {
        let lower = name.to_ascii_lowercase();
        let id = match lower.as_str() {
            "redhat" | "red hat enterprise linux" => "rhel",
            "alma" => "almalinux",
            "rockylinux" => "rocky",
            "amazon" | "amazonlinux" => "amzn",
            "oracle" | "oraclelinux" => "ol",
            "cbl-mariner" => "mariner",
            "archlinux" => "arch",
            "suse" | "suse linux enterprise server" => "sles",
            "opensuse.leap" => "opensuse-leap",
            "opensuse.tumbleweed" => "opensuse-tumbleweed",
            // Tumbleweed's releases are dates.
            "opensuse" if version.contains('.') => "opensuse-leap",
            "opensuse" if version.len() == 8 => "opensuse-tumbleweed",
            "openeuler" => "openEuler",
            other => other,
        };
        Distro { id: id.to_owned(), version: version.to_owned(), ..Distro::default() }
    }
}
