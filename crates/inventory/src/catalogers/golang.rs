//! Go sources: what `go.mod` and a vendor folder select. What a program was built from is read from the program.

use std::collections::{BTreeMap, HashMap};

use plimsoll_core::{Confidence, Dependency, Diagnostic, DiagnosticKind, Identity, PackageType, Role};

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
    revision: 2,
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
        let (line, comment) = line.split_once("//").unwrap_or((line, ""));
        let line = line.trim();
        // Only what the module itself does not import (Go Modules Reference, "go.mod files", "require directive").
        let comment = comment.trim();
        let asked = match comment == "indirect" || comment.starts_with("indirect;") {
            true => Dependency::Indirect,
            false => Dependency::Direct,
        };
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
            ("require", [path, version, ..]) => required.push((*path, *version, asked)),
            ("require", [path]) => required.push((*path, "", asked)),
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
    for (path, version, asked) in required {
        if excluded.contains(&(path, version)) {
            continue;
        }
        let asked = Some(asked);
        match replaced.get(path).filter(|(only, ..)| only.is_none_or(|only| only == version)) {
            Some((_, new, Some(version))) => add(new, version, asked, out),
            // A folder holds some state of the module; no one knows which.
            Some(_) => add(path, "", asked, out),
            None => add(path, version, asked, out),
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
    let mut module: Option<(&str, &str)> = None;
    let (mut explicit, mut says) = (false, false);
    let first = out.packages.len();
    for line in text.lines() {
        let Some(header) = line.strip_prefix("# ") else {
            // Of older versions of Go no module is marked.
            if let Some(marks) = line.strip_prefix("## ") {
                explicit = marks.split(';').any(|mark| mark.trim() == "explicit");
                says |= explicit;
            }
            // Only modules of which packages follow were vendored.
            if !line.starts_with('#')
                && !line.trim().is_empty()
                && let Some((path, version)) = module.take()
            {
                let asked = if explicit { Dependency::Direct } else { Dependency::Indirect };
                add(path, version, Some(asked), out);
            }
            continue;
        };
        let words: Vec<&str> = header.split_whitespace().collect();
        explicit = false;
        module = match words.as_slice() {
            [path, version] | [path, version, "=>", _] if *version != "=>" => Some((*path, *version)),
            [_, _, "=>", path, version] | [_, "=>", path, version] => Some((*path, *version)),
            _ => None,
        };
    }
    // What go.mod requires is explicit, with or without the module's own need of it.
    for package in out.packages.iter_mut().skip(first) {
        package.dependency = package.dependency.filter(|asked| says && *asked == Dependency::Indirect);
    }
    Ok(())
}

fn add(path: &str, version: &str, asked: Option<Dependency>, out: &mut Sink) {
    let mut package = identity::slashed(PackageType::Golang, path, version);
    package.dependency = asked;
    out.packages.push(package);
}

#[cfg(test)]
mod tests {
    use super::super::document::needs;
    use super::*;

    #[test]
    fn what_the_module_does_not_import_is_indirect() {
        let text = "module a.b/c\n\nrequire d.e/f v1.0.0\nrequire (\n\tg.h/i v1.0.0 // indirect\n\tj.k/l v1.0.0 // indirectly\n\t\
            m.n/o v1.0.0 //indirect; for a fix\n)\n";
        assert_eq!(
            needs(&MODULE, "go.mod", text),
            [
                "d.e/f@v1.0.0 direct:",
                "g.h/i@v1.0.0 indirect:",
                "j.k/l@v1.0.0 direct:",
                "m.n/o@v1.0.0 indirect:"
            ]
        );
        let text = "# d.e/f v1.0.0\n## explicit; go 1.17\nd.e/f/x\n# g.h/i v1.0.0\n## go 1.17\ng.h/i\n";
        assert_eq!(needs(&VENDOR, "vendor/modules.txt", text), ["d.e/f@v1.0.0:", "g.h/i@v1.0.0 indirect:"]);
    }
}
