use serde::{Deserialize, Serialize};

use crate::{Ecosystem, codename};

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
    /// Where its packages are installed from, as the package manager's configuration says, sorted: the lines of
    /// apk's `repositories`, `URI SUITE COMPONENTS` of apt, the ids of yum and dnf.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<String>,
    /// Red Hat's content sets that the image was built from, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content_sets: Vec<String>,
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
        if let Some((base, version)) = self.base() {
            let codename = self.codename.clone().filter(|_| version == self.version);
            return Distro { id: base.to_owned(), version, codename, ..Self::default() }.ecosystem();
        }
        let major = self.version.split('.').next().filter(|major| !major.is_empty());
        let minor = || {
            let mut parts = self.version.split(['.', '_']);
            Some(format!("{}.{}", parts.next()?, parts.next()?))
        };
        let (name, release) = match self.id.as_str() {
            // Before Debian 4 minor releases had numbers of their own.
            "debian" if matches!(major, Some("2" | "3")) => ("Debian", minor()),
            // Testing and unstable have one os-release between them.
            "debian" if self.version.is_empty() && self.is_unstable() => ("Debian", Some("sid".to_owned())),
            "debian" => ("Debian", Some(major.map(str::to_owned).or_else(|| self.debian_from_codename())?)),
            "alpine" if self.version.contains("_alpha") || self.version == "edge" || self.is_edge() => {
                ("Alpine", Some("edge".to_owned()))
            }
            "alpine" => ("Alpine", Some(format!("v{}", minor()?))),
            "ubuntu" if self.version.is_empty() => {
                ("Ubuntu", Some(codename::ubuntu(self.codename.as_deref()?)?.to_owned()))
            }
            "ubuntu" => ("Ubuntu", Some(ubuntu_release(&self.version)?)),
            "almalinux" => ("AlmaLinux", Some(major?.to_owned())),
            "rocky" => ("Rocky Linux", Some(major?.to_owned())),
            "rhel" => ("Red Hat", Some(format!("enterprise_linux:{}", major?))),
            "ol" => ("Oracle Linux", Some(major?.to_owned())),
            "fedora" => ("Fedora", Some(major?.to_owned())),
            // The releases before 2 are dated: `2018.03`.
            "amzn" if self.version.contains('.') => ("Amazon Linux", Some("1".to_owned())),
            "amzn" => ("Amazon Linux", Some(major?.to_owned())),
            "arch" => ("Arch Linux", None),
            "gentoo" => ("Gentoo", None),
            "opensuse-leap-micro" => ("openSUSE", Some(format!("Leap Micro {}", self.version))),
            "opensuse-leap" => ("openSUSE", Some(format!("Leap {}", self.version))),
            "opensuse-tumbleweed" => ("openSUSE", Some("Tumbleweed".to_owned())),
            "sles" | "sles_sap" | "sled" => ("SUSE", Some(sles_release(&self.version))),
            "sle-micro" | "suse-microos" => {
                ("SUSE", Some(format!("Linux Enterprise Micro {}", self.version)))
            }
            "sl-micro" => ("SUSE", Some(format!("Linux Micro {}", self.version))),
            "wolfi" => ("Wolfi", None),
            "chainguard" => ("Chainguard", None),
            "minimos" => ("MinimOS", None),
            "mageia" => ("Mageia", Some(major?.to_owned())),
            "secureos" => ("SecureOS", None),
            "echo" => ("Echo", None),
            "bottlerocket" => ("Bottlerocket", None),
            "alpaquita" => ("Alpaquita", self.numbered_or_named()),
            "bellsoft-hardened-containers" => ("BellSoft Hardened Containers", self.numbered_or_named()),
            "cleanstart" => ("CleanStart", None),
            "anolis" => ("Anolis OS", Some(major?.to_owned())),
            "altlinux" => ("ALT Linux", Some(alt_branch(major?))),
            "openEuler" | "openeuler" => ("openEuler", Some(self.open_euler()?)),
            "photon" => ("Photon OS", Some(minor().or_else(|| major.map(|m| format!("{m}.0")))?)),
            "azurelinux" | "mariner" => ("Azure Linux", Some(major?.to_owned())),
            _ => return self.by_cpe(),
        };
        Some(match release {
            Some(release) => Ecosystem::with_release(name, &release),
            None => Ecosystem::new(name),
        })
    }

    /// The distribution that this one is made of, with its version, where it takes its packages as they are.
    fn base(&self) -> Option<(&'static str, String)> {
        let (_, base, releases) = DERIVATIVES.iter().find(|(id, ..)| *id == self.id)?;
        if releases.is_empty() {
            return Some((base, self.version.clone()));
        }
        let major = self.version.split('.').next().unwrap_or_default();
        let (_, base, version) = releases.iter().find(|(own, ..)| *own == major)?;
        Some((base, (*version).to_owned()))
    }

    /// `VERSION_ID` is `22.03`; only the pretty name has the service pack, `openEuler 22.03 (LTS-SP3)`.
    fn open_euler(&self) -> Option<String> {
        let version = Some(self.version.clone()).filter(|version| !version.is_empty())?;
        let pack = self.pretty_name.as_deref().and_then(|name| name.split_once('(')?.1.strip_suffix(')'));
        Some(match pack.filter(|pack| !pack.is_empty() && !version.contains('-')) {
            Some(pack) => format!("{version}-{pack}"),
            None => version,
        })
    }

    /// `23`, or `stream` where the release is the rolling one.
    fn numbered_or_named(&self) -> Option<String> {
        let version = Some(&self.version).filter(|version| !version.is_empty());
        version.or(self.codename.as_ref()).cloned()
    }

    /// Whether Alpine's packages come from its rolling branch alone, whatever release the image began as.
    fn is_edge(&self) -> bool {
        let mut branches = self.repositories.iter().filter_map(|line| alpine_branch(line)).peekable();
        branches.peek().is_some() && branches.all(|branch| branch == "edge")
    }

    /// Whether Debian's packages come from unstable alone.
    fn is_unstable(&self) -> bool {
        let suite = |line: &str| {
            let mut words = line.split_whitespace();
            let uri = words.next().filter(|uri| uri.trim_end_matches('/').ends_with("/debian"));
            uri.and_then(|_| words.next().map(str::to_owned))
        };
        let mut suites = self.repositories.iter().filter_map(|line| suite(line)).peekable();
        suites.peek().is_some() && suites.all(|suite| matches!(suite.as_str(), "sid" | "unstable"))
    }

    /// Of a distribution of another name: what its own `CPE_NAME` says that it is (NIST IR 7695).
    fn by_cpe(&self) -> Option<Ecosystem> {
        let cpe = self.cpe.as_deref()?;
        let parts = cpe.strip_prefix("cpe:/o:").or_else(|| cpe.strip_prefix("cpe:2.3:o:"))?;
        let mut parts = parts.split(':');
        let (vendor, product, version) = (parts.next()?, parts.next()?, parts.next()?);
        let (_, id) = PRODUCTS.iter().find(|(name, _)| *name == (vendor, product))?;
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if version.is_empty() || !version.chars().all(valid) {
            return None;
        }
        Distro { id: (*id).to_owned(), version: version.to_owned(), ..Self::default() }.ecosystem()
    }

    /// The extended support that a Red Hat image is installed from, as its content sets say: `eus`, `e4s`, `aus`, `tus`.
    pub fn extended_support(&self) -> Option<&'static str> {
        let from = |name: &str| {
            let part = format!("-{name}-");
            self.content_sets.iter().any(|set| set.contains("baseos") && set.contains(&part))
        };
        if self.id != "rhel" {
            return None;
        }
        ["eus", "e4s", "aus", "tus"].into_iter().find(|name| from(name))
    }

    /// Testing images say `VERSION_CODENAME` alone; `sid` is no release and has no ecosystem of its own.
    fn debian_from_codename(&self) -> Option<String> {
        let release = codename::debian(self.codename.as_deref()?)?;
        (release != "sid").then(|| release.to_owned())
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

/// Of a derivative: its release, the distribution that it is made of, and its release.
type Releases = &'static [(&'static str, &'static str, &'static str)];

