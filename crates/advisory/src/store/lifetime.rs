//! Until when a distribution's release gets fixes.

use plimsoll_core::Distro;

use super::Store;
use crate::Error;
use crate::feeds::Life;

impl Store {
    /// Until when the release of a distribution is supported; nothing where no lifetimes are imported, or none of it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where the store can't be read.
    pub fn lifetime(&self, distro: &Distro) -> Result<Option<Life>, Error> {
        let (products, releases) = names(distro);
        for product in products {
            for release in &releases {
                if let Some(life) = self.life(product, release)? {
                    return Ok(Some(life));
                }
            }
        }
        Ok(None)
    }
}

/// What endoflife.date calls a distribution (its identifiers of products, new and old), and what it may call the
/// release: `ID` and `VERSION_ID` of os-release(5) are not always the same.
fn names(distro: &Distro) -> (&'static [&'static str], Vec<String>) {
    let products: &[&str] = match distro.id.as_str() {
        "debian" => &["debian"],
        "ubuntu" => &["ubuntu"],
        "alpine" => &["alpine-linux", "alpine"],
        "almalinux" => &["almalinux"],
        "rocky" => &["rocky-linux"],
        "rhel" => &["rhel"],
        // CentOS Stream has the ID of CentOS, and says which of them it is in its name.
        "centos" if distro.pretty_name.as_ref().is_some_and(|name| name.contains("Stream")) => {
            &["centos-stream"]
        }
        "centos" => &["centos"],
        "fedora" => &["fedora"],
        "amzn" => &["amazon-linux"],
        "ol" => &["oracle-linux"],
        "opensuse-leap" => &["opensuse"],
        "sles" | "sles_sap" | "sled" => &["sles"],
        "photon" => &["photon"],
        "azurelinux" => &["azure-linux"],
        "mariner" => &["cbl-mariner", "azure-linux"],
        "eurolinux" => &["eurolinux"],
        "mageia" => &["mageia"],
        "devuan" => &["devuan"],
        _ => &[],
    };
    let version = distro.version.as_str();
    let mut parts = version.split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next());
    let mut releases = Vec::new();
    if !version.is_empty() {
        releases.push(version.to_owned());
        releases.extend(minor.map(|minor| format!("{major}.{minor}")));
        // A minor release has no lifetime of its own where the major one is what is supported: it was asked for first.
        releases.push(major.to_owned());
    }
    releases.dedup();
    (products, releases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_names_are_not_those_of_the_lifetimes() {
        let names = |id: &str, version: &str| {
            let distro = Distro { id: id.into(), version: version.into(), ..Distro::default() };
            let (products, releases) = names(&distro);
            (products.first().copied(), releases)
        };
        assert_eq!(names("debian", "10"), (Some("debian"), vec!["10".into()]));
        let alpine = vec!["3.19.1".into(), "3.19".into(), "3".into()];
        assert_eq!(names("alpine", "3.19.1"), (Some("alpine-linux"), alpine));
        assert_eq!(names("amzn", "2018.03"), (Some("amazon-linux"), vec!["2018.03".into(), "2018".into()]));
        assert_eq!(names("rocky", "9.3").1, ["9.3", "9"]);
        assert_eq!(names("nobody", ""), (None, vec![]));
        let stream =
            Distro { pretty_name: Some("CentOS Stream 8".into()), id: "centos".into(), ..Distro::default() };
        assert_eq!(super::names(&stream).0, ["centos-stream"]);
    }
}
