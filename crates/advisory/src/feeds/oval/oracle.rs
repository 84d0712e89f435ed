use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// Oracle Linux's ELSA definitions.
pub static ORACLE: Oval = Oval {
    about: About {
        id: "oracle-oval",
        title: "OVAL definitions of Oracle Linux",
        address: "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2",
        licence: "Oracle's copyright",
        decides: "which version of a package an Oracle Linux erratum brings, by architecture and module",
    },
    product: "Oracle",
    source: "Oracle Linux",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

/// `Oracle Linux 8`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("Oracle Linux ")?.split([' ', '.']).next()?;
    release
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| Ecosystem::with_release("Oracle Linux", release))
}