/// Distributions that take another's packages as they are, names and versions included: `ID`, the other, and which of
/// its releases each is made of, by the first number of `VERSION_ID`; none where the numbers are the same.
const DERIVATIVES: &[(&str, &str, Releases)] = &[
    ("raspbian", "debian", &[]),
    // <https://www.devuan.org/os/releases>
    (
        "devuan",
        "debian",
        &[
            ("2", "debian", "9"),
            ("3", "debian", "10"),
            ("4", "debian", "11"),
            ("5", "debian", "12"),
            ("6", "debian", "13"),
        ],
    ),
    // <https://linuxmint.com/download_all.php>; the small numbers are its Debian Edition's.
    (
        "linuxmint",
        "ubuntu",
        &[
            ("18", "ubuntu", "16.04"),
            ("19", "ubuntu", "18.04"),
            ("20", "ubuntu", "20.04"),
            ("21", "ubuntu", "22.04"),
            ("22", "ubuntu", "24.04"),
            ("4", "debian", "10"),
            ("5", "debian", "11"),
            ("6", "debian", "12"),
            ("7", "debian", "13"),
        ],
    ),
    ("pop", "ubuntu", &[]),
    ("neon", "ubuntu", &[]),
    (
        "elementary",
        "ubuntu",
        &[
            ("5", "ubuntu", "18.04"),
            ("6", "ubuntu", "20.04"),
            ("7", "ubuntu", "22.04"),
            ("8", "ubuntu", "24.04"),
        ],
    ),
    (
        "zorin",
        "ubuntu",
        &[
            ("15", "ubuntu", "18.04"),
            ("16", "ubuntu", "20.04"),
            ("17", "ubuntu", "22.04"),
            ("18", "ubuntu", "24.04"),
        ],
    ),
    ("centos", "rhel", &[]),
    ("scientific", "rhel", &[]),
    ("eurolinux", "rhel", &[]),
    ("springdale", "rhel", &[]),
    ("archarm", "arch", &[]),
    ("endeavouros", "arch", &[]),
    ("artix", "arch", &[]),
];

