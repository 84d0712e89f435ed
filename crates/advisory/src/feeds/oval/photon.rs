use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// Photon OS's PHSA definitions.
pub static PHOTON: Oval = Oval {
    about: About {
        id: "photon-oval",
        title: "OVAL definitions of Photon OS",
        address: "https://packages.vmware.com/photon/photon_oval_definitions/",
        licence: "none stated",
        decides: "which version of a package a Photon OS erratum brings",
    },
    product: "Photon",
    source: "Photon OS",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

/// `Photon 5`, `Photon OS 5`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("Photon OS ").or_else(|| platform.strip_prefix("Photon "))?;
    let release = if release.contains('.') { release.to_owned() } else { format!("{release}.0") };
    Some(Ecosystem::with_release("Photon OS", &release))
}
