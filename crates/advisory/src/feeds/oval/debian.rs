use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// Debian's definitions: a CVE's of each source package, and those of its advisories. What is earlier than `0` is not
/// affected.
pub static DEBIAN: Oval = Oval {
    about: About {
        id: "debian-oval",
        title: "OVAL definitions of Debian",
        address: "https://www.debian.org/security/oval/",
        licence: "none stated",
        decides: "from which version on a Debian source package is not affected",
    },
    product: "Debian",
    source: "Debian",
    names: NameKind::Source,
    ecosystem,
    presence: false,
};

/// `Debian 11`, `Debian GNU/Linux 11`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("Debian GNU/Linux ").or_else(|| platform.strip_prefix("Debian "))?;
    let release = release.split([' ', '.']).next()?;
    release.starts_with(|c: char| c.is_ascii_digit()).then(|| Ecosystem::with_release("Debian", release))
}
