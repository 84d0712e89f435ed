//! opkg's database, which has dpkg's form.

use plimsoll_core::{Content, PackageType, Take};

use super::deb822::paragraphs;
use super::dpkg::{list, record};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages of OpenWrt, Yocto and other small systems, with the files they own.
pub(crate) struct Opkg;

const TAKE: Take = Take::Whole { max: 64 << 20 };

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::Path("usr/lib/opkg/status"), take: TAKE },
    Interest { pattern: Pattern::Path("var/lib/opkg/status"), take: TAKE },
    Interest { pattern: Pattern::Path("opt/lib/opkg/status"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("usr/lib/opkg/info", ".list"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("var/lib/opkg/info", ".list"), take: TAKE },
];

impl Cataloger for Opkg {
    fn id(&self) -> &'static str {
        "opkg"
    }

    fn revision(&self) -> u32 {
        2
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let name = file.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        match name.strip_suffix(b".list") {
            Some(owner) => list(owner, bytes, out),
            None => paragraphs(bytes).for_each(|it| record(PackageType::Opkg, &it, false, out)),
        }
    }
}
