use plimsoll_core::{Diagnostic, Role};
use serde::Deserialize;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::json::{self, Elements, Entries, Text};
use super::lock::add;
use crate::{Interest, Pattern, Sink};

/// Lock files of bun in their text form.
pub(crate) const BUN: Document = Document {
    id: "node-bun-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("bun.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    /// By the place of each; the first element is `name@version`.
    packages: Entries<Elements<Text>>,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock =
        json::read(&json::plain(file.bytes)).map_err(|error| malformed("bun's lock file", error))?;
    for (_, parts) in &lock.packages.0 {
        let Some(resolved) = parts.0.first().and_then(Text::some) else { continue };
        let from = usize::from(resolved.starts_with('@'));
        let at = resolved.get(from..).and_then(|rest| rest.find('@')).map_or(resolved.len(), |at| from + at);
        let (name, version) = (resolved.get(..at).unwrap_or(resolved), resolved.get(at + 1..).unwrap_or(""));
        // Workspaces are the project's own; other sources state no version.
        if !version.starts_with("workspace:") {
            add(name, if version.contains([':', '/', '#']) { "" } else { version }, false, out);
        }
    }
    Ok(())
}
