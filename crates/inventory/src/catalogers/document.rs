use std::collections::HashSet;

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, ImagePath, Package, Role, Take};

use crate::{Cataloger, File, Interest, Sink};

/// The largest document that is read.
pub(crate) const MAX: u64 = 16 << 20;

/// All of a document, if it is not absurdly large.
pub(crate) const WHOLE: Take = Take::Whole { max: MAX };

/// A cataloger of documents that are read whole, one kind of them: lock files, manifests, package records.
pub(crate) struct Document {
    pub(crate) id: &'static str,
    pub(crate) revision: u32,
    pub(crate) interests: &'static [Interest],
    /// The part that its packages play, where the reader does not say.
    pub(crate) role: Role,
    pub(crate) read: fn(&Text<'_>, &mut Sink) -> Result<(), Diagnostic>,
}

/// A document to be read.
pub(crate) struct Text<'a> {
    /// Its path in the layer.
    pub(crate) path: &'a [u8],
    /// All of it.
    pub(crate) bytes: &'a [u8],
}

impl Text<'_> {
    /// The text, without a byte order mark, which also says whether it is in UTF-16; what is no character becomes U+FFFD.
    pub(crate) fn lossy(&self) -> std::borrow::Cow<'_, str> {
        let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> String {
            let units = bytes.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        };
        match self.bytes {
            [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes).into(),
            [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes).into(),
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
            bytes => String::from_utf8_lossy(bytes),
        }
    }
}

impl Cataloger for Document {
    fn id(&self) -> &'static str {
        self.id
    }

    fn revision(&self) -> u32 {
        self.revision
    }

    fn role(&self) -> Role {
        self.role
    }

    fn interests(&self) -> &'static [Interest] {
        self.interests
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        // What a package that is installed was once developed with installs nothing: no package manager reads it.
        if self.role == Role::Declared
            && file.path.split(|&byte| byte == b'/').any(|part| part == b"node_modules")
        {
            return;
        }
        let mut found = Sink::default();
        if let Err(diagnostic) = (self.read)(&Text { path: file.path, bytes }, &mut found) {
            found.diagnostics.push(diagnostic);
        }
        // The same package is often listed once for every place that it would be installed in.
        let mut seen: HashSet<Package> = HashSet::new();
        for mut package in found.packages.into_iter().filter(|package| !package.name.trim().is_empty()) {
            if package.role == Role::Normal {
                package.role = self.role;
            }
            if seen.insert(package.clone()) {
                out.packages.push(package);
            }
        }
        let said = found.hearsay.into_iter().filter(|said| !said.package.name.trim().is_empty());
        for said in said {
            if seen.insert(said.package.clone()) {
                out.hearsay.push(said);
            }
        }
        for mut undecided in found.undecided {
            if undecided.package.role == Role::Normal {
                undecided.package.role = self.role;
            }
            out.undecided.push(undecided);
        }
        out.definitions = found.definitions;
        out.installed.append(&mut found.installed);
        out.diagnostics.append(&mut found.diagnostics);
    }
}

/// The file of a relative path that is written in a file in the folder, if it is within the image.
pub(crate) fn beside(folder: &[u8], relative: &str) -> Option<ImagePath> {
    let mut parts: Vec<&[u8]> = folder.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name.as_bytes()),
        }
    }
    ImagePath::new(&parts.join(&b'/')).ok()
}

/// A document that does not follow its format at all.
pub(crate) fn malformed(what: &str, error: impl std::fmt::Display) -> Diagnostic {
    // Messages of parsers quote what they read.
    let error: String = error.to_string().chars().take(200).collect();
    let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
    Diagnostic::new(DiagnosticKind::Malformed, format!("{what} can't be read: {error}"))
}

/// What a document says that needs what, a line for each package, for tests: `a@1 direct development: b@2`.
#[cfg(test)]
pub(crate) fn needs(document: &Document, path: &str, text: &str) -> Vec<String> {
    use plimsoll_core::Dependency;
    let mut out = Sink::default();
    let content = Content::Whole(text.as_bytes());
    document.parse(File { path: path.as_bytes(), size: 0, content }, &mut out);
    assert_eq!(out.diagnostics, [], "{path}");
    let line = |package: &Package| {
        let mut line = format!("{}@{}", package.name, package.version);
        line += match package.dependency {
            Some(Dependency::Direct) => " direct",
            Some(Dependency::Indirect) => " indirect",
            None => "",
        };
        line += if package.role == Role::Development { " development:" } else { ":" };
        for name in package.requires.iter() {
            line += &format!(" {name}");
        }
        line
    };
    let mut lines: Vec<String> = out.packages.iter().map(line).collect();
    lines.sort();
    lines
}

#[cfg(test)]
mod tests {
    use super::super::identity;
    use super::*;
    use plimsoll_core::PackageType;

    #[test]
    fn the_byte_order_mark_says_the_encoding() {
        for bytes in [&b"a=1"[..], b"\xef\xbb\xbfa=1", b"\xff\xfea\0=\x001\0", b"\xfe\xff\0a\0=\x001"] {
            assert_eq!(Text { path: b"", bytes }.lossy(), "a=1");
        }
    }

    #[test]
    fn lock_files_of_installed_packages_declare_nothing() {
        let read = |role, path: &[u8]| {
            let document = Document {
                id: "test",
                revision: 1,
                interests: &[],
                role,
                read: |_, out| {
                    out.packages.push(identity::plain(PackageType::Npm, "a", "1.0.0"));
                    Ok(())
                },
            };
            let mut out = Sink::default();
            document.parse(File { path, size: 0, content: Content::Whole(b"") }, &mut out);
            out.packages.len()
        };
        assert_eq!(read(Role::Declared, b"app/yarn.lock"), 1);
        assert_eq!(read(Role::Declared, b"app/node_modules/a/yarn.lock"), 0);
        assert_eq!(read(Role::Declared, b"app/my_node_modules/yarn.lock"), 1);
        assert_eq!(read(Role::Normal, b"app/node_modules/a/package.json"), 1);
    }
}
