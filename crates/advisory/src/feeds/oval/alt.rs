use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// ALT Linux's ALT-PU definitions, one file an update.
pub static ALT: Oval = Oval {
    about: About {
        id: "alt-oval",
        title: "OVAL definitions of ALT Linux",
        address: "https://rdb.altlinux.org/api/errata/export/oval/p10",
        licence: "BaseALT's copyright",
        decides: "which version of a package an ALT Linux update brings, by branch",
    },
    product: "ALT Linux",
    source: "ALT Linux",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

/// `ALT Linux branch p10`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    platform.strip_prefix("ALT Linux branch ").map(|branch| Ecosystem::with_release("ALT Linux", branch))
}
