use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// Ubuntu's definitions of CVEs and of USNs, for images by their list of packages and for systems by dpkg.
pub static UBUNTU: Oval = Oval {
    about: About {
        id: "ubuntu-oval",
        title: "OVAL definitions of Ubuntu",
        address: "https://security-metadata.canonical.com/oval/",
        licence: "GPL-3.0",
        decides: "which version of a binary package fixes a CVE in an Ubuntu release, Pro's included",
    },
    product: "Canonical",
    source: "Ubuntu",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

/// `Ubuntu 22.04 LTS`, `Ubuntu Pro FIPS-updates 22.04 LTS`, as OSV writes them.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("Ubuntu ")?;
    let release = release.split_whitespace().collect::<Vec<_>>().join(":");
    release.contains('.').then(|| Ecosystem::with_release("Ubuntu", &release))
}

/// Where a version is one of Pro's: the ecosystem that it is for.
pub(super) fn pro(ecosystem: &Ecosystem, version: &str) -> Option<Ecosystem> {
    let release = ecosystem.release().filter(|_| ecosystem.name() == "Ubuntu" && version.contains("esm"))?;
    (!release.starts_with("Pro:")).then(|| Ecosystem::with_release("Ubuntu", &format!("Pro:{release}")))
}
