//! Applications of macOS: the property list in each bundle.

mod binary;

#[cfg(test)]
pub(super) use self::binary::sample;

use plimsoll_core::{Diagnostic, DiagnosticKind, PackageType, Role};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::os::text;
use super::xml;
use crate::{Interest, Pattern, Sink};

/// `Info.plist` of bundles (Apple, "Information Property List").
pub(crate) const BUNDLE: Document = Document {
    id: "macos-bundle",
    revision: 1,
    interests: &[Interest { pattern: Pattern::In("Contents", "Info.plist"), take: WHOLE }],
    role: Role::Normal,
    read,
};

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let values = if file.bytes.starts_with(b"bplist0") {
        binary::dictionary(file.bytes).ok_or_else(|| {
            Diagnostic::new(DiagnosticKind::Malformed, "the binary property list can't be read")
        })?
    } else {
        dictionary(&file.lossy())?
    };
    let value = |key: &str| {
        let found = values.iter().find(|(name, _)| name == key);
        found.and_then(|(_, value)| text(value.as_bytes()))
    };
    let name = value("CFBundleName").or_else(|| value("CFBundleDisplayName"));
    let version = value("CFBundleShortVersionString").or_else(|| value("CFBundleVersion"));
    if let Some(name) = name.or_else(|| value("CFBundleExecutable")) {
        out.packages.push(identity::plain(PackageType::Generic, &name, version.as_deref().unwrap_or("")));
    }
    Ok(())
}

/// The texts of the outermost dictionary.
fn dictionary(text: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let root = xml::read(text).map_err(|error| malformed("the property list", error))?;
    let mut children = root.child("dict").map_or(&[][..], |dict| &dict.children).iter();
    let mut values = Vec::new();
    while let Some(key) = children.next() {
        if key.name == "key"
            && let Some(value) = children.next()
            && value.name == "string"
        {
            values.push((key.text.trim().to_owned(), value.text.trim().to_owned()));
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> Vec<(String, String)> {
        let mut out = Sink::default();
        read(&File { path: b"A.app/Contents/Info.plist", bytes }, &mut out).unwrap();
        out.packages.into_iter().map(|package| (package.name, package.version)).collect()
    }

    #[test]
    fn a_bundle_is_named_by_its_property_list() {
        let xml = "<?xml version=\"1.0\"?><plist><dict><key>LSEnvironment</key><dict><key>CFBundleName</key>\
                   <string>no</string></dict><key>CFBundleName</key><string>A b</string>\
                   <key>CFBundleVersion</key><string>7</string></dict></plist>";
        assert_eq!(named(xml.as_bytes()), [("A b".to_owned(), "7".to_owned())]);
        assert_eq!(named(&binary::sample()), [("A".to_owned(), "1.2".to_owned())]);
    }
}
