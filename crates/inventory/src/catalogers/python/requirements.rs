use plimsoll_core::{Diagnostic, PackageType, Role};

use super::super::asked::{Wanted, ask, wanted};
use super::super::document::{Document, Text as File, WHOLE};
use super::super::identity;
use super::lock::add;
use crate::{Interest, Pattern, Sink};

/// Requirements files of pip (pip, "Requirements File Format"). A requirement that is not pinned to one version
/// gives the bound that it names, as a guess, or a package whose version is not known.
pub(crate) const REQUIREMENTS: Document = Document {
    id: "python-requirements",
    revision: 3,
    interests: &[
        Interest { pattern: Pattern::Name("requirements.txt"), take: WHOLE },
        Interest { pattern: Pattern::Suffix("-requirements.txt"), take: WHOLE },
        Interest { pattern: Pattern::Suffix("_requirements.txt"), take: WHOLE },
        Interest { pattern: Pattern::Suffix(".requirements.txt"), take: WHOLE },
        Interest { pattern: Pattern::Affixes("requirements-", ".txt"), take: WHOLE },
        Interest { pattern: Pattern::Affixes("requirements_", ".txt"), take: WHOLE },
        Interest { pattern: Pattern::Affixes("requirements.", ".txt"), take: WHOLE },
        Interest { pattern: Pattern::Affixes("constraints", ".txt"), take: WHOLE },
        Interest { pattern: Pattern::Suffix("-constraints.txt"), take: WHOLE },
        Interest { pattern: Pattern::InSuffix("requirements", ".txt"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut whole = String::new();
    for line in text.lines() {
        // A line may go on in the next, even after a comment.
        if let Some(front) = line.strip_suffix('\\') {
            whole.push_str(front);
            whole.push(' ');
            continue;
        }
        whole.push_str(line);
        requirement(&std::mem::take(&mut whole), out);
    }
    requirement(&whole, out);
    Ok(())
}

pub(crate) fn requirement(line: &str, out: &mut Sink) {
    let line = without_comment(line).trim();
    // Options, among them other files and editable folders.
    if line.is_empty() || line.starts_with('-') {
        return;
    }
    let line = line.split(';').next().unwrap_or(line);
    // Options of one requirement follow a space.
    let line = line.split(" -").next().unwrap_or(line).trim();
    let Some((name, specifier)) = split(line) else { return };
    match pinned(specifier) {
        Pinned::To(version) => add(name, version, false, out),
        Pinned::Not => match meaning(specifier) {
            Wanted::Any => add(name, "", false, out),
            bound => {
                let package = |version: &str| identity::plain(PackageType::PyPi, name, version);
                ask(bound, specifier, false, package, out);
            }
        },
        Pinned::Wrong => {}
    }
}

/// The name and the specifier of a requirement (PyPA, "Dependency specifiers"), without extras and conditions.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    let line = line.split(';').next().unwrap_or(line).trim();
    let end = line
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let valid = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[').map(|extras| extras.split_once(']')) {
        Some(Some((_, rest))) => rest.trim_start(),
        Some(None) => return None,
        None => rest,
    };
    // A path or an address, or a name that is none.
    (valid && !rest.starts_with([':', '/', '\\', '+']))
        .then(|| (name, rest.trim().trim_start_matches('(').trim_end_matches(')').trim()))
}

/// What a specifier says of the version.
pub(super) fn meaning(specifier: &str) -> Wanted<'_> {
    match pinned(specifier) {
        Pinned::To(version) => Wanted::Exactly(version),
        _ => wanted(specifier, |_| Wanted::Any),
    }
}

enum Pinned<'a> {
    To(&'a str),
    Not,
    /// It is no specifier.
    Wrong,
}

fn pinned(specifier: &str) -> Pinned<'_> {
    if specifier.is_empty() || specifier.starts_with('@') {
        return Pinned::Not;
    }
    if !specifier.starts_with(['=', '<', '>', '!', '~']) {
        return Pinned::Wrong;
    }
    for part in specifier.split(',') {
        if let Some(version) = part.trim().strip_prefix("==") {
            let version = version.trim_start_matches('=').split_whitespace().next().unwrap_or("");
            // Templates are filled in before pip sees them.
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '!' | '*');
            if !version.starts_with(char::is_alphanumeric) || !version.chars().all(plain) {
                return Pinned::Wrong;
            }
            if !version.ends_with('*') {
                return Pinned::To(version);
            }
        }
    }
    Pinned::Not
}

/// A comment begins a line or follows white space; people leave the space out after a version.
fn without_comment(line: &str) -> &str {
    let mut before = None;
    for (at, c) in line.char_indices() {
        let starts = before.is_none_or(|c: char| c.is_whitespace());
        if c == '#' && (starts || !line.contains("--hash") && !line.contains("://")) {
            return line.get(..at).unwrap_or(line);
        }
        before = Some(c);
    }
    line
}
