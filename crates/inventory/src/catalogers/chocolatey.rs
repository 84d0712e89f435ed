//! Chocolatey: the NuGet specification in the folder of each installed package.

use plimsoll_core::{Diagnostic, Package, PackageType, Purl, Role};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::os::word;
use super::xml;
use crate::{Interest, Pattern, Sink};

/// Packages that Chocolatey installed.
pub(crate) const NUSPEC: Document = Document {
    id: "chocolatey",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Suffix(".nuspec"), take: WHOLE }],
    role: Role::Normal,
    read: read_nuspec,
};

fn read_nuspec(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    // NuGet's own packages have such files too; elements of Chocolatey's own tell its from theirs.
    const FOLDER: &[u8] = b"chocolatey/lib/";
    const OWN: &[&str] =
        &["packageSourceUrl", "projectSourceUrl", "docsUrl", "bugTrackerUrl", "mailingListUrl"];
    let installed = file.path.windows(FOLDER.len()).any(|window| window.eq_ignore_ascii_case(FOLDER));
    let package = match xml::read(&file.lossy()) {
        Ok(package) => package,
        Err(error) if installed => return Err(malformed("the specification", error)),
        Err(_) => return Ok(()),
    };
    let Some(metadata) = package.child("metadata") else { return Ok(()) };
    if !installed && OWN.iter().all(|name| metadata.child(name).is_none()) {
        return Ok(());
    }
    if let Some(id) = metadata.text_of("id").and_then(|id| word(id.as_bytes())) {
        let version = metadata.text_of("version").and_then(|version| word(version.as_bytes()));
        let purl = Purl::new("chocolatey", None, &id, version.as_deref());
        let mut package = Package::new(PackageType::Chocolatey, id, version.unwrap_or_default(), purl);
        if !installed {
            package.role = Role::Declared;
        }
        out.packages.push(package);
    }
    Ok(())
}
