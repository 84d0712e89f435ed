//! Paket, a package manager for .NET: what projects ask for and what was selected.

use plimsoll_core::{Diagnostic, DiagnosticKind, Origin, Package, PackageType, Purl, Role};

use super::asked::{Wanted, ask, wanted};
use super::document::{Document, Text as File, WHOLE};
use super::identity;
use crate::{Interest, Pattern, Sink};

/// Lock files of Paket.
pub(crate) const LOCK: Document = Document {
    id: "dotnet-paket-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("paket.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_lock,
};

/// What Paket is asked for (Paket, "The paket.dependencies file").
pub(crate) const DEPENDENCIES: Document = Document {
    id: "dotnet-paket-dependencies",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("paket.dependencies"), take: WHOLE }],
    role: Role::Declared,
    read: read_dependencies,
};

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let (mut source, mut sources) = ("", 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        match indent {
            0 => {
                source = line.trim();
                sources += 1;
            }
            // What a package depends on stands deeper.
            4 => {
                let Some((name, rest)) = line.trim().split_once(" (") else { continue };
                let version = rest.split(')').next().unwrap_or("").trim();
                match source {
                    "NUGET" => out.packages.push(identity::plain(PackageType::Nuget, name.trim(), version)),
                    "GITHUB" => out.packages.push(repository(name.trim(), version)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    if sources == 0 && !text.trim().is_empty() {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "Paket's lock file names no source"));
    }
    Ok(())
}

fn read_dependencies(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    for line in file.lossy().lines() {
        let line = without_comment(line).trim();
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("nuget"), Some(name)) => {
                let rest = line.split_once(name).map_or("", |(_, rest)| rest.trim());
                // Options are words with a colon.
                let requirement = rest.split_whitespace().take_while(|word| !word.ends_with(':'));
                let requirement = requirement.collect::<Vec<_>>().join(" ");
                let package = |version: &str| identity::plain(PackageType::Nuget, name, version);
                let meant = wanted(&requirement, |version| Wanted::Exactly(version));
                ask(meant, &requirement, false, package, out);
            }
            (Some("github"), Some(name)) => {
                let (name, version) = name.split_once(':').unwrap_or((name, ""));
                let package = |version: &str| repository(name, version);
                ask(Wanted::Exactly(version), version, false, package, out);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Files of a repository of GitHub, at a release or a commit.
fn repository(name: &str, version: &str) -> Package {
    let commit = version.len() >= 30 && version.bytes().all(|b| b.is_ascii_hexdigit());
    let stated = if commit { "" } else { version };
    let (owner, last) = name.rsplit_once('/').unwrap_or(("", name));
    let namespace = Some(owner).filter(|owner| !owner.is_empty());
    let purl = Purl::new("github", namespace, last, Some(version).filter(|version| !version.is_empty()));
    let mut package = Package::new(PackageType::Generic, name, stated, purl);
    if commit {
        let url = format!("git+https://github.com/{name}");
        package.origin = Some(Origin { url, revision: Some(version.to_owned()), editable: false });
    }
    package
}

/// A comment is `//` or `#`; an address has two slashes after a colon.
fn without_comment(line: &str) -> &str {
    let mut end = line.find('#').unwrap_or(line.len());
    for (at, _) in line.match_indices("//") {
        if !line.get(..at).is_some_and(|front| front.ends_with(':')) {
            end = end.min(at);
        }
    }
    line.get(..end).unwrap_or(line)
}
