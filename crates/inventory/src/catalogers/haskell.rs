//! Haskell: what Cabal and Stack select.

use plimsoll_core::{Diagnostic, DiagnosticKind, PackageType, Role};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::identity;
use super::yaml::{self, Yaml};
use crate::{Interest, Pattern, Sink};

/// Frozen constraints of Cabal.
pub(crate) const CABAL: Document = Document {
    id: "haskell-cabal-freeze",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("cabal.project.freeze"), take: WHOLE }],
    role: Role::Declared,
    read: read_cabal,
};

/// Projects of Stack and their lock files.
pub(crate) const STACK: Document = Document {
    id: "haskell-stack",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("stack.yaml"), take: WHOLE },
        Interest { pattern: Pattern::Name("stack.yaml.lock"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_stack,
};

fn read_cabal(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let Some((_, constraints)) = text.split_once("constraints:") else {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "Cabal's frozen project has no constraints"));
    };
    for constraint in constraints.split([',', '\n']) {
        // `any.name ==1.0`; what stays `installed` comes with the compiler.
        if let Some((name, version)) = constraint.trim().split_once("==") {
            let name = name.trim();
            add(name.strip_prefix("any.").unwrap_or(name), version.trim(), out);
        }
    }
    Ok(())
}

fn read_stack(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("Stack's project", error))?;
    for document in &documents {
        for package in list(document.get("packages")) {
            if let Some(hackage) = package.get("completed").get("hackage").text() {
                release(hackage, out);
            }
        }
        for package in list(document.get("extra-deps")) {
            if let Some(hackage) = package.text() {
                release(hackage, out);
            }
        }
    }
    Ok(())
}

fn list(value: &Yaml) -> &[Yaml] {
    match value {
        Yaml::List(elements) => elements,
        _ => &[],
    }
}

/// `name-1.0@sha256:…`
fn release(text: &str, out: &mut Sink) {
    let text = text.split('@').next().unwrap_or(text);
    if let Some((name, version)) = text.rsplit_once('-')
        && version.starts_with(|c: char| c.is_ascii_digit())
    {
        add(name, version, out);
    }
}

fn add(name: &str, version: &str, out: &mut Sink) {
    let valid = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if valid && !version.is_empty() {
        out.packages.push(identity::plain(PackageType::Hackage, name, version));
    }
}
