use std::collections::HashMap;

use plimsoll_core::{Diagnostic, DiagnosticKind, Package, Role};

use super::super::document::{Document, Text as File, WHOLE};
use super::super::selection::Selection;
use super::lock::package_of;
use crate::{Interest, Pattern, Sink};

/// Lock files of yarn: the form of version 1, and the YAML of later versions, which has the same lines.
pub(crate) const YARN: Document = Document {
    id: "node-yarn-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("yarn.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

/// An entry.
#[derive(Default)]
struct Entry<'a> {
    /// What asked for it: `name@^1.0.0`, or `alias@npm:name@^1.0.0`.
    patterns: Vec<&'a str>,
    version: Option<&'a str>,
    /// What later versions say it is: `name@npm:1.0.2`.
    resolution: Option<&'a str>,
    /// Where version 1 got it from: `https://HOST/NAME/-/NAME-1.0.2.tgz#CHECKSUM`.
    resolved: Option<&'a str>,
    /// Names and ranges.
    needs: Vec<(&'a str, &'a str)>,
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut needs = false;
    for line in text.lines() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        // `version "1.0.0"`, `version: 1.0.0`, `"version": 1.0.0`
        let quoted = line.trim().strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let (key, value) = quoted.or_else(|| line.trim().split_once([' ', ':'])).unwrap_or((line.trim(), ""));
        let value = unquote(value.trim_start_matches([':', ' ']));
        if indent == 0 {
            needs = false;
            if let Some(header) = line.trim_end().strip_suffix(':') {
                entries.push(Entry { patterns: patterns(header), ..Entry::default() });
            }
        } else if let Some(entry) = entries.last_mut() {
            match (indent, key) {
                (2, _) => {
                    needs = matches!(key, "dependencies" | "optionalDependencies");
                    match key {
                        "version" => entry.version = Some(value),
                        "resolved" => entry.resolved = Some(value),
                        "resolution" => entry.resolution = Some(value),
                        _ => {}
                    }
                }
                (4, _) if needs => entry.needs.push((key, value)),
                _ => {}
            }
        }
    }
    // A lock file of nothing is a comment; anything else without an entry is no lock file.
    let is_empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if entries.is_empty() && !is_empty {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "yarn's lock file has no entries"));
    }
    select(&entries).finish(out);
    Ok(())
}

fn select(entries: &[Entry<'_>]) -> Selection {
    let mut selection = Selection::default();
    let mut asked: HashMap<&str, usize> = HashMap::new();
    let mut places = Vec::new();
    for entry in entries {
        let at = match entry.package() {
            Some(Some(package)) => Some(selection.add(package)),
            // Workspaces are the project's own, and say what the project asks for.
            Some(None) => {
                selection.says_direct();
                Some(selection.project())
            }
            None => None,
        };
        if let Some(at) = at {
            asked.extend(entry.patterns.iter().map(|pattern| (*pattern, at)));
        }
        places.push(at);
    }
    for (entry, at) in entries.iter().zip(places) {
        let Some(at) = at else { continue };
        for (name, range) in &entry.needs {
            let asked = |pattern: String| asked.get(pattern.as_str()).copied();
            // Later versions may leave out that a range is one of npm's.
            let found = asked(format!("{name}@{range}")).or_else(|| asked(format!("{name}@npm:{range}")));
            let Some(other) = found else { continue };
            selection.needs(at, other);
            if entry.is_workspace() {
                selection.direct(other);
            }
        }
    }
    selection
}

/// The patterns that share an entry: `"a@^1", "a@^2"`, `"a@npm:^1, a@npm:^2"`.
fn patterns(header: &str) -> Vec<&str> {
    header.split(", ").map(|pattern| pattern.trim().trim_matches('"')).collect()
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

impl Entry<'_> {
    fn is_workspace(&self) -> bool {
        self.resolution.is_some_and(|resolution| split(resolution).1.starts_with("workspace:"))
    }

    /// The package that the entry is; nothing within where it is the project's own.
    fn package(&self) -> Option<Option<Package>> {
        let (version, pattern) = (self.version?, self.patterns.first()?);
        if *pattern == "__metadata" {
            return None;
        }
        let (name, wanted) = split(pattern);
        if let Some((real, _)) = self.resolution.map(split) {
            return if self.is_workspace() { Some(None) } else { package_of(real, version, false).map(Some) };
        }
        if let Some(name) = self.resolved.and_then(registry_name) {
            return package_of(&name, version, false).map(Some);
        }
        let alias = wanted.strip_prefix("npm:").map(split).filter(|(_, range)| !range.is_empty());
        package_of(alias.map_or(name, |(real, _)| real), version, false).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::document::needs;
    use super::*;

    #[test]
    fn version_1_is_resolved_by_what_was_asked() {
        let text = "# yarn lockfile v1\n\n\"@s/a@^1\", \"@s/a@^1.0.0\":\n  version \"1.0.1\"\n  resolved \"https://registry.yarnpkg.com/@s/a/-/a-1.0.1.tgz#0\"\n  \
            dependencies:\n    b \"^1.0\"\n    \"@s/c\" \">= 1\"\n\nb@^1.0:\n  version \"1.2.0\"\n  optionalDependencies:\n    \
            gone \"1\"\n\n\"@s/c@>= 1\":\n  version \"2.0.0\"\n  dependencies:\n    \"@s/a\" \"^1.0.0\"\n\nb@2:\n  version \"2.0.0\"\n";
        assert_eq!(
            needs(&YARN, "yarn.lock", text),
            ["@s/a@1.0.1: @s/c@2.0.0 b@1.2.0", "@s/c@2.0.0: @s/a@1.0.1", "b@1.2.0:", "b@2.0.0:"]
        );
    }

    #[test]
    fn later_versions_list_the_workspaces() {
        let text = "__metadata:\n  version: 6\n\n\"a@npm:^1, a@npm:^1.0.0\":\n  version: 1.0.1\n  resolution: \"a@npm:1.0.1\"\n  \
            dependencies:\n    b: ^1.0\n    c: \"npm:@real/c@^2\"\n  checksum: x\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  \
            resolution: \"app@workspace:.\"\n  dependencies:\n    a: ^1\n\n\"b@npm:^1.0\":\n  version: 1.2.0\n  resolution: \"b@npm:1.2.0\"\n\n\
            \"c@npm:@real/c@^2\":\n  version: 2.0.0\n  resolution: \"@real/c@npm:2.0.0\"\n";
        assert_eq!(
            needs(&YARN, "yarn.lock", text),
            ["@real/c@2.0.0 indirect:", "a@1.0.1 direct: @real/c@2.0.0 b@1.2.0", "b@1.2.0 indirect:"]
        );
    }
}
