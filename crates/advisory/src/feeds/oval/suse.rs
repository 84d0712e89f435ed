use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// SUSE's and openSUSE's definitions, of patches and of what is affected. A comment says that a package `is
/// installed`; its test says before which version.
pub static SUSE: Oval = Oval {
    about: About {
        id: "suse-oval",
        title: "OVAL definitions of SUSE and openSUSE",
        address: "https://ftp.suse.com/pub/projects/security/oval/",
        licence: "SUSE's terms",
        decides: "which version of a package fixes a CVE in each SUSE product, and what is not affected",
    },
    product: "Marcus",
    source: "SUSE",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

fn ecosystem(platform: &str) -> Option<Ecosystem> {
    crate::feeds::csaf::suse_product(platform)
}
