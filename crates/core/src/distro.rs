use serde::{Deserialize, Serialize};

use crate::Ecosystem;

/// The distribution that an image says it is: os-release(5), or a release file where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Distro {
    /// `ID`: `debian`, `alpine`, `almalinux`.
    pub id: String,
    /// `VERSION_ID`: `12`, `3.19.1`, `8.4`; empty on rolling distributions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// `VERSION_CODENAME`: `bookworm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codename: Option<String>,
    /// `ID_LIKE`, nearest relative first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<String>,
    /// `PRETTY_NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretty_name: Option<String>,
    /// `CPE_NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
}

impl Distro {
    /// The OSV ecosystem whose advisories speak of this distribution's packages, with its release as OSV writes
    /// it; nothing where OSV defines none.
    ///
    /// ```
    /// let alpine = plimsoll_core::Distro { id: "alpine".into(), version: "3.19.1".into(), ..Default::default() };
    /// assert_eq!(alpine.ecosystem().unwrap().as_str(), "Alpine:v3.19");
    /// ```
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        let major = self.version.split('.').next().filter(|major| !major.is_empty());
        let minor = || {
            let mut parts = self.version.split(['.', '_']);
            Some(format!("{}.{}", parts.next()?, parts.next()?))
        };
        let (name, release) = match self.id.as_str() {
            "debian" => ("Debian", Some(major.map(str::to_owned).or_else(|| self.debian_from_codename())?)),
            "alpine" if self.version.contains("_alpha") || self.version == "edge" => {
                ("Alpine", Some("edge".to_owned()))
            }
            "alpine" => ("Alpine", Some(format!("v{}", minor()?))),
            "raspbian" => ("Debian", Some(major?.to_owned())),
            "devuan" => ("Debian", Some(of_devuan(major?)?.to_owned())),
            "ubuntu" => ("Ubuntu", Some(ubuntu_release(&self.version)?)),
            "almalinux" => ("AlmaLinux", Some(major?.to_owned())),
            "rocky" => ("Rocky Linux", Some(major?.to_owned())),
            "rhel" => ("Red Hat", Some(format!("enterprise_linux:{}", major?))),
            // Rebuilds under the names and versions of the original.
            "centos" | "scientific" | "eurolinux" => {
                ("Red Hat", Some(format!("enterprise_linux:{}", major?)))
            }
            "ol" => ("Oracle Linux", Some(major?.to_owned())),
            "fedora" => ("Fedora", Some(major?.to_owned())),
            // The releases before 2 are dated: `2018.03`.
            "amzn" if self.version.contains('.') => ("Amazon Linux", Some("1".to_owned())),
            "amzn" => ("Amazon Linux", Some(major?.to_owned())),
            "arch" | "archarm" => ("Arch Linux", None),
            "opensuse-leap" => ("openSUSE", Some(format!("Leap {}", self.version))),
            "opensuse-tumbleweed" => ("openSUSE", Some("Tumbleweed".to_owned())),
            "sles" | "sles_sap" | "sled" => ("SUSE", Some(sles_release(&self.version))),
            "wolfi" => ("Wolfi", None),
            "chainguard" => ("Chainguard", None),
            "minimos" => ("MinimOS", None),
            "mageia" => ("Mageia", Some(major?.to_owned())),
            "openEuler" | "openeuler" => ("openEuler", Some(self.version.clone()).filter(|v| !v.is_empty())),
            "photon" => ("Photon OS", Some(minor().or_else(|| major.map(|m| format!("{m}.0")))?)),
            "azurelinux" | "mariner" => ("Azure Linux", Some(major?.to_owned())),
            _ => return None,
        };
        Some(match release {
            Some(release) => Ecosystem::with_release(name, &release),
            None => Ecosystem::new(name),
        })
    }

    /// Testing images say `VERSION_CODENAME` alone; `sid` is no release and has no ecosystem of its own.
    fn debian_from_codename(&self) -> Option<String> {
        let release = match self.codename.as_deref()? {
            "duke" => "15",
            "forky" => "14",
            "trixie" => "13",
            "bookworm" => "12",
            "bullseye" => "11",
            "buster" => "10",
            _ => return None,
        };
        Some(release.to_owned())
    }

    /// What a person calls it: `PRETTY_NAME`, or `ID` and `VERSION_ID`.
    pub fn title(&self) -> String {
        match &self.pretty_name {
            Some(name) => name.clone(),
            None if self.version.is_empty() => self.id.clone(),
            None => format!("{} {}", self.id, self.version),
        }
    }
}

/// The Debian release that a Devuan release is made of (<https://www.devuan.org/os/releases>).
fn of_devuan(release: &str) -> Option<&'static str> {
    Some(match release {
        "2" => "9",
        "3" => "10",
        "4" => "11",
        "5" => "12",
        "6" => "13",
        _ => return None,
    })
}

/// OSV marks Ubuntu's long-term releases: every April release of an even year.
fn ubuntu_release(version: &str) -> Option<String> {
    let (year, month) = version.split_once('.')?;
    let month = month.split('.').next()?;
    let lts = month == "04" && year.parse::<u32>().is_ok_and(|year| year % 2 == 0);
    Some(if lts { format!("{year}.{month}:LTS") } else { format!("{year}.{month}") })
}

/// OSV: `SUSE:Linux Enterprise Server 15 SP5`.
fn sles_release(version: &str) -> String {
    match version.split_once('.') {
        Some((major, pack)) => format!("Linux Enterprise Server {major} SP{pack}"),
        None => format!("Linux Enterprise Server {version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_have_the_feeds_of_what_they_are_made_of() {
        for (id, version, ecosystem) in [
            ("raspbian", "12", "Debian:12"),
            ("devuan", "5", "Debian:12"),
            ("centos", "7", "Red Hat:enterprise_linux:7"),
            ("ol", "8.9", "Oracle Linux:8"),
            ("amzn", "2023", "Amazon Linux:2023"),
            ("amzn", "2018.03", "Amazon Linux:1"),
            ("arch", "", "Arch Linux"),
            ("fedora", "40", "Fedora:40"),
            ("sles_sap", "15.5", "SUSE:Linux Enterprise Server 15 SP5"),
        ] {
            let distro = Distro { id: id.into(), version: version.into(), ..Distro::default() };
            assert_eq!(distro.ecosystem().unwrap().as_str(), ecosystem);
        }
        let unknown = Distro { id: "devuan".into(), version: "99".into(), ..Distro::default() };
        assert_eq!(unknown.ecosystem(), None);
    }
}
