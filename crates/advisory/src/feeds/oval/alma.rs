use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// AlmaLinux's ALSA definitions.
pub static ALMA: Oval = Oval {
    about: About {
        id: "alma-oval",
        title: "OVAL definitions of AlmaLinux",
        address: "https://security.almalinux.org/oval/",
        licence: "MIT",
        decides: "which version of a package an AlmaLinux erratum brings, by module",
    },
    product: "AlmaLinux",
    source: "AlmaLinux",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

/// `AlmaLinux 9`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("AlmaLinux ")?.split([' ', '.']).next()?;
    release.starts_with(|c: char| c.is_ascii_digit()).then(|| Ecosystem::with_release("AlmaLinux", release))
}
