//! Node.js: packages as npm, yarn and pnpm install them.

mod archive;
mod bun;
mod deno;
mod lock;
mod manifest;
mod pnpm;
mod yarn;

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Package, PackageType, Role, Take};

pub(crate) use self::archive::Archives;
pub(crate) use self::bun::BUN;
pub(crate) use self::deno::DENO;
pub(crate) use self::lock::NPM;
pub(crate) use self::pnpm::PNPM;
pub(crate) use self::yarn::YARN;
use super::identity;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// `package.json` files. Only those in a place where Node.js would load them as a package are installed
/// packages (Node.js, "Modules: loading from node_modules folders"); the others are sources, fixtures and stubs.
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn id(&self) -> &'static str {
        "node-installed"
    }

    fn revision(&self) -> u32 {
        2
    }

    fn interests(&self) -> &'static [Interest] {
        &[Interest { pattern: Pattern::Name("package.json"), take: Take::Whole { max: 4 << 20 } }]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        match manifest::read(bytes) {
            Ok(manifest) => {
                if let Some((name, version)) = manifest.identity() {
                    let mut package = identity::slashed(PackageType::Npm, name, version);
                    package.licences.clone_from(&manifest.licences);
                    package.requires = manifest.requires.iter().collect();
                    self.place(file.path, &mut package);
                    out.packages.push(package);
                }
            }
            // A broken package.json elsewhere is often a fixture that is meant to be broken.
            Err(error) if is_installed(file.path) => out.diagnostics.push(
                Diagnostic::new(DiagnosticKind::Malformed, format!("package.json is not JSON: {error}"))
                    .offset(u64::try_from(error.line()).unwrap_or(0)),
            ),
            Err(_) => {}
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        package.role = if is_installed(path) { Role::Normal } else { Role::Fixture };
    }
}

/// Whether the file is `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`, wherever the
/// `node_modules` is. The directory's name need not be the package's: aliases are installed so.
fn is_installed(path: &[u8]) -> bool {
    let mut up = path.rsplit(|&b| b == b'/').skip(2);
    match (up.next(), up.next()) {
        (Some(b"node_modules"), _) => true,
        (Some(scope), Some(b"node_modules")) => scope.starts_with(b"@"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, bytes: &[u8]) -> Sink {
        let mut out = Sink::default();
        let size = u64::try_from(bytes.len()).unwrap();
        Installed.parse(File { path: path.as_bytes(), size, content: Content::Whole(bytes) }, &mut out);
        out
    }

    #[test]
    fn only_what_node_would_load_is_installed() {
        for (path, installed) in [
            ("app/node_modules/rxjs/package.json", true),
            ("app/node_modules/rxjs/ajax/package.json", false),
            ("app/node_modules/@babel/core/package.json", true),
            ("app/node_modules/@babel/core/lib/package.json", false),
            ("app/node_modules/babel/core/package.json", false),
            ("app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", true),
            ("app/node_modules/a/node_modules/b/package.json", true),
            ("usr/lib/node_modules/npm/node_modules/abbrev/package.json", true),
            ("app/node_modules/resolve/test/fixture/package.json", false),
            ("node_modules/a/package.json", true),
            ("node_modules/package.json", false),
            ("app/package.json", false),
            ("package.json", false),
        ] {
            let out = read(path, br#"{"name":"n","version":"1.0.0"}"#);
            let role = if installed { Role::Normal } else { Role::Fixture };
            assert_eq!(out.packages.first().map(|p| p.role), Some(role), "{path}");
        }
    }

    #[test]
    fn scope_and_case_are_kept() {
        let out = read("node_modules/x/package.json", br#"{"version":"1.3.5","name":"@Scope/JSONStream"}"#);
        let package = out.packages.first().unwrap();
        assert_eq!(package.name, "@Scope/JSONStream");
        assert_eq!(package.purl.to_string(), "pkg:npm/%40Scope/JSONStream@1.3.5");
    }

    #[test]
    fn a_broken_manifest_is_reported_where_a_package_is_installed() {
        assert_eq!(read("node_modules/a/package.json", b"{\"name\":").diagnostics.len(), 1);
        assert_eq!(read("test/a/package.json", b"{\"name\":").diagnostics.len(), 0);
    }
}
