use crate::{Distro, Package, PackageType, Purl, PurlError, Source};

impl Package {
    /// The package that a package URL names, as far as it says: for those who match without an image.
    ///
    /// An operating-system package's ecosystem comes from the `distro` qualifier (`debian-12`, `alpine-3.19.1`,
    /// or a codename), its source package from `upstream` (`glibc` or `glibc@2.36-9`), an rpm's epoch from `epoch`.
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
            Some(epoch) if kind == PackageType::Rpm && !version.contains(':') => format!("{epoch}:{version}"),
            _ => version,
        };
        let name = match (&purl.namespace, kind) {
            (Some(group), PackageType::Maven) => format!("{group}:{}", purl.name),
            (Some(namespace), _) if !kind.is_os() => format!("{namespace}/{}", purl.name),
            _ => purl.name.clone(),
        };
        let mut package = Package::new(kind, name, version, purl.clone());
        package.arch = qualifier("arch").map(str::to_owned);
        package.module = qualifier("rpmmod").map(str::to_owned);
        if kind.is_os() {
            package.ecosystem = distro(&purl).and_then(|distro| distro.ecosystem());
            package.source = qualifier("upstream").filter(|u| !u.is_empty()).map(|upstream| {
                let (name, version) = upstream.split_once('@').unwrap_or((upstream, &package.version));
                source(kind, name, version)
            });
        }
        Ok(package)
    }
}

/// rpm tools name the source by its file: `openssl-1.1.1k-4.el8.src.rpm`.
fn source(kind: PackageType, name: &str, version: &str) -> Source {
    if kind == PackageType::Rpm
        && let Some(stem) = name.strip_suffix(".src.rpm").or_else(|| name.strip_suffix(".nosrc.rpm"))
    {
        let mut parts = stem.rsplitn(3, '-');
        if let (Some(release), Some(version), Some(name)) = (parts.next(), parts.next(), parts.next()) {
            return Source { name: name.to_owned(), version: format!("{version}-{release}") };
        }
    }
    Source { name: name.to_owned(), version: version.to_owned() }
}

fn distro(purl: &Purl) -> Option<Distro> {
    let namespace = purl.namespace.as_deref().unwrap_or_default();
    let Some(text) = purl.qualifiers.get("distro") else {
        // Rolling distributions have no release to name.
        return Some(Distro { id: namespace.to_owned(), ..Distro::default() });
    };
    let mut distro = Distro { id: namespace.to_owned(), ..Distro::default() };
    match text.rsplit_once('-') {
        Some((id, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            distro.version = version.to_owned();
            // Some producers write their own spelling of the ID here (`el-8`): only one that is known is taken.
            let named = Distro { id: id.to_owned(), version: version.to_owned(), ..Distro::default() };
            if named.ecosystem().is_some() {
                distro.id = named.id;
            }
        }
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => distro.version.clone_from(text),
        _ => distro.codename = Some(text.clone()),
    }
    Some(distro)
}
