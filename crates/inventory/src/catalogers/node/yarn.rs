use plimsoll_core::{Diagnostic, DiagnosticKind, Role};

use super::super::document::{Document, Text as File, WHOLE};
use super::lock::add;
use crate::{Interest, Pattern, Sink};

/// Lock files of yarn: the form of version 1, and the YAML of later versions, which has the same lines.
pub(crate) const YARN: Document = Document {
    id: "node-yarn-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("yarn.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

/// An entry while its lines go by.
#[derive(Default)]
struct Entry {
    /// What asked for it: `name@^1.0.0`, or `alias@npm:name@^1.0.0`.
    pattern: String,
    version: Option<String>,
    /// What later versions say it is: `name@npm:1.0.2`.
    resolution: Option<String>,
    /// Where version 1 got it from: `https://HOST/NAME/-/NAME-1.0.2.tgz#CHECKSUM`.
    resolved: Option<String>,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut entry = Entry::default();
    let mut entries = 0;
    for line in text.lines() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            std::mem::take(&mut entry).finish(out);
            if let Some(header) = line.trim_end().strip_suffix(':') {
                entries += 1;
                entry.pattern = first(header).to_owned();
            }
        } else if indent == 2 {
            // `version "1.0.0"`, `version: 1.0.0`, `"version": 1.0.0`
            let line = line.trim();
            let quoted = line.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (key, value) = quoted.or_else(|| line.split_once([' ', ':'])).unwrap_or((line, ""));
            let value = unquote(value.trim_start_matches([':', ' ']));
            match key {
                "version" => entry.version = Some(value.to_owned()),
                "resolved" => entry.resolved = Some(value.to_owned()),
                "resolution" => entry.resolution = Some(value.to_owned()),
                _ => {}
            }
        }
    }
    entry.finish(out);
    // A lock file of nothing is a comment; anything else without an entry is no lock file.
    let is_empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if entries == 0 && !is_empty {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "yarn's lock file has no entries"));
    }
    Ok(())
}

/// The first of the patterns that share the entry: `"a@^1", "a@^2"`, `"a@npm:^1, a@npm:^2"`.
fn first(header: &str) -> &str {
    let header = header.trim();
    let pattern = match header.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or(quoted),
        None => header,
    };
    pattern.split(", ").next().unwrap_or(pattern)
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value)
}

/// Name and rest of `name@rest` and `@scope/name@rest`.
fn split(pattern: &str) -> (&str, &str) {
    let from = usize::from(pattern.starts_with('@'));
    match pattern.get(from..).and_then(|rest| rest.find('@')) {
        Some(at) => (pattern.get(..from + at).unwrap_or(pattern), pattern.get(from + at + 1..).unwrap_or("")),
        None => (pattern, ""),
    }
}

/// The name by which a registry has a package: what stands before `/-/` in the address.
fn registry_name(address: &str) -> Option<String> {
    let (front, _) = address.split_once("/-/")?;
    let (rest, name) = front.rsplit_once('/')?;
    let name = name.replace("%2f", "/").replace("%2F", "/").replace("%40", "@");
    match rest.rsplit('/').next().filter(|scope| scope.starts_with('@') && !name.starts_with('@')) {
        Some(scope) => Some(format!("{scope}/{name}")),
        None => Some(name),
    }
}

impl Entry {
    fn finish(self, out: &mut Sink) {
        let Some(version) = self.version else { return };
        if self.pattern == "__metadata" {
            return;
        }
        let (name, wanted) = split(&self.pattern);
        if let Some((real, place)) = self.resolution.as_deref().map(split) {
            // Workspaces are the project's own.
            if !place.starts_with("workspace:") {
                add(real, &version, false, out);
            }
            return;
        }
        if let Some(name) = self.resolved.as_deref().and_then(registry_name) {
            add(&name, &version, false, out);
            return;
        }
        let alias = wanted.strip_prefix("npm:").map(split).filter(|(_, range)| !range.is_empty());
        add(alias.map_or(name, |(real, _)| real), &version, false, out);
    }
}
