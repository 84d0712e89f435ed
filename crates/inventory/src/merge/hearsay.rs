//! What files say is here without being its record: it counts where nothing else says so.

use std::collections::HashSet;

use plimsoll_core::{Package, PackageType, Role};

/// A package at any version.
type Key = (PackageType, Option<String>, String);

/// What was found otherwise.
pub(super) struct Known {
    names: HashSet<Key>,
    /// The kinds of operating-system packages of which the image has a database.
    databases: HashSet<PackageType>,
}

impl Known {
    pub(super) fn new<'p>(found: impl Iterator<Item = &'p Package>) -> Self {
        let mut this = Self { names: HashSet::new(), databases: HashSet::new() };
        for package in found {
            if matches!(package.role, Role::Declared | Role::Development | Role::Fixture) {
                continue;
            }
            if package.kind.is_os() {
                this.databases.insert(package.kind);
            } else {
                this.names.insert(key(package));
            }
        }
        this
    }

    /// Whether the package adds anything to what is known. Of two files that say the same, both do: what they say is
    /// one package in two places.
    pub(super) fn lacks(&self, package: &Package) -> bool {
        if package.kind.is_os() { self.databases.is_empty() } else { !self.names.contains(&key(package)) }
    }
}

fn key(package: &Package) -> Key {
    let lower = |text: &String| text.to_lowercase();
    (package.kind, package.purl.namespace.as_ref().map(lower), lower(&package.purl.name))
}
