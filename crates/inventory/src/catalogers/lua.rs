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
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[Interest { pattern: Pattern::Suffix(".rockspec"), take: Take::Whole { max: 1 << 20 } }]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let text = String::from_utf8_lossy(bytes);
        match (assigned(&text, "package"), assigned(&text, "version")) {
            (Some(name), Some(version)) => {
                let mut package = identity::plain(PackageType::Luarocks, name, version);
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

/// A string that is assigned at the start of a line: `version = "2.1.0-1"`.
fn assigned<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value.get(1..)?.split_once(quote).map(|(text, _)| text.trim()).filter(|text| !text.is_empty())
    })
}
