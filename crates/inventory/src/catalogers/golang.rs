//! Go sources: what `go.mod` and a vendor folder select. What a program was built from is read from the program.

use std::collections::{BTreeMap, HashMap};

use plimsoll_core::{Confidence, Diagnostic, DiagnosticKind, Identity, PackageType, Role};

use super::document::{Document, Text as File, WHOLE};
use super::identity;
use crate::{Hearsay, Interest, Pattern, Sink, path_hash};

/// Module files (Go Modules Reference, "go.mod files"). What they say of Go itself is the oldest version that will
/// do, so the standard library is not among what they select.
pub(crate) const MODULE: Document = Document {
    id: "go-mod",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("go.mod"), take: WHOLE }],
    role: Role::Declared,
    read: read_module,
};

/// Lists of vendored modules (Go Modules Reference, "Vendoring").
pub(crate) const VENDOR: Document = Document {
    id: "go-vendor",
    revision: 1,
    interests: &[Interest { pattern: Pattern::In("vendor", "modules.txt"), take: WHOLE }],
    role: Role::Declared,
    read: read_vendor,
};

/// Checksums of modules (Go Modules Reference, "go.sum files"): every version that was looked at, of which the last is
/// taken. It is evidence where go.mod does not name all modules itself, as it does since Go 1.17.
pub(crate) const SUM: Document = Document {
    id: "go-sum",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("go.sum"), take: WHOLE }],
    role: Role::Declared,
    read: read_sum,
};

/// A replaced module: its version, where the directive names one, and what takes its place.
type Replacement<'a> = (Option<&'a str>, &'a str, Option<&'a str>);

fn read_module(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut required = Vec::new();
    let mut replaced: HashMap<&str, Replacement<'_>> = HashMap::new();
    let mut excluded = Vec::new();
    let mut is_module = false;
    let mut complete = false;
    let mut block = "";
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let mut words = line.split_whitespace().map(|word| word.trim_matches(['"', '`'])).peekable();
        let directive = match (block, words.peek().copied()) {
            (_, None) => continue,
            (_, Some(")")) => {
                block = "";
                continue;
            }
            ("", Some(first)) => {
                words.next();
                if words.peek() == Some(&"(") || first.ends_with('(') {
                    block = ["require", "replace", "exclude", "retract", "tool", "godebug", "ignore"]
                        .into_iter()
                        .find(|known| first.trim_end_matches('(') == *known)
                        .unwrap_or("unknown");
                    continue;
                }
                first
            }
            (block, _) => block,
        };
        let words: Vec<&str> = words.collect();
        match (directive, words.as_slice()) {
            ("require", [path, version, ..]) => required.push((*path, *version)),
            ("require", [path]) => required.push((*path, "")),
            ("exclude", [path, version, ..]) => excluded.push((*path, *version)),
            ("go", [version, ..]) => {
                is_module = true;
                complete = lists_all(version);
            }
            ("module", [_, ..]) => is_module = true,
            ("replace", [path, rest @ ..]) => {
                let at = rest.iter().position(|word| *word == "=>");
                if let Some((old, [_, new, version @ ..])) = at.and_then(|at| rest.split_at_checked(at)) {
                    replaced.insert(path, (old.first().copied(), new, version.first().copied()));
                }
            }
            _ => {}
        }
    }
    if required.is_empty() && !is_module {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "go.mod without a module"));
    }
    if complete {
        // Its go.sum has nothing to add.
        let directory = file.path.strip_suffix(b"go.mod").unwrap_or_default();
        out.installed.push(path_hash(&[directory, b"go.sum"].concat()));
    }
    for (path, version) in required.into_iter().filter(|one| !excluded.contains(one)) {
        match replaced.get(path).filter(|(only, ..)| only.is_none_or(|only| only == version)) {
            Some((_, new, Some(version))) => add(new, version, out),
            // A folder holds some state of the module; no one knows which.
            Some(_) => add(path, "", out),
            None => add(path, version, out),
        }
    }
    Ok(())
}

/// Whether go.mod of this version names what dependencies depend on (Go Modules Reference, "Lazy module loading").
fn lists_all(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (1, 17)
}

fn read_sum(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    // Modules that were fetched have such files, too.
    if file.path.windows(8).any(|part| part == b"pkg/mod/") {
        return Ok(());
    }
    let text = file.lossy();
    let mut last: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(path), Some(version), Some(_)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        // Of most versions only what they require was read.
        let (version, read) = match version.strip_suffix("/go.mod") {
            Some(version) => (version, false),
            None => (version, true),
        };
        let known = last.entry(path).or_insert((version, read));
        if read || !known.1 {
            *known = (version, read);
        }
    }
    for (path, (version, read)) in last {
        let mut package = identity::slashed(PackageType::Golang, path, version);
        package.role = Role::Declared;
        let evidence = if read { "checksum in go.sum" } else { "checksum of its go.mod in go.sum" };
        package.identity = Some(Identity { confidence: Confidence::Low, evidence: evidence.to_owned() });
        out.hearsay.push(Hearsay { package, any_version: true });
    }
    Ok(())
}

fn read_vendor(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut module = None;
    for line in text.lines() {
        let Some(header) = line.strip_prefix("# ") else {
            // Only modules of which packages follow were vendored.
            if !line.starts_with('#')
                && !line.trim().is_empty()
                && let Some((path, version)) = module.take()
            {
                add(path, version, out);
            }
            continue;
        };
        let words: Vec<&str> = header.split_whitespace().collect();
        module = match words.as_slice() {
            [path, version] | [path, version, "=>", _] if *version != "=>" => Some((*path, *version)),
            [_, _, "=>", path, version] | [_, "=>", path, version] => Some((*path, *version)),
            _ => None,
        };
    }
    Ok(())
}

fn add(path: &str, version: &str, out: &mut Sink) {
    out.packages.push(identity::slashed(PackageType::Golang, path, version));
}