/// Vendor and product of CPE names, and the `ID` of the distribution that they name.
const PRODUCTS: &[((&str, &str), &str)] = &[
    (("redhat", "enterprise_linux"), "rhel"),
    (("centos", "centos"), "centos"),
    (("almalinux", "almalinux"), "almalinux"),
    (("rocky", "rocky"), "rocky"),
    (("oracle", "linux"), "ol"),
    (("fedoraproject", "fedora"), "fedora"),
    (("amazon", "amazon_linux"), "amzn"),
    (("opensuse", "leap"), "opensuse-leap"),
    (("debian", "debian_linux"), "debian"),
    (("canonical", "ubuntu_linux"), "ubuntu"),
    (("alpinelinux", "alpine_linux"), "alpine"),
];

/// ALT's branches are called `p10`; images say `10` or `p10`.
fn alt_branch(version: &str) -> String {
    if version.starts_with(|c: char| c.is_ascii_digit()) { format!("p{version}") } else { version.to_owned() }
}

/// The branch of one of Alpine's own repositories: `edge` of `https://dl-cdn.alpinelinux.org/alpine/edge/main`. Tagged
/// ones are only for what is asked from them by name.
fn alpine_branch(line: &str) -> Option<&str> {
    let url = line.trim().trim_end_matches('/');
    let (rest, repository) = url.rsplit_once('/').filter(|_| !url.starts_with('@'))?;
    let (base, branch) = rest.rsplit_once('/')?;
    let own = base.ends_with("/alpine") && matches!(repository, "main" | "community");
    own.then_some(branch)
}

/// OSV marks Ubuntu's long-term releases: every April release of an even year.
fn ubuntu_release(version: &str) -> Option<String> {
    let (year, month) = version.split_once('.')?;
    let month = month.split('.').next()?;
    let lts = month == "04" && year.parse::<u32>().is_ok_and(|year| year % 2 == 0);
    Some(if lts { format!("{year}.{month}:LTS") } else { format!("{year}.{month}") })
}

