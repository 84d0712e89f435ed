//! Lua: rocks as LuaRocks installs them.

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Package, PackageType, Role, Take};

use super::identity;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Specifications of rocks (LuaRocks, "Rockspec format"). LuaRocks keeps one for each rock it installs.
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn id(&self) -> &'static str {
        "lua-rockspec"
    }

    fn revision(&self) -> u32 {
        2
    }

    fn interests(&self) -> &'static [Interest] {
        &[Interest { pattern: Pattern::Suffix(".rockspec"), take: Take::Whole { max: 1 << 20 } }]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let text = String::from_utf8_lossy(bytes);
        match (assigned(&text, "package"), assigned(&text, "version")) {
            (Some(name), Some(version)) => {
                let mut package = identity::plain(PackageType::Luarocks, &name, &version);
                self.place(file.path, &mut package);
                out.packages.push(package);
            }
            _ if is_installed(file.path) => out.diagnostics.push(Diagnostic::new(
                DiagnosticKind::Malformed,
                "specification of a rock without a name or a version that can be read",
            )),
            _ => {}
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        package.role = if is_installed(path) { Role::Normal } else { Role::Fixture };
    }
}

/// Whether the file is `rocks-5.x/NAME/VERSION/NAME-VERSION.rockspec`, or the same below `rocks`.
fn is_installed(path: &[u8]) -> bool {
    let tree = path.rsplit(|&b| b == b'/').nth(3).unwrap_or_default();
    tree == b"rocks" || tree.starts_with(b"rocks-")
}

/// A string that is assigned at the start of a line: `version = "2.1.0-1"`, also one that is put together of strings
/// and of variables that hold such.
fn assigned(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
        string(text, value, 0).filter(|text| !text.trim().is_empty())
    })
}

/// Variables that are made of variables.
const MAX_DEPTH: usize = 4;
/// The longest string that is put together.
const MAX_TEXT: usize = 256;

/// What `"a" .. b .. 'c'` stands for (Lua 5.4 reference manual, 3.4.6).
fn string(text: &str, expression: &str, depth: usize) -> Option<String> {
    let expression = expression.split(" --").next().unwrap_or(expression);
    let mut whole = String::new();
    for term in expression.trim().trim_end_matches(';').split("..") {
        let term = term.trim();
        let quote = term.chars().next().filter(|c| matches!(c, '"' | '\''));
        match quote {
            Some(quote) => whole.push_str(term.get(1..)?.split_once(quote)?.0.trim()),
            None if depth < MAX_DEPTH => whole.push_str(&variable(text, term, depth + 1)?),
            None => return None,
        }
        if whole.len() > MAX_TEXT {
            return None;
        }
    }
    Some(whole)
}

/// The value of `local name = value`, or of one of several: `local a, b = "1", "2"`.
fn variable(text: &str, name: &str, depth: usize) -> Option<String> {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain {
        return None;
    }
    text.lines().find_map(|line| {
        let (names, values) = line.trim_start().strip_prefix("local ")?.split_once('=')?;
        let at = names.split(',').position(|one| one.trim() == name)?;
        string(text, values.split(',').nth(at)?, depth)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in() {
        for (text, version) in [
            ("version = \"2.1.0-1\"\n", Some("2.1.0-1")),
            ("version='1.0-1' -- the first\n", Some("1.0-1")),
            ("version = \"1.0..beta-1\"\n", None),
            ("local v = \"3.0\"\nversion = v .. \"-1\"\n", Some("3.0-1")),
            ("local _MODREV, _SPECREV = 'scm', '-1'\nversion = _MODREV .. _SPECREV\n", Some("scm-1")),
            ("local a = b\nlocal b = a\nversion = a\n", None),
            ("version = f(1)\n", None),
            ("version = \"1.0-1\n", None),
            ("version = \n", None),
        ] {
            assert_eq!(assigned(text, "version").as_deref(), version, "{text}");
        }
    }
}
