//! What files say is here without being its record: it counts where nothing else says so.

use std::collections::{HashMap, HashSet};

use plimsoll_core::{Package, PackageType, Role};

use crate::Hearsay;

/// A package at any version.
type Key = (PackageType, Option<String>, String);

/// What was found otherwise.
pub(super) struct Known {
    versions: HashMap<Key, Vec<String>>,
    /// What lock files and manifests declare.
    declared: HashSet<Key>,
    /// The kinds of operating-system packages of which the image has a database.
    databases: HashSet<PackageType>,
}

impl Known {
    pub(super) fn new<'p>(found: impl Iterator<Item = &'p Package>) -> Self {
        let mut this = Self { versions: HashMap::new(), declared: HashSet::new(), databases: HashSet::new() };
        for package in found {
            match package.role {
                Role::Fixture => continue,
                Role::Declared | Role::Development => {
                    this.declared.insert(key(package));
                    continue;
                }
                _ => {}
            }
            if package.kind.is_os() {
                this.databases.insert(package.kind);
            } else {
                this.versions.entry(key(package)).or_default().push(package.version.clone());
            }
        }
        this
    }

    /// Whether the package adds anything to what is known. Of two files that say the same, both do: what they say is
    /// one package in two places.
    pub(super) fn lacks(&self, said: &Hearsay) -> bool {
        let package = &said.package;
        if package.kind.is_os() {
            return self.databases.is_empty();
        }
        let key = key(package);
        // What a project asks for, where a lock file says what it got.
        let asked = matches!(package.role, Role::Declared | Role::Development);
        if asked && self.declared.contains(&key) {
            return false;
        }
        let known = self.versions.get(&key);
        known
            .is_none_or(|known| !said.any_version && !known.iter().any(|known| same(known, &package.version)))
    }
}

/// Whether two texts are one version: assemblies have four numbers where packages have three.
fn same(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.trim_end_matches(".0").to_owned();
    a == b || bare(a) == bare(b)
}

fn key(package: &Package) -> Key {
    let lower = |text: &String| text.to_lowercase();
    (package.kind, package.purl.namespace.as_ref().map(lower), lower(&package.purl.name))
}

#[cfg(test)]
mod tests {
    use crate::Catalogers;
    use crate::fake::{Image, Node, file};

    #[test]
    fn an_assembly_counts_where_no_manifest_lists_it() {
        let assembly = |name: &str, version: &str| {
            let strings = [("OriginalFilename", name), ("ProductVersion", version)];
            Node::File(plimsoll_testkit::pe::assembly(&strings), 0o644)
        };
        let deps = r#"{"runtimeTarget":{"name":"t"},"targets":{"t":{
            "app/1.0.0":{"runtime":{"app.dll":{}}},
            "NUnit/3.13.3":{"runtime":{"lib/netstandard2.0/nunit.framework.dll":{}}},
            "Serilog/2.12.0":{"runtime":{"lib/net6.0/Serilog.dll":{}}}}},
            "libraries":{"app/1.0.0":{"type":"project"},"NUnit/3.13.3":{"type":"package"},"Serilog/2.12.0":{"type":"package"}}}"#;
        let image = Image::default().layer([
            ("app/app.deps.json", file(deps)),
            ("app/app.dll", assembly("app.dll", "1.0.0")),
            ("app/nunit.framework.dll", assembly("nunit.framework.dll", "3.13.3")),
            ("app/Serilog.dll", assembly("Serilog.dll", "2.12.0")),
            ("app/plugins/Dapper.dll", assembly("Dapper.dll", "2.0.123+abc")),
            ("other/Serilog.dll", assembly("Serilog.dll", "2.11.0")),
            ("more/Serilog.dll", assembly("Serilog.dll", "2.12.0.0")),
        ]);
        let found = image.inventory(&Catalogers::all());
        let purls: Vec<String> = found.packages.iter().map(|package| package.purl.to_string()).collect();
        assert_eq!(
            purls,
            [
                "pkg:nuget/Dapper@2.0.123",
                "pkg:nuget/NUnit@3.13.3",
                "pkg:nuget/Serilog@2.11.0",
                "pkg:nuget/Serilog@2.12.0",
                "pkg:nuget/app@1.0.0"
            ]
        );
        assert_eq!(found.unidentified.executables, 0);
    }

    #[test]
    fn what_a_project_asks_for_counts_where_nothing_says_what_it_got() {
        let image = Image::default().layer([
            ("a/Cargo.toml", file("[dependencies]\nserde = \"1\"\nlog = \"0.4\"\n")),
            ("a/Cargo.lock", file("[[package]]\nname = \"serde\"\nversion = \"1.0.9\"\nsource = \"registry+x\"\n")),
            ("b/go.mod", file("module b\ngo 1.16\nrequire example.org/c v1.0.0\n")),
            ("b/go.sum", file("example.org/c v0.9.0 h1:x=\nexample.org/d v1.2.0/go.mod h1:x=\nexample.org/d v1.1.0 h1:x=\n")),
            ("e/go.mod", file("module e\ngo 1.21.0\n")),
            ("e/go.sum", file("example.org/f v0.9.0 h1:x=\n")),
            ("g/Project.toml", file("name = \"G\"\nuuid = \"0\"\nversion = \"1.0.0\"\n")),
            ("g/Manifest.toml", file("[[deps.H]]\nuuid = \"1\"\nversion = \"2.0.0\"\n")),
        ]);
        let found = image.inventory(&Catalogers::all());
        let listed: Vec<String> = found.with_declared().map(|package| package.purl.to_string()).collect();
        assert_eq!(
            listed,
            [
                "pkg:golang/example.org/c@v1.0.0",
                "pkg:golang/example.org/d@v1.1.0",
                "pkg:cargo/log@0.4",
                "pkg:cargo/serde@1.0.9",
                "pkg:julia/H@2.0.0?uuid=1"
            ]
        );
        assert_eq!(found.precise().count(), 0, "nothing of it is installed");
    }
}
