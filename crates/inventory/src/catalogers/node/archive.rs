use plimsoll_core::{Content, Diagnostic, ImagePath, Location, Package, PackageType, Role, Take};

use super::super::identity;
use super::super::zip::{self, Budget, Visitor, Want};
use super::{is_installed, manifest};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Archives up to this size are held; larger ones are streamed.
const HELD: u64 = 16 << 20;
const MAX_MANIFEST: usize = 4 << 20;

/// Archives with packages in them that Node.js loads without unpacking: the cache of a project of yarn with
/// Plug'n'Play (yarn, "Zero-installs"), and extensions of editors.
pub(crate) struct Archives;

impl Cataloger for Archives {
    fn id(&self) -> &'static str {
        "node-archive"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[
            Interest { pattern: Pattern::InSuffix("cache", ".zip"), take: Take::Peek(4) },
            Interest { pattern: Pattern::Suffix(".vsix"), take: Take::Peek(4) },
        ]
    }

    fn peeked(&self, _path: &[u8], size: u64, head: &[u8]) -> Take {
        match head {
            _ if !zip::begins(head) => Take::Skip,
            _ if size <= HELD => Take::Whole { max: HELD },
            _ => Take::Stream,
        }
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let mut budget = Budget::new(file.size);
        let before = out.packages.len();
        let mut archive = Archive(out);
        match file.content {
            Content::Whole(bytes) => zip::visit(bytes, &mut archive, &mut budget),
            Content::Stream(reader) => zip::stream(reader, &mut archive, &mut budget),
        }
        for package in out.packages.iter_mut().skip(before) {
            self.place(file.path, package);
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        // Caches of a user or a machine hold what was fetched some time, for any project.
        let mut up = path.rsplit(|&b| b == b'/');
        let zip = up.next().is_some_and(|name| name.to_ascii_lowercase().ends_with(b".zip"));
        let project = up.next() == Some(b"cache") && up.next() == Some(b".yarn");
        package.role = if zip && !project { Role::Fixture } else { Role::Normal };
    }
}

struct Archive<'s>(&'s mut Sink);

impl Visitor for Archive<'_> {
    fn entry(&mut self, name: &[u8]) -> Want {
        if name.ends_with(b"/package.json") && is_installed(name) {
            Want::Bytes(MAX_MANIFEST)
        } else {
            Want::Nothing
        }
    }

    fn bytes(&mut self, name: &[u8], bytes: &[u8]) {
        let Ok(manifest) = manifest::read(bytes) else { return };
        if let Some((package, version)) = manifest.identity() {
            let mut package = identity::slashed(PackageType::Npm, package, version);
            package.locations.extend(ImagePath::new(name).ok().map(|path| Location { path, layer: None }));
            self.0.packages.push(package);
        }
    }

    fn enter(&mut self, _name: &[u8]) {}

    fn leave(&mut self) {}

    fn trouble(&mut self, diagnostic: Diagnostic) {
        self.0.diagnostics.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_testkit::zip::ZipBuilder;

    use super::*;

    #[test]
    fn only_the_cache_of_a_project_is_installed() {
        let zip = ZipBuilder::new()
            .file("node_modules/@a/b/package.json", r#"{"name":"@a/b","version":"1.0.0"}"#)
            .file("node_modules/@a/b/test/package.json", r#"{"name":"c","version":"1.0.0"}"#)
            .finish();
        for (path, role) in [
            ("app/.yarn/cache/@a-b-npm-1.0.0-0a1b2c.zip", Role::Normal),
            ("root/.yarn/berry/cache/@a-b-npm-1.0.0-0a1b2c-9.zip", Role::Fixture),
            ("root/.vscode/extensions/x.vsix", Role::Normal),
        ] {
            let mut out = Sink::default();
            let size = u64::try_from(zip.len()).unwrap();
            Archives.parse(File { path: path.as_bytes(), size, content: Content::Whole(&zip) }, &mut out);
            assert_eq!(out.packages.len(), 1, "{path}");
            assert_eq!((out.packages[0].name.as_str(), out.packages[0].role), ("@a/b", role), "{path}");
        }
    }
}
