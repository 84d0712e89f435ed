//! Flatpak: the AppStream metainfo that each installed application exports.

use plimsoll_core::{Diagnostic, Package, PackageType, Purl, Role};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::os::word;
use super::xml;
use crate::{Interest, Pattern, Sink};

/// Applications that Flatpak installed.
pub(crate) const METAINFO: Document = Document {
    id: "flatpak",
    revision: 1,
    interests: &[Interest { pattern: Pattern::InSuffix("metainfo", ".xml"), take: WHOLE }],
    role: Role::Normal,
    read: read_metainfo,
};

/// The newest release stands first (AppStream specification, "releases").
fn read_metainfo(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    // Packages of all sorts have such files; only those below Flatpak's own directory are Flatpak's.
    if !file.path.windows(13).any(|window| window == b"/flatpak/app/") {
        return Ok(());
    }
    let component = xml::read(&file.lossy()).map_err(|error| malformed("the metainfo", error))?;
    let release = component.child("releases").and_then(|releases| releases.child("release"));
    let version = release.and_then(|release| release.attribute("version"));
    let id = component.text_of("id").map(|id| id.strip_suffix(".desktop").unwrap_or(id));
    if let (Some(id), Some(version)) =
        (id.and_then(|id| word(id.as_bytes())), version.and_then(|version| word(version.as_bytes())))
    {
        let purl = Purl::new("flatpak", None, &id, Some(&version));
        out.packages.push(Package::new(PackageType::Flatpak, id, version, purl));
    }
    Ok(())
}