/// OSV: `SUSE:Linux Enterprise Server 15 SP5`; from 16 on, releases have minor numbers in place of service packs.
fn sles_release(version: &str) -> String {
    match version.split_once('.') {
        Some((major, _)) if major.parse::<u32>().is_ok_and(|major| major >= 16) => {
            format!("Linux Enterprise Server {version}")
        }
        Some((major, pack)) => format!("Linux Enterprise Server {major} SP{pack}"),
        None => format!("Linux Enterprise Server {version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpine_follows_its_repositories() {
        let alpine = |repositories: &[&str]| Distro {
            id: "alpine".into(),
            version: "3.19.1".into(),
            repositories: repositories.iter().map(|&line| line.to_owned()).collect(),
            ..Distro::default()
        };
        let edge = "https://dl-cdn.alpinelinux.org/alpine/edge/main";
        let release = "https://dl-cdn.alpinelinux.org/alpine/v3.19/main";
        for (repositories, expected) in [
            (&[][..], "Alpine:v3.19"),
            (&[release], "Alpine:v3.19"),
            (&[edge], "Alpine:edge"),
            (&[edge, "https://example.org/alpine/v3.19/extra"], "Alpine:edge"),
            (&[edge, release], "Alpine:v3.19"),
            (&["@edge https://dl-cdn.alpinelinux.org/alpine/edge/main"], "Alpine:v3.19"),
        ] {
            assert_eq!(alpine(repositories).ecosystem().unwrap().as_str(), expected, "{repositories:?}");
        }
    }

    #[test]
    fn debians_unstable_is_told_from_testing_by_its_repositories() {
        let debian = |repositories: &[&str]| Distro {
            id: "debian".into(),
            codename: Some("trixie".into()),
            repositories: repositories.iter().map(|&line| line.to_owned()).collect(),
            ..Distro::default()
        };
        let sid = "http://deb.debian.org/debian sid main";
        for (repositories, expected) in [
            (&[][..], "Debian:13"),
            (&[sid], "Debian:sid"),
            (
                &["http://deb.debian.org/debian/ unstable main", "https://example.org/apt stable main"],
                "Debian:sid",
            ),
            (&[sid, "http://deb.debian.org/debian trixie main"], "Debian:13"),
        ] {
            assert_eq!(debian(repositories).ecosystem().unwrap().as_str(), expected, "{repositories:?}");
        }
    }

    #[test]
    fn an_unknown_name_is_what_its_cpe_says() {
        let of = |cpe: &str| {
            let distro =
                Distro { id: "acme".into(), version: "1".into(), cpe: Some(cpe.into()), ..Distro::default() };
            distro.ecosystem().map(|ecosystem| ecosystem.to_string())
        };
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(of("cpe:/o:redhat:enterprise_linux:8::baseos"), known("Red Hat:enterprise_linux:8"));
        assert_eq!(of("cpe:2.3:o:amazon:amazon_linux:2"), known("Amazon Linux:2"));
        assert_eq!(of("cpe:/o:acme:acme:1"), None);
        assert_eq!(of("cpe:/o:redhat:enterprise_linux:"), None);
    }

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
            ("sles", "16.0", "SUSE:Linux Enterprise Server 16.0"),
            ("linuxmint", "21.3", "Ubuntu:22.04:LTS"),
            ("linuxmint", "6", "Debian:12"),
            ("pop", "22.04", "Ubuntu:22.04:LTS"),
            ("endeavouros", "", "Arch Linux"),
            ("anolis", "8.9", "Anolis OS:8"),
            ("altlinux", "p10", "ALT Linux:p10"),
            ("gentoo", "2.15", "Gentoo"),
            ("sle-micro", "5.3", "SUSE:Linux Enterprise Micro 5.3"),
        ] {
            let distro = Distro { id: id.into(), version: version.into(), ..Distro::default() };
            assert_eq!(distro.ecosystem().unwrap().as_str(), ecosystem);
        }
        let euler = Distro {
            id: "openEuler".into(),
            version: "22.03".into(),
            pretty_name: Some("openEuler 22.03 (LTS-SP3)".into()),
            ..Distro::default()
        };
        assert_eq!(euler.ecosystem().unwrap().as_str(), "openEuler:22.03-LTS-SP3");
        let unknown = Distro { id: "devuan".into(), version: "99".into(), ..Distro::default() };
        assert_eq!(unknown.ecosystem(), None);
    }
}
