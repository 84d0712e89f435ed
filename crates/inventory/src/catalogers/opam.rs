//! OCaml: packages as opam installs them.

use plimsoll_core::{Diagnostic, DiagnosticKind, PackageType, Role};

use super::document::{Document, Text as File, WHOLE};
use super::identity;
use crate::{Interest, Pattern, Sink};

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
