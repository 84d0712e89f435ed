//! Where packages were installed from, as a file beside their own record says.

use std::collections::HashMap;

use plimsoll_core::{Origin, Package, PackageType};

use super::Visible;

/// By directory: where the packages are from whose records stand in it, or in a directory directly within it.
pub(super) struct Origins<'a>(HashMap<&'a [u8], &'a Origin>);

impl<'a> Origins<'a> {
    pub(super) fn new(visible: &[Visible<'a>]) -> Self {
        let all = visible.iter().flat_map(|one| &one.facts.origins);
        Self(all.map(|it| (it.directory.as_bytes(), &it.origin)).collect())
    }

    /// Adds to a package whose record is at `path` where it is from, also to its package URL where that has a place
    /// for it (package-url specification, "Known qualifiers key/value pairs").
    pub(super) fn apply(&self, path: &[u8], package: &mut Package) {
        if self.0.is_empty() || package.kind != PackageType::PyPi {
            return;
        }
        let directory = parent(path);
        let Some(&origin) = self.0.get(directory).or_else(|| self.0.get(parent(directory))) else { return };
        let is_repository = origin.url.split("://").next().is_some_and(|scheme| scheme.contains('+'));
        if let Some(commit) = origin.revision.as_deref().filter(|_| is_repository) {
            let url = format!("{}@{commit}", origin.url);
            package.purl.qualifiers.insert("vcs_url".to_owned(), url);
        }
        package.origin = Some(origin.clone());
    }
}

fn parent(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&b| b == b'/').and_then(|slash| path.get(..slash)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogers;
    use crate::fake::{Image, Node, file};

    #[test]
    fn a_python_distribution_says_where_it_is_from() {
        let site = "venv/lib/python3/site-packages";
        let image = Image::default().layer([
            (format!("{site}/a-1.dist-info/METADATA"), file("Name: a\nVersion: 1\n")),
            (
                format!("{site}/a-1.dist-info/direct_url.json"),
                file(r#"{"url":"https://x.org/a","vcs_info":{"vcs":"git","commit_id":"0a"}}"#),
            ),
            (format!("{site}/b-1.dist-info/METADATA"), file("Name: b\nVersion: 1\n")),
            (format!("{site}/__editable__.b-1.pth"), file("/src/b/src\n")),
            (
                format!("{site}/b-1.dist-info/direct_url.json"),
                file(r#"{"url":"file:///src/b","dir_info":{"editable":true}}"#),
            ),
            ("src/b/src/b.egg-info/PKG-INFO".to_owned(), file("Name: b\nVersion: 1\n")),
            (format!("{site}/c.egg-link"), file("/src/c\n../")),
            ("src/c/c.egg-info/PKG-INFO".to_owned(), file("Name: c\nVersion: 1\n")),
            ("src/d/d.egg-info/PKG-INFO".to_owned(), file("Name: d\nVersion: 1\n")),
            (format!("{site}/__editable__.e-1.pth"), file("import __editable___e_1_finder")),
        ]);
        let found = image.inventory(&Catalogers::all());
        let line = |package: &Package| {
            let origin = package.origin.as_ref().map_or("", |origin| &origin.url);
            format!("{} {} {}", package.purl, package.locations.len(), origin)
        };
        assert_eq!(
            found.packages.iter().map(line).collect::<Vec<_>>(),
            [
                "pkg:pypi/a@1?vcs_url=git%2Bhttps://x.org/a%400a 1 git+https://x.org/a",
                "pkg:pypi/b@1 2 file:///src/b",
                "pkg:pypi/c@1 1 file:///src/c",
                "pkg:pypi/d@1 1 ",
                "pkg:pypi/e@1 1 ",
            ]
        );
    }

    #[test]
    fn a_program_that_a_package_installed_is_no_mystery() {
        let mut elf = plimsoll_testkit::elf::ElfBuilder::new().finish();
        elf.resize(elf.len().max(4096), 0);
        let image = |listed: bool| {
            let record = if listed { "../../../bin/tool,,\n" } else { "other,,\n" };
            Image::default().layer([
                ("usr/bin/tool", Node::File(elf.clone(), 0o755)),
                ("usr/lib/python3/site-packages/a-1.dist-info/METADATA", file("Name: a\nVersion: 1\n")),
                ("usr/lib/python3/site-packages/a-1.dist-info/RECORD", file(record)),
            ])
        };
        let unidentified = |listed| image(listed).inventory(&Catalogers::all()).unidentified.executables;
        assert_eq!((unidentified(false), unidentified(true)), (1, 0));
    }
}
