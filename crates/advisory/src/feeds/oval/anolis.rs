use plimsoll_core::{Ecosystem, NameKind};

use super::Oval;
use crate::feeds::About;

/// Anolis OS's ANSA definitions. Some of their versions carry the end of the package's name
/// (`bind-chroot is earlier than 32:chroot-9.18.34-1.an23`), which their own tests compare so as well.
pub static ANOLIS: Oval = Oval {
    about: About {
        id: "anolis-oval",
        title: "OVAL definitions of Anolis OS",
        address: "https://anas.openanolis.cn/oval/",
        licence: "none stated",
        decides: "which version of a package an Anolis OS erratum brings",
    },
    product: "Openanolis",
    source: "Anolis OS",
    names: NameKind::Binary,
    ecosystem,
    presence: false,
};

/// `Anolis OS 23`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("Anolis OS ")?.split([' ', '.']).next()?;
    Some(Ecosystem::with_release("Anolis OS", release))
}
