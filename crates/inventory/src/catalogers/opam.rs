//! OCaml: packages as opam installs them.

use plimsoll_core::{Diagnostic, DiagnosticKind, PackageType, Role, Take};

use super::document::{Document, Text as File, WHOLE};
use super::{identity, stated};
use crate::{Cataloger, Hearsay, Interest, Pattern, Sink};

/// The state of a switch (opam, "switch-state"), which lists what is installed, and lists that opam exports.
pub(crate) const SWITCH: Document = Document {
    id: "opam-switch",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("switch-state"), take: WHOLE },
        Interest { pattern: Pattern::InSuffix(".opam-switch", ".export"), take: WHOLE },
    ],
    role: Role::Normal,
    read,
};

/// Definitions of packages (opam, "opam files"). Those in a switch's store are installed ones; in a project they name
/// the project, and in a repository of packages all that could be had, which is nothing that is here.
pub(crate) struct Definition;

static DEFINITION: Document = Document {
    id: "opam-package",
    revision: 1,
    // opam itself has that name as well.
    interests: &[
        Interest { pattern: Pattern::Name("opam"), take: Take::Peek(512) },
        Interest { pattern: Pattern::Suffix(".opam"), take: Take::Peek(512) },
    ],
    role: Role::Declared,
    read: read_package,
};

impl Cataloger for Definition {
    fn id(&self) -> &'static str {
        DEFINITION.id
    }

    fn revision(&self) -> u32 {
        DEFINITION.revision
    }

    fn role(&self) -> Role {
        DEFINITION.role
    }

    fn interests(&self) -> &'static [Interest] {
        DEFINITION.interests
    }

    fn peeked(&self, _: &[u8], _: u64, head: &[u8]) -> Take {
        if head.windows(VERSION.len()).any(|text| text == VERSION) { WHOLE } else { Take::Skip }
    }

    fn parse(&self, file: crate::File<'_>, out: &mut Sink) {
        DEFINITION.parse(file, out);
    }
}

/// The field that each such file begins with.
const VERSION: &[u8] = b"opam-version:";

fn read_package(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let place = String::from_utf8_lossy(file.path);
    let mut up = place.rsplit('/');
    let stem = up.next().unwrap_or_default().strip_suffix(".opam").filter(|stem| !stem.is_empty());
    // `NAME.VERSION/opam`, where not all names of folders are such.
    let folder = up.next().and_then(|folder| folder.split_once('.')).filter(|_| stem.is_none());
    let (group, store) = (up.next().unwrap_or_default(), up.next().unwrap_or_default());
    let installed = group == "packages" && store == ".opam-switch";
    let offered = folder.is_some_and(|(name, _)| name == group) || group == "packages" && !installed;
    if !text.lines().any(|line| line.starts_with("opam-version:")) || offered {
        return Ok(());
    }
    let name = field(&text, "name").or(stem).or(folder.map(|(name, _)| name));
    let version = field(&text, "version").or(folder.map(|(_, version)| version));
    if let (Some(name), Some(version)) = (name, version) {
        let mut package = identity::plain(PackageType::Opam, name, version);
        package.licences = field(&text, "license").and_then(stated::licence).into_iter().collect();
        if installed {
            // The list of the switch says so as well.
            out.hearsay.push(Hearsay { package, any_version: false });
        } else {
            out.packages.push(package);
        }
    }
    Ok(())
}

/// The text that a field has: `version: "1.0"`.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.trim_start().strip_prefix(':')?.trim_start();
        value.strip_prefix('"')?.split('"').next().filter(|value| !value.is_empty())
    })
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let listed = match text.split_once("installed:") {
        Some((_, list)) => list.split(']').next().unwrap_or(list),
        None => &text,
    };
    let mut bad = None;
    for line in listed.lines() {
        let line = line.split('#').next().unwrap_or(line);
        for entry in line.split_whitespace().map(|word| word.trim_matches(['"', '[', ']'])) {
            if entry.is_empty() {
                continue;
            }
            // A name has no dot, a version may have many.
            match entry.split_once('.') {
                Some((name, version)) if !name.is_empty() && !version.is_empty() => {
                    out.packages.push(identity::plain(PackageType::Opam, name, version));
                }
                _ => {
                    bad = Some(Diagnostic::new(
                        DiagnosticKind::Malformed,
                        "opam's list has an entry without a version",
                    ))
                }
            }
        }
    }
    bad.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogers;
    use crate::fake::{Image, file};

    /// opam, "File hierarchies".
    #[test]
    fn definitions_count_by_where_they_stand() {
        let plain = "opam-version: \"2.0\"\nlicense: \"ISC\"\n";
        let named = "opam-version: \"2.0\"\nname: \"x\"\nversion: \"3.1\"\n";
        for (path, text, expected) in [
            (
                "home/.opam/default/.opam-switch/packages/a.1.0.2/opam",
                plain,
                Some(("a", "1.0.2", Role::Normal)),
            ),
            ("src/opam", named, Some(("x", "3.1", Role::Declared))),
            ("src/y.opam", named, Some(("x", "3.1", Role::Declared))),
            ("src/z.opam", "opam-version: \"2.0\"\nversion: \"4\"\n", Some(("z", "4", Role::Declared))),
            ("src/z.opam", plain, None),
            ("home/.opam/repo/default/packages/a/a.1.0.2/opam", plain, None),
            ("src/opam", "version: \"1\"\nname: \"no opam file\"\n", None),
        ] {
            let found = Image::default().layer([(path, file(text))]).inventory(&Catalogers::all()).packages;
            let found = found.first().map(|it| (&it.name[..], &it.version[..], it.role));
            assert_eq!(found, expected, "{path}");
        }
    }
}
